"""A person at a browser: reads which page it is and gives what that page asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from idp_sim.demo.browser import Browser, Landing
from idp_sim.demo.client import Control, UnexpectedAnswer
from idp_sim.demo.page import Page

#: No sign-in asks for more pages than this; more means that an answer was refused again and again.
MAX_PAGES = 15


def totp(secret: str, now: datetime) -> str:
    """The six-digit code of a base32 secret (RFC 6238; SHA-1, 30 seconds)."""
    import base64

    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    return TOTP(key, 6, SHA1(), 30, enforce_key_length=False).generate(int(now.timestamp())).decode()  # noqa: S303


#: How the pages of the imitated products call the two fields.
USER_NAME_FIELDS = ("loginfmt", "identifier", "UserName", "username")
PASSWORD_FIELDS = ("passwd", "Passwd", "Password", "password")


@dataclass
class Person:
    """Who signs in, and what they have: a password at home, and authenticator secrets by tenant id."""

    address: str
    control: Control
    password: str | None = None
    authenticators: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)  # (tenant id, step) of every page answered

    def walk(self, browser: Browser, start: Page | Landing) -> Landing:
        """Answer page after page until the application is reached.

        UnexpectedAnswer tells which page stopped the person: an error page, or one nobody foresaw.
        """
        place = start
        for _ in range(MAX_PAGES):
            if isinstance(place, Landing):
                return place
            answer = ANSWERS.get(place.step or "")
            if answer is None:
                raise UnexpectedAnswer(
                    f"stopped at the page '{place.title}' ({place.step or place.status}, "
                    f"{place.url}): {place.text[:600]}"
                )
            self.seen.append((place.tenant or "", place.step or ""))
            place = answer(self, browser, place)
        raise UnexpectedAnswer(f"asked for more than {MAX_PAGES} pages; the last was '{self.seen[-1][1]}'")

    def give_name(self, browser: Browser, page: Page) -> Page | Landing:
        """The user name, and the password where the same page asks for it."""
        return browser.submit(page, self._typed(page))

    def give_password(self, browser: Browser, page: Page) -> Page | Landing:
        """The password at home."""
        if self.password is None:
            raise UnexpectedAnswer(f"{self.address} has no password, but '{page.title}' asks for one")
        return browser.submit(page, self._typed(page))

    def _typed(self, page: Page) -> dict[str, str]:
        """What goes into the fields of a page of any product."""
        names = {field: self.address for field in USER_NAME_FIELDS if field in page.form.inputs}
        return names | {field: self.password or "" for field in PASSWORD_FIELDS if field in page.form.inputs}

    def give_passcode(self, browser: Browser, page: Page) -> Page | Landing:
        """Have the passcode sent, or type the one that came by mail."""
        if "otc" not in page.form.inputs:
            return browser.submit(page)
        return browser.submit(page, {"otc": self.control.newest_passcode(self.address)})

    def register(self, browser: Browser, page: Page) -> Page | Landing:
        """Take the secret from the page's ``otpauth://`` link, as an authenticator app does."""
        link = next((link for link in page.links if link.startswith("otpauth://")), None)
        if link is None:
            raise UnexpectedAnswer(f"the page '{page.title}' shows no otpauth link")
        self.authenticators[page.tenant or ""] = parse_qs(urlsplit(link).query)["secret"][0]
        return self.give_code(browser, page)

    def give_code(self, browser: Browser, page: Page) -> Page | Landing:
        """The authenticator's code for this tenant, at the world's time."""
        secret = self.authenticators.get(page.tenant or "")
        if secret is None:
            raise UnexpectedAnswer(f"{self.address} has no authenticator for '{page.title}' at {page.tenant}")
        return browser.submit(page, {"otc": totp(secret, self.control.now())})

    def accept(self, browser: Browser, page: Page) -> Page | Landing:
        """The willing answer."""
        return browser.submit(page)

    def decline(self, browser: Browser, page: Page) -> Page | Landing:
        """The refusal, where it ends nothing (*Stay signed in?* No)."""
        return browser.submit(page, press=("decision", "decline"))

    def pick(self, browser: Browser, page: Page) -> Page | Landing:
        """The account with the person's own address, else another one."""
        mine = (b for b in page.form.buttons if b.name == "account" and self.address in b.label)
        chosen = next(mine, None)
        return browser.submit(page, press=("account", chosen.value if chosen else "other"))


#: data-step of a page -> what the person does.
ANSWERS: Mapping[str, Callable[[Person, Browser, Page], Page | Landing]] = {
    "home_realm_discovery": Person.give_name,
    "password": Person.give_password,
    "passcode": Person.give_passcode,
    "mfa_registration": Person.register,
    "mfa_challenge": Person.give_code,
    "consent": Person.accept,
    "app_consent": Person.accept,
    "terms_of_use": Person.accept,
    "account_picker": Person.pick,
    "stay_signed_in": Person.decline,
}
