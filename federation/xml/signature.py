"""Enveloped XML signatures over one element: exclusive C14N, RSA with SHA-2, nothing else.

What ``verify`` returns is the only thing that may be read of a signed message: a copy of exactly the element that
the signature covers, cut out of the document it came in.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any, Protocol

from federation.xml import names
from federation.xml.library import etree, xmlsec
from federation.xml.names import DS, tag
from federation.xml.parse import Element, XmlRefused, detached

SIGNATURE = tag(DS, "Signature")
SIGNATURE_METHODS = frozenset(f"http://www.w3.org/2001/04/xmldsig-more#rsa-sha{bits}" for bits in (256, 384, 512))
DIGEST_METHODS = frozenset(
    {
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    }
)
CANONICAL = frozenset({names.EXCLUSIVE_C14N, names.EXCLUSIVE_C14N_WITH_COMMENTS})
#: Attributes that some specification calls an ID, lower case: each value may occur once in a document.
ID_NAMES = frozenset({"id", "assertionid", "responseid", "requestid"})


class XmlKey(Protocol):
    """A private key with its certificate; ``federation.oidc.keys.SigningKey`` is one."""

    @property
    def xml_key(self) -> Any:
        """The ``xmlsec.Key``."""

    @property
    def certificate_text(self) -> str:
        """The certificate: base64 of DER on one line."""


def sign(element: Element, key: XmlKey, *, id_attribute: str = "ID", at: int = 0) -> None:
    """Put a signature over ``element`` into it as child number ``at``.

    ``at`` is where the schema wants it: 0 in metadata, 1 (after Issuer) in SAML 2.0, last in a SAML 1.1 assertion.
    """
    lib = xmlsec()
    identifier = element.get(id_attribute)
    if not identifier:
        raise ValueError(f"the element has no {id_attribute} to sign it by")
    template = lib.template.create(element, lib.Transform.EXCL_C14N, lib.Transform.RSA_SHA256, ns="ds")
    reference = lib.template.add_reference(template, lib.Transform.SHA256, uri=f"#{identifier}")
    lib.template.add_transform(reference, lib.Transform.ENVELOPED)
    lib.template.add_transform(reference, lib.Transform.EXCL_C14N)
    data = lib.template.add_x509_data(lib.template.ensure_key_info(template))
    certificate = etree().SubElement(data, tag(DS, "X509Certificate"))
    certificate.text = key.certificate_text
    element.insert(at, template)
    context = lib.SignatureContext()
    context.key = key.xml_key
    context.register_id(element, id_attribute)
    context.sign(template)


def verify(element: Element, certificates: Iterable[str], *, id_attribute: str = "ID") -> Element:
    """A copy of exactly the signed element, when one of ``certificates`` (base64 DER) signed it. XmlRefused.

    ``element`` must carry the signature as its direct child. Keys come from the caller's configuration alone;
    what the message says of its key is not read.
    """
    signature = _signature_of(element)
    unique_ids(element)
    _check_form(element, signature, id_attribute)
    if not any(_signed_by(element, signature, certificate, id_attribute) for certificate in certificates):
        raise XmlRefused("its signature is not one of the configured signing certificates")
    return detached(element)


def is_signed(element: Element) -> bool:
    """Whether the element has a signature of its own."""
    return element.find(SIGNATURE) is not None


def unique_ids(element: Element) -> None:
    """XmlRefused when two elements of the whole document share an ID (signature wrapping)."""
    seen: set[str] = set()
    for node in element.getroottree().iter():
        for name, value in node.attrib.items():
            if name.rpartition("}")[2].lower() not in ID_NAMES:
                continue
            if value in seen:
                raise XmlRefused("two of its elements have the same ID")
            seen.add(value)


def certificate_der(text: str) -> bytes:
    """The bytes of a certificate given as base64, with or without PEM lines and blanks. ValueError."""
    lines = (line for line in text.split("\n") if "-----" not in line)
    try:
        return base64.b64decode("".join("".join(lines).split()), validate=True)
    except binascii.Error as problem:
        raise ValueError("it is not base64") from problem


def _signature_of(element: Element) -> Element:
    found = element.findall(SIGNATURE)
    if len(found) != 1:
        raise XmlRefused("it is not signed" if not found else "it has several signatures")
    return found[0]


def _check_form(element: Element, signature: Element, id_attribute: str) -> None:
    """One reference, to this very element, by the two transforms of SAML (SAML Core 5.4), with strong algorithms."""
    if signature.find(f".//{tag(DS, 'Object')}") is not None:
        raise XmlRefused("its signature carries an object")
    info = _only(signature, "SignedInfo")
    if _algorithm(info, "CanonicalizationMethod") not in CANONICAL:
        raise XmlRefused("its signature is not canonicalized exclusively")
    if (method := _algorithm(info, "SignatureMethod")) not in SIGNATURE_METHODS:
        raise XmlRefused(f"its signature algorithm '{method}' is not accepted")
    reference = _only(info, "Reference")
    identifier = element.get(id_attribute)
    if not identifier or reference.get("URI") != f"#{identifier}":
        raise XmlRefused("its signature covers another element")
    if (method := _algorithm(reference, "DigestMethod")) not in DIGEST_METHODS:
        raise XmlRefused(f"its digest algorithm '{method}' is not accepted")
    transforms = [node.get("Algorithm") for node in _only(reference, "Transforms").findall(tag(DS, "Transform"))]
    if transforms[:1] != [names.ENVELOPED] or len(transforms) != 2 or transforms[1] not in CANONICAL:
        raise XmlRefused("its signature uses other transforms than enveloped signature and exclusive C14N")


def _only(parent: Element, name: str) -> Element:
    found = parent.findall(tag(DS, name))
    if len(found) != 1:
        raise XmlRefused(f"its signature has {len(found)} {name} where one belongs")
    return found[0]


def _algorithm(parent: Element, name: str) -> str:
    return _only(parent, name).get("Algorithm") or ""


def _signed_by(element: Element, signature: Element, certificate: str, id_attribute: str) -> bool:
    lib = xmlsec()
    context = lib.SignatureContext()
    try:
        context.key = lib.Key.from_memory(certificate_der(certificate), lib.KeyFormat.CERT_DER)
    except (lib.Error, ValueError):
        return False  # a configured certificate that is none signs nothing
    context.register_id(element, id_attribute)
    try:
        context.verify(signature)
    except lib.Error:
        return False
    return True


def sign_bytes(data: bytes, key: XmlKey) -> str:
    """RSA with SHA-256 over bytes, as base64: the signature of the redirect binding (SAML Bindings 3.4.4.1)."""
    lib = xmlsec()
    context = lib.SignatureContext()
    context.key = key.xml_key
    return base64.b64encode(context.sign_binary(data, lib.Transform.RSA_SHA256)).decode()


def verify_bytes(data: bytes, text: str, certificates: Iterable[str]) -> bool:
    """Whether one of ``certificates`` (base64 DER) made that signature."""
    lib = xmlsec()
    for certificate in certificates:
        context = lib.SignatureContext()
        try:
            context.key = lib.Key.from_memory(certificate_der(certificate), lib.KeyFormat.CERT_DER)
            context.verify_binary(data, lib.Transform.RSA_SHA256, base64.b64decode(text, validate=True))
        except (lib.Error, ValueError):
            continue
        return True
    return False
