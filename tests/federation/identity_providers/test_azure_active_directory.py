"""Another Entra tenant as a home, driven by hand: every message that it could send, and what is believed of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import FederationError
from federation.federation_client import FEDERATION_CLIENT_ID
from federation.http import HttpRequest, HttpResponse
from federation.identity_providers.azure_active_directory import AzureActiveDirectory
from federation.identity_providers.base import (
    AuthenticationRequest,
    Callback,
    HomeRealm,
    Partner,
    PendingAuthentication,
    Redirect,
    RelyingParty,
)
from federation.model import ExternalIdentity, HomeKind, Method
from federation.oidc import jwt_codec
from federation.reasons import Reason
from tests.signing_keys import fixed_key, other_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOME, RESOURCE = "f0000000-0000-4000-8000-000000000001", "c0000000-0000-4000-8000-000000000001"
ISSUER = f"https://home.example/{HOME}/v2.0"
PARTNER = Partner(
    tenant=HOME,
    name="fabrikam",
    display_name="Fabrikam",
    issuer=ISSUER,
    metadata_url=f"{ISSUER}/.well-known/openid-configuration",
)
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"https://home.example/{HOME}/oauth2/v2.0/authorize",
    "token_endpoint": f"https://home.example/{HOME}/oauth2/v2.0/token",
    "jwks_uri": f"https://home.example/{HOME}/discovery/v2.0/keys",
}
REQUEST = AuthenticationRequest(
    state="world.tenant.secret.random",
    nonce="the nonce",
    code_verifier="a-verifier-of-more-than-forty-three-characters-0",
    assertion_id="assertion",
    correlation_id="11111111-1111-4111-8111-111111111111",
    reply_url="https://resource.example/te/c/oauth2/authresp",
    address="ana@fabrikam.example",
    resource_tenant=RESOURCE,
    application="portal",
)
REALM = HomeRealm(kind=HomeKind.AZURE_ACTIVE_DIRECTORY, address="ana@fabrikam.example", partner=PARTNER)
PROVIDER = AzureActiveDirectory()
Reply = HttpResponse | Callable[[HttpRequest], HttpResponse]


def answered(body: object, status: int = 200) -> HttpResponse:
    """An answer of the home; text and bytes go as they are."""
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return HttpResponse(status=status, headers={}, body=content)


def drive(exchange: Any, replies: Mapping[str, Reply], heard: list[HttpRequest] | None = None) -> Any:
    """Run an exchange; ``replies`` by the last segment of the URL's path."""
    answer = None
    while True:
        try:
            request = exchange.send(answer)
        except StopIteration as stop:
            return stop.value
        if heard is not None:
            heard.append(request)
        reply = replies[urlsplit(request.url).path.rpartition("/")[2]]
        answer = reply(request) if callable(reply) else reply


def begun(metadata: object = METADATA, **changes: Any) -> tuple[Redirect, PendingAuthentication]:
    exchange = PROVIDER.begin(REALM, replace(REQUEST, **changes), NOW)
    return drive(exchange, {"openid-configuration": answered(metadata)})  # type: ignore[no-any-return]


PENDING = begun()[1]
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": FEDERATION_CLIENT_ID,
    "nonce": REQUEST.nonce,
    "tid": HOME,
    "resource_tid": RESOURCE,
    "oid": "ana-at-home",
    "preferred_username": "Ana@Fabrikam.example",
    "email": "ana.sales@fabrikam.example",
    "name": "Ana Torres",
    "exp": int((NOW + timedelta(hours=1)).timestamp()),
    "nbf": int(NOW.timestamp()),
    "authentication_methods": [
        {"method": "password", "instant": int(NOW.timestamp())},
        {"method": "softwareOath", "instant": int(NOW.timestamp())},
    ],
}
KEYS = {"keys": [dict(fixed_key().public_jwk)]}


def completed(
    token: object = None,
    *,
    fields: Mapping[str, str] | None = None,
    keys: Reply | None = None,
    token_response: Reply | None = None,
    heard: list[HttpRequest] | None = None,
    pending: PendingAuthentication = PENDING,
) -> ExternalIdentity:
    """The identity behind an answer of the home with this ID token."""
    token = jwt_codec.sign(CLAIMS, fixed_key()) if token is None else token
    exchange = PROVIDER.complete(
        Callback(fields={"state": REQUEST.state, "code": "the code"} if fields is None else fields),
        pending,
        RelyingParty(sign=lambda claims: jwt_codec.sign(claims, other_key())),
        NOW,
    )
    reply = token_response or answered({"id_token": token, "token_type": "Bearer"})
    return drive(exchange, {"token": reply, "keys": keys or answered(KEYS)}, heard)  # type: ignore[no-any-return]


