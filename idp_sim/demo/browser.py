"""A small browser over ``requests``: cookies, redirects one by one, forms by plain POST.

Redirects are followed by hand so that each protocol message can be told; what leads to an address of the
application under test is caught before any connection is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from idp_sim.demo.page import Form, Page, parse_page

if TYPE_CHECKING:
    import requests

#: More redirects than any sign-in needs: a loop, not a way.
MAX_HOPS = 20
TIMEOUT = 30.0


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One request that the browser made and the status it got; ``answered`` is the page whose form it sent."""

    method: str
    url: str
    status: int
    answered: Page | None = None

    @property
    def path(self) -> str:
        """The path of the URL."""
        return urlsplit(self.url).path


@dataclass(frozen=True, kw_only=True)
class Landing:
    """The browser was sent to an address of the application: URL and the parameters it carries."""

    url: str
    parameters: Mapping[str, str]


#: Fields of messages that a page hands on by itself.
CARRIED = frozenset({"state", "code", "error", "wresult", "SAMLRequest", "SAMLResponse"})


class Browser:
    """One person's browser. ``stop_at`` are the addresses (without query) where an application waits.

    ``verify`` is the CA file (True: the system's); ``on_hop`` hears of every request.
    """

    def __init__(
        self, *, verify: str | bool = True, stop_at: tuple[str, ...] = (), on_hop: Callable[[Hop], None] | None = None
    ) -> None:
        import requests

        self._session = requests.Session()
        # The variables REQUESTS_CA_BUNDLE and HTTPS_PROXY of a developer's machine must not reach loopback calls.
        self._session.trust_env = False
        self._verify = verify
        self.stop_at = stop_at
        self._on_hop = on_hop

    def get(self, url: str) -> Page | Landing:
        """Open ``url`` and follow it to a page or to the application."""
        return self._follow("GET", url, None, None)

    def submit(
        self, page: Page, values: Mapping[str, str] | None = None, *, press: tuple[str, str] | None = None
    ) -> Page | Landing:
        """Send the page's primary form with ``values`` filled in; ``press`` is another button's name and value.

        LookupError when a value has no field: the page is not the one expected.
        """
        form, values = page.form, dict(values or {})
        if missing := sorted(set(values) - form.inputs):
            raise LookupError(f"the page '{page.title}' ({page.step}) has no field {', '.join(missing)}")
        data = [(name, values.pop(name, value)) for name, value in form.fields]
        data += values.items()
        pressed = press or _primary(form)
        return self._follow(form.method, form.action, [*data, pressed] if pressed else data, page)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _follow(
        self, method: str, url: str, data: list[tuple[str, str]] | None, answered: Page | None
    ) -> Page | Landing:
        for _ in range(MAX_HOPS):
            if (target := urldefrag(url).url.partition("?")[0]) in self.stop_at:
                return Landing(url=target, parameters=_parameters(url, data))
            response = self._send(method, url, data)
            self._heard(Hop(method=method, url=url, status=response.status_code, answered=answered))
            if response.is_redirect:
                url = urljoin(url, response.headers["Location"])
                if response.status_code != 307:
                    method, data = "GET", None
                answered = None
                continue
            page = parse_page(response.text, url=url, status=response.status_code)
            if (posting := _posts_itself(page)) is None:
                return page
            method, url, data, answered = "POST", posting.action, list(posting.fields), None
        raise RuntimeError(f"more than {MAX_HOPS} redirects, the last one to {url}")

    def _heard(self, hop: Hop) -> None:
        if self._on_hop:
            self._on_hop(hop)

    def _send(self, method: str, url: str, data: list[tuple[str, str]] | None) -> requests.Response:
        query, body = (data, None) if method == "GET" else (None, data)
        return self._session.request(
            method, url, params=query, data=body, allow_redirects=False, verify=self._verify, timeout=TIMEOUT
        )


def _primary(form: Form) -> tuple[str, str] | None:
    """The button that a person presses to go on: the real product's ``idSIButton9``, else the first."""
    button = next((b for b in form.buttons if b.id == "idSIButton9"), next(iter(form.buttons), None))
    return (button.name, button.value) if button and button.name else None


def _posts_itself(page: Page) -> Form | None:
    """The form of a page that carries a message to the next party (form_post, SAML, WS-Federation), if it is one."""
    if page.status != 200 or len(page.forms) != 1:
        return None
    form = page.forms[0]
    carries = "canary" not in form.inputs and CARRIED & form.inputs
    return form if form.method == "POST" and carries else None


def _parameters(url: str, data: list[tuple[str, str]] | None) -> dict[str, str]:
    parts = urlsplit(url)
    return {**dict(parse_qsl(parts.query)), **dict(parse_qsl(parts.fragment)), **dict(data or ())}
