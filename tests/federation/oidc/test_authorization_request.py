"""The authorization request, parameter by parameter (RFC 6749 4.1.1, OpenID Connect Core 3.1.2.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import FederationError
from federation.oidc import authorization
from federation.oidc.authorization import AuthorizationRequest
from federation.reasons import Reason
from idp_sim.http import Params

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@dataclass(frozen=True)
class Registered:
    uri: str
    type: str = "web"


@dataclass(frozen=True)
class Client:
    client_id: str = "the-client"
    redirect_uris: tuple[Registered, ...] = field(
        default=(Registered("https://app.example/cb"), Registered("http://localhost:4200", "spa"))
    )


def parameters(**changes: str | None) -> Params:
    given = {
        "client_id": "the-client",
        "response_type": "code",
        "redirect_uri": "https://app.example/cb",
        "scope": "openid profile",
        **changes,
    }
    return Params((name, value) for name, value in given.items() if value is not None)


def parse(given: Params, redirect_type: str = "web") -> AuthorizationRequest:
    return authorization.parse(
        given, client_id="the-client", redirect_uri="https://app.example/cb", redirect_type=redirect_type
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, {"scopes": ("openid", "profile"), "response_mode": "query", "prompt": None}, id="the least"),
        pytest.param({"scope": "b  a b"}, {"scopes": ("b", "a")}, id="scopes in order, each once"),
        pytest.param({"response_mode": "query"}, {"response_mode": "query"}, id="response_mode query"),
        pytest.param({"response_mode": "fragment"}, {"response_mode": "fragment"}, id="response_mode fragment"),
        pytest.param({"response_mode": "form_post"}, {"response_mode": "form_post"}, id="response_mode form_post"),
        pytest.param({"state": 'a b"c&d=é'}, {"state": 'a b"c&d=é'}, id="state as it is"),
        pytest.param({"state": ""}, {"state": None}, id="an empty value is absent"),
        pytest.param({"nonce": "n"}, {"nonce": "n"}, id="nonce"),
        *[pytest.param({"prompt": p}, {"prompt": p}, id=f"prompt {p}") for p in authorization.PROMPTS],
        pytest.param({"login_hint": "a@b"}, {"login_hint": "a@b"}, id="login_hint"),
        pytest.param(
            {"login_hint": "a@b", "prompt": "select_account"}, {"login_hint": None}, id="login_hint with select_account"
        ),
        pytest.param({"domain_hint": "b"}, {"domain_hint": "b"}, id="domain_hint"),
        pytest.param({"max_age": "0"}, {"max_age": 0}, id="max_age 0"),
        pytest.param({"max_age": "3600"}, {"max_age": 3600}, id="max_age"),
        pytest.param(
            {"code_challenge": CHALLENGE, "code_challenge_method": "S256"},
            {"code_challenge": CHALLENGE, "code_challenge_method": "S256"},
            id="PKCE",
        ),
        pytest.param({"code_challenge": CHALLENGE}, {"code_challenge_method": "plain"}, id="PKCE, plain by default"),
        pytest.param({"client_info": "1"}, {"client_info": True}, id="client_info"),
        pytest.param({"client_info": "0"}, {"client_info": False}, id="client_info not asked for"),
        pytest.param({"claims": '{"id_token":{"acr":null}}'}, {"demands_mfa": False}, id="claims without demand"),
        pytest.param(
            {"claims": '{"id_token":{"amr":{"essential":true,"values":["mfa"]}}}'},
            {"demands_mfa": True},
            id="claims that make MFA essential",
        ),
        pytest.param(
            {"claims": '{"access_token":{"amr":{"essential":true,"value":"ngcmfa"}}}'},
            {"demands_mfa": True},
            id="claims that make fresh MFA essential",
        ),
        pytest.param(
            {"claims": '{"id_token":{"amr":{"values":["mfa"]}}}'}, {"demands_mfa": False}, id="claims, not essential"
        ),
        pytest.param({"x-client-SKU": "MSAL", "anything": "1"}, {}, id="unknown parameters are ignored"),
    ],
)
def test_a_good_request_is_read(changes: dict[str, str], expected: dict[str, Any]) -> None:
    request = parse(parameters(**changes))
    assert {name: getattr(request, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"response_type": None}, Reason.MISSING_PARAMETER, id="response_type missing"),
        pytest.param({"response_type": "id_token"}, Reason.RESPONSE_TYPE_NOT_ENABLED, id="response_type id_token"),
        pytest.param({"response_type": "id_token code"}, Reason.RESPONSE_TYPE_NOT_ENABLED, id="hybrid, any order"),
        pytest.param({"response_type": "token"}, Reason.RESPONSE_TYPE_NOT_ENABLED, id="response_type token"),
        pytest.param({"response_type": "code code"}, Reason.RESPONSE_TYPE_UNKNOWN, id="response_type twice in one"),
        pytest.param({"response_type": "magic"}, Reason.RESPONSE_TYPE_UNKNOWN, id="response_type unknown"),
        pytest.param({"response_mode": "jwt"}, Reason.RESPONSE_MODE_UNKNOWN, id="response_mode unknown"),
        pytest.param({"scope": None}, Reason.MISSING_PARAMETER, id="scope missing"),
        pytest.param({"scope": "  "}, Reason.MISSING_PARAMETER, id="scope blank"),
        pytest.param({"prompt": "create"}, Reason.INVALID_PARAMETER, id="prompt unknown"),
        pytest.param({"prompt": "none login"}, Reason.INVALID_PARAMETER, id="prompt none with another"),
        pytest.param({"max_age": "-1"}, Reason.INVALID_PARAMETER, id="max_age negative"),
        pytest.param({"max_age": "soon"}, Reason.INVALID_PARAMETER, id="max_age not a number"),
        pytest.param({"max_age": "٣"}, Reason.INVALID_PARAMETER, id="max_age in other digits"),
        pytest.param({"max_age": "1" * 5000}, Reason.INVALID_PARAMETER, id="max_age too large"),
        pytest.param({"claims": "[]"}, Reason.INVALID_PARAMETER, id="claims not an object"),
        pytest.param({"claims": "{"}, Reason.INVALID_PARAMETER, id="claims not JSON"),
        pytest.param({"claims": "[" * 100_000}, Reason.INVALID_PARAMETER, id="claims nested too deeply"),
        pytest.param({"code_challenge": "short"}, Reason.CODE_CHALLENGE_INVALID, id="code_challenge too short"),
        pytest.param(
            {"code_challenge": CHALLENGE, "code_challenge_method": "S512"},
            Reason.CODE_CHALLENGE_INVALID,
            id="code_challenge_method unknown",
        ),
        pytest.param({"request": "x.y.z"}, Reason.PARAMETER_NOT_SUPPORTED, id="request"),
        pytest.param({"request_uri": "https://x"}, Reason.PARAMETER_NOT_SUPPORTED, id="request_uri"),
        pytest.param({"registration": "{}"}, Reason.PARAMETER_NOT_SUPPORTED, id="registration"),
        pytest.param({"resource": "https://graph"}, Reason.PARAMETER_NOT_SUPPORTED, id="resource"),
    ],
)
def test_a_bad_request_is_refused(changes: dict[str, str | None], reason: Reason) -> None:
    with pytest.raises(FederationError) as refused:
        parse(parameters(**changes))
    assert refused.value.reason is reason


@pytest.mark.parametrize("name", authorization.SINGLE_PARAMETERS)
def test_a_known_parameter_given_twice_is_refused_by_its_name(name: str) -> None:
    given = Params((*parameters().pairs, (name, "a"), (name, "a")))
    with pytest.raises(FederationError) as refused:
        parse(given)
    assert refused.value.reason is Reason.REPEATED_PARAMETER
    assert f"'{name}'" in refused.value.message


def test_a_single_page_application_must_use_pkce() -> None:
    with pytest.raises(FederationError) as refused:
        parse(parameters(), redirect_type="spa")
    assert refused.value.reason is Reason.CODE_CHALLENGE_MISSING
    assert parse(parameters(code_challenge=CHALLENGE, code_challenge_method="S256"), "spa").redirect_type == "spa"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(Params(), Reason.MISSING_PARAMETER, id="missing"),
        pytest.param(Params([("client_id", "")]), Reason.MISSING_PARAMETER, id="empty"),
        pytest.param(Params([("client_id", "a"), ("client_id", "b")]), Reason.REPEATED_PARAMETER, id="twice"),
    ],
)
def test_a_request_without_one_client_id_is_refused(given: Params, reason: Reason) -> None:
    with pytest.raises(FederationError) as refused:
        authorization.client_id_of(given)
    assert refused.value.reason is reason


def test_without_a_redirect_uri_a_registered_one_is_picked() -> None:
    assert authorization.redirect_uri_of(Params(), Client()) == ("https://app.example/cb", "web")


def test_the_redirect_uri_keeps_the_port_that_the_request_named() -> None:
    given = parameters(redirect_uri="http://localhost:1234")
    assert authorization.redirect_uri_of(given, Client()) == ("http://localhost:1234", "spa")


@pytest.mark.parametrize(
    ("given", "client", "reason"),
    [
        pytest.param(
            parameters(redirect_uri="https://e.example"), Client(), Reason.REDIRECT_URI_MISMATCH, id="another"
        ),
        pytest.param(Params(), Client(redirect_uris=()), Reason.NO_REDIRECT_URI, id="none registered"),
        pytest.param(
            Params([("redirect_uri", "https://app.example/cb")] * 2), Client(), Reason.REPEATED_PARAMETER, id="twice"
        ),
    ],
)
def test_a_redirect_uri_that_is_not_the_clients_is_refused(given: Params, client: Client, reason: Reason) -> None:
    with pytest.raises(FederationError) as refused:
        authorization.redirect_uri_of(given, client)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("changes", "mode"),
    [
        pytest.param({}, "query", id="query for a code"),
        pytest.param({"response_type": "id_token"}, "fragment", id="fragment for tokens"),
        pytest.param({"response_mode": "form_post"}, "form_post", id="as asked"),
        pytest.param({"response_mode": "jwt"}, "query", id="the default when it does not exist"),
    ],
)
def test_even_a_bad_request_is_answered_in_some_mode(changes: dict[str, str], mode: str) -> None:
    assert authorization.response_mode_of(parameters(**changes)) == mode


@given(st.dictionaries(st.sampled_from(authorization.SINGLE_PARAMETERS), st.text(max_size=20)))
def test_whatever_is_sent_is_a_request_or_a_refusal(changes: dict[str, str]) -> None:
    try:
        outcome = parse(parameters(**changes)).response_mode in authorization.RESPONSE_MODES
    except FederationError as refused:
        outcome = refused.reason.code is not None
    assert outcome