def changed(**claims: Any) -> str:
    """A well signed token with other claims; None leaves one out."""
    content = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt_codec.sign(content, fixed_key())


def unsigned(header: Mapping[str, Any], claims: Mapping[str, Any], signature: str = "") -> str:
    def segment(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{segment(header)}.{segment(claims)}.{signature}"


def refusal(call: Callable[[], object]) -> FederationError:
    with pytest.raises(FederationError) as caught:
        call()
    return caught.value


# --- there -------------------------------------------------------------------------------------------------


def test_the_request_carries_state_nonce_pkce_and_for_whom_it_asks() -> None:
    redirect, pending = begun()
    query = {name: values[0] for name, values in parse_qs(urlsplit(redirect.url).query).items()}
    assert redirect.url.startswith(METADATA["authorization_endpoint"] + "?")
    assert query.pop("code_challenge") not in ("", REQUEST.code_verifier)
    assert query == {
        "client_id": FEDERATION_CLIENT_ID,
        "response_type": "code",
        "response_mode": "query",
        "redirect_uri": REQUEST.reply_url,
        "scope": "openid profile email",
        "state": REQUEST.state,
        "nonce": REQUEST.nonce,
        "code_challenge_method": "S256",
        "login_hint": "ana@fabrikam.example",
        "resource_tenant": RESOURCE,
        "resource_application": "portal",
        "client-request-id": REQUEST.correlation_id,
    }
    assert (pending.token_endpoint, pending.keys_url) == (METADATA["token_endpoint"], METADATA["jwks_uri"])


def test_a_second_factor_and_a_fresh_sign_in_are_asked_for_in_the_request() -> None:
    query = parse_qs(urlsplit(begun(demand_mfa=True, force_login=True)[0].url).query)
    assert json.loads(query["claims"][0]) == {"id_token": {"amr": {"essential": True, "values": ["mfa"]}}}
    assert query["prompt"] == ["login"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        pytest.param(answered(METADATA, 500), "status 500", id="a fault"),
        pytest.param(answered("<html>"), "not a JSON object", id="a page"),
        pytest.param(answered(b"\xff\xfe"), "not a JSON object", id="bytes"),
        pytest.param(answered("[" * 100_000), "not a JSON object", id="nested without end"),
        pytest.param(answered([METADATA]), "not a JSON object", id="a list"),
        pytest.param(answered({**METADATA, "issuer": "https://evil.example/v2.0"}), "names the issuer", id="issuer"),
        pytest.param(answered({**METADATA, "issuer": f"{ISSUER}/"}), "names the issuer", id="issuer with a slash"),
        pytest.param(
            answered({k: v for k, v in METADATA.items() if k != "issuer"}), "names the issuer", id="no issuer"
        ),
        pytest.param(answered({**METADATA, "token_endpoint": "http://home.example/t"}), "token_endpoint", id="no TLS"),
        pytest.param(answered({**METADATA, "token_endpoint": "https://["}), "token_endpoint", id="no URL"),
        pytest.param(answered({**METADATA, "jwks_uri": "file:///etc/passwd"}), "jwks_uri", id="a file"),
        pytest.param(answered({**METADATA, "authorization_endpoint": 5}), "authorization_endpoint", id="a number"),
        pytest.param(
            answered({**METADATA, "authorization_endpoint": "javascript:alert(1)"}),
            "authorization_endpoint",
            id="script",
        ),
    ],
)
def test_nobody_is_sent_to_a_home_that_does_not_describe_itself(answer: HttpResponse, problem: str) -> None:
    exchange = PROVIDER.begin(REALM, REQUEST, NOW)
    error = refusal(lambda: drive(exchange, {"openid-configuration": answer}))
    assert error.reason is Reason.IDENTITY_PROVIDER_UNREACHABLE
    assert "Fabrikam" in error.message
    assert problem in error.message


# --- and back ----------------------------------------------------------------------------------------------


def test_a_good_answer_names_the_person_in_the_homes_words() -> None:
    heard: list[HttpRequest] = []
    identity = completed(heard=heard)
    assert (identity.kind, identity.issuer, identity.subject) == (
        HomeKind.AZURE_ACTIVE_DIRECTORY,
        f"https://sts.windows.net/{HOME}/",
        "ana-at-home",
    )
    assert identity.addresses == ("ana@fabrikam.example", "ana.sales@fabrikam.example")
    assert [m.method for m in identity.context.methods] == [Method.PASSWORD, Method.SOFTWARE_OATH]
    assert {m.tenant for m in identity.context.methods} == {HOME}
    assert [(r.method, r.url) for r in heard] == [
        ("POST", METADATA["token_endpoint"]),
        ("GET", METADATA["jwks_uri"]),
    ]


