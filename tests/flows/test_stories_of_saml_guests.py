"""Guests from a SAML partner: they sign in on its own page, and a signed assertion carries them to Contoso."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from federation.errors import FederationError
from federation.oidc.keys import KeySet
from federation.reasons import Reason
from federation.saml import bindings
from federation.xml.parse import parse, serialized
from idp_sim.adapters.keys import new_signing_key
from idp_sim.directory.model import User
from idp_sim.services.partners import UsedAssertions
from idp_sim.tenants.model import Tenant
from tests.federations import FEDERATIONS
from tests.simulator import AFTER_REDEMPTION, Browser, MakeWorld, World
from tests.stories import (
    Visitor,
    by_browser,
    by_headless,
    guest,
    headless,
    invite,
    landing,
    newest_mail,
    opened,
    page,
    policy_ids,
    refusal_of,
    rules,
    sign_ins,
    walk,
)

ADAM, ADA = "adam@adatum.example", "ada@adatum.example"
WRONG = "Incorrect username or password."


def no_policies(world: World) -> None:
    for policy in policy_ids(world):
        world.graph("DELETE", f"/identity/conditionalAccess/policies/{policy}", expect=204)


def idp(world: World) -> str:
    return str(world.tenant("adatum")["issuer"])


def at_the_door(world: World, browser: Browser, **changes: str) -> Any:
    """The page of the SAML home, after Contoso has sent Adam there."""
    place = page(opened(world, ADAM, browser=browser, until="password", **changes))
    assert place.tenant == world.tenant_id("adatum")
    return place


def answered(world: World, browser: Browser, address: str = ADAM, **changes: str) -> dict[str, str]:
    """The form that carries the home's answer, before it is posted."""
    place = at_the_door(world, browser, **changes)
    visitor = Visitor.with_cookies_of(world, browser)
    password = world.user(address.partition("@")[0])["password"]
    answer = visitor.post(place, {"username": address, "password": password})
    form = visitor.read(answer, place.url).form
    return {name: dict(form.fields)[name] for name in ("SAMLResponse", "RelayState")}


def posted(world: World, browser: Browser, fields: dict[str, str]) -> tuple[int, str]:
    """The refusal that posting the answer meets."""
    visitor = Visitor.with_cookies_of(world, browser)
    answer = visitor.send("POST", f"{world.base_url}/login.srf", fields)
    return refusal_of(visitor.read(answer, f"{world.base_url}/login.srf"))


# --- in a browser and headless ---------------------------------------------------------------------------


def test_adam_signs_in_on_the_page_of_his_home_and_registers_a_second_factor_at_contoso(world: World) -> None:
    person, browser = world.person(ADAM), world.browser()
    place = at_the_door(world, browser)
    assert {"username", "password"} <= set(place.form.inputs)
    end = landing(walk(person, browser, place))
    assert person.seen == [(world.tenant_id("adatum"), "password"), (world.tenant_id("contoso"), "mfa_registration")]
    claims = world.claims(world.redeem(end.parameters["code"])["id_token"])
    assert (claims["idp"], claims["email"]) == (idp(world), ADAM)


def test_ada_is_invited_and_redeems_at_her_home(world: World) -> None:
    invite(world, ADA)
    person, browser = world.person(ADA), world.browser()
    end = landing(walk(person, browser, browser.get(newest_mail(world, ADA)["links"][0])))
    assert end.url == AFTER_REDEMPTION
    assert [step for _, step in person.seen] == ["password", "consent", "mfa_registration"]
    shown = guest(world, ADA)
    assert shown["externalUserState"] == "Accepted"
    assert shown["identities"][0]["issuer"] == idp(world)


def test_both_ways_of_signing_in_end_with_the_same_tokens(make_world: MakeWorld) -> None:
    ends = [by_browser(make_world(), ADAM), by_headless(make_world(), ADAM)]
    assert ends[0] == ends[1]
    assert ends[0].access is not None
    assert ends[0].access["amr"] == ["fed", "mfa"]


def test_ada_redeems_headless(world: World) -> None:
    invite(world, ADA)
    assert by_headless(world, ADA, redeem=True).outcome == "success"
    assert guest(world, ADA)["externalUserState"] == "Accepted"


def test_somebody_of_the_partner_whom_nobody_invited_is_refused_after_signing_in_at_home(world: World) -> None:
    result = headless(world, ADA)
    assert (result["outcome"], result["error"]["code"]) == ("refused", 50020)


