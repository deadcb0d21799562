"""Whole stories, each played twice: by a browser over HTTPS and headless. Both must end the same way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.simulator import MakeWorld, World
from tests.stories import (
    End,
    add_policy,
    by_browser,
    by_headless,
    guest,
    invite,
    policy_ids,
    set_partner,
    setting,
    sign_ins,
)

Arrange = Callable[[World], object]
ANA, BEN, CLEO = "ana@fabrikam.example", "ben@fabrikam.example", "cleo@fabrikam.example"
NORA, OTTO, OMAR = "nora@northwind.example", "otto@proseware.example", "omar@contoso.example"


@dataclass(frozen=True, kw_only=True)
class Story:
    """Who signs in to what, after which preparation, and how it must end. ``claims`` are of the ID token."""

    address: str
    arrange: tuple[Arrange, ...] = ()
    redeem: bool = False
    application: str = "portal"
    outcome: str = "success"
    code: int = 0
    claims: dict[str, Any] = field(default_factory=dict)
    scenario: str = "contoso"


def invited(address: str) -> Arrange:
    return lambda world: invite(world, address)


def no_policies(world: World) -> None:
    for policy in policy_ids(world):
        world.graph("DELETE", f"/identity/conditionalAccess/policies/{policy}", expect=204)


def policy(control: str, **more: Any) -> Arrange:
    return lambda world: add_policy(world, control, **more)


def partner(tenant: str, other: str, **settings: Any) -> Arrange:
    return lambda world: set_partner(world, tenant, other, **settings)


def changed_guest(address: str, **changes: Any) -> Arrange:
    return lambda world: world.graph("PATCH", f"/users/{guest(world, address)['id']}", changes, expect=204)


def deleted_guest(address: str) -> Arrange:
    return lambda world: world.graph("DELETE", f"/users/{guest(world, address)['id']}", expect=204)


def changed_member(tenant: str, name: str, **changes: Any) -> Arrange:
    return lambda world: world.graph("PATCH", f"/users/{name}", changes, tenant=tenant, expect=204)


def outbound_for(name: str, access: str) -> Arrange:
    def arrange(world: World) -> None:
        users = (world.user(name)["id"],)
        set_partner(world, "fabrikam", "contoso", b2bCollaborationOutbound=setting(access, users=users))

    return arrange


def inbound_for(application: str, *, access: str, user: str | None = None) -> Arrange:
    def arrange(world: World) -> None:
        applications = (world.application(application)["client_id"],)
        users = (world.user(user)["id"],) if user else ()
        value = setting(access, users=users, applications=applications)
        set_partner(world, "contoso", "fabrikam", b2bCollaborationInbound=value)

    return arrange


BOTH_FLAGS = (
    partner("fabrikam", "contoso", automaticUserConsentSettings={"outboundAllowed": True}),
    partner("contoso", "fabrikam", automaticUserConsentSettings={"inboundAllowed": True}),
)
BLOCKED = setting("blocked")
OF_FABRIKAM = {"tid": "contoso", "idp": "https://sts.windows.net/fabrikam/"}
OF_NORTHWIND = {"tid": "contoso", "idp": "https://sts.windows.net/northwind/"}

STORIES = {
    # --- the three, from the invitation on
    "ana is invited, her home did MFA": Story(
        scenario="uninvited", address=ANA, arrange=(invited(ANA),), redeem=True,
        claims={**OF_FABRIKAM, "email": ANA, "preferred_username": ANA, "ver": "2.0"},
    ),
    "nora is invited and registers here": Story(
        scenario="uninvited", address=NORA, arrange=(invited(NORA),), redeem=True,
        claims={**OF_NORTHWIND, "email": NORA},
    ),
    "otto is invited and gets a passcode": Story(
        scenario="uninvited", address=OTTO, arrange=(invited(OTTO),), redeem=True,
        claims={"tid": "contoso", "idp": "mail", "preferred_username": "otto_proseware.example#EXT#@contoso.example"},
    ),
    # --- the other people of the scenario
    "ben redeems and is asked at home": Story(
        address=BEN, arrange=(invited(BEN),), redeem=True, claims=OF_FABRIKAM
    ),
    "cleo registers at home, which Contoso trusts": Story(
        address=CLEO, arrange=(invited(CLEO),), redeem=True, claims=OF_FABRIKAM
    ),
    "an accepted guest signs in": Story(address=ANA, claims=OF_FABRIKAM),
    "an accepted passcode guest signs in": Story(address=OTTO, claims={"idp": "mail"}),
    "a member signs in": Story(address=OMAR, claims={"tid": "contoso", "preferred_username": OMAR}),
    "an application that nobody consented to yet": Story(address=OMAR, application="mobile"),
    # --- MFA
    "row 1: no policy, no MFA": Story(address=NORA, arrange=(no_policies,), claims=OF_NORTHWIND),
    "row 2: trust switched off for ana": Story(
        address=ANA, arrange=(partner("contoso", "fabrikam", inboundTrust={"isMfaAccepted": False}),)
    ),
    "row 4: trust for a home that can't do MFA": Story(
        address=NORA, arrange=(partner("contoso", "northwind", inboundTrust={"isMfaAccepted": True}),),
        outcome="refused", code=50079,
    ),
    # --- conditional access
    "blocked by a policy": Story(address=ANA, arrange=(policy("block"),), outcome="refused", code=53003),
    "a policy that only reports": Story(
        address=ANA, arrange=(policy("block", state="enabledForReportingButNotEnforced"),)
    ),
    "a disabled policy": Story(address=ANA, arrange=(policy("block", state="disabled"),)),
    # --- cross-tenant access
    "outbound closed at home": Story(
        address=ANA, arrange=(partner("fabrikam", "contoso", b2bCollaborationOutbound=BLOCKED),),
        outcome="refused", code=500212,
    ),
    "outbound closed for ana alone": Story(
        address=ANA, arrange=(outbound_for(ANA, "blocked"),), outcome="refused", code=500212
    ),
    "outbound closed for another": Story(address=ANA, arrange=(outbound_for(BEN, "blocked"),)),
    "inbound closed": Story(
        address=ANA, arrange=(partner("contoso", "fabrikam", b2bCollaborationInbound=BLOCKED),),
        outcome="refused", code=500213,
    ),
    "inbound closed for another partner": Story(
        address=ANA, arrange=(partner("contoso", "northwind", b2bCollaborationInbound=BLOCKED),)
    ),
    "inbound open for this application": Story(address=ANA, arrange=(inbound_for("portal", access="allowed"),)),
    "inbound open for another application": Story(
        address=ANA, arrange=(inbound_for("spa", access="allowed"),), outcome="refused", code=500213
    ),
    "inbound closed for ana in this application": Story(
        address=ANA, arrange=(inbound_for("portal", access="blocked", user=ANA),), outcome="refused", code=500213
    ),
    "inbound closed for ana in another application": Story(
        address=ANA, arrange=(inbound_for("spa", access="blocked", user=ANA),)
    ),
    "inbound closed for another in this application": Story(
        address=ANA, arrange=(inbound_for("portal", access="blocked", user=BEN),)
    ),
    "both closed: the home's word comes first": Story(
        address=ANA,
        arrange=(
            partner("fabrikam", "contoso", b2bCollaborationOutbound=BLOCKED),
            partner("contoso", "fabrikam", b2bCollaborationInbound=BLOCKED),
        ),
        outcome="refused", code=500212,
    ),
    "passcode guests are outside of cross-tenant access": Story(
        address=OTTO,
        arrange=(lambda world: world.graph(
            "PATCH", "/policies/crossTenantAccessPolicy/default", {"b2bCollaborationInbound": BLOCKED}, expect=204
        ),),
    ),
    "automatic redemption on both sides": Story(
        scenario="uninvited", address=ANA, arrange=(*BOTH_FLAGS, invited(ANA)), claims=OF_FABRIKAM
    ),
    # --- accounts
    "a blocked guest": Story(
        address=ANA, arrange=(changed_guest(ANA, accountEnabled=False),), outcome="refused", code=50057
    ),
    "blocked and inbound closed: the account comes first": Story(
        address=ANA,
        arrange=(
            changed_guest(ANA, accountEnabled=False),
            partner("contoso", "fabrikam", b2bCollaborationInbound=BLOCKED),
        ),
        outcome="refused", code=50057,
    ),
    "disabled at home": Story(
        address=ANA, arrange=(changed_member("fabrikam", ANA, accountEnabled=False),), outcome="refused", code=50057
    ),
    "a guest who was deleted": Story(address=ANA, arrange=(deleted_guest(ANA),), outcome="refused", code=50020),
    "nobody invited cleo": Story(address=CLEO, outcome="refused", code=50020),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_browser_and_headless_end_alike(story: Story, make_world: MakeWorld) -> None:
    ends: list[End] = []
    for drive in (by_browser, by_headless):
        world = make_world(story.scenario)
        for arrange in story.arrange:
            arrange(world)
        ends.append(drive(world, story.address, story.application, redeem=story.redeem))
        row = sign_ins(world)[0]
        assert (row["user"], row["outcome"], row["code"]) == (story.address, story.outcome, story.code)
    assert ends[0] == ends[1]
    end = ends[0]
    assert (end.outcome, end.code) == (story.outcome, story.code)
    assert story.claims.items() <= (end.claims or {}).items()
