"""Random values have the form that their standard asks for."""

from __future__ import annotations

import base64
import re
import uuid

from idp_sim.adapters.ids import RandomIds

IDS = RandomIds()


def test_a_guid_is_random_and_lower_case() -> None:
    guid = IDS.guid()
    assert uuid.UUID(guid).version == 4
    assert guid == guid.lower()


def test_a_secret_is_base64url_of_that_many_bytes_without_padding() -> None:
    secret = IDS.secret(32)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secret)
    assert len(base64.urlsafe_b64decode(secret + "=")) == 32


def test_digits_keep_their_leading_zeros() -> None:
    codes = {IDS.digits(2) for _ in range(2000)}
    assert all(re.fullmatch(r"\d{2}", code) for code in codes)
    assert any(code.startswith("0") for code in codes)


def test_a_totp_secret_has_160_bits_in_base32() -> None:
    secret = IDS.totp_secret()
    assert len(base64.b32decode(secret)) == 20
    assert "=" not in secret


def test_nothing_comes_twice() -> None:
    for draw in (IDS.guid, IDS.secret, IDS.totp_secret):
        assert len({draw() for _ in range(200)}) == 200
