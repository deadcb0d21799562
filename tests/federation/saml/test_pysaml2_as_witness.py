"""pysaml2's own client and server, which the product does not use, read what it writes and write what it reads."""

from __future__ import annotations

import os
import shutil
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from federation.external_federation import ADDRESS_CLAIM, FederationConfiguration
from federation.identity_providers.base import AuthenticationRequest
from federation.saml import assertion, bindings, metadata, names, partner
from federation.saml.response import read
from tests.saml_messages import ENTITY, EXPECTED, ISSUER, REPLY, STATEMENT
from tests.signing_keys import fixed_key, other_key

pytestmark = pytest.mark.skipif(
    shutil.which("xmlsec1") is None and not os.environ.get("CI"), reason="the program xmlsec1 is not installed"
)
SIGN_ON = "https://idp.adatum.example/saml/sso"
REQUEST = AuthenticationRequest(
    state="state",
    nonce="request",
    code_verifier="",
    assertion_id="",
    correlation_id="",
    reply_url="",
    address="adam@adatum.example",
    resource_tenant="contoso",
    application="portal",
    entity_id=ENTITY,
    partner_reply_url=REPLY,
)
OUR_SERVICE_PROVIDER = metadata.service_provider(ENTITY, REPLY, [fixed_key()]).decode()
OUR_IDENTITY_PROVIDER = metadata.identity_provider(
    metadata.IdentityProvider(
        id="_m", entity_id=ISSUER, sign_on_url=SIGN_ON, logout_url="https://idp.adatum.example/slo"
    ),
    [other_key()],
    other_key(),
).decode()


def key_files(folder: Path) -> dict[str, str]:
    """pysaml2 reads keys from files."""
    private = other_key().key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(private)
    text = other_key().certificate_text
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    (folder / "cert.pem").write_text(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
    return {"key_file": str(folder / "key.pem"), "cert_file": str(folder / "cert.pem")}


@pytest.fixture
def client(tmp_path: Path) -> Any:
    """A service provider with Contoso's name that trusts our identity provider."""
    from saml2.client import Saml2Client
    from saml2.config import SPConfig

    endpoints = {"assertion_consumer_service": [(REPLY, names.BINDING_POST)]}
    settings = {
        "entityid": ENTITY,
        "metadata": {"inline": [OUR_IDENTITY_PROVIDER]},
        "service": {"sp": {"endpoints": endpoints, "want_assertions_signed": True, "want_response_signed": False}},
        "allow_unknown_attributes": True,
        "xmlsec_binary": shutil.which("xmlsec1"),
        **key_files(tmp_path),
    }
    return Saml2Client(SPConfig().load(settings))


@pytest.fixture
def server(tmp_path: Path) -> Any:
    """An identity provider with the partner's name that knows our service provider."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns of what cryptography will remove
        from saml2.server import Server
    from saml2.config import IdPConfig

    endpoints = {"single_sign_on_service": [(SIGN_ON, names.BINDING_REDIRECT)]}
    settings = {
        "entityid": ISSUER,
        "metadata": {"inline": [OUR_SERVICE_PROVIDER]},
        "service": {"idp": {"endpoints": endpoints, "policy": {"default": {"attribute_restrictions": None}}}},
        "xmlsec_binary": shutil.which("xmlsec1"),
        **key_files(tmp_path),
    }
    return Server(config=IdPConfig().load(settings))


@pytest.mark.parametrize("sign_response", [False, True])
def test_its_client_accepts_what_our_identity_provider_says(client: Any, sign_response: bool) -> None:
    now = datetime.now(UTC)
    said = replace(STATEMENT, authenticated=now, sign_response=sign_response)
    text = bindings.encoded(assertion.response(said, other_key(), now))
    response = client.parse_authn_request_response(text, names.BINDING_POST, outstanding={"_request": "/"})
    assert response.assertion is not None
    assert response.name_id.text == "adam-at-home"
    assert response.ava[ADDRESS_CLAIM] == ["adam@adatum.example"]


def test_its_client_refuses_the_same_when_it_was_changed(client: Any) -> None:
    from saml2.sigver import SignatureError

    now = datetime.now(UTC)
    xml = assertion.response(replace(STATEMENT, authenticated=now), other_key(), now)
    text = bindings.encoded(xml.replace(b"adam@adatum.example", b"eve@adatum.example!"))
    with pytest.raises(SignatureError):
        client.parse_authn_request_response(text, names.BINDING_POST, outstanding={"_request": "/"})


@pytest.mark.parametrize("sign_response", [False, True])
def test_its_server_reads_our_request_and_we_accept_its_answer(server: Any, sign_response: bool) -> None:
    from saml2.saml import NameID

    now = datetime.now(UTC)
    configuration = FederationConfiguration(
        id="1", display_name="Adatum", issuer_uri=ISSUER, passive_sign_in_uri=SIGN_ON, domains=("adatum.example",)
    )
    outgoing, identifier = partner.begin(configuration, REQUEST, now)
    query = outgoing.url.partition("SAMLRequest=")[2].partition("&")[0]
    from urllib.parse import unquote

    request = server.parse_authn_request(unquote(query), names.BINDING_REDIRECT).message
    assert (request.id, request.issuer.text, request.assertion_consumer_service_url) == (identifier, ENTITY, REPLY)
    response = server.create_authn_response(
        identity={ADDRESS_CLAIM: ["adam@adatum.example"]},
        in_response_to=request.id,
        destination=REPLY,
        sp_entity_id=ENTITY,
        name_id=NameID(format=names.PERSISTENT, text="adam-at-home"),
        authn={"class_ref": names.PASSWORD_CONTEXT, "authn_auth": ISSUER},
        sign_assertion=True,
        sign_response=sign_response,
        sign_alg=bindings.RSA_SHA256,
        digest_alg="http://www.w3.org/2001/04/xmlenc#sha256",
    )
    expected = replace(EXPECTED, request_id=identifier)
    person = read(bindings.encoded(str(response).encode()), expected, datetime.now(UTC))
    assert (person.subject, person.addresses) == ("adam-at-home", ("adam@adatum.example",))
