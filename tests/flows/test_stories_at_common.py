"""``/common``, ``/organizations``, ``/consumers``: who signs in there, where they land, and who is turned away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import Browser
from tests.simulator import CALLBACK, VERIFIER, MakeWorld, World
from tests.stories import Place, landing, page, refusal_of, walk

ANA, MIA, OTTO = "ana@fabrikam.example", "mia@outlook.example", "otto@proseware.example"


def scenario(audience: str) -> dict[str, Any]:
    return {"extends": "contoso", "tenants": {"contoso": {"applications": {"portal": {"sign_in_audience": audience}}}}}


@pytest.fixture
def both(make_world: MakeWorld) -> World:
    """Contoso's portal takes work and personal accounts."""
    return make_world(scenario("AzureADandPersonalMicrosoftAccount"))


def url(world: World, authority: str = "common", **changes: str) -> str:
    """The portal's request at an authority instead of Contoso."""
    return world.authorize_url(**changes).replace(f"/{world.tenant_id()}/", f"/{authority}/")


def tokens_at(world: World, authority: str, code: str) -> Any:
    portal = world.application()
    form = {
        "grant_type": "authorization_code",
        "client_id": portal["client_id"],
        "client_secret": portal["client_secret"],
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "scope": "openid profile",
    }
    return world.call("POST", f"/{authority}/oauth2/v2.0/token", form=form)


def signed_in(world: World, address: str, place: Place, browser: Browser, authority: str = "common") -> dict[str, Any]:
    end = landing(walk(world.person(address), browser, place))
    answer = tokens_at(world, authority, end.parameters["code"])
    assert answer.status == 200, answer.text
    return dict(world.claims(answer.json["id_token"]))


@pytest.mark.parametrize(
    ("address", "home"), [(ANA, "fabrikam"), (MIA, "outlook"), ("megan@contoso.example", "contoso")]
)
def test_everybody_signs_in_at_home_even_a_guest_of_the_tenant_that_has_the_application(
    both: World, address: str, home: str
) -> None:
    browser = both.browser()
    start = page(browser.get(url(both, scope="openid profile")))
    assert (start.tenant, start.step) == ("", "home_realm_discovery")
    claims = signed_in(both, address, start, browser)
    assert claims["tid"] == both.tenant_id(home)
    assert claims["iss"] == f"{both.base_url}/{both.tenant_id(home)}/v2.0"
    assert claims["aud"] == both.application()["client_id"]
    assert "idp" not in claims


def test_a_guest_picks_the_organization_in_the_sign_in_options(both: World) -> None:
    """Also a passcode guest, who has no home (entra-sign-in 2.1)."""
    browser = both.browser()
    start = page(browser.get(url(both, scope="openid profile")))
    options = page(browser.submit(start, press=("decision", "options")))
    wrong = page(browser.submit(options, {"organization": "nowhere.example"}))
    assert "No organization has this domain name" in wrong.text
    at_contoso = page(browser.submit(wrong, {"organization": "Contoso.example"}))
    assert at_contoso.tenant == both.tenant_id()
    claims = signed_in(both, OTTO, at_contoso, browser)
    assert (claims["tid"], claims["idp"]) == (both.tenant_id(), "mail")


def test_somebody_without_an_account_is_told_so_and_asked_again(both: World) -> None:
    browser = both.browser()
    again = page(browser.submit(page(browser.get(url(both))), {"loginfmt": OTTO}))
    assert "username may be incorrect" in again.text
    assert again.tenant == ""


def test_a_login_hint_goes_straight_home_and_an_unknown_name_of_a_domain_to_its_owner(both: World) -> None:
    for address in (ANA, "nobody@fabrikam.example"):
        place = page(both.browser().get(url(both, login_hint=address)))
        assert (place.tenant, place.step) == (both.tenant_id("fabrikam"), "password")