def test_the_code_is_redeemed_with_pkce_and_a_signed_assertion_that_is_good_for_one_home() -> None:
    heard: list[HttpRequest] = []
    completed(heard=heard)
    form = heard[0].form or {}
    assert form["code_verifier"] == REQUEST.code_verifier
    assert form["redirect_uri"] == REQUEST.reply_url
    assertion = jwt_codec.verify(form["client_assertion"], {other_key().kid: other_key().key}, NOW)
    assert assertion["aud"] == METADATA["token_endpoint"]
    assert (assertion["iss"], assertion["sub"]) == (FEDERATION_CLIENT_ID, FEDERATION_CLIENT_ID)
    assert (assertion["tid"], assertion["jti"]) == (RESOURCE, REQUEST.assertion_id)
    assert assertion["exp"] - assertion["iat"] == 300


STOLEN = {**CLAIMS, "oid": "the-victim"}
GOOD = jwt_codec.sign(CLAIMS, fixed_key())


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        pytest.param(changed(iss="https://evil.example/v2.0"), "'iss'", id="another issuer"),
        pytest.param(changed(aud="another-client"), "'aud'", id="another audience"),
        pytest.param(changed(aud=[FEDERATION_CLIENT_ID, "another"]), "'aud'", id="several audiences"),
        pytest.param(changed(nonce="another"), "'nonce'", id="another sign-in's nonce"),
        pytest.param(changed(nonce=None), "'nonce'", id="no nonce"),
        pytest.param(changed(tid=RESOURCE), "'tid'", id="another tenant"),
        pytest.param(changed(resource_tid=HOME), "'resource_tid'", id="issued for another resource tenant"),
        pytest.param(changed(resource_tid=None), "'resource_tid'", id="issued for an application"),
        pytest.param(changed(oid=None), "no person", id="no object id"),
        pytest.param(changed(oid=7), "no person", id="a number as object id"),
        pytest.param(changed(preferred_username="ana"), "no person", id="no address"),
        pytest.param(changed(exp=int((NOW - timedelta(minutes=5)).timestamp())), "expired", id="expired"),
        pytest.param(changed(exp=None), "no expiry", id="no expiry"),
        pytest.param(changed(exp=10**400), "no expiry", id="an expiry beyond all time"),
        pytest.param(changed(nbf=int((NOW + timedelta(minutes=6)).timestamp())), "not valid yet", id="not valid yet"),
        pytest.param(jwt_codec.sign(CLAIMS, other_key()), "key is not known", id="an unknown key"),
        pytest.param(unsigned({"alg": "none", "kid": fixed_key().kid}, STOLEN), "signature", id="alg none"),
        pytest.param(unsigned({"alg": "none"}, STOLEN), "key is not known", id="alg none without a key"),
        pytest.param(unsigned({"alg": "HS256", "kid": fixed_key().kid}, STOLEN, "AAAA"), "signature", id="HS256"),
        pytest.param(
            unsigned({"alg": "RS256", "kid": fixed_key().kid}, STOLEN, GOOD.rpartition(".")[2]), "signature",
            id="another token's signature",
        ),
        pytest.param("not a token", "not a signed token", id="no token"),
        pytest.param("a.b.c", "not a signed token", id="no JSON in it"),
        pytest.param(unsigned({"alg": "RS256", "kid": ["a"]}, STOLEN, "AAAA"), "", id="a list as key id"),
    ],
)  # fmt: skip
def test_no_other_token_is_believed(token: str, problem: str) -> None:
    error = refusal(lambda: completed(token))
    assert error.reason is Reason.INVALID_EXTERNAL_TOKEN
    assert problem in error.message


