"""The Google-like home seen by a client of its own: documents, tokens, userinfo and errors as Google has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from federation.oidc import jwt_codec
from tests.simulator import CALLBACK, VERIFIER, MakeWorld, World, challenge_of
from tests.stories import landing, page, refusal_of, walk

GINA = "gina@gmail.example"
CLIENT, SECRET = "11111111-2222-4333-8444-555555555555", "a secret of the tests"
APPLICATION = {
    "client_id": CLIENT,
    "client_secret": SECRET,
    "redirect_uris": {"web": [CALLBACK]},
    "admin_consent": {"microsoft-graph": ["openid", "email", "profile"]},
}


@pytest.fixture
def google(make_world: MakeWorld) -> World:
    """A world whose Google has an application of a developer; its client id holds in every world of the test."""
    return make_world({"extends": "contoso", "tenants": {"gmail": {"applications": {"shop": APPLICATION}}}})


def document(world: World) -> dict[str, Any]:
    return dict(world.call("GET", world.tenant("gmail")["metadata_url"]).json)


def client_id(world: World) -> str:
    return str(world.application("shop", "gmail")["client_id"])


def code(world: World, **changes: str) -> str:
    query = {
        "client_id": client_id(world),
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid email profile",
        "nonce": "n-1",
        "state": "s",
        "login_hint": GINA,
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        **changes,
    }
    browser = world.browser(CALLBACK)
    place = browser.get(f"{document(world)['authorization_endpoint']}?{urlencode(query)}")
    return landing(walk(world.person(GINA), browser, place)).parameters["code"]


def redeem(world: World, given: str, **changes: str) -> Any:
    form: Mapping[str, str] = {
        "grant_type": "authorization_code",
        "code": given,
        "client_id": client_id(world),
        "client_secret": SECRET,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    return world.call("POST", document(world)["token_endpoint"], form=form)


def test_the_document_has_googles_paths(google: World) -> None:
    issuer = google.tenant("gmail")["issuer"]
    found = document(google)
    assert found["issuer"] == issuer == f"{google.base_url}/{google.tenant_id('gmail')}"
    assert found["authorization_endpoint"] == f"{issuer}/o/oauth2/v2/auth"
    assert found["token_endpoint"] == f"{issuer}/token"
    assert found["jwks_uri"] == f"{issuer}/oauth2/v3/certs"
    keys = google.call("GET", found["jwks_uri"]).json["keys"]
    assert {name for key in keys for name in key} == {"alg", "kty", "use", "kid", "n", "e"}


def test_the_token_speaks_as_googles_does(google: World) -> None:
    answer = redeem(google, code(google))
    assert answer.status == 200, answer.text
    keys = jwt_codec.public_keys(google.call("GET", document(google)["jwks_uri"]).json)
    claims = jwt_codec.verify(answer.json["id_token"], keys, google.now())
    assert claims["iss"] == google.tenant("gmail")["issuer"]
    assert claims["aud"] == claims["azp"] == client_id(google)
    assert (claims["email"], claims["email_verified"], claims["hd"]) == (GINA, True, "gmail.example")
    assert (claims["name"], claims["given_name"], claims["family_name"]) == ("Gina Rossi", "Gina", "Rossi")
    assert len(claims["sub"]) == 21
    assert claims["sub"].isdecimal()
    assert claims["nonce"] == "n-1"
    assert not {"preferred_username", "tid", "oid", "ver"} & set(claims)
    token = answer.json["access_token"]
    told = google.call("GET", document(google)["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"})
    assert told.json["sub"] == claims["sub"]


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        pytest.param({"client_secret": "wrong"}, 401, "invalid_client", id="secret"),
        pytest.param({"client_id": "nobody"}, 401, "invalid_client", id="client"),
        pytest.param({"code_verifier": "x" * 43}, 400, "invalid_grant", id="verifier"),
        pytest.param({"redirect_uri": "https://evil.example"}, 400, "redirect_uri_mismatch", id="redirect"),
        pytest.param({"grant_type": "password"}, 400, "unsupported_grant_type", id="grant"),
        pytest.param({"code": "unknown"}, 400, "invalid_grant", id="code"),
    ],
)
def test_a_wrong_token_request_is_refused_in_googles_words(
    google: World, changes: dict[str, str], status: int, word: str
) -> None:
    answer = redeem(google, "unknown" if "code" in changes else code(google), **changes)
    assert (answer.status, answer.json["error"]) == (status, word)
    assert "AADSTS" not in answer.text


def test_a_code_is_redeemed_once(google: World) -> None:
    given = code(google)
    assert redeem(google, given).status == 200
    assert redeem(google, given).json["error"] == "invalid_grant"


def test_userinfo_wants_its_own_token(google: World) -> None:
    given = redeem(google, code(google)).json["id_token"]
    for token in (given, "x", ""):
        told = google.call("GET", document(google)["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"})
        assert told.status == 401


def test_entras_endpoints_are_not_there(google: World) -> None:
    place = page(google.browser().get(f"{google.base_url}/{google.tenant_id('gmail')}/oauth2/v2.0/authorize"))
    assert refusal_of(place)[0] == 90002
    assert google.call("GET", f"/{google.tenant_id()}/o/oauth2/v2/auth").status == 400
