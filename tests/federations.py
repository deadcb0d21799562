"""Bodies of partner federations, as an administrator sends them to Graph."""

from __future__ import annotations

from typing import Any

from tests.signing_keys import other_key

FEDERATION_TYPE = "samlOrWsFedExternalDomainFederation"
FEDERATIONS = "/v1.0/directory/federationConfigurations"


def federation_body(domain: str = "partner.example", **changes: Any) -> dict[str, Any]:
    """A complete body; ``changes`` replace properties, and None leaves one out."""
    body = {
        "@odata.type": f"#microsoft.graph.{FEDERATION_TYPE}",
        "displayName": f"Federation with {domain}",
        "issuerUri": f"https://idp.{domain}/issuer",
        "passiveSignInUri": f"https://idp.{domain}/sso",
        "preferredAuthenticationProtocol": "saml",
        "signingCertificate": other_key().certificate_text,
        "domains": [{"@odata.type": "microsoft.graph.externalDomainName", "id": domain}],
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}
