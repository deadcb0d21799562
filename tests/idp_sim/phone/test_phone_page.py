"""``/phone``: one phone a person, with the codes that sign them in."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tests.simulator import World, totp


def page(world: World, **query: str) -> str:
    answer = world.call("GET", "/phone", query={"world": world.id, **query})
    assert answer.status == 200
    return answer.text


def test_the_code_is_the_one_that_counts_now(world: World) -> None:
    now = world.freeze(datetime(2027, 1, 1, 12, 0, 5, tzinfo=UTC))
    shown = page(world, user="ana")
    assert re.findall(r'data-user="([^"]+)"', shown) == ["ana@fabrikam.example"]
    assert re.findall(r'data-testid="phone-code">(\d+)<', shown) == [totp(world.user("ana")["totp_secret"], now)]


def test_a_person_whom_two_tenants_know_has_one_phone(world: World) -> None:
    body = {"tenant": "contoso", "user": "ben@fabrikam.example", "application": "portal", "redeem": True}
    world.control("POST", "sign-ins", body)
    secret = world.user("ben")["totp_secret"]
    guest = world.control("GET", "ready")["guests"]
    ben = next(g for g in guest if g["mail"] == "ben@fabrikam.example")
    world.control("PATCH", f"users/{ben['id']}", {"totp_secret": secret})
    shown = page(world, user="ben@fabrikam.example")
    assert shown.count('data-testid="phone"') == 1
    assert sorted(re.findall(r'data-tenant="([^"]+)"', shown)) == ["contoso", "fabrikam"]


def test_a_standing_clock_is_said_and_not_asked_again(world: World) -> None:
    assert "every 3s" in page(world)
    world.freeze()
    shown = page(world)
    assert "clock stands" in shown
    assert "every 3s" not in shown


def test_nobody_and_no_message_are_said(world: World) -> None:
    shown = page(world, user="nobody<b>")
    assert "phone-empty" in shown
    assert "phone-messages-empty" in shown
    assert "nobody<b>" not in shown