def test_the_session_at_home_answers_when_the_one_at_contoso_has_ended(world: World) -> None:
    no_policies(world)
    browser = world.browser()
    landing(opened(world, ADAM, browser=browser))
    browser.get(f"{world.base_url}/{world.tenant_id()}/oauth2/v2.0/logout")
    person = world.person(ADAM)
    landing(walk(person, browser, browser.get(world.authorize_url(login_hint=ADAM))))
    assert person.seen == []


def test_prompt_login_at_contoso_asks_for_the_password_at_home_again(world: World) -> None:
    no_policies(world)
    browser = world.browser()
    landing(opened(world, ADAM, browser=browser))
    assert page(opened(world, ADAM, browser=browser, prompt="login", until="password")).step == "password"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param(ADAM, "wrong", id="wrong password"),
        pytest.param("nobody@adatum.example", "x", id="nobody"),
        pytest.param("nobody@elsewhere.example", "x", id="somebody of another organisation"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_what_is_wrong_is_not_told(world: World, name: str, password: str) -> None:
    browser = world.browser()
    again = page(browser.submit(at_the_door(world, browser), {"username": name, "password": password}))
    assert {"username", "password"} <= set(again.form.inputs)
    assert WRONG in again.text


def test_who_gives_up_at_home_is_refused_at_contoso(world: World) -> None:
    browser = world.browser()
    end = browser.submit(at_the_door(world, browser), press=("decision", "decline"))
    assert refusal_of(end)[0] == 90123


def test_another_person_at_home_is_not_let_in_as_the_guest_who_was_asked(world: World) -> None:
    browser = world.browser()
    end = browser.submit(at_the_door(world, browser), {"username": ADA, "password": world.user("ada")["password"]})
    assert refusal_of(end)[0] == 50020


# --- what crosses ----------------------------------------------------------------------------------------


def test_the_trace_shows_request_and_response_decoded_and_no_usable_signature(world: World) -> None:
    headless(world, ADAM)
    trace = world.control("GET", f"traces/{sign_ins(world)[0]['id']}")
    saml = [message for message in trace["messages"] if message["protocol"] == "SAML"]
    assert [(m["from"], m["to"], m["name"]) for m in saml] == [
        ("Contoso", "A. Datum", "authentication request"),
        ("A. Datum", "Contoso", "authentication response"),
    ]
    asked, told = saml[0]["decoded"]["SAMLRequest"], saml[1]["decoded"]["SAMLResponse"]
    assert f"{world.base_url}/{world.tenant_id()}/</saml:Issuer>" in asked
    assert ADAM in told
    assert "<ds:SignatureValue>...</ds:SignatureValue>" in told
    assert saml[1]["raw"].startswith("POST /login.srf HTTP/1.1")


def test_the_decisions_name_the_federation_and_demand_the_second_factor_here(world: World) -> None:
    headless(world, ADAM)
    assert ("contoso", "home_realm", "externalFederation") in rules(world)
    assert ("contoso", "mfa", "register_here") in rules(world)


def test_the_request_is_what_the_reference_says(world: World) -> None:
    answer = Visitor.with_cookies_of(world, world.browser()).send("GET", world.authorize_url(login_hint=ADAM))
    query = parse_qs(urlsplit(answer.location).query)
    assert answer.location.startswith(f"{world.base_url}/{world.tenant_id('adatum')}/saml/sso?")
    assert "Signature" not in query
    root = parse(bindings.inflated(query["SAMLRequest"][0]))
    assert root.get("AssertionConsumerServiceURL") == world["federation"]["contoso"]["saml_acs"]
    assert root.findtext("{*}Issuer") == world["federation"]["contoso"]["saml_entity_id"]
    assert root.find("{*}NameIDPolicy").get("Format") == "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


# --- attacks on the way back -----------------------------------------------------------------------------


def test_an_answer_in_another_browser_opens_nothing(world: World) -> None:
    fields = answered(world, world.browser())
    assert posted(world, world.browser(), fields)[0] == 50089


def test_an_answer_that_nobody_asked_for_opens_nothing(world: World) -> None:
    browser = world.browser()
    fields = answered(world, browser)
    assert posted(world, browser, {"SAMLResponse": fields["SAMLResponse"]})[0] == 50008


def test_an_old_answer_does_not_fit_a_new_request(world: World) -> None:
    browser = world.browser()
    old = answered(world, browser)
    new = answered(world, browser, prompt="login")
    code, sentence = posted(world, browser, {**new, "SAMLResponse": old["SAMLResponse"]})
    assert code == 50008
    assert "InResponseTo" in sentence


def test_an_answer_is_taken_once(world: World) -> None:
    no_policies(world)
    browser = world.browser()
    fields = answered(world, browser)
    visitor = Visitor.with_cookies_of(world, browser)
    first = visitor.send("POST", f"{world.base_url}/login.srf", fields)
    assert "code" in first.parameters
    again = visitor.send("POST", f"{world.base_url}/login.srf", fields)
    assert again.status == 400
    assert "Location" not in again.headers


def test_a_changed_answer_is_refused(world: World) -> None:
    browser = world.browser()
    fields = answered(world, browser)
    root = parse(bindings.posted(fields["SAMLResponse"]))
    root.find(".//{*}NameID").text = "somebody-else"
    code, sentence = posted(world, browser, {**fields, "SAMLResponse": bindings.encoded(serialized(root))})
    assert code == 50008
    assert "signature" in sentence


@pytest.mark.parametrize("text", ["", "x", "PGE+", "PGE+PC9hPg=="])
def test_an_answer_that_is_no_message_is_refused_without_a_fault(world: World, text: str) -> None:
    browser = world.browser()
    assert posted(world, browser, {**answered(world, browser), "SAMLResponse": text})[0] == 50008


def test_one_assertion_is_used_once_however_many_bring_it(world: World) -> None:
    ports = world.simulator.ports
    tenant = ports.storage.get(world.id, "*", Tenant, world.tenant_id())
    context = _context(world)
    once = UsedAssertions(ports, context, tenant)

    def use(_: int) -> bool:
        try:
            once("_assertion", issuer="https://idp.example", expires=context.now + timedelta(hours=1))
        except FederationError as error:
            return error.reason is not Reason.ASSERTION_REPLAYED
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(use, range(8))) == 1


