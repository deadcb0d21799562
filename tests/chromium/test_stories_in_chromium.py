"""The three stories in a real browser: mail and phone are read from their pages, the app is the sample app."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from idp_sim.demo.stories import RESOURCE, STORIES, Story, expected_idp
from tests.chromium.conftest import Look
from tests.chromium_browser import Hands
from tests.simulator import MakeWorld, World

SAMPLE = "/sample/portal"


def invite(world: World, address: str) -> None:
    """Invite into the sample app: after consent its sign-in begins (OpenID Connect Core 4)."""
    begin = urlencode({"iss": world.tenant(RESOURCE)["issuer"], "login_hint": address})
    body = {
        "invitedUserEmailAddress": address,
        "inviteRedirectUrl": f"{world.base_url}{SAMPLE}/sign-in?{begin}",
        "sendInvitationMessage": True,
    }
    world.graph("POST", "/invitations", body, expect=201)


def hands(world: World, context: Any, story: Story, look: Look) -> Hands:
    """The story's person, who opens phone and mail in tabs of their own."""
    names = {world.tenant_id(t["name"]): t["name"] for t in world["tenants"]}
    row = next((u for u in world["users"] if u["user_principal_name"] == story.address), None)

    def phone_code(address: str, tenant: str) -> str:
        tab = context.new_page()
        tab.goto(f"{world.base_url}/phone?{urlencode({'world': world.id, 'user': address})}")
        entry = f"[data-testid=phone-entry][data-tenant={names[tenant]}]"
        code = tab.locator(entry).get_by_test_id("phone-code").inner_text()
        tab.close()
        return str(code)

    def passcode(address: str) -> str:
        tab = context.new_page()
        tab.goto(f"{world.base_url}/inbox?{urlencode({'world': world.id, 'q': address})}")
        tab.get_by_test_id("mail-link").first.click()
        code = tab.get_by_test_id("mail-passcode").inner_text()
        tab.close()
        return str(code)

    return Hands(
        address=story.address,
        password=row["password"] if row else None,
        phone_code=phone_code,
        passcode=passcode,
        now=world.now,
        look=look,
    )


def accept(world: World, context: Any, address: str, look: Look) -> Any:
    """Watch the inbox, be invited, open the mail that appears, press its button; the new tab."""
    page = context.new_page()
    page.goto(f"{world.base_url}/inbox?world={world.id}")
    assert page.get_by_test_id("mail-empty").is_visible()
    invite(world, address)
    page.get_by_test_id("mail-link").first.click(timeout=8000)  # it comes by itself
    look("inbox message", page)
    with context.expect_page() as opened:
        page.frame_locator("[data-testid=mail-body]").get_by_role("link", name="Accept invitation").click()
    return opened.value


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_guest_comes_by_the_mail_and_ends_in_the_sample_app(
    make_world: MakeWorld, context: Any, inspect: Look, story: Story
) -> None:
    world = make_world("uninvited")
    page = accept(world, context, story.address, inspect)
    person = hands(world, context, story, inspect)
    person.walk(page, until=f"{world.base_url}{SAMPLE}")

    inspect("sample account", page)
    names = {world.tenant_id(t["name"]): t["name"] for t in world["tenants"]}
    seen = {(names[tenant], step) for tenant, step in person.seen}
    assert story.pages <= seen
    assert not story.never & seen
    assert page.get_by_test_id("sample-guest").is_visible()
    checks = page.get_by_test_id("sample-check")
    assert checks.count() > 5
    assert {checks.nth(i).get_attribute("data-passed") for i in range(checks.count())} == {"true"}
    assert expected_idp(story, world["tenants"]) in page.content()
