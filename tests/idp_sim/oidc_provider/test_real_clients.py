"""Real clients as witnesses: MSAL, Authlib's requests client and PyJWT against the running server."""

from __future__ import annotations

import ssl
import urllib.request
from typing import Any

import jwt
import msal
import pytest
from authlib.integrations.requests_client import OAuth2Session

from tests.simulator import CALLBACK, World

MEGAN, ANA, OTTO = "megan@contoso.example", "ana@fabrikam.example", "otto@proseware.example"
API = "api://contoso-api/access_as_user"


@pytest.fixture(autouse=True)
def _trusted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the product tells people to: requests lets this variable win over ``verify``, wherever it points to."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", world["ca_file"])


def msal_client(world: World, application: str = "portal") -> msal.ConfidentialClientApplication:
    """As a developer configures it: the tenant as authority, instance discovery off."""
    registered = world.application(application)
    return msal.ConfidentialClientApplication(
        registered["client_id"],
        client_credential=registered["client_secret"],
        authority=f"{world.base_url}/{world.tenant_id()}",
        instance_discovery=False,
        verify=world["ca_file"],
    )


def signed_in_with_msal(world: World, address: str) -> tuple[msal.ConfidentialClientApplication, dict[str, Any]]:
    client = msal_client(world)
    flow = client.initiate_auth_code_flow(
        ["User.Read"], redirect_uri=CALLBACK, login_hint=address, response_mode="form_post"
    )
    answer = world.walk(address, flow["auth_uri"]).parameters
    result = client.acquire_token_by_auth_code_flow(flow, dict(answer))
    assert "access_token" in result, result
    return client, result


# --- MSAL ---------------------------------------------------------------------------------------------


def test_msal_signs_a_member_in(world: World) -> None:
    client, result = signed_in_with_msal(world, MEGAN)
    assert result["id_token_claims"]["preferred_username"] == MEGAN
    (account,) = client.get_accounts()
    assert account["home_account_id"] == f"{world.user('megan')['id']}.{world.tenant_id()}"
    assert account["username"] == MEGAN


def test_msals_account_of_a_guest_has_the_ids_of_the_home(world: World) -> None:
    client, result = signed_in_with_msal(world, ANA)
    claims = result["id_token_claims"]
    assert (claims["tid"], claims["oid"]) == (world.tenant_id(), world.guest("ana")["id"])
    (account,) = client.get_accounts()
    assert account["home_account_id"] == f"{world.user('ana')['id']}.{world.tenant_id('fabrikam')}"


def test_msals_account_of_a_guest_without_a_home_has_the_ids_of_the_guest_object(world: World) -> None:
    client, _ = signed_in_with_msal(world, OTTO)
    (account,) = client.get_accounts()
    assert account["home_account_id"] == f"{world.guest('otto')['id']}.{world.tenant_id()}"


@pytest.mark.parametrize("address", [MEGAN, ANA])
def test_msal_refreshes_silently(world: World, address: str) -> None:
    client, result = signed_in_with_msal(world, address)
    (account,) = client.get_accounts()
    kept = client.acquire_token_silent(["User.Read"], account=account)
    assert kept["access_token"] == result["access_token"], "from its cache"
    fresh = client.acquire_token_silent(["User.Read"], account=account, force_refresh=True)
    assert fresh["access_token"] != result["access_token"]
    assert world.claims(fresh["access_token"])["oid"] == world.claims(result["access_token"])["oid"]


def test_msal_hears_that_consent_is_missing(world: World) -> None:
    client, _ = signed_in_with_msal(world, MEGAN)
    (account,) = client.get_accounts()
    refused = client.acquire_token_silent_with_error([API], account=account)
    assert refused["error"] == "invalid_grant"
    assert refused["suberror"] == "consent_required"
    assert refused["error_codes"] == [65001]


def test_msal_gets_tokens_for_an_application(world: World) -> None:
    client = msal_client(world, "daemon")
    result = client.acquire_token_for_client(["api://contoso-api/.default"])
    assert world.claims(result["access_token"])["roles"] == ["Reader"]
    assert client.acquire_token_for_client(["api://contoso-api/.default"])["token_source"] == "cache"


def test_msal_hears_of_a_wrong_secret(world: World) -> None:
    daemon = world.application("daemon")
    client = msal.ConfidentialClientApplication(
        daemon["client_id"],
        client_credential="wrong",
        authority=f"{world.base_url}/{world.tenant_id()}",
        instance_discovery=False,
        verify=world["ca_file"],
    )
    refused = client.acquire_token_for_client(["api://contoso-api/.default"])
    assert (refused["error"], refused["error_codes"]) == ("invalid_client", [7000215])


def test_msal_as_a_public_client(world: World) -> None:
    client = msal.PublicClientApplication(
        world.application("mobile")["client_id"],
        authority=f"{world.base_url}/{world.tenant_id()}",
        instance_discovery=False,
        verify=world["ca_file"],
    )
    uri = "http://localhost:51515"
    flow = client.initiate_auth_code_flow(["User.Read"], redirect_uri=uri, login_hint=MEGAN, response_mode="form_post")
    answer = world.walk(MEGAN, flow["auth_uri"], browser=world.browser(uri, f"{uri}/")).parameters
    result = client.acquire_token_by_auth_code_flow(flow, dict(answer))
    assert "access_token" in result, result


# --- Authlib and PyJWT ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("address", [MEGAN, ANA])
def test_authlibs_client_discovers_signs_in_and_refreshes(world: World, method: str, address: str) -> None:
    metadata = world.http.get(world.tenant()["metadata_url"], timeout=10).json()
    portal = world.application()
    with OAuth2Session(
        portal["client_id"],
        portal["client_secret"],
        token_endpoint_auth_method=method,
        scope="openid profile email offline_access",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    ) as session:
        session.trust_env = False
        session.verify = world["ca_file"]
        verifier = "v" * 64
        url, state = session.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, nonce="n", login_hint=address
        )
        landing = world.walk(address, url)
        answer = f"{landing.url}?code={landing.parameters['code']}&state={landing.parameters['state']}"
        token = session.fetch_token(
            metadata["token_endpoint"], authorization_response=answer, code_verifier=verifier, state=state
        )
        assert session.get(metadata["userinfo_endpoint"], timeout=10).json()["email"] == address
        fresh = session.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
    assert fresh["access_token"] != token["access_token"]
    _verified_by_pyjwt(world, metadata, token["id_token"], portal["client_id"])


def _verified_by_pyjwt(world: World, metadata: dict[str, Any], token: str, audience: str) -> None:
    """By a library that shares no code with the product, from the published documents alone."""
    context = ssl.create_default_context(cafile=world["ca_file"])
    with urllib.request.urlopen(metadata["jwks_uri"], context=context, timeout=10) as answer:
        keys = jwt.PyJWKSet.from_json(answer.read().decode())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=metadata["issuer"])
    assert claims["nonce"] == "n"
