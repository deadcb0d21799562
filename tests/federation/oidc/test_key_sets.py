"""Key sets: their states, and the document that publishes them (entra-sign-in 12.4)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from federation.oidc.keys import KeySet, KeyState, SigningKey
from tests.signing_keys import fixed_key, other_key

OLD, NEW = fixed_key(), other_key()
BOTH = KeySet(keys=(OLD,)).announcing(NEW)
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def states(keys: KeySet) -> dict[str, str]:
    return {key.kid: key.state.value for key in keys.keys}


def test_an_announced_key_is_published_and_does_not_sign() -> None:
    assert states(BOTH) == {OLD.kid: "use", NEW.kid: "publish"}
    assert BOTH.signing.kid == OLD.kid


def test_using_a_key_retires_the_one_before_and_keeps_it_published() -> None:
    rolled = BOTH.using(NEW.kid)
    assert states(rolled) == {OLD.kid: "retire", NEW.kid: "use"}
    assert rolled.signing.kid == NEW.kid
    assert [entry["kid"] for entry in rolled.document("i")["keys"]] == [OLD.kid, NEW.kid]


def test_a_retired_key_can_be_taken_away_and_a_key_in_use_can_not() -> None:
    rolled = BOTH.using(NEW.kid)
    assert states(rolled.without(OLD.kid)) == {NEW.kid: "use"}
    assert rolled.without(NEW.kid) == rolled


def test_a_key_that_is_not_in_the_set_can_not_be_used() -> None:
    with pytest.raises(LookupError, match="no key"):
        KeySet(keys=(OLD,)).using(NEW.kid)


def test_a_set_without_a_key_in_use_can_not_sign() -> None:
    with pytest.raises(LookupError, match="in use"):
        _ = KeySet(keys=(replace(OLD, state=KeyState.PUBLISH),)).signing


def test_the_old_set_is_left_as_it_was() -> None:
    BOTH.using(NEW.kid)
    assert states(BOTH)[OLD.kid] == "use"


def test_an_entry_has_the_members_of_the_real_document_and_no_alg() -> None:
    (entry,) = KeySet(keys=(OLD,)).document("https://login.example/{tenantid}/v2.0")["keys"]
    assert set(entry) == {"kty", "use", "kid", "x5t", "n", "e", "x5c", "cloud_instance_name", "issuer"}
    assert (entry["kty"], entry["use"], entry["e"]) == ("RSA", "sig", "AQAB")
    assert entry["issuer"] == "https://login.example/{tenantid}/v2.0"


def test_the_key_id_is_the_thumbprint_of_the_published_certificate() -> None:
    (entry,) = KeySet(keys=(OLD,)).document("i")["keys"]
    (certificate,) = entry["x5c"]
    der = base64.b64decode(certificate, validate=True)
    thumbprint = base64.urlsafe_b64encode(hashlib.sha1(der).digest()).rstrip(b"=").decode()
    assert entry["kid"] == entry["x5t"] == thumbprint
    numbers = x509.load_der_x509_certificate(der).public_key().public_numbers()
    modulus = int.from_bytes(base64.urlsafe_b64decode(entry["n"] + "=="), "big")
    assert modulus == numbers.n


@given(
    states=st.lists(st.sampled_from(list(KeyState)), max_size=4),
    moves=st.lists(st.tuples(st.sampled_from(["announce", "use", "without"]), st.sampled_from([OLD, NEW])), max_size=6),
)
def test_a_published_document_never_holds_a_private_member(
    states: list[KeyState], moves: list[tuple[str, SigningKey]]
) -> None:
    keys = KeySet(keys=tuple(replace(OLD, state=state) for state in states))
    for move, key in moves:
        if move == "announce":
            keys = keys.announcing(key)
        elif move == "without":
            keys = keys.without(key.kid)
        elif key.kid in {k.kid for k in keys.keys}:
            keys = keys.using(key.kid)
    document = keys.document("i")
    assert len(document["keys"]) == len(keys.keys)
    assert not any(PRIVATE_MEMBERS & set(entry) for entry in document["keys"])
