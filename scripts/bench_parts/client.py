"""One kept TLS connection with cookies: little enough work that two cores serve client and server."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from idp_sim.demo.page import Page, parse_page

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status, redirect target (absolute) and body."""

    url: str
    status: int
    location: str | None
    body: bytes

    @property
    def page(self) -> Page:
        """The body read as a page."""
        return parse_page(self.body.decode(), url=self.url, status=self.status)


class Connection:
    """Keeps its connection and, until ``forget``, its cookies."""

    def __init__(self, base_url: str, context: ssl.SSLContext) -> None:
        parts = urlsplit(base_url)
        self._wire = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=context, timeout=30)
        self._cookies: dict[str, str] = {}

    def forget(self) -> None:
        """A fresh browser on the same connection."""
        self._cookies.clear()

    def send(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """One request; redirects are answers, not followed."""
        parts = urlsplit(url)
        sent = dict(headers or {})
        if form is not None:
            sent["Content-Type"], body = FORM, urlencode(form).encode()
        if self._cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._wire.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body=body, headers=sent)
        response = self._wire.getresponse()
        content = response.read()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            self._keep(cookie)
        location = response.headers.get("Location")
        return Answer(
            url=url, status=response.status, body=content, location=urljoin(url, location) if location else None
        )

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].partition("=")
        if "max-age=0" in cookie.lower().replace(" ", ""):
            self._cookies.pop(name, None)
        else:
            self._cookies[name] = value


def must(answer: Answer, status: int) -> Any:
    """The JSON of an answer of that status; SystemExit says what came instead."""
    import json

    if answer.status != status:
        raise SystemExit(f"{answer.url} answered {answer.status}: {answer.body[:500].decode('utf-8', 'replace')}")
    return json.loads(answer.body) if answer.body else None
