"""Who may see the tool's own pages: mail, codes, passwords, sign-ins.

Whoever sits at this machine sees them without ado; that is what they are for. Everybody else shows the control
token, once for each browser: who holds it could read all of it by the control API anyway. Sign-in pages and the
sample app stay open, since guests come from anywhere (docs/decisions/0007-who-sees-the-tool.md).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from idp_sim.http import Endpoint, Request, Response, Route, redirect
from idp_sim.look.render import Look
from idp_sim.ports import Ports

HERE = "/unlock"
#: Where somebody may be led to after the door: a path of this server, and never another one (``//host``, ``/\\host``).
_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%?-][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?\Z")
LONGEST_TOKEN = 1024
#: What the value of the cookie is made for; another purpose gives another value.
_PURPOSE = b"idp-sim: pages of the tool"


class Door:
    """Lets people in, and guards the routes behind it. One per simulator; keeps nothing."""

    def __init__(self, ports: Ports) -> None:
        self._settings = ports.settings
        self._look = Look(Path(__file__).with_name("templates"))
        self._cookie_name = ports.settings.cookie_name("idp-sim-tool")
        self._cookie = hmac.new(ports.settings.control_token.encode(), _PURPOSE, "sha256").hexdigest()

    def is_open(self, request: Request) -> bool:
        """Whether this visitor may see everything."""
        return request.local or self._is_token(request.bearer_token) or self._has_cookie(request)

    def guarded(self, routes: Iterable[Route]) -> list[Route]:
        """The routes, for those who may see them; others get the door."""
        return [replace(route, endpoint=self._guarded(route.endpoint)) for route in routes]

    def routes(self) -> list[Route]:
        """The door itself."""
        return [
            Route(rule=HERE, methods=("GET",), endpoint=self.show, name="door"),
            Route(rule=HERE, methods=("POST",), endpoint=self.enter, name="door-enter"),
        ]

    def show(self, request: Request) -> Response:
        """The form."""
        return self._form(request.query.get("to") or "/", status=200)

    def enter(self, request: Request) -> Response:
        """Take the token. It is its own proof against forgery: whoever could forge the form would have to know it."""
        to = request.form.get("to") or "/"
        if not self._is_token(request.form.get("token")):
            return self._form(to, status=403, wrong=True)
        secure = "; Secure" if self._settings.tls else ""
        cookie = f"{self._cookie_name}={self._cookie}; Path=/; HttpOnly; SameSite=Lax{secure}"
        return redirect(_own_path(to), 303).with_headers(("Set-Cookie", cookie))

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        def guarded(request: Request) -> Response:
            if self.is_open(request):
                return endpoint(request)
            to = request.path if request.method == "GET" else "/"
            query = request.query.encoded()
            return self._form(f"{to}?{query}" if query and to != "/" else to, status=401)

        return guarded

    def _form(self, to: str, *, status: int, wrong: bool = False) -> Response:
        page = self._look.response("door.html", status=status, to=_own_path(to), wrong=wrong, action=HERE)
        return page.with_headers(("WWW-Authenticate", 'Bearer realm="idp-sim"')) if status == 401 else page

    def _is_token(self, given: str | None) -> bool:
        expected = self._settings.control_token
        return given is not None and hmac.compare_digest(given[:LONGEST_TOKEN].encode(), expected.encode())

    def _has_cookie(self, request: Request) -> bool:
        return hmac.compare_digest(request.cookies.get(self._cookie_name, "").encode(), self._cookie.encode())


def _own_path(path: str) -> str:
    return path if _OWN_PATH.match(path) else "/"