def test_a_token_signed_by_the_wrong_key_under_the_right_key_id_is_refused() -> None:
    forged = replace(other_key(), certificate=fixed_key().certificate)
    error = refusal(lambda: completed(jwt_codec.sign(CLAIMS, forged)))
    assert (error.reason, error.message) == (
        Reason.INVALID_EXTERNAL_TOKEN,
        "Invalid JWT token: its signature is not valid.",
    )


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(answered({"error": "invalid_grant", "error_description": "no\nsuch code"}, 400), id="refused"),
        pytest.param(answered("<html>oops</html>", 500), id="a fault with a page"),
        pytest.param(answered(b"\x00" * 1000), id="bytes"),
        pytest.param(answered("null"), id="null"),
        pytest.param(answered({"access_token": "x"}), id="no ID token"),
        pytest.param(answered({"id_token": {"a": 1}}), id="an object as ID token"),
        pytest.param(answered('{"a":' * 50_000), id="nested without end"),
    ],
)
def test_a_broken_token_response_is_the_homes_fault_and_said_so(response: HttpResponse) -> None:
    error = refusal(lambda: completed(token_response=response))
    assert error.reason is Reason.IDENTITY_PROVIDER_UNREACHABLE
    assert "Fabrikam" in error.message
    assert "\n" not in error.message


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"keys": 5}, id="a number"),
        pytest.param({"keys": None}, id="null"),
        pytest.param({}, id="nothing"),
        pytest.param({"keys": ["x", None, {"kty": "EC"}]}, id="other things"),
        pytest.param({"keys": [{"kty": "RSA", "kid": fixed_key().kid, "n": "!!", "e": "AQAB"}]}, id="a broken key"),
        pytest.param({"keys": [{"kty": "RSA", "kid": fixed_key().kid}]}, id="a key without numbers"),
    ],
)
def test_a_broken_key_document_verifies_nothing(keys: object) -> None:
    assert refusal(lambda: completed(keys=answered(keys))).reason is Reason.INVALID_EXTERNAL_TOKEN


def test_an_unknown_key_id_makes_the_keys_be_read_anew_past_every_cache() -> None:
    heard: list[HttpRequest] = []

    def keys(request: HttpRequest) -> HttpResponse:
        return answered(KEYS if request.headers.get("Cache-Control") == "no-cache" else {"keys": []})

    assert completed(keys=keys, heard=heard).subject == "ana-at-home"
    assert [r.headers.get("Cache-Control") for r in heard[1:]] == [None, "no-cache"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        pytest.param({"code": "x"}, Reason.SESSION_EXPIRED, id="no state"),
        pytest.param({"state": "another", "code": "x"}, Reason.SESSION_EXPIRED, id="another sign-in's state"),
        pytest.param({"state": REQUEST.state}, Reason.IDENTITY_PROVIDER_UNREACHABLE, id="neither code nor error"),
        pytest.param(
            {"state": REQUEST.state, "error": "access_denied", "error_subcode": "cancel"}, Reason.USER_CANCELLED,
            id="cancelled at home",
        ),
        pytest.param(
            {"state": REQUEST.state, "error": "access_denied", "error_description": "AADSTS500212: blocked."},
            Reason.OUTBOUND_BLOCKED,
            id="outbound",
        ),
        pytest.param(
            {"state": REQUEST.state, "error": "x", "error_description": "AADSTS50079: enroll."},
            Reason.MFA_REGISTRATION_REQUIRED,
            id="no second factor possible",
        ),
        pytest.param(
            {"state": REQUEST.state, "error": "x", "error_description": "AADSTS500213: not yours to say."},
            Reason.IDENTITY_PROVIDER_DENIED,
            id="a refusal that is not a home's",
        ),
        pytest.param(
            {"state": REQUEST.state, "error": "x", "error_description": "AADSTS99999999: ?"},
            Reason.IDENTITY_PROVIDER_DENIED,
            id="an unknown number",
        ),
        pytest.param(
            {"state": REQUEST.state, "error": "x", "code": "the code"}, Reason.IDENTITY_PROVIDER_DENIED,
            id="error and code at once",
        ),
    ],
)  # fmt: skip
def test_what_else_the_browser_may_bring_back(fields: Mapping[str, str], reason: Reason) -> None:
    assert refusal(lambda: completed(fields=fields)).reason is reason


@pytest.mark.parametrize(
    "methods",
    [
        pytest.param("password", id="a word"),
        pytest.param([1, None, ["password"]], id="other things"),
        pytest.param([{"method": "password"}], id="no instant"),
        pytest.param([{"method": "password", "instant": True}], id="a flag as instant"),
        pytest.param([{"method": "password", "instant": 10**30}], id="an instant beyond the calendar"),
        pytest.param([{"method": "retinaScan", "instant": 1}], id="an unknown method"),
        pytest.param([{"method": {"a": 1}, "instant": 1}], id="an object as method"),
    ],
)
def test_methods_that_can_not_be_read_do_not_count(methods: object) -> None:
    assert completed(changed(authentication_methods=methods)).context.methods == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda v: st.lists(v, max_size=3), max_leaves=4
)


@given(name=st.sampled_from(sorted(CLAIMS)), value=json_values)
@settings(max_examples=60)
def test_whatever_one_claim_says_the_answer_is_an_identity_of_this_home_or_a_refusal(name: str, value: Any) -> None:
    try:
        identity = completed(changed(**{name: value}))
    except FederationError as error:
        outcome: object = error.reason
    else:
        outcome = (identity.home_tenant, identity.issuer)
    assert outcome in (Reason.INVALID_EXTERNAL_TOKEN, (HOME, f"https://sts.windows.net/{HOME}/"))
