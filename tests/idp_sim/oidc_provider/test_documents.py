"""Metadata and keys as clients read them (entra-sign-in 12.3, 12.4)."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest

from tests.simulator import World

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad"
METADATA = "v2.0/.well-known/openid-configuration"

CLAIMS = (
    "sub iss cloud_instance_name cloud_instance_host_name cloud_graph_host_name msgraph_host aud exp iat auth_time acr "
    "nonce preferred_username name tid ver at_hash c_hash email"
)

#: The keys of 12.3 whose value does not depend on the tenant, literally.
FIXED: dict[str, Any] = {
    "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    "response_modes_supported": ["query", "fragment", "form_post"],
    "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
    "scopes_supported": ["openid", "profile", "email", "offline_access"],
    "subject_types_supported": ["pairwise"],
    "id_token_signing_alg_values_supported": ["RS256"],
    "claims_supported": CLAIMS.split(),
    "request_uri_parameter_supported": False,
    "http_logout_supported": True,
    "frontchannel_logout_supported": True,
    "cloud_instance_name": "microsoftonline.com",
    "cloud_graph_host_name": "graph.windows.net",
    "msgraph_host": "graph.microsoft.com",
    "rbac_url": "https://pas.windows.net",
}


def endpoints(base_url: str, tenant: str) -> dict[str, str]:
    root = f"{base_url}/{tenant}"
    return {
        "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
        "token_endpoint": f"{root}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{root}/oauth2/v2.0/logout",
        "jwks_uri": f"{root}/discovery/v2.0/keys",
        "userinfo_endpoint": f"{base_url}/oidc/userinfo",
        "kerberos_endpoint": f"{root}/kerberos",
    }


def document(world: World, tenant: str) -> dict[str, Any]:
    answer = world.call("GET", f"/{tenant}/{METADATA}")
    assert answer.status == 200, answer.text
    return dict(answer.json)


@pytest.mark.parametrize("name", ["contoso", "fabrikam", "northwind"])
def test_a_tenants_document_has_the_keys_and_values_of_the_real_one(shared_world: World, name: str) -> None:
    tenant = shared_world.tenant(name)
    expected = {
        **FIXED,
        **endpoints(shared_world.base_url, tenant["id"]),
        "issuer": f"{shared_world.base_url}/{tenant['id']}/v2.0",
        "tenant_region_scope": "EU",
    }
    found = document(shared_world, tenant["id"])
    assert found == expected
    assert tenant["metadata_url"].endswith(f"/{tenant['id']}/{METADATA}")
    assert tenant["issuer"] == found["issuer"]


@pytest.mark.parametrize(
    ("authority", "issuer"),
    [("common", "{tenantid}"), ("organizations", "{tenantid}"), ("consumers", PERSONAL_ACCOUNTS)],
)
def test_the_authorities_of_many_tenants_have_their_own_document(
    shared_world: World, authority: str, issuer: str
) -> None:
    assert document(shared_world, authority) == {
        **FIXED,
        **endpoints(shared_world.base_url, authority),
        "issuer": f"{shared_world.base_url}/{issuer}/v2.0",
        "tenant_region_scope": None,
    }


def test_pkce_and_grants_are_not_advertised(shared_world: World) -> None:
    found = document(shared_world, shared_world.tenant_id())
    assert not {"code_challenge_methods_supported", "grant_types_supported"} & set(found)


def test_a_domain_becomes_the_tenants_id(world: World) -> None:
    """In the default world, which owns the names of the scenario."""
    default = next(t for t in world.simulator.ready["tenants"] if t["name"] == "contoso")
    for name in ("contoso.example", "CONTOSO.example", default["id"].upper()):
        assert document(world, name) == document(world, default["id"])


def test_a_domain_that_the_default_world_has_never_means_a_further_world(shared_world: World) -> None:
    found = document(shared_world, "fabrikam.example")
    assert shared_world.tenant_id("fabrikam") not in found["issuer"]


@pytest.mark.parametrize("path", [METADATA, "discovery/v2.0/keys", "discovery/keys"])
def test_the_headers_of_the_real_documents(shared_world: World, path: str) -> None:
    headers = shared_world.call("GET", f"/{shared_world.tenant_id()}/{path}").headers
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Cache-Control"] == "max-age=86400, private"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Access-Control-Allow-Methods"] == "GET, OPTIONS"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["P3P"].startswith("CP=")
    assert headers["x-ms-ests-server"]
    assert GUID.match(headers["x-ms-request-id"])


def test_no_promise_of_tls_is_kept_by_browsers_for_a_host_name_that_others_use(shared_world: World) -> None:
    headers = shared_world.call("GET", f"/{shared_world.tenant_id()}/{METADATA}").headers
    assert headers["Strict-Transport-Security"] == "max-age=0"


@pytest.mark.parametrize("path", [METADATA, "discovery/v2.0/keys", "oauth2/v2.0/token"])
def test_a_preflight_from_a_page_is_allowed(shared_world: World, path: str) -> None:
    answer = shared_world.call(
        "OPTIONS",
        f"/{shared_world.tenant_id()}/{path}",
        headers={
            "Origin": "http://localhost:3000",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "client-request-id",
        },
    )
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "client-request-id" in answer.headers["Access-Control-Allow-Headers"]
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("tenant", ["contoso", "common"])
@pytest.mark.parametrize("path", ["discovery/v2.0/keys", "discovery/keys"])
def test_keys_are_named_by_the_thumbprint_of_their_certificate(shared_world: World, tenant: str, path: str) -> None:
    name = tenant if tenant == "common" else shared_world.tenant_id(tenant)
    (key,) = shared_world.call("GET", f"/{name}/{path}").json["keys"]
    der = base64.b64decode(key["x5c"][0], validate=True)
    thumbprint = base64.urlsafe_b64encode(hashlib.sha1(der).digest()).rstrip(b"=").decode()
    assert key["kid"] == key["x5t"] == thumbprint
    assert key["issuer"] == f"{shared_world.base_url}/{{tenantid}}/v2.0"
    assert set(key) == {"kty", "use", "kid", "x5t", "n", "e", "x5c", "cloud_instance_name", "issuer"}


@pytest.mark.parametrize("path", [METADATA, "discovery/v2.0/keys"])
@pytest.mark.parametrize(
    ("tenant", "code", "error"),
    [
        pytest.param("00000000-1111-2222-3333-444444444444", 90002, "invalid_tenant", id="an unknown id"),
        pytest.param("nowhere.example", 90002, "invalid_tenant", id="an unknown domain"),
        pytest.param("nonsense", 900023, "invalid_request", id="not a domain"),
        pytest.param("proseware.example", 90002, "invalid_tenant", id="nobody's tenant"),
    ],
)
def test_an_unknown_tenant_is_refused(shared_world: World, path: str, tenant: str, code: int, error: str) -> None:
    answer = shared_world.call("GET", f"/{tenant}/{path}")
    assert answer.status == 400
    assert answer.json["error"] == error
    assert answer.json["error_codes"] == [code]
    assert answer.json["error_description"].startswith(f"AADSTS{code}: ")
    assert f"'{tenant}'" in answer.json["error_description"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_documents_are_only_read(shared_world: World, method: str) -> None:
    answer = shared_world.call(method, f"/{shared_world.tenant_id()}/{METADATA}")
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]


def test_doubled_slashes_are_one(shared_world: World) -> None:
    tenant = shared_world.tenant_id()
    answer = shared_world.http.get(f"{shared_world.base_url}//{tenant}//{METADATA}", allow_redirects=False, timeout=10)
    assert answer.json()["issuer"].endswith(f"/{tenant}/v2.0")
