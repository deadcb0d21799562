"""The metadata that tenants publish, and what is believed of a partner's (OpenID Connect Discovery 4.3)."""

from __future__ import annotations

from typing import Any

import pytest

from federation.errors import FederationError
from federation.oidc.discovery import openid_configuration, process_configuration
from federation.reasons import Reason

ISSUER = "https://login.example/tid/v2.0"
DOCUMENT = openid_configuration(
    issuer=ISSUER,
    root="https://login.example/tid",
    tenant_region_scope="EU",
    userinfo_endpoint="https://login.example/oidc/userinfo",
)


def test_our_own_document_can_be_read_back() -> None:
    metadata = process_configuration(DOCUMENT, expected_issuer=ISSUER, partner="Fabrikam")
    assert metadata.issuer == ISSUER
    assert metadata.authorization_endpoint == "https://login.example/tid/oauth2/v2.0/authorize"
    assert metadata.token_endpoint == "https://login.example/tid/oauth2/v2.0/token"
    assert metadata.jwks_uri == "https://login.example/tid/discovery/v2.0/keys"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        pytest.param([], "not a JSON object", id="a list"),
        pytest.param(None, "not a JSON object", id="nothing"),
        pytest.param({**DOCUMENT, "issuer": ISSUER + "/"}, "names the issuer", id="the issuer with a slash"),
        pytest.param({**DOCUMENT, "issuer": "https://evil.example"}, "names the issuer", id="another issuer"),
        pytest.param({}, "names the issuer", id="no issuer"),
        *[
            pytest.param({**DOCUMENT, name: value}, f"'{name}'", id=f"{name}: {why}")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
            for value, why in [
                (None, "missing"),
                (7, "a number"),
                ("javascript:alert(1)", "a script"),
                ("/relative", "relative"),
                ("https://[", "no URL"),
                ("http://login.example/x", "weaker than the issuer"),
            ]
        ],
    ],
)
def test_a_partners_document_is_refused_with_what_is_wrong(document: Any, problem: str) -> None:
    with pytest.raises(FederationError) as refused:
        process_configuration(document, expected_issuer=ISSUER, partner="Fabrikam")
    assert refused.value.reason is Reason.IDENTITY_PROVIDER_UNREACHABLE
    assert "Fabrikam" in refused.value.message
    assert problem in refused.value.message
