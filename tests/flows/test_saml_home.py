"""A SAML home towards any service provider: requests by both bindings, what they may ask, and logout both ways."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import pytest
from saml2 import saml, samlp

from federation.saml import bindings, logout, names
from federation.saml.partner_metadata import signing_certificates
from federation.saml.schema import validate
from federation.xml import encryption, signature
from federation.xml.parse import parse
from idp_sim.applications.model import Application, RedirectUri
from tests.signing_keys import fixed_key
from tests.simulator import Answer, World
from tests.stories import Visitor, refusal_of

SERVICE, REPLY, LOGOUT = "https://intranet.example/saml", "https://intranet.example/acs", "https://intranet.example/slo"
OTHER, OTHER_LOGOUT = "https://wiki.example/saml", "https://wiki.example/slo"


@pytest.fixture(scope="module")
def world(shared_world: World) -> World:
    """Adatum with two service providers of its own."""
    for name, entity, address in (("intranet", SERVICE, LOGOUT), ("wiki", OTHER, OTHER_LOGOUT)):
        register(shared_world, name=name, entity=entity, logout_url=address)
    return shared_world


def register(world: World, *, name: str, entity: str, logout_url: str | None = None, **more: Any) -> None:
    host = urlsplit(entity).netloc
    application = Application(
        id=f"id-{name}",
        client_id=f"client-{name}",
        service_principal=f"principal-{name}",
        name=name,
        display_name=name.capitalize(),
        identifier_uris=(entity,),
        redirect_uris=(RedirectUri(uri=f"https://{host}/acs"),),
        front_channel_logout_url=logout_url,
        **more,
    )
    world.simulator.ports.storage.insert(world.id, world.tenant_id("adatum"), application)


def at(world: World, place: str) -> str:
    return f"{world.base_url}/{world.tenant_id('adatum')}/saml/{place}"


def asked(**changes: Any) -> bytes:
    """An AuthnRequest of the intranet."""
    issuer = changes.pop("issuer", SERVICE)
    request = samlp.AuthnRequest(
        id="_asked",
        version="2.0",
        issue_instant=bindings.instant(datetime.now(UTC)),
        issuer=saml.Issuer(text=issuer),
        **changes,
    )
    return bindings.to_xml(request)


def send(world: World, visitor: Visitor, xml: bytes, *, post: bool = False) -> Answer:
    if post:
        return visitor.send("POST", at(world, "sso"), {"SAMLRequest": bindings.encoded(xml), "RelayState": "kept"})
    query = urlencode({"SAMLRequest": bindings.deflated(xml), "RelayState": "kept"})
    return visitor.send("GET", f"{at(world, 'sso')}?{query}")


def signed_in(world: World, visitor: Visitor, answer: Answer, name: str = "adam") -> dict[str, str]:
    """The form that carries the answer, after the person has signed in where that was asked."""
    page = visitor.read(answer, at(world, "sso"))
    if page.step in ("password", "home_realm_discovery"):
        values = {"username": f"{name}@adatum.example", "password": world.user(name)["password"]}
        page = visitor.read(visitor.post(page, values), page.url)
    return {**dict(page.form.fields), "to": page.form.action}


def response(fields: dict[str, str]) -> Any:
    root = parse(bindings.posted(fields["SAMLResponse"]))
    validate(root)
    return root


def status(fields: dict[str, str]) -> list[str]:
    return [node.get("Value").rpartition(":")[2] for node in response(fields).iter("{*}StatusCode")]


def key(world: World) -> Any:
    return world.simulator.ports.keys.home_key_set(world.id, world.tenant_id("adatum")).signing


@pytest.mark.parametrize("post", [False, True], ids=["redirect", "POST"])
def test_a_request_by_either_binding_is_answered_where_it_is_registered(world: World, post: bool) -> None:
    visitor = Visitor(world)
    fields = signed_in(world, visitor, send(world, visitor, asked(), post=post))
    root = response(fields)
    assert (fields["to"], fields["RelayState"]) == (REPLY, "kept")
    assert (root.get("InResponseTo"), root.get("Destination")) == ("_asked", REPLY)
    told = signature.verify(root.find("{*}Assertion"), [key(world).certificate_text])
    assert told.findtext(".//{*}Audience") == SERVICE
    assert told.findtext(".//{*}NameID") == world.user("adam")["id"]
    assert told.findtext(".//{*}AuthnContextClassRef") == names.PASSWORD_CONTEXT


def test_its_metadata_is_signed_and_says_where_it_is(world: World) -> None:
    answer = world.call("GET", urlsplit(world.tenant("adatum")["metadata_url"]).path)
    root = parse(answer.body)
    validate(root)
    assert signature.verify(root, [key(world).certificate_text]).get("entityID") == world.tenant("adatum")["issuer"]
    places = {node.get("Location") for node in root.iter("{*}SingleSignOnService", "{*}SingleLogoutService")}
    assert places == {at(world, "sso"), at(world, "slo")}


def test_the_resource_tenant_describes_itself_as_a_service_provider(world: World) -> None:
    answer = world.call("GET", f"/{world.tenant_id()}/federationmetadata/saml20/federationmetadata.xml")
    root = parse(answer.body)
    validate(root)
    assert root.get("entityID") == world["federation"]["contoso"]["saml_entity_id"]
    assert root.find(".//{*}AssertionConsumerService").get("Location") == world["federation"]["contoso"]["saml_acs"]
    shared = parse(world.call("GET", "/federationmetadata/saml20/federationmetadata.xml").body)
    assert shared.get("entityID") == "urn:federation:MicrosoftOnline"


def test_a_session_answers_at_once_unless_the_request_forces_a_login(world: World) -> None:
    visitor = Visitor(world)
    signed_in(world, visitor, send(world, visitor, asked()))
    again = visitor.read(send(world, visitor, asked()), at(world, "sso"))
    assert "SAMLResponse" in again.form.inputs
    forced = visitor.read(send(world, visitor, asked(force_authn="true")), at(world, "sso"))
    assert {"username", "password"} <= forced.form.inputs


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        pytest.param({"is_passive": "true"}, ["Responder", "NoPassive"], id="nobody is there and none may be asked"),
        pytest.param(
            {"name_id_policy": samlp.NameIDPolicy(format="urn:example:format")},
            ["Requester", "InvalidNameIDPolicy"],
            id="NameID of an unknown format",
        ),
        pytest.param(
            {
                "requested_authn_context": samlp.RequestedAuthnContext(
                    authn_context_class_ref=[
                        saml.AuthnContextClassRef(text="urn:oasis:names:tc:SAML:2.0:ac:classes:X509")
                    ]
                )
            },
            ["Requester", "NoAuthnContext"],
            id="context that can't be met",
        ),
    ],
)
def test_what_can_not_be_given_is_told_by_a_status(world: World, changes: dict[str, Any], codes: list[str]) -> None:
    visitor = Visitor(world)
    page = visitor.read(send(world, visitor, asked(**changes)), at(world, "sso"))
    fields = dict(page.form.fields)
    assert status(fields) == codes
    assert (page.form.action, fields["RelayState"]) == (REPLY, "kept")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (names.EMAIL_ADDRESS, "adam@adatum.example"),
        (names.PERSISTENT, None),
        (names.UNSPECIFIED, None),
    ],
)
def test_the_name_id_has_the_wanted_format(world: World, form: str, expected: str | None) -> None:
    visitor = Visitor(world)
    policy = samlp.NameIDPolicy(format=form)
    fields = signed_in(world, visitor, send(world, visitor, asked(name_id_policy=policy)))
    name = response(fields).find(".//{*}NameID")
    assert name.text == (expected or world.user("adam")["id"])


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        pytest.param(asked(issuer="https://stranger.example"), None, id="unknown service provider"),
        pytest.param(asked(assertion_consumer_service_url="https://evil.example/acs"), 50011, id="strange address"),
        pytest.param(asked(destination="https://elsewhere.example/sso"), 75005, id="meant for another place"),
        pytest.param(b"<a/>", 75005, id="no request"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY x "x">]>' + asked(), 75005, id="document type"),
        pytest.param(asked().replace(b'Version="2.0"', b'Version="1.1"'), 75005, id="another version"),
    ],
)
def test_a_wrong_request_ends_on_the_homes_own_page(world: World, xml: bytes, code: int | None) -> None:
    visitor = Visitor(world)
    page = visitor.read(send(world, visitor, xml), at(world, "sso"))
    assert page.step == "error"
    assert not page.forms
    if code is not None:
        assert refusal_of(page)[0] == code


@pytest.mark.parametrize("query", ["", "SAMLRequest=", "SAMLRequest=%25%25", "SAMLRequest=eA%3D%3D"])
def test_a_request_that_is_none_is_no_fault(world: World, query: str) -> None:
    assert Visitor(world).send("GET", f"{at(world, 'sso')}?{query}").status == 400


def test_a_bomb_is_not_unpacked(world: World) -> None:
    bomb = urlencode({"SAMLRequest": bindings.deflated(b"<a>" + b" " * 20_000_000 + b"</a>")})
    answer = Visitor(world).send("GET", f"{at(world, 'sso')}?{bomb}")
    assert answer.status == 400
    assert "larger" in answer.text


@pytest.mark.parametrize("parameter", ["spentityid", "providerId"])
def test_a_sign_in_that_starts_at_home_carries_an_answer_that_nobody_asked_for(world: World, parameter: str) -> None:
    visitor = Visitor(world)
    fields = signed_in(world, visitor, visitor.send("GET", f"{at(world, 'sso')}?{urlencode({parameter: SERVICE})}"))
    assert fields["to"] == REPLY
    assert response(fields).get("InResponseTo") is None


def test_contoso_takes_no_answer_that_starts_at_home(world: World) -> None:
    visitor = Visitor(world)
    entity = world["federation"]["contoso"]["saml_entity_id"]
    query = urlencode({"spentityid": entity, "RelayState": f"{world.base_url}/"})
    fields = signed_in(world, visitor, visitor.send("GET", f"{at(world, 'sso')}?{query}"))
    assert fields.pop("to") == world["federation"]["contoso"]["saml_acs"]
    page = visitor.read(visitor.send("POST", f"{world.base_url}/login.srf", fields))
    assert refusal_of(page)[0] in (50008, 50089)


def test_response_and_assertion_are_signed_and_encrypted_where_the_service_provider_is_registered_so(
    world: World,
) -> None:
    entity = "https://vault.example/saml"
    certificate = fixed_key().certificate_text
    register(world, name="vault", entity=entity, saml_sign_response=True, saml_encryption_certificate=certificate)
    visitor = Visitor(world)
    fields = signed_in(world, visitor, send(world, visitor, asked(issuer=entity)))
    assert b"adam@adatum.example" not in bindings.posted(fields["SAMLResponse"])
    root = signature.verify(response(fields), [key(world).certificate_text])
    opened = encryption.decrypt(root.find("{*}EncryptedAssertion/{*}EncryptedData"), fixed_key().xml_key)
    assert signature.verify(opened, [key(world).certificate_text]).findtext(".//{*}Audience") == entity


# --- single logout -----------------------------------------------------------------------------------------


def signed_query(url: str, name: str, world: World) -> Any:
    """The message of an address, whose signature is checked over exactly its text."""
    query = urlsplit(url).query
    covered, _, made = query.partition("&Signature=")
    assert signature.verify_bytes(covered.encode(), unquote(made), [key(world).certificate_text])
    return parse(bindings.inflated(parse_qs(query)[name][0]))


def test_a_service_provider_ends_the_session_and_the_others_are_told(world: World) -> None:
    visitor = Visitor(world)
    signed_in(world, visitor, send(world, visitor, asked()))
    signed_in(world, visitor, send(world, visitor, asked(issuer=OTHER)))
    request = logout.request(
        logout.LogoutRequest(id="_bye", issuer=SERVICE, name_id=world.user("adam")["id"]),
        at(world, "slo"),
        world.now(),
    )
    query = urlencode({"SAMLRequest": bindings.deflated(request), "RelayState": "bye"})
    answer = visitor.send("GET", f"{at(world, 'slo')}?{query}")
    assert OTHER_LOGOUT in answer.text
    page = visitor.read(answer, at(world, "slo"))
    back = next(link for link in page.links if link.startswith(LOGOUT))
    told = signed_query(back, "SAMLResponse", world)
    validate(told)
    assert (told.get("InResponseTo"), told.find(".//{*}StatusCode").get("Value")) == ("_bye", names.SUCCESS)
    assert parse_qs(urlsplit(back).query)["RelayState"] == ["bye"]
    again = visitor.read(send(world, visitor, asked()), at(world, "sso"))
    assert "username" in again.form.inputs


def test_with_nobody_else_to_tell_the_answer_goes_back_at_once(world: World) -> None:
    visitor = Visitor(world)
    signed_in(world, visitor, send(world, visitor, asked()))
    request = logout.request(
        logout.LogoutRequest(id="_bye", issuer=SERVICE, name_id="x"), at(world, "slo"), world.now()
    )
    answer = visitor.send("POST", at(world, "slo"), {"SAMLRequest": bindings.encoded(request)})
    assert answer.status == 302
    assert signed_query(answer.location, "SAMLResponse", world).get("Destination") == LOGOUT


def test_the_person_signs_out_at_home_and_every_service_provider_is_asked_to_do_so(world: World) -> None:
    visitor = Visitor(world)
    signed_in(world, visitor, send(world, visitor, asked()))
    answer = visitor.send("GET", at(world, "slo"))
    frame = next(link for link in answer.text.replace("&amp;", "&").split('"') if link.startswith(LOGOUT))
    told = signed_query(frame, "SAMLRequest", world)
    validate(told)
    assert told.findtext("{*}NameID") == world.user("adam")["id"]
    assert visitor.send("GET", f"{at(world, 'slo')}?SAMLResponse=x").status == 200


def test_a_logout_request_of_a_stranger_ends_nothing(world: World) -> None:
    visitor = Visitor(world)
    signed_in(world, visitor, send(world, visitor, asked()))
    request = logout.request(
        logout.LogoutRequest(id="_bye", issuer="https://stranger.example", name_id="x"), at(world, "slo"), world.now()
    )
    query = urlencode({"SAMLRequest": bindings.deflated(request)})
    assert visitor.read(visitor.send("GET", f"{at(world, 'slo')}?{query}"), at(world, "slo")).step == "error"
    assert "SAMLResponse" in visitor.read(send(world, visitor, asked()), at(world, "sso")).form.inputs


def test_the_metadata_of_the_home_is_what_a_partner_can_read(world: World) -> None:
    from federation.external_federation import FederationConfiguration

    configuration = FederationConfiguration(
        id="1", display_name="Adatum", issuer_uri=world.tenant("adatum")["issuer"], passive_sign_in_uri=""
    )
    body = world.call("GET", urlsplit(world.tenant("adatum")["metadata_url"]).path).body
    assert signing_certificates(body, configuration) == (key(world).certificate_text,)
