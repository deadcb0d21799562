"""A SimpleSAMLphp as the home of Contoso's guests, by configuration alone on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from federation.saml import bindings
from federation.xml.parse import parse, serialized
from idp_sim.adapters.keys import new_signing_key
from tests import simplesamlphp
from tests.federations import FEDERATIONS
from tests.signing_keys import other_key
from tests.simplesamlphp import SimpleSamlPhp
from tests.simulator import AFTER_REDEMPTION, Browser, World
from tests.stories import Place, Visitor, guest, invite, landing, newest_mail, page, policy_ids, refusal_of, walk

pytestmark = simplesamlphp.needed
SAM = "sam@partner.example"
_FEDERATIONS = FEDERATIONS.removeprefix("/v1.0")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleSamlPhp]:
    """One server for all stories; its people and its key are those of the partner."""
    folder: Path = tmp_path_factory.mktemp("simplesamlphp")
    with simplesamlphp.running(folder) as home:
        home.users["sam"] = {"password": "Sam-rows-5-boats", "uid": "sam-0001", "mail": SAM, "cn": "Sam Ødegård"}
        home.users["eve"] = {"password": "Eve", "uid": "eve-0001", "mail": "eve@elsewhere.example", "cn": "Eve"}
        yield home


@pytest.fixture
def home(installed: SimpleSamlPhp, world: World) -> SimpleSamlPhp:
    """The partner knows Contoso by its metadata, and Contoso knows the partner by its metadata alone."""
    installed.use_key(other_key())
    know(installed, world)
    configured(installed, world)
    for policy in policy_ids(world):
        world.graph("DELETE", f"/identity/conditionalAccess/policies/{policy}", expect=204)
    return installed


def know(home: SimpleSamlPhp, world: World, *, others: Iterable[str] = ()) -> None:
    """What the partner's administrator imports: Contoso's published metadata. ``others`` use the same address."""
    answer = world.call("GET", f"/{world.tenant_id()}/federationmetadata/saml20/federationmetadata.xml")
    described = parse(answer.body)
    reply = described.find(".//{*}AssertionConsumerService").get("Location")
    provider: dict[str, Any] = {
        "AssertionConsumerService": reply,
        "NameIDFormat": described.findtext(".//{*}NameIDFormat"),
    }
    home.configure(service_providers=dict.fromkeys((described.get("entityID"), *others), provider))


def configured(home: SimpleSamlPhp, world: World) -> str:
    """What Contoso's administrator sends to Graph; the certificate is read from the partner's metadata."""
    body = {
        "@odata.type": "#microsoft.graph.samlOrWsFedExternalDomainFederation",
        "displayName": "Partner",
        "issuerUri": home.entity_id,
        "metadataExchangeUri": home.entity_id,
        "passiveSignInUri": home.sign_on,
        "preferredAuthenticationProtocol": "saml",
        "domains": [{"id": "partner.example"}],
    }
    return str(world.graph("POST", _FEDERATIONS, body, expect=201)["id"])


def at_home(place: Place, browser: Browser, name: str, password: str) -> Place:
    """The partner's own login page, and back."""
    asked = page(place)
    assert {"username", "password", "AuthState"} <= asked.form.inputs, asked.text[:500]
    return browser.submit(asked, {"username": name, "password": password})


def redeemed(world: World, browser: Browser, name: str = "sam", password: str = "Sam-rows-5-boats") -> Place:
    invite(world, SAM)
    start = browser.get(newest_mail(world, SAM)["links"][0])
    return walk(world.person(SAM, password="-"), browser, at_home(start, browser, name, password))


def test_a_guest_is_invited_redeems_at_home_and_signs_in_again(home: SimpleSamlPhp, world: World) -> None:
    browser = world.browser()
    assert landing(redeemed(world, browser)).url == AFTER_REDEMPTION
    shown = guest(world, SAM)
    assert shown["externalUserState"] == "Accepted"
    assert shown["identities"][0]["issuer"] == home.entity_id

    again = world.browser()
    start = again.get(world.authorize_url(login_hint=SAM))
    end = walk(world.person(SAM, password="-"), again, at_home(start, again, "sam", "Sam-rows-5-boats"))
    claims = world.claims(world.redeem(landing(end).parameters["code"])["id_token"])
    assert (claims["idp"], claims["email"]) == (home.entity_id, SAM)

    browser.get(f"{world.base_url}/{world.tenant_id()}/oauth2/v2.0/logout")
    silent = browser.get(world.authorize_url(login_hint=SAM))  # the session at home answers
    assert "code" in landing(silent).parameters


def test_an_assertion_for_another_service_is_refused(home: SimpleSamlPhp, world: World) -> None:
    """Requests are not signed, so anybody can have the partner answer Contoso's request in another service's name."""
    know(home, world, others=["https://login.example/fabrikam/"])
    browser = world.browser()
    visitor = Visitor.with_cookies_of(world, browser)
    answer = visitor.send("GET", world.authorize_url(login_hint=SAM))
    for name, _, value in (cookie.partition("=") for cookie in visitor.cookie.split("; ")):
        browser._session.cookies.set(name, value, domain="localhost.local", secure=True)
    request = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    root = parse(bindings.inflated(request["SAMLRequest"]))
    root.find("{*}Issuer").text = "https://login.example/fabrikam/"
    request["SAMLRequest"] = bindings.deflated(serialized(root))
    start = browser.get(bindings.with_query(home.sign_on, request))
    number, sentence = refusal_of(at_home(start, browser, "sam", "Sam-rows-5-boats"))
    assert number == 50008
    assert "audience" in sentence


def test_somebody_of_another_domain_is_refused(home: SimpleSamlPhp, world: World) -> None:
    assert refusal_of(redeemed(world, world.browser(), "eve", "Eve"))[0] == 5000819


def test_an_expired_certificate_is_rolled_over_through_metadata(home: SimpleSamlPhp, world: World) -> None:
    old, new = new_signing_key(world.now() - timedelta(days=6 * 365)), new_signing_key(world.now())
    partners = world.graph("GET", _FEDERATIONS)["value"]
    one = f"{_FEDERATIONS}/{next(p['id'] for p in partners if p['issuerUri'] == home.entity_id)}"
    world.graph("PATCH", one, {"signingCertificate": old.certificate_text}, expect=204)
    home.use_key(new)
    assert landing(redeemed(world, world.browser())).url == AFTER_REDEMPTION
    assert world.graph("GET", one)["signingCertificate"] == new.certificate_text


def test_a_certificate_that_is_rolled_over_early_waits_for_an_administrator(home: SimpleSamlPhp, world: World) -> None:
    assert landing(redeemed(world, world.browser()))
    home.use_key(new_signing_key(world.now()))
    browser = world.browser()
    start = browser.get(world.authorize_url(login_hint=SAM))
    assert refusal_of(at_home(start, browser, "sam", "Sam-rows-5-boats"))[0] == 50008
