"""HTTP messages as values, for exchanges that another layer performs."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """A request to a partner. ``form`` is sent URL-encoded; ``partner`` names the other side in errors."""

    method: str
    url: str
    partner: str
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class HttpResponse:
    """A partner's answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; ValueError when it is not."""
        return json.loads(self.body)


#: A multi-step protocol: yields what to fetch, receives the answer, returns a result.
Exchange = Generator[HttpRequest, HttpResponse, T]
