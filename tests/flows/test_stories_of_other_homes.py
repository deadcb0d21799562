"""Guests who are at home at Google, at a personal account, or nowhere: invited, redeemed, signed in again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import Page
from tests.simulator import MakeWorld, World
from tests.stories import (
    by_browser,
    by_headless,
    decisions,
    guest,
    headless,
    invite,
    landing,
    newest_mail,
    opened,
    page,
    refusal_of,
    set_partner,
    walk,
)

GINA, GUS, MIA = "gina@gmail.example", "gus@gmail.example", "mia@outlook.example"
NEWCOMER = "newcomer@lucerne.example"
DEFAULT = "/policies/crossTenantAccessPolicy/default"


@pytest.mark.parametrize(
    ("address", "idp", "unique_name", "issuer"),
    [
        pytest.param(GUS, "google.com", f"google.com#{GUS}", "google.com", id="Google"),
        pytest.param(MIA, "live.com", f"live.com#{MIA}", "MicrosoftAccount", id="personal account"),
    ],
)
@pytest.mark.parametrize("sign_in", [by_browser, by_headless])
def test_an_invited_person_redeems_at_home_and_is_asked_for_mfa_here(
    world: World, sign_in: Any, address: str, idp: str, unique_name: str, issuer: str
) -> None:
    invite(world, address)
    end = sign_in(world, address, redeem=True)
    assert end.outcome == "success", end
    assert end.claims["idp"] == end.access["idp"] == idp
    assert end.access["unique_name"] == unique_name
    assert "mfa" in end.access["amr"]
    assert "upn" not in end.access
    assert guest(world, address)["externalUserState"] == "Accepted"
    assert guest(world, address)["identities"][0]["issuer"] == issuer


@pytest.mark.parametrize("address", [GUS, MIA])
def test_who_was_not_invited_signs_in_at_home_and_is_refused_here(world: World, address: str) -> None:
    place = opened(world, address)
    number, text = refusal_of(place)
    assert number == 50020
    assert address in text


def test_an_accepted_guest_from_google_meets_googles_own_pages(world: World) -> None:
    person, browser = world.person(GINA), world.browser()
    at_google = page(walk(person, browser, browser.get(world.authorize_url(login_hint=GINA)), until="password"))
    assert at_google.tenant == world.tenant_id("gmail")
    assert "Passwd" in at_google.form.inputs
    back = page(browser.submit(at_google, press=("decision", "back")))
    assert "identifier" in back.form.inputs
    landing(walk(person, browser, back))


def test_google_is_given_up_and_its_guests_stay_outside_until_it_is_back(world: World) -> None:
    """Removal: those guests cannot sign in (entra-sign-in 5), and what was redeemed sticks (2.5)."""
    known = world.graph("GET", "/identity/identityProviders")["value"]
    google = next(p for p in known if p["id"] == "Google-OAUTH")
    assert google["clientSecret"] == "****"
    world.graph("DELETE", "/identity/identityProviders/Google-OAUTH", expect=204)
    assert headless(world, GINA)["error"]["code"] == 50034
    body = {
        "@odata.type": "microsoft.graph.socialIdentityProvider",
        "displayName": "Google",
        "identityProviderType": "Google",
        "clientId": google["clientId"],
        "clientSecret": "not the right one",
    }
    world.graph("POST", "/identity/identityProviders", body, expect=201)
    refused = headless(world, GINA)
    assert refused["outcome"] == "refused"
    assert refused["error"]["code"] == 40015
    assert "Google" in refused["error"]["message"]


NO_PASSCODES = {"extends": "contoso", "tenants": {"contoso": {"email_otp": "disabled"}}}


def test_a_person_without_an_account_makes_one_when_passcodes_are_off(make_world: MakeWorld) -> None:
    """Row 7 of the default order: the address is proved by a mailed code before the account exists."""
    world = make_world(NO_PASSCODES)
    invite(world, NEWCOMER)
    person, browser = world.person(NEWCOMER), world.browser()
    person.password = "Newcomer-writes-3-letters"
    place = page(walk(person, browser, browser.get(newest_mail(world, NEWCOMER)["links"][0]), until="passcode"))
    assert place.tenant == world.tenant_id("outlook")
    place = page(walk(person, browser, place, until="password"))
    assert "personal account is made" in place.text
    landing(walk(person, browser, place))
    assert guest(world, NEWCOMER)["identities"][0]["issuer"] == "MicrosoftAccount"
    again = by_browser_with(world, person)
    assert again["idp"] == "live.com"


def by_browser_with(world: World, person: Any) -> dict[str, Any]:
    browser = world.browser()
    place = walk(person, browser, browser.get(world.authorize_url(login_hint=person.address, scope="openid profile")))
    return dict(world.claims(world.redeem(landing(place).parameters["code"])["id_token"]))


def test_a_headless_person_without_an_account_makes_one_too(world: World) -> None:
    world.graph("PATCH", DEFAULT, {"invitationRedemptionIdentityProviderConfiguration": {
        "primaryIdentityProviderPrecedenceOrder": ["azureActiveDirectory"],
        "fallbackIdentityProvider": "microsoftAccount",
    }}, expect=204)  # fmt: skip
    invite(world, NEWCOMER)
    result = headless(world, NEWCOMER, redeem=True)
    assert result["outcome"] == "success", result["error"]
    assert result["access_token_claims"]["idp"] == "live.com"


def test_an_address_of_an_organisation_without_that_user_gets_a_passcode_and_no_account(world: World) -> None:
    """Discovery is per user: a verified domain without the user falls through (2.3); no account can be made for it."""
    nobody = "nobody@fabrikam.example"
    invite(world, nobody)
    result = headless(world, nobody, redeem=True)
    assert result["outcome"] == "success", result["error"]
    assert result["access_token_claims"]["idp"] == "mail"


@pytest.mark.parametrize(
    ("pick", "issuer"), [("microsoftAccount", "MicrosoftAccount"), ("azureActiveDirectory", "ExternalAzureAD")]
)
def test_an_address_with_two_accounts_is_asked_which_one(world: World, pick: str, issuer: str) -> None:
    cleo = "cleo@fabrikam.example"
    private = {"tenant": "outlook", "user_principal_name": cleo, "password": "Cleo-has-2-lives"}
    world.control("POST", "users", private, expect=201)
    invite(world, cleo)
    browser, person = world.browser(), world.person(cleo)
    place = page(browser.get(newest_mail(world, cleo)["links"][0]))
    assert place.step == "account_picker"
    assert [b.value for b in place.form.buttons if b.name == "account"] == ["azureActiveDirectory", "microsoftAccount"]
    if pick == "microsoftAccount":
        person.password = private["password"]
    landing(walk(person, browser, browser.submit(place, press=("account", pick))))
    found = [d for d in decisions(world) if d["rule"] == "home_realm" and d["tenant"] == "contoso"]
    assert found[-1]["result"] == pick
    assert guest(world, cleo)["identities"][0]["issuer"] == issuer


@pytest.mark.parametrize(("hint", "step_at"), [("consumers", "outlook"), ("organizations", "fabrikam")])
def test_domain_hint_names_the_kind_of_account(world: World, hint: str, step_at: str) -> None:
    cleo = "cleo@fabrikam.example"
    world.control("POST", "users", {"tenant": "outlook", "user_principal_name": cleo}, expect=201)
    place = page(world.browser().get(world.authorize_url(login_hint=cleo, domain_hint=hint)))
    assert (place.tenant, place.step) == (world.tenant_id(step_at), "password")


def test_the_sender_of_an_unknown_address_gets_no_code(world: World) -> None:
    place: Page = page(world.browser().get(world.authorize_url(login_hint=NEWCOMER)))
    assert place.step == "home_realm_discovery"
    assert world.control("GET", "inbox/messages", to=NEWCOMER)["value"] == []


def test_cross_tenant_settings_do_not_concern_google(world: World) -> None:
    blocked = {"accessType": "blocked", "targets": [{"target": "AllUsers", "targetType": "user"}]}
    applications = {"accessType": "blocked", "targets": [{"target": "AllApplications", "targetType": "application"}]}
    everything = {"usersAndGroups": blocked, "applications": applications}
    world.graph("PATCH", DEFAULT, {"b2bCollaborationInbound": everything}, expect=204)
    set_partner(world, "contoso", "northwind", inboundTrust={"isMfaAccepted": False})
    assert headless(world, GINA)["outcome"] == "success"
