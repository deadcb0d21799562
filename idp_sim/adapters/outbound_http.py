"""Calls to other parties over the network, with ``requests``."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from federation.errors import FederationError
from federation.http import HttpRequest, HttpResponse
from federation.reasons import Reason
from idp_sim.turns import waiting

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 7.0
MAX_BODY = 1024 * 1024


class RequestsHttp:
    """``ports.OutboundHttp``; sessions are handed round, so that connections stay open between calls.

    ``ca_files`` are trusted beside the system's authorities. Redirects are not followed: no endpoint that a
    home tenant is asked at answers with one.
    """

    def __init__(
        self,
        ca_files: Iterable[Path | str] = (),
        *,
        connect_seconds: float = CONNECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        max_body: int = MAX_BODY,
    ) -> None:
        self._ca_files = tuple(ca_files)
        self._timeout = (connect_seconds, answer_seconds)
        self._max_body = max_body
        self._context: ssl.SSLContext | None = None
        self._idle: list[requests.Session] = []
        self._sessions: list[requests.Session] = []
        self._guard = threading.Lock()

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send, and return any answer but a redirect; IDENTITY_PROVIDER_UNREACHABLE otherwise."""
        import requests  # late: 50 ms of imports that a sign-in without a foreign home does not need

        place = _place(request)
        try:
            with (
                waiting(),
                self._session() as session,
                session.request(
                    request.method,
                    request.url,
                    headers=dict(request.headers),
                    data=None if request.form is None else dict(request.form),
                    timeout=self._timeout,
                    allow_redirects=False,
                    stream=True,
                ) as answer,
            ):
                return self._received(request, answer)
        except requests.exceptions.RequestException as error:
            raise _unreachable(request, _problem(error, place, self._timeout), error) from error

    def close(self) -> None:
        """Close every kept connection."""
        with self._guard:
            sessions, self._sessions, self._idle = self._sessions, [], []
        for session in sessions:
            session.close()

    @contextmanager
    def _session(self) -> Iterator[requests.Session]:
        """A session for this call alone: the one used last, whose connections are the likeliest to be open still."""
        try:
            session = self._idle.pop()
        except IndexError:
            session = self._new_session()
        try:
            yield session
        finally:
            self._idle.append(session)

    def _new_session(self) -> requests.Session:
        from idp_sim.adapters import deadlines

        with self._guard:
            self._context = self._context or tls_context(self._ca_files)
            session = deadlines.session(self._context)
            self._sessions.append(session)
        return session

    def _received(self, request: HttpRequest, answer: requests.Response) -> HttpResponse:
        if answer.is_redirect:
            target = answer.headers.get("location", "")
            raise _unreachable(request, f"It answered with a redirect to '{target}', which is not followed.")
        body = bytearray()
        for chunk in answer.iter_content(65536):
            body += chunk
            if len(body) > self._max_body:
                raise _unreachable(request, f"Its answer is larger than {self._max_body} bytes.")
        return HttpResponse(status=answer.status_code, headers=dict(answer.headers), body=bytes(body))


def _place(request: HttpRequest) -> str:
    """Host and port of a URL that may be called."""
    try:
        parts = urlsplit(request.url)
        callable_at = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        callable_at = False
    if not callable_at:
        raise _unreachable(request, f"Its address '{request.url}' is not an http or https URL.")
    return parts.netloc.rpartition("@")[2]


def tls_context(ca_files: Iterable[Path | str]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for file in ca_files:
        context.load_verify_locations(cafile=file)
    return context


def _problem(error: Exception, place: str, timeout: tuple[float, float]) -> str:
    """One sentence for a person; the library's own text stays in the detail."""
    import requests

    connect_seconds, answer_seconds = timeout
    if isinstance(error, requests.exceptions.SSLError):
        return f"The certificate of {place} could not be verified."
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return f"No connection to {place} within {connect_seconds:g} seconds."
    if isinstance(error, requests.exceptions.Timeout) or "timed out" in str(error).lower():
        return f"{place} did not answer completely within {answer_seconds:g} seconds."
    if isinstance(error, requests.exceptions.InvalidURL):
        return f"'{place}' is not a host that can be called."
    return f"The connection to {place} failed."


def _unreachable(request: HttpRequest, problem: str, cause: Exception | None = None) -> FederationError:
    return FederationError(
        Reason.IDENTITY_PROVIDER_UNREACHABLE,
        detail="" if cause is None else f"{type(cause).__name__}: {cause}",
        partner=request.partner,
        problem=problem,
    )
