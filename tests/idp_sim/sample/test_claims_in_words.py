"""Claims in words: who is a guest, who vouched, and nothing that is hostile becomes more than text."""

from __future__ import annotations

from typing import Any

import pytest

from idp_sim.sample.claims import MEANINGS, OF_GUESTS, explain, identity_provider, is_guest, summary

TENANT = "11111111-2222-4333-8444-555555555555"
HOME = "66666666-2222-4333-8444-555555555555"

PROVIDERS = [
    pytest.param(None, False, "this tenant itself", id="member"),
    pytest.param(f"https://sts.windows.net/{TENANT}/", False, f"another Entra tenant ({TENANT})", id="own tenant"),
    pytest.param(f"https://sts.windows.net/{HOME}/", True, f"another Entra tenant ({HOME})", id="Entra home"),
    pytest.param("mail", True, "a one-time passcode sent by mail", id="passcode"),
    pytest.param("google.com", True, "Google", id="Google"),
    pytest.param("live.com", True, "a personal Microsoft account", id="Microsoft account"),
    pytest.param("http://adatum.example/saml", True, "the identity provider http://adatum.example/saml", id="SAML"),
]


@pytest.mark.parametrize(("idp", "guest", "words"), PROVIDERS)
def test_idp_says_who_is_a_guest_and_who_vouched(idp: str | None, guest: bool, words: str) -> None:
    claims = {"tid": TENANT, "name": "Ana"} | ({"idp": idp} if idp else {})
    assert is_guest(claims) is guest
    assert identity_provider(claims).startswith(words)
    assert ("is a guest" in summary(claims)) is guest


def test_every_claim_special_to_guests_is_explained() -> None:
    assert set(MEANINGS) >= OF_GUESTS


def test_times_are_shown_as_people_read_them() -> None:
    (claim,) = explain({"exp": 1900000000})
    assert claim.value == "1900000000 (2030-03-17 17:46:40Z)"


ODD: list[Any] = [
    pytest.param({"exp": 10**30}, id="time beyond the calendar"),
    pytest.param({"exp": "soon"}, id="time that is a word"),
    pytest.param({"idp": 7}, id="number for a provider"),
    pytest.param({"preferred_username": None}, id="nothing for a name"),
    pytest.param({"unheard-of": {"a": [1, "<b>"]}}, id="unknown claim with a structure"),
    pytest.param({}, id="no claims"),
]


@pytest.mark.parametrize("claims", ODD)
def test_odd_claims_are_explained_without_failing(claims: dict[str, Any]) -> None:
    assert [claim.name for claim in explain(claims)] == list(claims)
    assert summary(claims)


def test_a_claim_the_app_does_not_know_is_said_to_be_unknown() -> None:
    (claim,) = explain({"unheard-of": 1})
    assert claim.meaning == "Not a claim that this app knows."
