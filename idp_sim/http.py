"""A request and a response as values, and the table of routes between them.

Every endpoint is a function from a ``Request`` to a ``Response``; ``web/flask_adapter.py`` is the one
place that knows the server's own objects, and the headless person calls the same functions in process.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from idp_sim.sign_in.client import ClientFacts


class Params:
    """Form or query parameters in order; repeated names are kept so that they can be refused by name."""

    __slots__ = ("_first", "pairs")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = tuple(pairs)
        first: dict[str, str] = {}
        for name, value in self.pairs:
            first.setdefault(name, value)
        self._first = first

    @classmethod
    def parse(cls, text: str) -> Params:
        """Parameters of ``application/x-www-form-urlencoded`` text; bytes that are not UTF-8 become U+FFFD."""
        return cls(parse_qsl(text, keep_blank_values=True, errors="replace"))

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value of ``name``; an empty value counts as absent (RFC 6749 3.1)."""
        return self._first.get(name) or default

    def raw(self, name: str) -> str | None:
        """The first value of ``name`` even if it is empty; None if absent."""
        return self._first.get(name)

    def all(self, name: str) -> list[str]:
        """Every value of ``name`` in order."""
        return [value for key, value in self.pairs if key == name]

    def as_dict(self) -> dict[str, str]:
        """First values by name."""
        return dict(self._first)

    def encoded(self) -> str:
        """The parameters as URL-encoded text."""
        return urlencode(self.pairs, quote_via=quote)

    def __contains__(self, name: object) -> bool:
        return name in self._first

    def __bool__(self) -> bool:
        return bool(self.pairs)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What arrived. Header names are lower case; ``path`` has no doubled slashes.

    ``local`` says that it certainly came from this machine, and not through somebody's proxy on it.
    """

    method: str
    path: str
    query: Params = field(default_factory=Params)
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: ClientFacts = field(default_factory=ClientFacts)
    args: Mapping[str, str] = field(default_factory=dict)  # values of the route's placeholders
    local: bool = False

    @cached_property
    def form(self) -> Params:
        """The body as a form; empty when the content type is another one."""
        if self.headers.get("content-type", "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            return Params()
        return Params.parse(self.body.decode("utf-8", "replace"))

    @property
    def bearer_token(self) -> str | None:
        """The token of ``Authorization: Bearer`` (RFC 6750 2.1), or None."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None


@dataclass(frozen=True, kw_only=True)
class Response:
    """What goes back. ``body`` is bytes; ``headers`` keeps order and repeated names (Set-Cookie)."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def with_headers(self, *more: tuple[str, str]) -> Response:
        """The same response with ``more`` headers appended."""
        return replace(self, headers=(*self.headers, *more))

    def header(self, name: str) -> str | None:
        """The first header of that name, any case."""
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)


def json_response(
    value: Any,
    status: int = 200,
    *,
    headers: Iterable[tuple[str, str]] = (),
    content_type: str = "application/json; charset=utf-8",
) -> Response:
    """``value`` as JSON text."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status=status, headers=(("Content-Type", content_type), *headers), body=body)


def html_response(text: str, status: int = 200, *, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """A page."""
    return Response(status=status, headers=(("Content-Type", "text/html; charset=utf-8"), *headers), body=text.encode())


def redirect(location: str, status: int = 302) -> Response:
    """A redirect to ``location``, never stored."""
    return Response(status=status, headers=(("Location", location), ("Cache-Control", "no-store")))


Endpoint = Callable[[Request], Response]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One row of an edge's table: ``rule`` is a Werkzeug rule such as ``/<tenant>/oauth2/v2.0/token``."""

    rule: str
    methods: tuple[str, ...]
    endpoint: Endpoint
    name: str
