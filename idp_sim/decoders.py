"""Decoders of msgspec, each built once and by one thread alone.

While msgspec reads a type's annotations it keeps what it has so far with the type; another thread that builds a decoder
of the same type meanwhile takes that for complete and the process dies. So every first use waits here for its turn.
"""

from __future__ import annotations

import threading
from typing import Any

import msgspec

_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}
#: Held while a type is read for the first time, in whatever way.
READING_TYPES = threading.Lock()


def decoder(expected: Any) -> msgspec.json.Decoder[Any]:
    """The decoder of a type; it keeps no state between calls."""
    built = _DECODERS.get(expected)
    if built is None:
        with READING_TYPES:
            built = _DECODERS.get(expected) or _DECODERS.setdefault(expected, msgspec.json.Decoder(expected))
    return built
