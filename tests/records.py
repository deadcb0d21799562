"""A valid record of any stored type, made from its annotations: new types need no sample of their own."""

from __future__ import annotations

import collections.abc
import enum
import types
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Union, get_args, get_origin, get_type_hints

INSTANT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)

_PLAIN: dict[object, Any] = {
    bool: True,
    int: 7,
    float: 1.5,
    object: "value",
    Any: "value",
    datetime: INSTANT,
    timedelta: timedelta(days=31, seconds=1),
    type(None): None,
}


def sample(record: type) -> Any:
    """A record with something in every field, optional ones too; texts are the lower-case names of their fields."""
    hints = get_type_hints(record)
    return record(**{field.name: _value(hints[field.name], field.name) for field in fields(record)})


def _value(hint: Any, name: str) -> Any:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if hint is str:
        return f"some {name} with é, ' and \u20ac".lower()
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _value(arguments[0], name)
    if origin is tuple:
        return (_value(arguments[0], name),)
    if origin in (dict, collections.abc.Mapping):
        return {"key": _value(arguments[1], name)}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    if is_dataclass(hint):
        return sample(hint)
    raise TypeError(f"no sample for {hint!r} of {name}")
