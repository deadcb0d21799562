"""What is read of a partner's published metadata: its signing certificates (SAML Metadata 2.4.1.1)."""

from __future__ import annotations

from federation.errors import FederationError
from federation.external_federation import FederationConfiguration, expiry
from federation.reasons import Reason
from federation.xml import signature
from federation.xml.names import DS, MD, tag
from federation.xml.parse import Element, XmlRefused, parse, text_of

MAX_METADATA = 1024 * 1024


def signing_certificates(document: bytes, configuration: FederationConfiguration) -> tuple[str, ...]:
    """Certificates (base64 DER) of the entity ``issuer_uri``, in document order, each once.

    FederationError(IDENTITY_PROVIDER_UNREACHABLE) names the partner: no metadata, another entity, no certificate.
    """
    try:
        root = parse(document, max_bytes=MAX_METADATA)
        entity = _entity(root, configuration.issuer_uri)
        certificates = tuple(dict.fromkeys(c for c in _certificates(entity) if expiry(c) is not None))
        if not certificates:
            raise XmlRefused("it publishes no signing certificate")
    except XmlRefused as problem:
        raise FederationError(
            Reason.IDENTITY_PROVIDER_UNREACHABLE,
            partner=configuration.display_name,
            problem=f"Its federation metadata can't be used: {problem}.",
        ) from None
    return certificates


def _entity(root: Element, issuer: str) -> Element:
    """The descriptor of the partner; a list of many may hold it."""
    descriptor = tag(MD, "EntityDescriptor")
    for entity in (root, *root.iter(descriptor)):
        if entity.tag == descriptor and entity.get("entityID") == issuer:
            return entity
    raise XmlRefused(f"it does not describe '{issuer}'")


def _certificates(entity: Element) -> list[str]:
    """Keys for signing, of roles that issue assertions."""
    roles = [node for node in entity if node.tag in (tag(MD, "IDPSSODescriptor"), tag(MD, "RoleDescriptor"))]
    found = []
    for role in roles:
        for key in role.findall(tag(MD, "KeyDescriptor")):
            if key.get("use") in (None, "signing"):
                found += ["".join(text_of(node).split()) for node in key.iter(tag(DS, "X509Certificate"))]
    return [text for text in found if _is_base64(text)]


def _is_base64(text: str) -> bool:
    try:
        return bool(signature.certificate_der(text))
    except ValueError:
        return False
