"""A domain that is closed after the invitation (entra-sign-in 2.11, 10 step 9)."""

from __future__ import annotations

import json

from tests.simulator import World
from tests.stories import guest, headless, set_partner

ANA, BEN = "ana@fabrikam.example", "ben@fabrikam.example"


def close(world: World, *domains: str) -> None:
    lists = {"InvitationsAllowedAndBlockedDomainsPolicy": {"BlockedDomains": domains}}
    body = {"displayName": "Domains", "definition": [json.dumps({"B2BManagementPolicy": lists})]}
    token = world.client_credentials()["access_token"]
    made = world.call(
        "POST",
        "/beta/policies/b2bManagementPolicies",
        json_body=body,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert made.status == 201, made.text


def test_a_pending_guest_stays_pending_and_an_accepted_one_is_let_in(world: World) -> None:
    close(world, "fabrikam.example")
    refused = headless(world, BEN, redeem=True)
    assert (refused["outcome"], refused["error"]["name"]) == ("refused", "InvitedDomainNotAllowed")
    assert guest(world, BEN)["externalUserState"] == "PendingAcceptance"
    assert headless(world, ANA)["outcome"] == "success"


def test_automatic_redemption_does_not_pass_the_list(world: World) -> None:
    set_partner(world, "fabrikam", "contoso", automaticUserConsentSettings={"outboundAllowed": True})
    set_partner(world, "contoso", "fabrikam", automaticUserConsentSettings={"inboundAllowed": True})
    close(world, "fabrikam.example")
    assert headless(world, BEN, redeem=True)["outcome"] == "refused"
    assert guest(world, BEN)["externalUserState"] == "PendingAcceptance"
