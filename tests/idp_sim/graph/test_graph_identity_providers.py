"""Identity providers of a tenant and the order of redemption: what can be configured, and what is refused why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import GraphWorld

PATH = "/v1.0/identity/identityProviders"
ORDER_PATH = "/v1.0/policies/crossTenantAccessPolicy/default"
ORDER = "invitationRedemptionIdentityProviderConfiguration"
GENERIC = {
    "@odata.type": "#microsoft.graph.openIdConnectIdentityProvider",
    "displayName": "Lucerne",
    "clientId": "contoso",
    "clientSecret": "secret",
    "metadataUrl": "https://op.lucerne.example/.well-known/openid-configuration",
    "domains": ["Lucerne.example"],
}


@pytest.fixture
def graph() -> Iterator[GraphWorld]:
    made = GraphWorld()
    yield made
    made.close()


def test_every_tenant_has_the_built_in_providers(graph: GraphWorld) -> None:
    found = {p["id"]: p for p in graph.get(PATH).json["value"]}
    assert {"AADSignup-OAUTH", "MSASignup-OAUTH", "EmailOtpSignup-OAUTH"} <= set(found)
    assert found["EmailOtpSignup-OAUTH"]["identityProviderType"] == "EmailOTP"
    assert found["EmailOtpSignup-OAUTH"]["@odata.type"] == "#microsoft.graph.builtInIdentityProvider"
    assert graph.delete(f"{PATH}/AADSignup-OAUTH").status == 400


def test_a_provider_is_made_changed_and_deleted_and_its_secret_is_never_shown(graph: GraphWorld) -> None:
    made = graph.post(PATH, GENERIC)
    assert made.status == 201, made.json
    body = made.json
    assert body["@odata.type"] == "#microsoft.graph.openIdConnectIdentityProvider"
    assert (body["clientSecret"], body["domains"], body["scope"]) == (
        "****",
        ["lucerne.example"],
        "openid profile email",
    )
    one = f"{PATH}/{body['id']}"
    assert graph.patch(one, {"displayName": "Other", "claimsMapping": {"email": "mail"}}).status == 204
    shown = graph.get(one).json
    assert (shown["displayName"], shown["claimsMapping"]["email"]) == ("Other", "mail")
    assert graph.delete(one).status == 204
    assert graph.get(one).status == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"metadataUrl": "https://op.example/other"}, "openid-configuration", id="another document"),
        pytest.param(
            {"metadataUrl": "http://op.example/.well-known/openid-configuration"}, "https", id="plain http to elsewhere"
        ),
        pytest.param({"domains": ["contoso.example"]}, "contoso.example", id="a domain of the tenant itself"),
        pytest.param({"domains": ["no domain"]}, "no domain", id="no domain"),
        pytest.param({"scope": "profile"}, "openid", id="no openid scope"),
        pytest.param({"claimsMapping": {"pet": "cat"}}, "claimsMapping/pet", id="unknown claim"),
        pytest.param({"clientId": None}, "clientId", id="no client"),
        pytest.param({"metadataUrl": None}, "identityProviderType", id="no type"),
        pytest.param({"identityProviderType": "Facebook"}, "Facebook", id="Facebook"),
        pytest.param({"responseMode": "form_post"}, "responseMode", id="unknown property"),
    ],
)
def test_what_can_not_be_is_refused_by_name(graph: GraphWorld, change: dict[str, Any], words: str) -> None:
    body = {name: value for name, value in {**GENERIC, **change}.items() if value is not None}
    answer = graph.post(PATH, body)
    assert answer.status in (400, 501)
    assert words in answer.json["error"]["message"]


def test_there_is_one_registration_at_google_and_one_provider_for_a_domain(graph: GraphWorld) -> None:
    google = {"identityProviderType": "Google", "displayName": "Google", "clientId": "c", "clientSecret": "s"}
    assert graph.get(f"{PATH}/Google-OAUTH").status == 200, "Contoso of the default scenario has one"
    assert graph.post(PATH, google).status == 400
    assert graph.delete(f"{PATH}/Google-OAUTH").status == 204
    assert graph.post(PATH, google).json["id"] == "Google-OAUTH"
    assert graph.post(PATH, GENERIC).status == 201
    assert "Lucerne" in graph.post(PATH, GENERIC).json["error"]["message"]


def test_the_order_of_redemption_is_read_changed_and_reset(graph: GraphWorld) -> None:
    assert graph.get(ORDER_PATH).json[ORDER] == {
        "primaryIdentityProviderPrecedenceOrder": [
            "azureActiveDirectory",
            "externalFederation",
            "socialIdentityProviders",
        ],
        "fallbackIdentityProvider": "defaultConfiguredIdp",
    }
    wanted = {
        "primaryIdentityProviderPrecedenceOrder": ["externalFederation", "azureActiveDirectory"],
        "fallbackIdentityProvider": "microsoftAccount",
    }
    assert graph.patch(ORDER_PATH, {ORDER: wanted}).status == 204
    assert graph.get(ORDER_PATH).json[ORDER] == wanted
    assert graph.patch(ORDER_PATH, {"inboundTrust": {"isMfaAccepted": True}}).status == 204
    assert graph.get(ORDER_PATH).json[ORDER] == wanted, "other settings leave the order alone"
    assert graph.post(f"{ORDER_PATH}/resetToSystemDefault", {}).status == 204
    assert graph.get(ORDER_PATH).json[ORDER]["fallbackIdentityProvider"] == "defaultConfiguredIdp"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param({"fallbackIdentityProvider": "carrierPigeon"}, "carrierPigeon", id="unknown fallback"),
        pytest.param({"primaryIdentityProviderPrecedenceOrder": ["facebook"]}, "facebook", id="unknown primary"),
        pytest.param({"primaryIdentityProviderPrecedenceOrder": "azureActiveDirectory"}, "list", id="no list"),
        pytest.param({"secondary": []}, "secondary", id="unknown property"),
    ],
)
def test_an_order_that_can_not_be_is_refused(graph: GraphWorld, value: dict[str, Any], words: str) -> None:
    answer = graph.patch(ORDER_PATH, {ORDER: value})
    assert answer.status == 400
    assert words in answer.json["error"]["message"]
