"""Records to JSON and back, in their declared types."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar

import msgspec

from idp_sim.decoders import decoder

R = TypeVar("R")

_ENCODER = msgspec.json.Encoder()


def encode(record: object) -> bytes:
    """The JSON of a frozen record; times keep their offset."""
    return _ENCODER.encode(record)


def decode(body: bytes, record: type[R]) -> R:
    """The record that ``encode`` wrote."""
    found: R = decoder(record).decode(body)
    return found


def column_value(value: Any) -> Any:
    """A value as SQLite compares it: members of an enumeration as their word."""
    return value.value if isinstance(value, Enum) else value
