"""A real Chromium for tests: how it is started, whom it trusts, and a person who uses it with eyes and hands."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idp_sim.demo.person import PASSWORD_FIELDS, USER_NAME_FIELDS, totp

#: Debian's Chromium without whatever would talk to its makers. Names resolve to this machine or not at all.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
)
MAX_PAGES = 30


def missing(what: str) -> None:
    """Skip the test loudly where a person runs it, fail where the whole check runs: there everything is installed."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is needed by the browser tests, and .ci/run installs it", pytrace=False)
    pytest.skip(f"NO BROWSER TESTS: {what} is not installed")


def executable() -> str:
    """Chromium's path: ``CHROMIUM``, or the one on the path."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        missing("chromium")
    return str(found)


def key_pin(base_url: str) -> str:
    """The SHA-256 of the server's public key: Chromium trusts this key and no other unknown one.

    Playwright can't name a CA; a pin is stricter than the CA would be, and nothing is switched off.
    """
    parts = urlsplit(base_url)
    pem = ssl.get_server_certificate(("127.0.0.1", parts.port or 443))
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return base64.b64encode(digest).decode()


def pinned(base_url: str) -> str:
    """The argument that lets Chromium trust the server at ``base_url``."""
    return f"--ignore-certificate-errors-spki-list={key_pin(base_url)}"


@contextmanager
def chromium(base_url: str) -> Iterator[Any]:
    """A running Chromium that trusts the server at ``base_url``."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("the dependency group 'browser' (playwright)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS, pinned(base_url)])
        yield browser
        browser.close()


@dataclass
class Hands:
    """Somebody at Chromium: knows an address and a password, looks at phone and mail in another tab.

    ``look(kind, page)`` is called at every page before it is answered.
    """

    address: str
    password: str | None
    phone_code: Callable[[str, str], str]  # address, tenant id -> the code that the phone page shows
    passcode: Callable[[str], str]
    now: Callable[[], datetime]
    look: Callable[[str, Any], None]
    seen: list[tuple[str, str]] = field(default_factory=list)  # tenant id, step

    def walk(self, page: Any, *, until: str) -> None:
        """Answer sign-in pages until the address begins with ``until`` and shows no sign-in page."""
        for _ in range(MAX_PAGES):
            page.wait_for_load_state("load")
            step = page.locator("body").get_attribute("data-step")
            if step is None and page.url.startswith(until):
                return
            assert step in ACTS, f"stopped at {page.url} ({step}): {page.locator('body').inner_text()[:600]}"
            self.seen.append((page.locator("body").get_attribute("data-tenant") or "", step))
            self.look(step, page)
            before = page.evaluate("performance.timeOrigin")
            ACTS[step](self, page)
            page.wait_for_function("before => performance.timeOrigin !== before", arg=before)
        raise AssertionError(f"more than {MAX_PAGES} pages: {self.seen}")

    def _fill(self, page: Any, name: str, value: str | None) -> None:
        assert value is not None, f"{self.address} has nothing to type into {name}"
        page.locator(f"[name={name}]").fill(value)
        self._go_on(page)

    def _go_on(self, page: Any) -> None:
        page.locator("#idSIButton9").click()

    def _sign_in(self, page: Any) -> None:
        """User name and password in the fields of whichever product's page this is, on one page or on two."""
        given = [*dict.fromkeys(USER_NAME_FIELDS, self.address).items()]
        given += [(name, self.password or "") for name in PASSWORD_FIELDS]
        for name, value in given:
            field = page.locator(f"input[name={name}]:visible")
            if field.count():
                field.fill(value)
        page.get_by_test_id("primary").click()

    def _passcode(self, page: Any) -> None:
        if page.locator("[name=otc]").count():
            self._fill(page, "otc", self.passcode(self.address))
        else:
            self._go_on(page)

    def _register(self, page: Any) -> None:
        link = page.locator("a[href^='otpauth:']").get_attribute("href")
        self._fill(page, "otc", totp(parse_qs(urlsplit(link).query)["secret"][0], self.now()))

    def _code(self, page: Any) -> None:
        tenant = page.locator("body").get_attribute("data-tenant")
        self._fill(page, "otc", self.phone_code(self.address, tenant))

    def _decline(self, page: Any) -> None:
        page.locator("[name=decision][value=decline]").click()


ACTS: Mapping[str | None, Callable[[Hands, Any], None]] = {
    "home_realm_discovery": Hands._sign_in,
    "password": Hands._sign_in,
    "passcode": Hands._passcode,
    "mfa_registration": Hands._register,
    "mfa_challenge": Hands._code,
    "consent": Hands._go_on,
    "app_consent": Hands._go_on,
    "stay_signed_in": Hands._decline,
}
