"""Instance discovery and user realm, as clients ask before a sign-in (entra-sign-in 12.5, 12.6)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.simulator import World


def ask(world: World, **query: str) -> dict[str, object]:
    answer = world.call("GET", "/common/discovery/instance", query=query)
    assert answer.status == 200, answer.text
    return dict(answer.json)


@pytest.mark.parametrize("name", ["contoso", "common", "organizations"])
def test_this_server_is_an_instance_with_one_alias_itself(shared_world: World, name: str) -> None:
    tenant = shared_world.tenant_id() if name == "contoso" else name
    base_url = shared_world.base_url
    endpoint = f"{base_url}/{tenant}/oauth2/v2.0/authorize"
    host = urlsplit(base_url).netloc
    assert ask(shared_world, authorization_endpoint=endpoint, **{"api-version": "1.1"}) == {
        "tenant_discovery_endpoint": f"{base_url}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }


@pytest.mark.parametrize(
    ("endpoint", "error", "number"),
    [
        pytest.param("https://login.microsoftonline.com/common", "invalid_instance", 50049, id="real"),
        pytest.param("https://evil.example/common/oauth2/v2.0/authorize", "invalid_instance", 50049, id="foreign"),
        pytest.param("{base_url}", "invalid_instance", 50049, id="without a tenant"),
        pytest.param("https://[", "invalid_instance", 50049, id="no URL"),
        pytest.param("nonsense", "invalid_instance", 50049, id="not absolute"),
        pytest.param("{base_url}/nowhere.example/oauth2/v2.0/authorize", "invalid_request", 90002, id="unknown tenant"),
        pytest.param("", "invalid_request", 900144, id="missing"),
    ],
)
def test_unknown_instances_are_refused(shared_world: World, endpoint: str, error: str, number: int) -> None:
    query = {"authorization_endpoint": endpoint.format(base_url=shared_world.base_url), "api-version": "1.1"}
    answer = shared_world.call("GET", "/common/discovery/instance", query=query)
    assert (answer.status, answer.json["error"], answer.json["error_codes"]) == (400, error, [number])


@pytest.mark.parametrize("address", ["megan@contoso.example", "NOBODY@FABRIKAM.example"])
def test_a_verified_domain_is_managed(shared_world: World, address: str) -> None:
    domain = address.partition("@")[2].lower()
    assert shared_world.call("GET", f"/common/userrealm/{address}", query={"api-version": "1.0"}).json == {
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": domain,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }


def test_another_domain_is_unknown(shared_world: World) -> None:
    answer = shared_world.call("GET", "/common/userrealm/otto@proseware.example", query={"api-version": "1.0"})
    assert answer.json["account_type"] == "Unknown"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        pytest.param("/getuserrealm.srf", {"login": "megan@contoso.example", "json": "1"}, id="getuserrealm.srf"),
        pytest.param("/common/userrealm/megan@contoso.example", {"api-version": "2.1"}, id="userrealm 2.1"),
    ],
)
def test_the_second_form_of_the_answer(shared_world: World, path: str, query: dict[str, str]) -> None:
    answer = shared_world.call("GET", path, query=query).json
    assert (answer["NameSpaceType"], answer["DomainName"]) == ("Managed", "contoso.example")
    assert (answer["Login"], answer["FederationBrandName"]) == ("megan@contoso.example", "Contoso")
    assert (answer["State"], answer["UserState"], answer["CloudInstanceName"]) == (4, 1, "microsoftonline.com")
    assert answer["CloudInstanceIssuerUri"] == "urn:federation:MicrosoftOnline"


@pytest.mark.parametrize("address", ["nonsense", "a@b@c", "%00"])
def test_what_is_no_address_is_refused(shared_world: World, address: str) -> None:
    answer = shared_world.call("GET", f"/common/userrealm/{address}")
    assert (answer.status, answer.json["error_codes"]) == (400, [90023])