def _context(world: World) -> Any:
    from idp_sim.ports import Context

    return Context(world=world.id, now=world.now(), correlation_id="c")


# --- configuration ---------------------------------------------------------------------------------------


def federation(world: World) -> dict[str, Any]:
    listed = world.graph("GET", FEDERATIONS.removeprefix("/v1.0"))["value"]
    return next(item for item in listed if item["issuerUri"] == idp(world))


def one(world: World) -> str:
    return f"{FEDERATIONS.removeprefix('/v1.0')}/{federation(world)['id']}"


def test_an_address_outside_the_federated_domains_is_refused(world: World) -> None:
    adam = world.user("adam")["id"]
    world.simulator.ports.storage.update(
        world.id, world.tenant_id("adatum"), User, adam, lambda user: replace(user, mail="adam@elsewhere.example")
    )
    assert headless(world, ADAM)["error"]["code"] == 5000819


def test_without_the_federation_its_guests_can_no_longer_sign_in(world: World) -> None:
    assert headless(world, ADAM)["outcome"] == "success"
    world.graph("DELETE", one(world), expect=204)
    result = headless(world, ADAM)
    assert result["outcome"] != "success"


def test_the_certificate_is_read_from_metadata_once_and_kept(world: World) -> None:
    assert federation(world)["signingCertificate"] is None
    headless(world, ADAM)
    key = world.simulator.ports.keys.home_key_set(world.id, world.tenant_id("adatum")).signing
    assert federation(world)["signingCertificate"] == key.certificate_text


def test_a_key_rolled_over_early_is_refused_until_the_configuration_knows_it(world: World) -> None:
    assert headless(world, ADAM)["outcome"] == "success"
    new = _roll_over(world)
    result = headless(world, ADAM)
    assert (result["outcome"], result["error"]["code"]) == ("refused", 50008)
    world.graph("PATCH", one(world), {"signingCertificate": new}, expect=204)
    assert headless(world, ADAM)["outcome"] == "success"


def test_an_expired_certificate_is_renewed_from_metadata(world: World) -> None:
    assert headless(world, ADAM)["outcome"] == "success"
    new = _roll_over(world, ahead=timedelta(days=6 * 365))
    world.advance(days=6 * 365)
    assert headless(world, ADAM)["outcome"] == "success"
    assert federation(world)["signingCertificate"] == new


def _roll_over(world: World, ahead: timedelta = timedelta(0)) -> str:
    key = new_signing_key(world.now() + ahead)
    keys: Any = world.simulator.ports.keys
    keys.use(world.id, KeySet(keys=(key,)), tenant=world.tenant_id("adatum"))
    return key.certificate_text
