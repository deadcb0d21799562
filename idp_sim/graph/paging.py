"""One page of a collection and the link to the next (graph-api 3).

A skip token holds the sort key of the last item and a digest of what was asked, so that items added or
deleted between two pages neither repeat nor hide others, and a token of another request is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.query import Query, option_name
from idp_sim.graph.resource import PageSize, Resource
from idp_sim.ports import Place

SortKey = tuple[Any, ...]
#: Places and records behind a place, in order; the number says how many may be enough.
Walk = Callable[[Place | None, int], Iterator[tuple[Place, Any]]]


@dataclass(frozen=True)
class Page:
    """Items, the token of the next page or None, and how many there are on all pages."""

    items: tuple[Any, ...]
    next_token: str | None
    total: Callable[[], int]


def page_of(
    items: Sequence[tuple[SortKey, Any]], query: Query, *, resource: Resource, asked: str, descending: bool
) -> Page:
    """The page of ``items`` (pairs of sort key and record, already sorted) that ``query`` asks for.

    ``asked`` stands for everything that must stay the same from page to page.
    """
    start = 0
    if query.skip_token is not None:
        last = _read_token(query.skip_token, asked)
        start = _first_beyond(items, last, descending)
    size = _size(query.top, resource.page)
    page = items[start : start + size]
    more = start + size < len(items)
    token = _make_token(page[-1][0], asked) if page and more else None
    return Page(tuple(record for _, record in page), token, lambda: len(items))


def walked_page(walk: Walk, query: Query, *, resource: Resource, asked: str, total: Callable[[], int]) -> Page:
    """The page that ``query`` asks for of records that storage sorts; ``walk`` goes on behind a place."""
    after = None
    if query.skip_token is not None:
        position, value = _place(_read_token(query.skip_token, asked))
        after = Place(position, value)
    size = _size(query.top, resource.page)
    found = list(islice(walk(after, size + 1), size + 1))
    page = found[:size]
    token = None
    if len(found) > size:
        last = page[-1][0]
        token = _make_token((last.position, last.value), asked)
    return Page(tuple(record for _, record in page), token, total)


def _place(key: SortKey) -> tuple[int, str | None]:
    match key:
        case (int() as position, None | str() as value):
            return position, value
        case _:
            raise GraphError(Problem.PAGE_TOKEN_INVALID)


def next_link(url: str, query: Query, token: str) -> str:
    """The absolute link: every option as it came, and the new token."""
    pairs = [(name, value) for name, value in query.pairs if option_name(name) != "$skiptoken"]
    return f"{url}?{urlencode([*pairs, ('$skiptoken', token)], safe='$,()', quote_via=quote)}"


def _size(top: int | None, page: PageSize) -> int:
    if top is None:
        return page.default
    if not 1 <= top <= page.maximum:
        expected = f"a page size between 1 and {page.maximum} inclusive"
        raise GraphError(Problem.OPTION_INVALID, option="$top", value=top, expected=expected)
    return top


def _first_beyond(items: Sequence[tuple[SortKey, Any]], last: SortKey, descending: bool) -> int:
    try:
        for place, (key, _) in enumerate(items):
            if key < last if descending else key > last:
                return place
    except TypeError as error:
        raise GraphError(Problem.PAGE_TOKEN_INVALID) from error
    return len(items)


def _make_token(key: SortKey, asked: str) -> str:
    text = json.dumps([_digest(asked), list(key)], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _read_token(token: str, asked: str) -> SortKey:
    try:
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        digest, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if digest == _digest(asked):
            return tuple(key)
    except (ValueError, TypeError, RecursionError):
        pass
    raise GraphError(Problem.PAGE_TOKEN_INVALID)


def _digest(asked: str) -> str:
    return hashlib.sha256(asked.encode()).hexdigest()[:16]
