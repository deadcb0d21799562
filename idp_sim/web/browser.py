"""The cookie that tells one browser from another. It holds a random value; only its digest is stored."""

from __future__ import annotations

from dataclasses import dataclass

from idp_sim.http import Request, Response
from idp_sim.ports import Ports
from idp_sim.services.secrets_at_rest import digest
from idp_sim.tokens.lifetimes import PERSISTENT_SESSION


@dataclass(frozen=True, kw_only=True)
class Browser:
    """A browser: ``id`` is the digest under which sessions are kept; ``new_cookie`` is set when it had none."""

    id: str
    cookie: str
    new: bool


def cookie_name(ports: Ports) -> str:
    """Another one for each simulator of this host."""
    return ports.settings.cookie_name("idp-sim")


def recognise(ports: Ports, request: Request) -> Browser:
    """The browser of a request; one without a usable cookie gets a new one."""
    cookie = request.cookies.get(cookie_name(ports), "")
    if 20 <= len(cookie) <= 100 and cookie.isascii():
        return Browser(id=digest(cookie), cookie=cookie, new=False)
    fresh = ports.ids.secret(32)
    return Browser(id=digest(fresh), cookie=fresh, new=True)


def remember(ports: Ports, browser: Browser, response: Response, *, persistent: bool = False) -> Response:
    """The response with the cookie when it is new, or when it shall outlive the browser (*Stay signed in*).

    ``SameSite=None`` because homes answer by cross-site POST; then browsers demand ``Secure``. Max-Age counts in
    real seconds: the browser does not know the world's clock.
    """
    if not browser.new and not persistent:
        return response
    attributes = "Path=/; HttpOnly" + ("; Secure; SameSite=None" if ports.settings.tls else "; SameSite=Lax")
    if persistent:
        attributes += f"; Max-Age={int(PERSISTENT_SESSION.total_seconds())}"
    return response.with_headers(("Set-Cookie", f"{cookie_name(ports)}={browser.cookie}; {attributes}"))
