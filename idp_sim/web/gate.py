"""In front of Flask: refuses a foreign ``Host``, finds out who asks, and answers plain requests itself.

The same endpoint functions serve both entrances, so behaviour can't differ; what is saved is the framework's own
work, a seventh of a page and a third of a document. What is not plain (an unknown path, another method, a large
or chunked body) goes to Flask, which answers it or refuses it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from werkzeug.http import parse_cookie

from idp_sim import forwarded
from idp_sim.http import Endpoint, Params, Request, Response
from idp_sim.origin import loopback
from idp_sim.ports import StorageUnavailable
from idp_sim.settings import Settings
from idp_sim.web.error_answers import error_answer, refusing_disk
from idp_sim.web.platforms import client_behind

LOG = logging.getLogger("idp_sim")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_DOUBLED = re.compile(r"/{2,}")
PLAIN_METHODS = frozenset({"GET", "POST", "PATCH", "DELETE"})
#: Larger bodies go to Flask, which refuses what is too large.
PLAIN_BODY = 64 * 1024

#: Where the answer to ``Request.local`` stands in a WSGI environment.
LOCAL = "idp_sim.local"
_PASSED_ON = tuple(f"HTTP_{name.upper().replace('-', '_')}" for name in forwarded.HEADERS)

StartResponse = Callable[..., Any]
#: Path and method -> the endpoint and the values of its placeholders, or None.
Match = Callable[[str, str], tuple[Endpoint, Mapping[str, str]] | None]


class Gate:
    """A WSGI application before another one."""

    def __init__(self, application: Callable[..., Any], settings: Settings, match: Match) -> None:
        self._application = application
        self._settings = settings
        self._own = urlsplit(settings.base_url)
        self._here = loopback(self._own.hostname or "")
        self._match = match
        self._known_hosts: set[str] = set()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            self._look(environ)
        except forwarded.Misleading as problem:
            return _refused(f"{problem}.", start_response)
        environ["wsgi.url_scheme"] = self._own.scheme
        path: str = environ.get("PATH_INFO", "")
        if "//" in path:
            path = environ["PATH_INFO"] = _DOUBLED.sub("/", path)
        method, length = environ["REQUEST_METHOD"], environ.get("CONTENT_LENGTH") or "0"
        plain = length.isdecimal() and int(length) <= PLAIN_BODY and "HTTP_TRANSFER_ENCODING" not in environ
        if plain and method in PLAIN_METHODS:
            path = path.encode("latin-1").decode("utf-8", "replace")
            found = self._match(path, method)
            if found is not None:
                return _answer(found[0], _request(environ, path, found[1], int(length)), start_response)
        return self._application(environ, start_response)

    def _look(self, environ: dict[str, Any]) -> None:
        """Put down who asks and whether from this machine. Misleading for a foreign ``Host`` or scheme."""
        peer, host = environ.get("REMOTE_ADDR", "127.0.0.1"), environ.get("HTTP_HOST", "")
        if any(name in environ for name in _PASSED_ON):
            passed = forwarded.look(peer, _headers(environ), self._settings.proxies)
            environ["REMOTE_ADDR"], host = passed.client, passed.host
            if passed.scheme not in (None, self._own.scheme):
                raise forwarded.Misleading(
                    f"the proxy says that this was asked by {passed.scheme}, but clients must use "
                    f"{self._settings.base_url}: let it redirect them, or say what they use in --public-url"
                )
            environ[LOCAL] = passed.passed_on and passed.certain and loopback(passed.client)
        else:
            # A name that means other machines leads through a proxy on this one, which need not say so.
            environ[LOCAL] = self._here and loopback(peer)
        if not self._known(host):
            raise forwarded.Misleading(
                f"this server does not go by the name in the Host header; it is {self._settings.base_url} "
                "(--public-url names another one, --trusted-proxy a proxy whose X-Forwarded-Host counts)"
            )

    def _known(self, host: str) -> bool:
        """Whether the server goes by this name (DNS rebinding would bring another one)."""
        if host in self._known_hosts:
            return True
        try:
            given = urlsplit(f"//{unquote(host)}")
            name, _ = given.hostname or "", given.port
        except ValueError:
            return False
        # A name that always means this machine can't be bound to it by somebody else's DNS.
        known = name == self._own.hostname or name in LOOPBACK_NAMES or name.endswith(".localhost")
        known = known or name in self._settings.also_called
        if known and len(self._known_hosts) < 64:
            self._known_hosts.add(host)
        return known


def _refused(problem: str, start_response: StartResponse) -> Iterable[bytes]:
    body = f"400: {problem}\n".encode()
    start_response(
        "400 Bad Request", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    )
    return [body]


def _answer(endpoint: Endpoint, request: Request, start_response: StartResponse) -> Iterable[bytes]:
    try:
        response = endpoint(request)
    except StorageUnavailable as error:
        LOG.error("%s %s: %s", request.method, request.path, error)
        response = refusing_disk(request, error)
    except Exception:
        LOG.exception("%s %s failed", request.method, request.path)
        response = error_answer(request, 500, "The simulator failed; its log says why.")
    return send(response, start_response)


def send(response: Response, start_response: StartResponse) -> Iterable[bytes]:
    """Our response by WSGI."""
    headers = [*response.headers, ("Content-Length", str(len(response.body)))]
    start_response(f"{response.status} {HTTPStatus(response.status).phrase}", headers)
    return [response.body]


def _request(environ: dict[str, Any], path: str, args: Mapping[str, str], length: int) -> Request:
    headers = _headers(environ)
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return Request(
        method=environ["REQUEST_METHOD"],
        path=path,
        query=Params.parse(environ.get("QUERY_STRING", "")),
        headers=headers,
        cookies=parse_cookie(headers["cookie"]) if "cookie" in headers else {},
        body=environ["wsgi.input"].read(length) if length else b"",
        client=client_behind(environ.get("REMOTE_ADDR", "127.0.0.1"), headers),
        args=args,
        local=environ[LOCAL],
    )


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    return {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
