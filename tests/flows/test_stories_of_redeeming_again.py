"""The same object, another way in: redemption reset, internal users invited, guests made internal, leaving."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator import AFTER_REDEMPTION, MakeWorld, World
from tests.stories import by_headless, guest, headless, invite, landing, newest_mail, page, refusal_of, walk

ANA, GINA, OTTO = "ana@fabrikam.example", "gina@gmail.example", "otto@proseware.example"


def user(world: World, id: str) -> dict[str, Any]:
    select = "id,userPrincipalName,userType,mail,otherMails,externalUserState,identities"
    return dict(world.graph("GET", f"/users/{id}?$select={select}"))


def reset(world: World, id: str, address: str, *, expect: int = 201, **more: Any) -> Any:
    body = {
        "invitedUserEmailAddress": address,
        "inviteRedirectUrl": AFTER_REDEMPTION,
        "resetRedemption": True,
        "invitedUser": {"id": id},
        "sendInvitationMessage": True,
    }
    return world.graph("POST", "/invitations", {**body, **more}, expect=expect)


def test_a_reset_keeps_the_object_and_lets_another_account_redeem(world: World) -> None:
    before = guest(world, ANA)
    assert by_headless(world, ANA).outcome == "success"
    world.graph("PATCH", f"/users/{before['id']}", {"otherMails": [ANA, GINA]}, expect=204)
    gina = guest(world, GINA)["id"]
    world.graph("DELETE", f"/users/{gina}", expect=204)
    made = reset(world, before["id"], GINA)
    assert (made["invitedUser"]["id"], made["status"], made["resetRedemption"]) == (
        before["id"],
        "PendingAcceptance",
        True,
    )
    after = user(world, before["id"])
    assert after["externalUserState"] == "PendingAcceptance"
    assert [i["signInType"] for i in after["identities"]] == ["userPrincipalName"]
    person, browser = world.person(GINA), world.browser()
    landing(walk(person, browser, browser.get(newest_mail(world, GINA)["links"][0])))
    redeemed = user(world, before["id"])
    assert redeemed["identities"][0]["issuer"] == "google.com"
    assert redeemed["userPrincipalName"] == after["userPrincipalName"]


def test_after_a_reset_the_old_link_is_dead_and_the_same_account_redeems_by_the_new_one(world: World) -> None:
    old = invite(world, ANA)
    reset(world, guest(world, ANA)["id"], ANA)
    number, _ = refusal_of(page(world.browser().get(old["inviteRedeemUrl"])))
    assert number == 0
    assert headless(world, ANA, redeem=True)["outcome"] == "success"
    assert guest(world, ANA)["externalUserState"] == "Accepted"


def test_a_passcode_guest_stays_outside_when_passcodes_are_off_until_reset(world: World) -> None:
    """What was redeemed sticks (2.5); reset lets another kind of home in."""
    order = {"primaryIdentityProviderPrecedenceOrder": [], "fallbackIdentityProvider": "microsoftAccount"}
    world.graph(
        "PATCH",
        "/policies/crossTenantAccessPolicy/default",
        {"invitationRedemptionIdentityProviderConfiguration": order},
        expect=204,
    )
    assert headless(world, OTTO)["access_token_claims"]["idp"] == "mail", "redeemed guests keep their way"
    reset(world, guest(world, OTTO)["id"], OTTO)
    assert headless(world, OTTO, redeem=True)["access_token_claims"]["idp"] == "live.com"


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        pytest.param({"invitedUserEmailAddress": "x@fabrikam.example"}, 400, "doesn’t match any emails", id="address"),
        pytest.param({"invitedUser": None}, 400, "invitedUser", id="nobody named"),
        pytest.param({"invitedUser": {"id": "00000000-0000-0000-0000-000000000000"}}, 404, "", id="unknown"),
        pytest.param({"invitedUser": {"id": "x", "mail": "y"}}, 400, "invitedUser/mail", id="another property"),
    ],
)
def test_a_reset_that_can_not_be_is_refused(world: World, change: dict[str, Any], status: int, words: str) -> None:
    answer = reset(world, guest(world, ANA)["id"], ANA, expect=status, **change)
    assert words in answer["error"]["message"]
    assert guest(world, ANA)["externalUserState"] == "Accepted"


def test_no_application_resets_a_holder_of_a_role(world: World) -> None:
    alex = next(u for u in world["users"] if u["user_principal_name"].startswith("alex@"))
    answer = reset(world, alex["id"], "alex@elsewhere.example", expect=403, resetRedemption=False)
    assert answer["error"]["message"] == "Generic authorization exception."


def test_an_internal_user_is_invited_and_the_object_stays(world: World) -> None:
    megan = next(u for u in world["users"] if u["user_principal_name"].startswith("megan@"))
    made = reset(world, megan["id"], "gus@gmail.example", resetRedemption=False)
    assert made["invitedUser"]["id"] == megan["id"]
    assert headless(world, "megan@contoso.example")["outcome"] != "success", "no password here any more"
    result = headless(world, "gus@gmail.example", redeem=True)
    assert result["outcome"] == "success", result["error"]
    after = user(world, megan["id"])
    assert (after["userPrincipalName"], after["userType"]) == ("megan@contoso.example", "Member")
    assert result["id_token_claims"]["oid"] == megan["id"]
    assert after["identities"][0]["issuer"] == "google.com"


def test_a_guest_is_made_an_internal_member(world: World) -> None:
    nora = guest(world, "nora@northwind.example")["id"]
    path = f"/users/{nora}/convertExternalToInternalMemberUser"
    body = {"userPrincipalName": "nora@contoso.example", "passwordProfile": {"password": "Nora-moves-1-desk"}}
    world.graph("POST", path, body, expect=400)
    done = world.graph("POST", path, body, version="beta", expect=200)
    assert (done["userPrincipalName"], done["mail"]) == ("nora@contoso.example", "nora@contoso.example")
    result = headless(world, "nora@contoso.example")
    assert result["outcome"] == "success", result["error"]
    assert result["id_token_claims"]["oid"] == nora
    assert "idp" not in result["id_token_claims"]


def test_sponsors_of_an_invitation_are_those_that_it_names(world: World) -> None:
    megan, omar = (
        next(u["id"] for u in world["users"] if u["user_principal_name"].startswith(n)) for n in ("me", "om")
    )
    link = f"{world.base_url}/v1.0/users/{omar}"
    named = invite(world, "s1@lucerne.example", invitedUserSponsors=[{"id": megan}])
    bound = invite(world, "s2@lucerne.example", **{"invitedUserSponsors@odata.bind": [link]})
    for made, sponsor in ((named, megan), (bound, omar)):
        found = world.graph("GET", f"/users/{made['invitedUser']['id']}/sponsors")["value"]
        assert [s["id"] for s in found] == [sponsor]
    body = {"invitedUserEmailAddress": "s3@lucerne.example", "inviteRedirectUrl": AFTER_REDEMPTION}
    refused = world.graph("POST", "/invitations", {**body, "invitedUserSponsors": [{"id": "nobody"}]}, expect=400)
    assert "nobody" in refused["error"]["message"]


NORA = "nora@northwind.example"


def leaves(world: World, address: str, *, expect: int = 204) -> Any:
    return world.control("POST", "leave", {"tenant": "contoso", "user": address}, expect=expect)


def test_a_guest_leaves_and_can_be_restored_for_thirty_days(world: World) -> None:
    nora = guest(world, NORA)["id"]
    leaves(world, NORA)
    assert headless(world, NORA)["error"]["code"] == 50020
    leaves(world, NORA, expect=404)
    world.graph("POST", f"/directory/deletedItems/{nora}/restore", {})
    assert headless(world, NORA)["outcome"] == "success"


def test_nobody_leaves_his_home_organization_nor_one_that_blocked_him(world: World) -> None:
    assert "home organization" in leaves(world, "megan@contoso.example", expect=409)["error"]["message"]
    world.graph("PATCH", f"/users/{guest(world, NORA)['id']}", {"accountEnabled": False}, expect=204)
    assert "disabled" in leaves(world, NORA, expect=409)["error"]["message"]


def test_an_organization_may_keep_its_guests_from_leaving(make_world: MakeWorld) -> None:
    world = make_world({"extends": "contoso", "tenants": {"contoso": {"guests_may_leave": False}}})
    assert "does not let" in leaves(world, NORA, expect=409)["error"]["message"]
