"""Everything in a value that does not fit the format: what, where, and what was expected.

The format itself is checked by msgspec, fast and once per start, but it stops at the first mistake. When
it has found one, this walk along the same declarations finds them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import inspect as types

from idp_sim.scenario.nearest import hint
from idp_sim.scenario.schema import PATTERN_MEANING, Scenario
from idp_sim.scenario.yaml_document import Loc


@dataclass(frozen=True)
class Finding:
    """One mistake. ``key``: it is about the key at ``loc``; ``wrong_text``: a value stands where text is wanted."""

    loc: Loc
    message: str
    key: bool = False
    wrong_text: Any = None


def findings(value: Any) -> list[Finding]:
    """Every mistake in what should be a scenario."""
    return list(_in(types.type_info(Scenario), value, ()))


def shown(value: Any) -> str:
    """A value in a message."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"'{value}'" if isinstance(value, str) else str(value)


def _in(kind: types.Type, value: Any, loc: tuple[str | int, ...]) -> Iterator[Finding]:
    match kind:
        case types.UnionType():
            members = [member for member in kind.types if not isinstance(member, types.NoneType)]
            if value is not None or len(members) == len(kind.types):
                yield from _in(members[0], value, loc)  # the format has no union but "or null"
        case types.StructType():
            yield from _in_struct(kind, value, loc)
        case types.DictType():
            yield from _in_mapping(kind, value, loc)
        case types.ListType() | types.VarTupleType():
            yield from _in_list(kind, value, loc)
        case types.LiteralType():
            yield from _in_choices(kind, value, loc)
        case types.StrType():
            yield from _in_text(kind, value, loc)
        case types.BoolType() if not isinstance(value, bool):
            yield _expected("true or false", value, loc)


def _in_struct(kind: types.StructType, value: Any, loc: tuple[str | int, ...]) -> Iterator[Finding]:
    if not isinstance(value, Mapping):
        yield _expected("a mapping", value, loc)
        return
    fields = {field.name: field for field in kind.fields}
    for name, item in value.items():
        if name in fields:
            yield from _in(fields[name].type, item, (*loc, name))
        else:
            yield Finding((*loc, str(name)), f"unknown key '{name}'{hint(str(name), fields)}", key=True)
    for name, field in fields.items():
        if field.required and name not in value:
            yield Finding((*loc, name), f"the key '{name}' is missing")


def _in_mapping(kind: types.DictType, value: Any, loc: tuple[str | int, ...]) -> Iterator[Finding]:
    if not isinstance(value, Mapping):
        yield _expected("a mapping", value, loc)
        return
    if kind.min_length and len(value) < kind.min_length:
        yield Finding(loc, "expected at least one entry")
    for name, item in value.items():
        at = (*loc, name if isinstance(name, str) else str(name))
        for wrong in _in(kind.key_type, name, at):
            yield Finding(at, wrong.message, key=True, wrong_text=wrong.wrong_text)
        yield from _in(kind.value_type, item, at)


def _in_list(kind: types.ListType | types.VarTupleType, value: Any, loc: tuple[str | int, ...]) -> Iterator[Finding]:
    if not isinstance(value, list):
        yield _expected("a list", value, loc)
        return
    if kind.min_length and len(value) < kind.min_length:
        yield Finding(loc, "expected at least one entry")
    for index, item in enumerate(value):
        yield from _in(kind.item_type, item, (*loc, index))


def _in_choices(kind: types.LiteralType, value: Any, loc: tuple[str | int, ...]) -> Iterator[Finding]:
    if isinstance(value, str | int) and not isinstance(value, bool) and value in kind.values:
        return
    words = [choice for choice in kind.values if isinstance(choice, str)]
    near = hint(value, words) if isinstance(value, str) else ""
    near = near if near.startswith("; did") else ""
    message = f"expected {_one_of(map(shown, kind.values))} (got {shown(value)}{near})"
    yield Finding(loc, message, wrong_text=value if words and not isinstance(value, str) else None)


def _in_text(kind: types.StrType, value: Any, loc: tuple[str | int, ...]) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield Finding(loc, f"expected text (got {shown(value)})", wrong_text=value)
    elif kind.pattern is not None and not re.search(kind.pattern, value):
        yield _expected(PATTERN_MEANING[kind.pattern], value, loc)


def _expected(what: str, value: Any, loc: tuple[str | int, ...]) -> Finding:
    return Finding(loc, f"expected {what} (got {shown(value)})")


def _one_of(choices: Iterable[str]) -> str:
    names = list(choices)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
