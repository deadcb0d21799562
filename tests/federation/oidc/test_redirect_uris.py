"""Which redirect URIs belong to a client, and how answers are sent there (entra-sign-in 13.3)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.oidc.redirect_uris import find, returned_form


@dataclass(frozen=True)
class Registered:
    uri: str
    type: str = "web"


CLIENT = (
    Registered("https://app.example/cb"),
    Registered("https://app.example/with?fixed=1"),
    Registered("http://localhost/cb"),
    Registered("https://localhost:9555/cb"),
    Registered("http://127.0.0.1/cb"),
    Registered("http://localhost:4200", "spa"),
    Registered("http://127.0.0.1/native", "publicClient"),
    Registered("msauth.contoso.mobile://auth", "publicClient"),
)


@pytest.mark.parametrize(
    ("redirect_uri", "kind"),
    [
        pytest.param("https://app.example/cb", "web", id="exactly"),
        pytest.param("https://app.example/with?fixed=1", "web", id="exactly, with its query"),
        pytest.param("http://localhost:3000/cb", "web", id="localhost with any port"),
        pytest.param("http://localhost/cb", "web", id="localhost without port"),
        pytest.param("http://LOCALHOST:3000/cb", "web", id="host names have no case"),
        pytest.param("https://localhost/cb", "web", id="a registered port is ignored as well"),
        pytest.param("http://localhost:5555", "spa", id="localhost without path"),
        pytest.param("http://127.0.0.1:51004/native", "publicClient", id="127.0.0.1 with any port of a public client"),
        pytest.param("msauth.contoso.mobile://auth", "publicClient", id="a custom scheme"),
    ],
)
def test_what_is_registered_is_found(redirect_uri: str, kind: str) -> None:
    found = find(redirect_uri, CLIENT)
    assert found is not None
    assert found.type == kind


@pytest.mark.parametrize(
    "redirect_uri",
    [
        pytest.param("https://app.example/CB", id="paths have a case"),
        pytest.param("https://APP.example/cb", id="the comparison is of the whole text"),
        pytest.param("https://app.example/cb/", id="with a slash at the end"),
        pytest.param("https://app.example/cb?x=1", id="with a query"),
        pytest.param("https://app.example/cb#x", id="with a fragment"),
        pytest.param("https://app.example:443/cb", id="a port that is not loopback"),
        pytest.param("http://app.example/cb", id="another scheme"),
        pytest.param("https://app.example.evil.example/cb", id="a longer host"),
        pytest.param("https://app.example@evil.example/cb", id="the host as user name"),
        pytest.param("https://localhost@evil.example/cb", id="localhost as user name"),
        pytest.param("http://localhost:3000@evil.example/cb", id="localhost and port as user name and password"),
        pytest.param("http://evil@localhost:3000/cb", id="a user name before localhost"),
        pytest.param("http://localhost:3000/cb#code=1", id="localhost with a fragment"),
        pytest.param("http://localhost.evil.example/cb", id="localhost as the first label"),
        pytest.param("http://localhost:3000/other", id="localhost with another path"),
        pytest.param("http://127.0.0.1:3000/cb", id="127.0.0.1 with a port of a web client"),
        pytest.param("http://[::1]:3000/cb", id="the IPv6 loopback address"),
        pytest.param("http://localhost:port/cb", id="a port that is none"),
        pytest.param("http://localhost:99999/cb", id="a port that is too large"),
        pytest.param("http://[localhost/cb", id="not a URI"),
        pytest.param("http://localhost:30\r\n00/cb", id="a line break that readers drop"),
        pytest.param(" http://localhost:3000/cb", id="a blank in front"),
        pytest.param("http://localhost:3000\\@evil.example/cb", id="a backslash that browsers take for a slash"),
        pytest.param("msauth.contoso.mobile://auth/", id="a custom scheme with more"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_only_looks_like_it_is_not_found(redirect_uri: str) -> None:
    assert find(redirect_uri, CLIENT) is None


@given(st.text(max_size=40))
def test_whatever_follows_a_registered_host_is_another_uri(text: str) -> None:
    """Only loopback hosts are matched by anything but equality."""
    uri = f"https://app.example{text}"
    found = find(uri, CLIENT)
    assert (found is not None) == (uri in {registered.uri for registered in CLIENT})


@pytest.mark.parametrize(
    ("uri", "mode", "returned"),
    [
        pytest.param("http://localhost:4200", "query", "http://localhost:4200/", id="query"),
        pytest.param("http://localhost:4200", "fragment", "http://localhost:4200/", id="fragment"),
        pytest.param("http://localhost:4200", "form_post", "http://localhost:4200", id="form_post"),
        pytest.param("http://localhost:4200/a", "query", "http://localhost:4200/a", id="a path stays"),
        pytest.param("app.scheme://auth", "query", "app.scheme://auth/", id="a custom scheme with a host"),
        pytest.param("app.scheme:/auth", "query", "app.scheme:/auth", id="a custom scheme with a path"),
    ],
)
def test_a_uri_without_a_path_comes_back_with_a_slash(uri: str, mode: str, returned: str) -> None:
    assert returned_form(uri, mode) == returned
