"""Names on the wire: namespaces, claim types, authentication methods (entra-sign-in 4.3, 8.4, 8.5)."""

from __future__ import annotations

import base64
from uuid import UUID

SIGN_IN = "wsignin1.0"
SIGN_OUT = "wsignout1.0"
SIGN_OUT_CLEANUP = "wsignoutcleanup1.0"

SAML = "urn:oasis:names:tc:SAML:1.0:assertion"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
#: WS-Trust of February 2005, which AD FS answers passive requests with, and its standardised successor.
TRUST = "http://schemas.xmlsoap.org/ws/2005/02/trust"
TRUST_13 = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
POLICY = "http://schemas.xmlsoap.org/ws/2004/09/policy"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"

TOKEN_TYPE = SAML
REQUEST_TYPE = f"{TRUST}/Issue"
KEY_TYPE = "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey"
BEARER = "urn:oasis:names:tc:SAML:1.0:cm:bearer"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

# Claim types.
UPN = "http://schemas.xmlsoap.org/claims/UPN"
IMMUTABLE_ID = "http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID"
EMAIL_ADDRESS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
NAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
GIVEN_NAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"
SURNAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"
METHODS_REFERENCES = "http://schemas.microsoft.com/claims/authnmethodsreferences"
AUTHENTICATION_METHOD = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod"
AUTHENTICATION_INSTANT = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationinstant"

# Authentication methods.
PASSWORD_OVER_TLS = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"  # noqa: S105 - a name
MULTIPLE_AUTHN = "http://schemas.microsoft.com/claims/multipleauthn"
WIA_OR_MULTIPLE_AUTHN = "http://schemas.microsoft.com/claims/wiaormultiauthn"
#: What counts as multifactor authentication of a tenant's own federated domain (8.5).
MULTIFACTOR = frozenset({MULTIPLE_AUTHN, WIA_OR_MULTIPLE_AUTHN})
#: Methods that a password on the home's page satisfies.
PASSWORD_METHODS = frozenset(
    {
        PASSWORD_OVER_TLS,
        "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
        "urn:oasis:names:tc:SAML:1.0:am:password",
        "urn:oasis:names:tc:SAML:1.0:am:unspecified",
        "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password",
    }
)


def split(claim_type: str) -> tuple[str, str]:
    """``AttributeNamespace`` and ``AttributeName`` of a claim type: SAML 1.1 cuts it at its last slash."""
    namespace, _, name = claim_type.rpartition("/")
    return namespace, name


def joined(namespace: str, name: str) -> str:
    """The claim type of an attribute."""
    return f"{namespace}/{name}" if namespace else name


def immutable_id(object_guid: str) -> str:
    """``objectGUID`` as the claim carries it: base64 of the bytes in Active Directory's order."""
    return base64.b64encode(UUID(object_guid).bytes_le).decode()
