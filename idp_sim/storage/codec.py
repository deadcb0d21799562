"""Records to JSON and back, in their declared types."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import Any, TypeVar

import msgspec

R = TypeVar("R")

_ENCODER = msgspec.json.Encoder()


@cache
def _decoder(record: Any) -> msgspec.json.Decoder[Any]:
    """Building a decoder reads every annotation once; it keeps no state between calls."""
    return msgspec.json.Decoder(record)


def encode(record: object) -> bytes:
    """The JSON of a frozen record; times keep their offset."""
    return _ENCODER.encode(record)


def decode(body: bytes, record: type[R]) -> R:
    """The record that ``encode`` wrote."""
    decoder: msgspec.json.Decoder[R] = _decoder(record)  # type: ignore[arg-type]  # a type is hashable
    return decoder.decode(body)


def column_value(value: Any) -> Any:
    """A value as SQLite compares it: members of an enumeration as their word."""
    return value.value if isinstance(value, Enum) else value
