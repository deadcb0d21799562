"""Messages of the passive requestor profile: what is understood, what is refused and by which words."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import FederationError
from federation.reasons import Reason
from federation.relying_party import RelyingPartyRequest
from federation.ws_federation import names, requests
from federation.ws_federation.requests import SignInMessage
from idp_sim.http import Params

REALM = "urn:federation:MicrosoftOnline"
REPLY = "https://sim.example/login.srf"
OWN = ("http://fs.example/adfs/services/trust", "AD AUTHORITY", "tailspin.example")


def message(**changes: str) -> SignInMessage:
    return requests.parse_sign_in(Params({"wa": "wsignin1.0", "wtrealm": REALM, **changes}.items()))


def checked(**changes: str) -> RelyingPartyRequest:
    return requests.checked(message(**changes), reply_urls=(REPLY,), own_realms=OWN, display_name="Tailspin")


ASKED = [
    pytest.param({}, {}, id="only what is needed"),
    pytest.param({"wctx": "a=b&c"}, {"state": "a=b&c"}, id="the context comes back as it went"),
    pytest.param({"wreply": REPLY}, {"reply_url": REPLY}, id="a registered reply URL"),
    pytest.param({"wfresh": "0"}, {"force_login": True}, id="wfresh 0 wants the person"),
    pytest.param({"wfresh": "15"}, {"max_age": 900}, id="wfresh counts in minutes"),
    pytest.param({"username": "tara@tailspin.example"}, {"address": "tara@tailspin.example"}, id="user name"),
    pytest.param({"login_hint": "tara@tailspin.example"}, {"address": "tara@tailspin.example"}, id="login_hint"),
    pytest.param({"whr": "TAILSPIN.example"}, {}, id="the home itself by its domain"),
    pytest.param({"whr": OWN[0]}, {}, id="the home itself by its identifier"),
    pytest.param({"wauth": names.MULTIPLE_AUTHN}, {"demands_mfa": True}, id="multipleauthn"),
    pytest.param({"wauth": names.WIA_OR_MULTIPLE_AUTHN}, {"demands_mfa": True}, id="wiaormultiauthn"),
    pytest.param({"wauth": names.PASSWORD_OVER_TLS}, {"demands_mfa": False}, id="a password is what is asked anyway"),
    pytest.param({"wct": "2026-03-01T12:00:00Z", "mkt": "de"}, {}, id="what changes nothing is ignored"),
]


@pytest.mark.parametrize(("given_", "expected"), ASKED)
def test_what_a_request_asks_for(given_: dict[str, str], expected: dict[str, Any]) -> None:
    request = checked(**given_)
    assert request.reply_url == REPLY
    assert {name: getattr(request, name) for name in expected} == expected


REFUSED = [
    pytest.param({"wtrealm": ""}, Reason.MISSING_PARAMETER, "wtrealm", id="no realm"),
    pytest.param({"wreply": "https://evil.example/"}, Reason.REPLY_URL_MISMATCH, "evil.example", id="foreign reply"),
    pytest.param({"wreply": f"{REPLY}/"}, Reason.REPLY_URL_MISMATCH, "login.srf/", id="almost the reply URL"),
    pytest.param({"wfresh": "-1"}, Reason.INVALID_PARAMETER, "wfresh", id="negative freshness"),
    pytest.param({"wfresh": "soon"}, Reason.INVALID_PARAMETER, "wfresh", id="freshness in words"),
    pytest.param({"wfresh": "٣"}, Reason.INVALID_PARAMETER, "wfresh", id="freshness in other digits"),
    pytest.param({"wfresh": "9" * 40}, Reason.INVALID_PARAMETER, "wfresh", id="freshness beyond all measure"),
    pytest.param({"whr": "fabrikam.example"}, Reason.HOME_REALM_UNKNOWN, "fabrikam.example", id="another home"),
    pytest.param(
        {"wauth": "urn:ietf:rfc:2246"},
        Reason.AUTHENTICATION_METHOD_NOT_SUPPORTED,
        "MSIS7102",
        id="a client certificate",
    ),
    pytest.param({"wreq": "<t/>"}, Reason.PARAMETER_NOT_SUPPORTED, "wreq", id="a token request of its own"),
    pytest.param({"wreqptr": "https://a.example"}, Reason.PARAMETER_NOT_SUPPORTED, "wreqptr", id="a pointer to fetch"),
]


@pytest.mark.parametrize(("given_", "reason", "word"), REFUSED)
def test_what_is_refused_is_named(given_: dict[str, str], reason: Reason, word: str) -> None:
    with pytest.raises(FederationError) as refused:
        checked(**given_)
    assert refused.value.reason is reason
    assert word in refused.value.message


@pytest.mark.parametrize("name", ["wtrealm", "wreply", "wctx", "wfresh", "whr", "wauth", "username"])
def test_a_parameter_given_twice_means_nothing(name: str) -> None:
    pairs = [("wa", "wsignin1.0"), ("wtrealm", REALM), (name, "one"), (name, "two")]
    with pytest.raises(FederationError) as refused:
        requests.parse_sign_in(Params(pairs))
    assert refused.value.reason is Reason.REPEATED_PARAMETER


@pytest.mark.parametrize("action", ["", "wsignin2.0", "wattr1.0", "WSIGNIN1.0"])
def test_an_action_that_is_not_one_of_the_three_is_refused(action: str) -> None:
    with pytest.raises(FederationError) as refused:
        requests.action_of(Params({"wa": action}.items()))
    assert refused.value.reason in (Reason.MISSING_PARAMETER, Reason.INVALID_PARAMETER)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(realm=TEXT, context=TEXT, name=TEXT, fresh=st.integers(0, requests.FRESHEST))
def test_a_message_survives_the_way_through_a_query(realm: str, context: str, name: str, fresh: int) -> None:
    sent = SignInMessage(realm=realm, context=context, user_name=name, fresh=fresh, method=names.MULTIPLE_AUTHN)
    received = Params(parse_qsl(sent.query({"client-request-id": "x"}), keep_blank_values=True))
    assert requests.parse_sign_in(received) == sent


RETURNS = [
    pytest.param("https://app.example/signed-out", True, id="below a registered URL"),
    pytest.param("https://app.example/", True, id="the registered URL"),
    pytest.param("https://app.example.evil.example/", False, id="a longer host"),
    pytest.param("http://app.example/", False, id="another scheme"),
    pytest.param("https://app.example@evil.example/", False, id="user information"),
    pytest.param("//evil.example/", False, id="no scheme"),
    pytest.param("javascript:alert(1)", False, id="a script"),
]


@pytest.mark.parametrize(("url", "followed"), RETURNS)
def test_a_sign_out_leads_only_to_a_relying_party(url: str, followed: bool) -> None:
    assert requests.returnable(url, ["https://app.example/"]) == (url if followed else None)


@pytest.mark.parametrize("url", ["https://app.example/adfs2", "https://app.example/adfs/../x", "https://app.example/"])
def test_a_path_beside_the_registered_one_is_not_below_it(url: str) -> None:
    assert requests.returnable(url, ["https://app.example/adfs"]) is None
