"""Encrypted elements: AES under RSA-OAEP (XML Encryption 1.1)."""

from __future__ import annotations

from typing import Any

from federation.xml.library import etree, xmlsec
from federation.xml.names import DS, XENC, XENC11, tag
from federation.xml.parse import Element, XmlRefused, parse, serialized
from federation.xml.signature import certificate_der

ENCRYPTED_DATA = tag(XENC, "EncryptedData")
CONTENT_METHODS = frozenset(
    {f"{XENC11}aes{bits}-gcm" for bits in (128, 256)} | {f"{XENC}aes{bits}-cbc" for bits in (128, 256)}
)
KEY_METHODS = frozenset({f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep"})


def encrypt(element: Element, certificate: str) -> Element:
    """``EncryptedData`` that holds ``element`` for the owner of ``certificate`` (base64 DER): AES-256-GCM."""
    lib = xmlsec()
    holder = etree().Element("holder")
    inner = parse(serialized(element))
    holder.append(inner)
    data = lib.template.encrypted_data_create(
        holder, lib.Transform.AES256_GCM, type=lib.EncryptionType.ELEMENT, ns="xenc"
    )
    lib.template.encrypted_data_ensure_cipher_value(data)
    info = lib.template.encrypted_data_ensure_key_info(data, ns="ds")
    key = lib.template.add_encrypted_key(info, lib.Transform.RSA_OAEP)
    lib.template.encrypted_data_ensure_cipher_value(key)
    manager = lib.KeysManager()
    manager.add_key(lib.Key.from_memory(certificate_der(certificate), lib.KeyFormat.CERT_DER))
    context = lib.EncryptionContext(manager)
    context.key = lib.Key.generate(lib.KeyData.AES, 256, lib.KeyDataType.SESSION)
    return context.encrypt_xml(data, inner)


def decrypt(data: Element, key: Any) -> Element:
    """The element inside ``EncryptedData``, parsed as strictly as any other document. XmlRefused.

    ``key`` is the ``xmlsec.Key`` of the receiver. Every failure has one sentence, so that nobody learns by trying.
    """
    lib = xmlsec()
    _check_methods(data)
    copy = parse(serialized(data))
    manager = lib.KeysManager()
    manager.add_key(key)
    holder = etree().Element("holder")
    holder.append(copy)
    try:
        plain = lib.EncryptionContext(manager).decrypt(copy)
        text = serialized(plain)
    except (lib.Error, TypeError, ValueError):
        raise XmlRefused("it could not be decrypted") from None
    return parse(text)


def _check_methods(data: Element) -> None:
    methods = {node.getparent().tag: node.get("Algorithm") for node in data.iter(tag(XENC, "EncryptionMethod"))}
    content, key = methods.get(ENCRYPTED_DATA), methods.get(tag(XENC, "EncryptedKey"))
    keys = list(data.iter(tag(XENC, "EncryptedKey")))
    if content not in CONTENT_METHODS or key not in KEY_METHODS or len(keys) != 1:
        raise XmlRefused("it is encrypted by an algorithm that is not accepted")
    if (
        data.find(f".//{tag(XENC, 'CipherReference')}") is not None
        or data.find(f".//{tag(DS, 'RetrievalMethod')}") is not None
    ):
        raise XmlRefused("its encrypted content lies elsewhere")
