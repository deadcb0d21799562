"""Federation metadata of an AD FS-like home: WS-Federation roles and the SAML 2.0 one (WS-Federation 1.2, 3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from federation.ws_federation import names
from federation.xml.library import etree
from federation.xml.names import DS, MD, XSI, tag
from federation.xml.parse import Element, serialized
from federation.xml.signature import XmlKey, sign

FED = "http://docs.oasis-open.org/wsfed/federation/200706"
AUTH = "http://docs.oasis-open.org/wsfed/authorization/200706"
SAML2_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
#: Protocols that a WS-Federation role speaks.
PROTOCOLS = f"{names.TRUST_13} {names.TRUST} {FED}"
OFFERED: tuple[tuple[str, str], ...] = (
    (names.EMAIL_ADDRESS, "E-Mail Address"),
    (names.GIVEN_NAME, "Given Name"),
    (names.NAME, "Name"),
    (names.SURNAME, "Surname"),
    (names.UPN, "UPN"),
    (names.IMMUTABLE_ID, "ImmutableID"),
    (names.AUTHENTICATION_METHOD, "Authentication method"),
    (names.METHODS_REFERENCES, "Authentication Methods References"),
)


@dataclass(frozen=True, kw_only=True)
class Service:
    """A federation service: its name, its endpoints, and the certificates it publishes, the signing one first."""

    issuer: str
    display_name: str
    passive: str
    mex: str
    certificates: tuple[str, ...]


def document(service: Service, key: XmlKey, *, id: str) -> bytes:
    """The signed metadata document."""
    root = etree().Element(tag(MD, "EntityDescriptor"), nsmap={None: MD})
    root.set("ID", f"_{id}")
    root.set("entityID", service.issuer)
    _application_service(_role(root, "fed:ApplicationServiceType", service), service)
    _token_service(_role(root, "fed:SecurityTokenServiceType", service), service)
    _identity_provider(root, service)
    sign(root, key)
    return b'<?xml version="1.0" encoding="utf-8"?>' + serialized(root)


def _role(root: Element, type_name: str, service: Service) -> Element:
    role = etree().SubElement(
        root, tag(MD, "RoleDescriptor"), nsmap={"xsi": XSI, "fed": FED, "auth": AUTH, "wsa": names.ADDRESSING}
    )
    role.set(tag(XSI, "type"), type_name)
    role.set("protocolSupportEnumeration", PROTOCOLS)
    role.set("ServiceDisplayName", service.display_name)
    _keys(role, service.certificates)
    return role


def _application_service(role: Element, service: Service) -> None:
    _claims(role, "ClaimTypesRequested", optional=True)
    _reference(role, "ApplicationServiceEndpoint", service.passive)
    _reference(role, "PassiveRequestorEndpoint", service.passive)


def _token_service(role: Element, service: Service) -> None:
    offered = etree().SubElement(role, tag(FED, "TokenTypesOffered"))
    etree().SubElement(offered, tag(FED, "TokenType")).set("Uri", names.TOKEN_TYPE)
    _claims(role, "ClaimTypesOffered")
    _reference(role, "SecurityTokenServiceEndpoint", service.mex)
    _reference(role, "PassiveRequestorEndpoint", service.passive)


def _identity_provider(root: Element, service: Service) -> None:
    role = etree().SubElement(root, tag(MD, "IDPSSODescriptor"))
    role.set("protocolSupportEnumeration", SAML2_PROTOCOL)
    _keys(role, service.certificates)
    for name in ("SingleLogoutService", "NameIDFormat", "SingleSignOnService"):
        if name == "NameIDFormat":
            etree().SubElement(role, tag(MD, name)).text = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
            continue
        for binding in (REDIRECT, POST):
            endpoint = etree().SubElement(role, tag(MD, name))
            endpoint.set("Binding", binding)
            endpoint.set("Location", service.passive)


def _keys(role: Element, certificates: Iterable[str]) -> None:
    for certificate in certificates:
        descriptor = etree().SubElement(role, tag(MD, "KeyDescriptor"))
        descriptor.set("use", "signing")
        info = etree().SubElement(descriptor, tag(DS, "KeyInfo"), nsmap={None: DS})
        data = etree().SubElement(info, tag(DS, "X509Data"))
        etree().SubElement(data, tag(DS, "X509Certificate")).text = certificate


def _claims(role: Element, name: str, *, optional: bool = False) -> None:
    holder = etree().SubElement(role, tag(FED, name))
    for claim_type, display_name in OFFERED:
        claim = etree().SubElement(holder, tag(AUTH, "ClaimType"))
        claim.set("Uri", claim_type)
        claim.set("Optional", "true" if optional else "false")
        etree().SubElement(claim, tag(AUTH, "DisplayName")).text = display_name


def _reference(role: Element, name: str, address: str) -> Any:
    holder = etree().SubElement(role, tag(FED, name))
    reference = etree().SubElement(holder, tag(names.ADDRESSING, "EndpointReference"))
    etree().SubElement(reference, tag(names.ADDRESSING, "Address")).text = address
    return holder
