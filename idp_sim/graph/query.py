"""Query options of a request as a value (graph-api 2.1). Unknown options are refused by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.filter import Expression, parse, paths
from idp_sim.http import Params

#: Options that are read; the ``$`` may be left out (graph-api 2.1).
READ = (
    "$select",
    "$filter",
    "$orderby",
    "$top",
    "$skiptoken",
    "$count",
    "$expand",
    "$search",
    "$deltatoken",
    "$format",
)
#: Options that Graph has elsewhere and that nothing here supports.
KNOWN = ("$skip", "$apply")

#: Options that make sense for a single object.
OF_ONE = frozenset({"$select", "$expand", "$format"})


@dataclass(frozen=True)
class OrderBy:
    """One property and a direction."""

    name: str
    descending: bool = False


@dataclass(frozen=True)
class Expand:
    """A relationship to show along, and of its objects these properties (None: the default set)."""

    name: str
    select: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Query:
    """The options, parsed but not yet checked against a resource.

    ``select`` is None when all defaults are wanted; ``eventual`` tells whether the header
    ``ConsistencyLevel: eventual`` came along (graph-api 2.2).
    """

    select: tuple[str, ...] | None = None
    filter: Expression | None = None
    filter_text: str = ""
    order_by: OrderBy | None = None
    top: int | None = None
    skip_token: str | None = None
    count: bool = False
    eventual: bool = False
    expand: Expand | None = None
    search: str | None = None
    delta_token: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def advanced(self) -> bool:
        """Whether the request may use what only advanced queries can (graph-api 2.2)."""
        return self.eventual and self.count

    @property
    def filtered(self) -> frozenset[str]:
        """The properties that the filter names."""
        return frozenset(paths(self.filter)) if self.filter else frozenset()


def parse_query(params: Params, headers: Mapping[str, str], *, resource: str, collection: bool) -> Query:
    """The query of a request; GraphError names the option, the value and what was expected.

    ``resource`` is the path for sentences; for a single object only ``$select`` and ``$expand`` are allowed.
    """
    options = _options(params, resource=resource, collection=collection)
    text = options.get("$filter", "")
    eventual = headers.get("consistencylevel", "").lower() == "eventual"
    return Query(
        select=_select(options.get("$select", "")),
        filter=parse(text) if text else None,
        filter_text=text,
        order_by=_order_by(options.get("$orderby", "")),
        top=_top(options.get("$top")),
        skip_token=options.get("$skiptoken"),
        count=_flag(options.get("$count")),
        eventual=eventual,
        expand=_expand(options.get("$expand", "")),
        search=_search(options.get("$search"), eventual),
        delta_token=options.get("$deltatoken"),
        pairs=params.pairs,
    )


def option_name(name: str) -> str:
    """An option with its ``$`` and in lower case."""
    return name.lower() if name.startswith("$") else f"${name.lower()}"


def _options(params: Params, *, resource: str, collection: bool) -> Mapping[str, str]:
    options: dict[str, str] = {}
    for given, value in params.pairs:
        name = option_name(given)
        if name in KNOWN or (name in READ and not collection and name not in OF_ONE):
            raise GraphError(Problem.OPTION_UNSUPPORTED, option=name, resource=resource)
        if name not in READ:
            supported = ", ".join(READ if collection else sorted(OF_ONE))
            raise GraphError(Problem.OPTION_UNKNOWN, option=given, supported=supported)
        if name in options:
            raise GraphError(Problem.OPTION_REPEATED, option=name)
        options[name] = value
    return options


def _select(text: str) -> tuple[str, ...] | None:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    return names or None


_EXPAND = re.compile(r"^\s*([A-Za-z]+)\s*(?:\(\s*\$select\s*=\s*([A-Za-z, ]+)\s*\))?\s*$")


def _expand(text: str) -> Expand | None:
    if not text.strip():
        return None
    match = _EXPAND.match(text)
    if match is None:
        expected = "one relationship with at most a $select inside, such as manager($select=id,displayName)"
        raise GraphError(Problem.EXPAND_INVALID, problem=f"'{text[:100]}' is not supported; expected {expected}")
    return Expand(match[1], _select(match[2] or ""))


def _search(text: str | None, eventual: bool) -> str | None:
    if text is None or not text.strip():
        return None
    if not eventual:
        raise GraphError(Problem.SEARCH_HEADER)
    return text


def _order_by(text: str) -> OrderBy | None:
    if not text.strip():
        return None
    words = text.split()
    direction = words[1].lower() if len(words) == 2 else "asc"
    if len(words) > 2 or "," in text or direction not in ("asc", "desc"):
        raise _option_invalid("$orderby", text, "one property, then asc or desc")
    return OrderBy(words[0], direction == "desc")


def _top(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise _option_invalid("$top", text, "a whole number")
    return int(text)


def _flag(text: str | None) -> bool:
    if text is None:
        return False
    if text.lower() not in ("true", "false"):
        raise _option_invalid("$count", text, "true or false")
    return text.lower() == "true"


def _option_invalid(option: str, value: str, expected: str) -> GraphError:
    return GraphError(Problem.OPTION_INVALID, option=option, value=value[:100], expected=expected)
