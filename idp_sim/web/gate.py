"""In front of Flask: refuses a foreign ``Host``, makes doubled slashes one, and answers plain requests itself.

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

from idp_sim.http import Endpoint, Params, Request, Response
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

StartResponse = Callable[..., Any]
#: Path and method -> the endpoint and the values of its placeholders, or None.
Match = Callable[[str, str], tuple[Endpoint, Mapping[str, str]] | None]


class Gate:
    """A WSGI application before another one."""

    def __init__(self, application: Callable[..., Any], settings: Settings, match: Match) -> None:
        self._application = application
        self._own = urlsplit(settings.base_url)
        self._match = match
        self._known_hosts: set[str] = set()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not self._known(environ.get("HTTP_HOST", "")):
            return _foreign_host(start_response)
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
        if known and len(self._known_hosts) < 64:
            self._known_hosts.add(host)
        return known


def _foreign_host(start_response: StartResponse) -> Iterable[bytes]:
    body = b"400: this server does not go by the name in the Host header.\n"
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
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
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
    )
