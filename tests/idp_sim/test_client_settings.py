"""Settings to copy are complete and are valid text of their kind."""

from __future__ import annotations

import ast
import dataclasses

import pytest
import yaml

from idp_sim.client_settings import LIBRARIES, ClientSettings, snippets

SETTINGS = ClientSettings(
    base_url="https://localhost:8443",
    tenant_id="11111111-2222-4333-8444-555555555555",
    client_id="66666666-2222-4333-8444-555555555555",
    client_secret="s3cret'\"~",
    redirect_uri="http://localhost:5000/getAToken",
    ca_file="/etc/idp-sim/ca.pem",
)
TEXT = {snippet.key: snippet.text for snippet in snippets(SETTINGS)}


def test_every_library_has_a_snippet_under_its_own_key() -> None:
    assert list(TEXT) == [row[0] for row in LIBRARIES]


@pytest.mark.parametrize("key", [key for key in TEXT if key != "http"])
def test_a_snippet_names_client_and_tenant(key: str) -> None:
    assert SETTINGS.client_id in TEXT[key]
    assert SETTINGS.tenant_id in TEXT[key]


@pytest.mark.parametrize("secret", ["s3cret'\"~", None])
def test_the_python_snippet_is_python(secret: str | None) -> None:
    settings = dataclasses.replace(SETTINGS, client_secret=secret)
    tree = ast.parse({snippet.key: snippet.text for snippet in snippets(settings)}["msal-python"])
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert ("ConfidentialClientApplication" if secret else "PublicClientApplication") in names
    arguments = {
        k.arg: k.value.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Call)
        for k in n.keywords
        if isinstance(k.value, ast.Constant)
    }
    assert arguments["instance_discovery"] is False
    assert arguments["verify"] == SETTINGS.ca_file
    assert arguments.get("client_credential") == secret


def test_the_spring_snippet_is_yaml_even_with_an_awkward_secret() -> None:
    document = yaml.safe_load(TEXT["spring"])["spring.security.oauth2.client"]
    assert document["registration.idp-sim"]["client-secret"] == SETTINGS.client_secret
    assert document["provider.idp-sim"]["issuer-uri"] == SETTINGS.issuer


def test_without_tls_nothing_is_to_be_trusted() -> None:
    plain = snippets(dataclasses.replace(SETTINGS, base_url="http://localhost:8080", ca_file=None))
    assert not [snippet for snippet in plain if "ca.pem" in snippet.text or "cacert" in snippet.text]


def test_the_path_of_the_redirect_uri_goes_where_frameworks_want_only_that() -> None:
    assert 'CallbackPath = "/getAToken"' in TEXT["asp-net-core"]