def test_an_address_with_two_accounts_is_asked_which_one(both: World) -> None:
    both.control("POST", "users", {"tenant": "outlook", "user_principal_name": ANA, "password": "Ana-too"}, expect=201)
    browser = both.browser()
    choice = page(browser.get(url(both, login_hint=ANA)))
    assert choice.step == "account_picker"
    personal = page(browser.submit(choice, press=("account", "microsoftAccount")))
    assert personal.tenant == both.tenant_id("outlook")


@pytest.mark.parametrize(
    ("authority", "address", "tenant"),
    [("organizations", ANA, "fabrikam"), ("consumers", MIA, "outlook")],
)
def test_each_authority_takes_its_kind_of_account(both: World, authority: str, address: str, tenant: str) -> None:
    browser = both.browser()
    claims = signed_in(
        both, address, browser.get(url(both, authority, login_hint=address, scope="openid profile")), browser, authority
    )
    assert claims["tid"] == both.tenant_id(tenant)


def test_a_personal_account_is_turned_away_at_organizations(both: World) -> None:
    browser = both.browser()
    place = page(browser.submit(page(browser.get(url(both, "organizations"))), {"loginfmt": MIA}))
    assert "is a personal Microsoft account" in place.text


def test_domain_hints_skip_the_question(both: World) -> None:
    assert page(both.browser().get(url(both, domain_hint="consumers"))).tenant == both.tenant_id("outlook")
    assert page(both.browser().get(url(both, domain_hint="contoso.example"))).tenant == both.tenant_id()


def test_single_sign_on_and_silence(both: World) -> None:
    browser = both.browser(CALLBACK)
    silent = landing(browser.get(url(both, prompt="none")))
    assert silent.parameters["error"] == "login_required"
    signed_in(both, ANA, browser.get(url(both, login_hint=ANA, scope="openid profile")), browser)
    assert "code" in landing(browser.get(url(both, prompt="none", scope="openid profile"))).parameters


@pytest.mark.parametrize(
    ("audience", "authority", "code"),
    [
        pytest.param("AzureADMyOrg", "common", 50194, id="one tenant only, at common"),
        pytest.param("AzureADMyOrg", "organizations", 50194, id="one tenant only, at organizations"),
        pytest.param("AzureADMultipleOrgs", "consumers", 9002332, id="work only, at consumers"),
        pytest.param("PersonalMicrosoftAccount", "organizations", 9002331, id="personal only, at organizations"),
    ],
)
def test_an_application_that_does_not_fit_the_authority_is_refused(
    make_world: MakeWorld, audience: str, authority: str, code: int
) -> None:
    world = make_world(scenario(audience))
    assert refusal_of(world.browser().get(url(world, authority)))[0] == code


def test_what_is_wrong_with_the_request_is_said_at_once(both: World) -> None:
    bad = url(both, redirect_uri="https://evil.example/cb")
    assert refusal_of(both.browser().get(bad))[0] == 50011
    unknown = url(both).replace(both.application()["client_id"], "11111111-2222-4333-8444-555555555555")
    assert refusal_of(both.browser().get(unknown))[0] == 700016


def test_a_form_of_another_browser_is_not_taken(both: World) -> None:
    start = page(both.browser().get(url(both)))
    answer = both.call("POST", start.form.action, form={**dict(start.form.fields), "loginfmt": ANA})
    assert answer.status == 400


def test_a_code_is_redeemed_once_and_only_where_its_kind_of_account_signs_in(both: World) -> None:
    browser = both.browser(CALLBACK)
    end = landing(walk(both.person(ANA), browser, browser.get(url(both, login_hint=ANA, scope="openid profile"))))
    code = end.parameters["code"]
    assert tokens_at(both, "consumers", code).status == 400
    assert tokens_at(both, "organizations", code).status == 200
    assert tokens_at(both, "common", code).json["error_codes"] == [54005]
    assert tokens_at(both, "common", "1.unknown").json["error"] == "invalid_grant"
