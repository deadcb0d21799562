"""Federations with partners' identity providers: every rule of an administrator's body (graph-api 22.2)."""

from __future__ import annotations

from typing import Any

import pytest

from federation.external_federation import FederationConfiguration
from idp_sim.services import dns
from tests.builders import WORLD, GraphWorld
from tests.federations import FEDERATION_TYPE, FEDERATIONS, federation_body
from tests.signing_keys import fixed_key, other_key


@pytest.fixture
def graph() -> GraphWorld:
    """Contoso before its administrator federates anybody."""
    made = GraphWorld()
    made.ports.storage.purge(WORLD, made.tenant().id, FederationConfiguration)
    return made


def created(graph: GraphWorld, **changes: Any) -> str:
    answer = graph.post(FEDERATIONS, federation_body(**changes))
    assert answer.status == 201, answer.response.body
    return str(answer.json["id"])


def test_what_was_sent_is_kept_and_shown_as_graph_shows_it(graph: GraphWorld) -> None:
    key = created(graph)
    shown = graph.get(f"{FEDERATIONS}/{key}").json
    assert shown["@odata.type"] == f"#microsoft.graph.{FEDERATION_TYPE}"
    sent = federation_body()
    for name in ("displayName", "issuerUri", "passiveSignInUri", "preferredAuthenticationProtocol"):
        assert shown[name] == sent[name]
    assert shown["signingCertificate"] == other_key().certificate_text
    assert shown["domains"] == [{"@odata.type": "#microsoft.graph.externalDomainName", "id": "partner.example"}]
    assert shown["metadataExchangeUri"] is None


def test_the_collection_is_read_and_written_through_its_type_as_well(graph: GraphWorld) -> None:
    typed = f"{FEDERATIONS}/microsoft.graph.{FEDERATION_TYPE}"
    body = federation_body()
    del body["@odata.type"]
    assert graph.post(typed, body).status == 201
    assert [item["displayName"] for item in graph.get(typed).value] == ["Federation with partner.example"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({"passiveSignInUri": "http://idp.partner.example/sso"}, "https", id="passive URL without TLS"),
        pytest.param({"passiveSignInUri": "idp.partner.example"}, "https", id="passive URL is none"),
        pytest.param({"metadataExchangeUri": "file:///etc/passwd"}, "https", id="metadata of another scheme"),
        pytest.param({"signingCertificate": None}, "signingCertificate", id="no certificate and no metadata"),
        pytest.param({"signingCertificate": "bm9uZQ=="}, "X.509", id="no certificate"),
        pytest.param(
            {"signingCertificate": f"-----BEGIN CERTIFICATE-----\n{other_key().certificate_text}"},
            "PEM",
            id="PEM lines",
        ),
        pytest.param({"domains": [{"id": "contoso.example"}]}, "verified in this tenant", id="domain of our own"),
        pytest.param({"domains": []}, "At least one domain", id="no domain"),
        pytest.param({"domains": [{"id": "no domain"}]}, "not a domain name", id="not a domain name"),
        pytest.param({"domains": [{"id": "partner.example"}] * 2}, "more than once", id="domain twice"),
        pytest.param({"domains": [{"name": "partner.example"}]}, "name", id="domain under another name"),
        pytest.param({"preferredAuthenticationProtocol": "oidc"}, "'saml' or 'wsFed'", id="another protocol"),
        pytest.param({"issuerUri": None}, "issuerUri", id="no issuer"),
        pytest.param({"issuerUri": " "}, "issuerUri", id="empty issuer"),
        pytest.param({"federatedIdpMfaBehavior": "x"}, "federatedIdpMfaBehavior", id="property of own domains only"),
    ],
)
def test_a_wrong_body_is_refused_with_a_sentence(graph: GraphWorld, changes: dict[str, Any], problem: str) -> None:
    answer = graph.post(FEDERATIONS, federation_body(**changes))
    assert answer.status == 400
    assert problem in answer.json["error"]["message"]
    assert graph.get(FEDERATIONS).value == []


def test_a_domain_and_an_issuer_belong_to_one_federation_only(graph: GraphWorld) -> None:
    created(graph)
    again = graph.post(FEDERATIONS, federation_body(issuerUri="https://other.example"))
    assert "belongs to another federation" in again.json["error"]["message"]
    again = graph.post(FEDERATIONS, federation_body("other.example", issuerUri="https://idp.partner.example/issuer"))
    assert "belongs to another federation" in again.json["error"]["message"]


def test_a_host_outside_the_domain_needs_the_domains_word_in_dns(graph: GraphWorld) -> None:
    body = federation_body(passiveSignInUri="https://login.vendor.example/sso")
    refused = graph.post(FEDERATIONS, body)
    assert refused.status == 400
    proof = "DirectFedAuthUrl=https://login.vendor.example/sso"
    assert f"partner.example. IN TXT {proof}" in refused.json["error"]["message"]
    dns.publish(graph.ports, WORLD, name="Partner.Example.", kind="txt", value="DirectFedAuthUrl=https://other.example")
    assert graph.post(FEDERATIONS, body).status == 400
    dns.publish(graph.ports, WORLD, name="Partner.Example.", kind="txt", value=proof)
    assert graph.post(FEDERATIONS, body).status == 201


def test_a_host_that_only_ends_like_the_domain_proves_nothing(graph: GraphWorld) -> None:
    answer = graph.post(FEDERATIONS, federation_body(passiveSignInUri="https://evilpartner.example/sso"))
    assert answer.status == 400


@pytest.mark.parametrize("host", ["localhost:9443", "127.0.0.1:1", "idp.localhost"])
def test_this_machine_needs_no_proof(graph: GraphWorld, host: str) -> None:
    assert created(graph, passiveSignInUri=f"https://{host}/sso")


def test_a_change_is_checked_like_a_new_one(graph: GraphWorld) -> None:
    one = f"{FEDERATIONS}/{created(graph)}"
    assert graph.patch(one, {"signingCertificate": fixed_key().certificate_text}).status == 204
    assert graph.get(one).json["signingCertificate"] == fixed_key().certificate_text
    assert graph.patch(one, {"passiveSignInUri": "https://login.vendor.example/sso"}).status == 400
    assert graph.patch(one, {"domains": [{"id": "x.example"}]}).status == 400
    assert graph.patch(one, {"signingCertificate": None}).status == 400
    assert graph.get(one).json["passiveSignInUri"] == "https://idp.partner.example/sso"


def test_domains_come_and_go_but_the_last_one_stays(graph: GraphWorld) -> None:
    one = f"{FEDERATIONS}/{created(graph)}"
    domains = f"{one}/microsoft.graph.{FEDERATION_TYPE}/domains"
    assert graph.post(domains, {"id": "sub.partner.example"}).status == 400  # its host is not below that domain
    assert graph.post(domains, {"id": "idp.partner.example"}).status == 201
    assert graph.post(domains, {"id": "contoso.example"}).status == 400
    assert [item["id"] for item in graph.get(domains).value] == ["idp.partner.example", "partner.example"]
    refused = graph.delete(one)
    assert refused.status == 400
    assert "several domains" in refused.json["error"]["message"]
    assert graph.delete(f"{domains}/partner.example").status == 204
    assert graph.delete(f"{domains}/partner.example").status == 404
    assert graph.delete(f"{domains}/idp.partner.example").status == 400
    assert graph.delete(one).status == 204
    assert graph.storage.find(WORLD, graph.tenant().id, FederationConfiguration) == []
