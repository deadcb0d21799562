"""In front of Flask: refuses a foreign ``Host``, makes doubled slashes one, and answers the hottest endpoints itself.

The same endpoint functions serve both entrances, so behaviour can't differ; what is saved is the framework's own
work for documents and tokens, which is a third of such an answer.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from idp_sim.http import Endpoint, Params, Request, Response, json_response
from idp_sim.ports import StorageUnavailable
from idp_sim.settings import Settings
from idp_sim.web.error_answers import refusing_disk
from idp_sim.web.platforms import client_facts

LOG = logging.getLogger("idp_sim")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_DOUBLED = re.compile(r"/{2,}")
#: Path below the tenant -> name of the route.
HOT = {
    "oauth2/v2.0/token": "token",
    "discovery/v2.0/keys": "keys",
    "v2.0/.well-known/openid-configuration": "openid-configuration",
}
#: Methods that the hot endpoints answer by themselves; others take the long way.
HOT_METHODS = {"token": "POST", "keys": "GET", "openid-configuration": "GET"}
#: Larger bodies go to Flask, which refuses what is too large.
HOT_BODY = 64 * 1024

StartResponse = Callable[..., Any]


class Gate:
    """A WSGI application before another one. ``hot`` gives the endpoint of a route by name."""

    def __init__(self, application: Callable[..., Any], settings: Settings, hot: Callable[[str], Endpoint]) -> None:
        self._application = application
        self._own = urlsplit(settings.base_url)
        self._hot = hot
        self._known_hosts: set[str] = set()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not self._known(environ.get("HTTP_HOST", "")):
            return _foreign_host(start_response)
        environ["wsgi.url_scheme"] = self._own.scheme
        path: str = environ.get("PATH_INFO", "")
        if "//" in path:
            path = environ["PATH_INFO"] = _DOUBLED.sub("/", path)
        _, _, below = path.partition("/")
        tenant, _, rest = below.partition("/")
        name = HOT.get(rest)
        if name is not None and environ["REQUEST_METHOD"] == HOT_METHODS[name]:
            endpoint, length = self._hot(name), environ.get("CONTENT_LENGTH") or "0"
            if length.isdecimal() and int(length) <= HOT_BODY and "%" not in tenant:
                return _answer(endpoint, environ, start_response, tenant, int(length))
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


def _answer(
    endpoint: Endpoint, environ: dict[str, Any], start_response: StartResponse, tenant: str, length: int
) -> Iterable[bytes]:
    try:
        response = endpoint(_request(environ, tenant, length))
    except StorageUnavailable as error:
        LOG.error("%s %s: %s", environ["REQUEST_METHOD"], environ["PATH_INFO"], error)
        response = refusing_disk(_request(environ, tenant, 0), error)
    except Exception:
        LOG.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
        response = json_response({"error": "server_error", "error_description": "The simulator failed."}, 500)
    return send(response, start_response)


def send(response: Response, start_response: StartResponse) -> Iterable[bytes]:
    """Our response by WSGI."""
    headers = [*response.headers, ("Content-Length", str(len(response.body)))]
    start_response(f"{response.status} {HTTPStatus(response.status).phrase}", headers)
    return [response.body]


def _request(environ: dict[str, Any], tenant: str, length: int) -> Request:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        query=Params.parse(environ.get("QUERY_STRING", "")),
        headers=headers,
        body=environ["wsgi.input"].read(length) if length else b"",
        client=client_facts(environ.get("REMOTE_ADDR", "127.0.0.1"), headers.get("user-agent", "")),
        args={"tenant": tenant},
    )
