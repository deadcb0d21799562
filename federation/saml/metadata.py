"""Metadata documents of a SAML identity provider and of the resource tenant as service provider (SAML Metadata 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from federation.external_federation import ADDRESS_CLAIM, GLOBAL_AUDIENCE
from federation.saml import bindings, names
from federation.xml import signature
from federation.xml.parse import parse, serialized
from federation.xml.signature import XmlKey


@dataclass(frozen=True, kw_only=True)
class IdentityProvider:
    """What an identity provider publishes. ``id`` is the document's own, as XML wants it."""

    id: str
    entity_id: str
    sign_on_url: str
    logout_url: str
    name_id_formats: tuple[str, ...] = (names.PERSISTENT, names.EMAIL_ADDRESS, names.TRANSIENT)
    organization: str = ""
    organization_url: str = ""


def identity_provider(described: IdentityProvider, keys: Iterable[XmlKey], signing: XmlKey) -> bytes:
    """The signed document; ``keys`` are all that may sign, the one in use first."""
    from saml2 import md

    role = md.IDPSSODescriptor(
        want_authn_requests_signed="false",
        protocol_support_enumeration=names.PROTOCOL,
        key_descriptor=[_key(key, "signing") for key in keys],
        single_logout_service=[_endpoint(md.SingleLogoutService, names.BINDING_REDIRECT, described.logout_url)],
        name_id_format=[md.NameIDFormat(text=form) for form in described.name_id_formats],
        single_sign_on_service=[
            _endpoint(md.SingleSignOnService, binding, described.sign_on_url)
            for binding in (names.BINDING_REDIRECT, names.BINDING_POST)
        ],
    )
    entity = md.EntityDescriptor(id=described.id, entity_id=described.entity_id, idpsso_descriptor=role)
    if described.organization:
        entity.organization = _organization(described.organization, described.organization_url)
    root = parse(bindings.to_xml(entity))
    signature.sign(root, signing, at=0)
    return serialized(root)


def service_provider(entity_id: str, reply_url: str, encryption_keys: Iterable[XmlKey]) -> bytes:
    """What a partner's identity provider imports of the resource tenant (entra-sign-in 4.2, 4.6)."""
    from saml2 import md

    role = md.SPSSODescriptor(
        authn_requests_signed="false",
        want_assertions_signed="true",
        protocol_support_enumeration=names.PROTOCOL,
        key_descriptor=[_key(key, "encryption") for key in encryption_keys],
        name_id_format=[md.NameIDFormat(text=names.PERSISTENT)],
        assertion_consumer_service=[
            _endpoint(md.AssertionConsumerService, names.BINDING_POST, reply_url, index="0", is_default="true")
        ],
        attribute_consuming_service=[
            md.AttributeConsumingService(
                index="0",
                service_name=[md.ServiceName(lang="en", text=GLOBAL_AUDIENCE)],
                requested_attribute=[
                    md.RequestedAttribute(name=ADDRESS_CLAIM, name_format=names.URI_NAMES, is_required="true")
                ],
            )
        ],
    )
    return bindings.to_xml(md.EntityDescriptor(entity_id=entity_id, spsso_descriptor=role))


def _key(key: XmlKey, use: str) -> Any:
    from saml2 import md, xmldsig

    data = xmldsig.X509Data(x509_certificate=xmldsig.X509Certificate(text=key.certificate_text))
    return md.KeyDescriptor(use=use, key_info=xmldsig.KeyInfo(x509_data=data))


def _endpoint(kind: Any, binding: str, location: str, **more: str) -> Any:
    return kind(binding=binding, location=location, **more)


def _organization(name: str, url: str) -> Any:
    from saml2 import md

    return md.Organization(
        organization_name=[md.OrganizationName(lang="en", text=name)],
        organization_display_name=[md.OrganizationDisplayName(lang="en", text=name)],
        organization_url=[md.OrganizationURL(lang="en", text=url)],
    )
