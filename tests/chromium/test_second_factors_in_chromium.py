"""Second factors in a real browser: a text, a push request with its number, a passkey of Chromium's own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.chromium.conftest import Look
from tests.simulator import World

SAMPLE = "/sample/portal"
PHONE = "+1 5550100123"


@pytest.fixture
def arrived(world: World, context: Any) -> Any:
    """Megan, who must always show a second factor and has none, after her password."""
    megan = world.user("megan")
    world.control("PATCH", f"users/{megan['id']}", {"mfa": "always"})
    begin = urlencode({"iss": world.tenant()["issuer"], "login_hint": megan["user_principal_name"]})
    page = context.new_page()
    page.set_default_timeout(8000)

    def arrive() -> Any:
        context.clear_cookies()
        page.goto(f"{world.base_url}{SAMPLE}/sign-in?{begin}")
        page.locator("#i0118").fill(megan["password"])
        page.locator("#idSIButton9").click()
        return page

    return arrive


def pick(page: Any, method: str) -> None:
    page.get_by_test_id("other-method").click()
    page.locator(f"[data-testid=method][data-value={method}]").click()


def finish(page: Any, after: str) -> None:
    """Once the page has gone on from the step ``after``: agree, say no to staying signed in, arrive at the app."""
    page.locator(f"body:not([data-step={after}])").wait_for()
    for _ in range(3):
        if SAMPLE in page.url:
            return
        staying = page.locator("body").get_attribute("data-step") == "stay_signed_in"
        page.locator("#idBtn_Back" if staying else "#idSIButton9").click()
    assert SAMPLE in page.url, page.locator("body").inner_text()


def phone_of(world: World, context: Any) -> Any:
    phone = context.new_page()
    phone.goto(f"{world.base_url}/phone?world={world.id}&user=megan")
    return phone


def test_a_text_message_is_read_from_the_phone(world: World, context: Any, arrived: Any, inspect: Look) -> None:
    page = arrived()
    inspect("registration", page)
    page.get_by_test_id("other-method").click()
    inspect("method picker", page)
    page.locator("[data-testid=method][data-value=sms]").click()
    inspect("register phone", page)
    page.get_by_test_id("phone").fill(PHONE)
    page.locator("#idSIButton9").click()
    inspect("sent code", page)
    phone = phone_of(world, context)
    inspect("phone with a text", phone)
    page.get_by_test_id("code").fill(phone.get_by_test_id("phone-sms-code").inner_text())
    page.locator("#idSIButton9").click()
    finish(page, "mfa_registration")


def test_the_page_goes_on_by_itself_when_the_phone_approves(
    world: World, context: Any, arrived: Any, inspect: Look
) -> None:
    page = arrived()
    pick(page, "microsoftAuthenticatorPush")
    inspect("pair authenticator", page)
    phone = phone_of(world, context)
    page.locator("#idSIButton9").click()
    inspect("approve request", page)
    number = page.get_by_test_id("number").inner_text()
    phone.get_by_test_id("phone-number").fill(number, timeout=8000)  # the request comes by itself
    inspect("phone with a request", phone)
    phone.get_by_test_id("phone-approve").click()
    assert phone.get_by_test_id("phone-state").inner_text() == "Approved"
    finish(page, "mfa_registration")


def test_a_passkey_is_made_and_signs_in(world: World, context: Any, arrived: Any, inspect: Look) -> None:
    page = arrived()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    pick(page, "fido2")
    inspect("make passkey", page)
    page.locator("#idSIButton9").click()
    finish(page, "mfa_registration")
    arrived()
    assert page.locator("body").get_attribute("data-step") == "mfa_challenge"
    inspect("use passkey", page)
    page.locator("#idSIButton9").click()
    finish(page, "mfa_challenge")
