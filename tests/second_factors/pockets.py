"""How a person carries each authentication method in a browser: registers it, shows it, gets it wrong."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from federation.model import Method
from idp_sim.headless.software_authenticator import SoftwareKey
from tests.browser import Browser, Landing, Page, totp
from tests.simulator import World

Place = Page | Landing
PHONE = "+1 5550100123"


@dataclass
class Pocket:
    """One person with a browser, in front of pages of one tenant."""

    world: World
    browser: Browser
    address: str
    password: str
    secret: str = ""

    def arrive(self, **changes: str) -> Page:
        """Give name and password; the page that asks for a second factor, or to register one."""
        url = self.world.authorize_url(login_hint=self.address, **changes)
        page = self.browser.get(url)
        assert isinstance(page, Page)
        assert page.step == "password", page.text
        page = self.browser.submit(page, {"passwd": self.password})
        assert isinstance(page, Page)
        return page

    def newest(self, kind: str) -> dict[str, Any]:
        """The newest message of a kind on the phone."""
        found = self.world.control("GET", "phone/messages", user=self.address)["value"]
        return next(message for message in reversed(found) if message["kind"] == kind)

    def answer(self, decision: str, **number: int) -> None:
        """Answer the newest push request."""
        request = self.newest("push")
        self.world.control("POST", f"phone/approvals/{request['id']}", {"decision": decision, **number})

    def shown_number(self, page: Page) -> int:
        """The number that the page shows."""
        return int(next(word for word in page.text.split() if word.isdecimal() and len(word) == 2))

    def pick(self, page: Page, method: Method) -> Page:
        """The page of one method, from whichever is shown first."""
        if any(button.value == "other" for button in page.form.buttons):
            page = self._page(self.browser.submit(page, press=("decision", "other")))
            page = self._page(self.browser.submit(page, press=("method", method.value)))
        return page

    def _page(self, place: Place) -> Page:
        assert isinstance(place, Page), place
        return place


def _register_code(pocket: Pocket, page: Page) -> Place:
    link = next(link for link in page.links if link.startswith("otpauth://"))
    pocket.secret = parse_qs(urlsplit(link).query)["secret"][0]
    return _type_code(pocket, page)


def _type_code(pocket: Pocket, page: Page) -> Place:
    return pocket.browser.submit(page, {"otc": totp(pocket.secret, pocket.world.now())})


def _type_sent(kind: str) -> Callable[[Pocket, Page], Place]:
    return lambda pocket, page: pocket.browser.submit(page, {"otc": pocket.newest(kind)["code"]})


def _register_phone(kind: str) -> Callable[[Pocket, Page], Place]:
    def register(pocket: Pocket, page: Page) -> Place:
        page = pocket._page(pocket.browser.submit(page, {"phone": PHONE}))
        return _type_sent(kind)(pocket, page)

    return register


def _wrong_code(pocket: Pocket, page: Page) -> Place:
    return pocket.browser.submit(page, {"otc": "not it"})


def _register_app(pocket: Pocket, page: Page) -> Place:
    return _approve(pocket, pocket._page(pocket.browser.submit(page)))


def _approve(pocket: Pocket, page: Page) -> Place:
    pocket.answer("approve", number=pocket.shown_number(page))
    return pocket.browser.submit(page)


def _deny(pocket: Pocket, page: Page) -> Place:
    pocket.answer("deny")
    return pocket.browser.submit(page)


def _key_of(pocket: Pocket) -> SoftwareKey:
    identifier = base64.urlsafe_b64encode(hashlib.sha256(pocket.address.encode()).digest()[:16]).rstrip(b"=")
    return SoftwareKey(id=identifier.decode(), secret=identifier.decode())


def _options(page: Page) -> dict[str, Any]:
    options: dict[str, Any] = json.loads(dict(page.form.fields)["passkeyOptions"])
    return options


def _make_key(pocket: Pocket, page: Page) -> Place:
    answer = _key_of(pocket).register(_options(page), origin=pocket.world.base_url)
    return pocket.browser.submit(page, {"credential": answer})


def _sign(pocket: Pocket, page: Page) -> Place:
    answer = _key_of(pocket).sign(_options(page), origin=pocket.world.base_url, count=1)
    return pocket.browser.submit(page, {"credential": answer})


def _sign_elsewhere(pocket: Pocket, page: Page) -> Place:
    answer = _key_of(pocket).sign(_options(page), origin="https://login.phisher.example", count=1)
    return pocket.browser.submit(page, {"credential": answer})


@dataclass(frozen=True, kw_only=True)
class Carried:
    """One method in somebody's pocket. ``lasts`` seconds is how long what was sent is accepted, 0 for ever.

    ``gone`` is the Graph collection from which an administrator removes it.
    """

    register: Callable[[Pocket, Page], Place]
    show: Callable[[Pocket, Page], Place]
    wrong: Callable[[Pocket, Page], Place]
    gone: str
    lasts: int = 0
    amr: tuple[str, ...] = ("pwd", "mfa")


CARRIED: Mapping[Method, Carried] = {
    Method.SOFTWARE_OATH: Carried(
        register=_register_code, show=_type_code, wrong=_wrong_code, gone="softwareOathMethods"
    ),
    Method.SMS: Carried(
        register=_register_phone("sms"), show=_type_sent("sms"), wrong=_wrong_code, gone="phoneMethods", lasts=180
    ),
    Method.VOICE: Carried(
        register=_register_phone("voice"), show=_type_sent("voice"), wrong=_wrong_code, gone="phoneMethods", lasts=180
    ),
    Method.FIDO2: Carried(
        register=_make_key, show=_sign, wrong=_sign_elsewhere, gone="fido2Methods", amr=("pwd", "fido", "mfa")
    ),
    Method.PUSH: Carried(
        register=_register_app, show=_approve, wrong=_deny, gone="microsoftAuthenticatorMethods", lasts=60
    ),
}
