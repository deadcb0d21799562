"""The tables of ``serve``."""

from __future__ import annotations

import io
from typing import Any

import pytest

from idp_sim.cli.output import Painter
from idp_sim.cli.overview import overview

PLAIN = Painter(io.StringIO(), {})


def document(**changes: Any) -> dict[str, Any]:
    return {
        "version": "1", "base_url": "https://localhost:1", "control_url": "https://localhost:1/_sim",
        "control_token": "secret", "ca_file": "ca.pem", "pid": 1, "world": "default", "scenario": "contoso",
        "tenants": [{"name": "contoso", "id": "t-id", "kind": "entra", "role": "resource",
                     "domains": ["contoso.example"], "issuer": "i", "metadata_url": "https://localhost:1/m"}],
        "applications": [{"tenant": "contoso", "name": "portal", "id": "o", "client_id": "c-id",
                          "client_secret": None, "redirect_uris": ["https://a", "https://b"], "identifier_uris": []}],
        "users": [], "guests": [{"tenant": "contoso", "id": "g", "mail": "otto@proseware.example", "home": None,
                                 "state": "Accepted", "totp_secret": None}],
        **changes,
    }  # fmt: skip


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param("contoso  entra  resource  contoso.example  t-id", id="tenant"),
        pytest.param("https://a (+1)", id="further redirect URIs are counted"),
        pytest.param("otto@proseware.example  passcode by mail", id="a guest without a home"),
        pytest.param("authority             https://localhost:1/t-id", id="authority"),
        pytest.param("export IDP_SIM_CA_FILE='ca.pem'", id="CA file"),
        pytest.param("export NODE_EXTRA_CA_CERTS='ca.pem'", id="Node adds it to its own"),
    ],
)
def test_it_shows(expected: str) -> None:
    assert expected in overview(document(), PLAIN)


def test_a_section_without_rows_is_left_out() -> None:
    assert "People" not in overview(document(), PLAIN)


def test_what_replaces_the_systems_certificates_is_given_the_combined_file() -> None:
    assert "export REQUESTS_CA_BUNDLE='both.pem'" in overview(document(), PLAIN, bundle_file="both.pem")


def test_without_a_combined_file_nobody_is_told_to_replace_the_systems() -> None:
    text = overview(document(), PLAIN)
    assert "REQUESTS_CA_BUNDLE" not in text
    assert "SSL_CERT_FILE" not in text


def test_without_tls_there_is_no_certificate_to_tell_of() -> None:
    assert "CA_FILE" not in overview(document(ca_file=None), PLAIN)
