"""The room where foreign XML is opened: what is refused at the door, what a signature covers, what is encrypted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from federation.xml import encryption, signature
from federation.xml.library import etree
from federation.xml.names import DS, tag
from federation.xml.parse import MAX_BYTES, MAX_DEPTH, XmlRefused, detached, parse, serialized, text_of
from tests.signing_keys import fixed_key, other_key

MESSAGE = b'<m:letter xmlns:m="urn:m" ID="_1"><m:from>ana</m:from><m:to>ben</m:to></m:letter>'


def signed(message: bytes = MESSAGE, *, at: int = 1) -> Any:
    root = parse(message)
    signature.sign(root, fixed_key(), at=at)
    return parse(serialized(root))


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        pytest.param(b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type", id="external DTD"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type", id="entity"),
        pytest.param(
            b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>', "document type", id="billion laughs"
        ),
        pytest.param('<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16"), "UTF-8", id="DTD hidden in UTF-16"),
        pytest.param(b'<?xml version="1.0" encoding="utf-7"?><a>\xe9</a>', "UTF-8", id="another encoding"),
        pytest.param(b"<?x y?><a/>", "processing instruction", id="instruction before the root"),
        pytest.param(b"<a><b><?x y?></b></a>", "processing instruction", id="instruction inside"),
        pytest.param(b"<a/><?x y?>", "processing instruction", id="instruction after the root"),
        pytest.param(b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), "deeper", id="too deep"),
        pytest.param(b"<a>" + b"<b/>" * 20_001 + b"</a>", "more than", id="too many elements"),
        pytest.param(b"<a>" + b"x" * MAX_BYTES + b"</a>", "larger", id="too large"),
        pytest.param(b"<a>&undefined;</a>", "well-formed", id="undefined entity"),
        pytest.param(b"", "well-formed", id="nothing"),
        pytest.param(b"<a>\x00</a>", "well-formed", id="a character that XML has not"),
    ],
)
def test_a_hostile_document_is_refused_with_a_sentence(document: bytes, problem: str) -> None:
    with pytest.raises(XmlRefused, match=problem):
        parse(document)


def test_a_comment_splits_nothing_off() -> None:
    assert text_of(parse(b"<a>admin@contoso.example<!-- x -->.evil.example<b>!</b>?</a>")) == (
        "admin@contoso.example.evil.example!?"
    )


def test_a_detached_element_knows_nothing_of_its_surroundings() -> None:
    root = parse(b'<a xmlns:n="urn:n"><b t="n:x">text</b>tail</a>')
    alone = detached(root[0])
    assert alone.getparent() is None
    assert serialized(alone) == b'<b xmlns:n="urn:n" t="n:x">text</b>'


def test_what_was_signed_is_verified_and_handed_back() -> None:
    verified = signature.verify(signed(), [other_key().certificate_text, fixed_key().certificate_text])
    assert verified.findtext("{urn:m}to") == "ben"


@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_signature_stands_where_the_schema_wants_it(at: int) -> None:
    assert [child.tag for child in signed(at=at)].index(signature.SIGNATURE) == at


def test_a_strange_key_in_the_message_is_not_believed() -> None:
    with pytest.raises(XmlRefused, match="configured"):
        signature.verify(signed(), [other_key().certificate_text])


@pytest.mark.parametrize("certificates", [(), ("",), ("no certificate",), ("TUlJ",)])
def test_without_a_usable_certificate_nothing_is_verified(certificates: tuple[str, ...]) -> None:
    with pytest.raises(XmlRefused):
        signature.verify(signed(), certificates)


def _set(path: str, name: str, value: str) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        root.find(path.replace("ds:", f"{{{DS}}}")).set(name, value)

    return change


def _object(root: Any) -> None:
    etree().SubElement(root.find(signature.SIGNATURE), tag(DS, "Object"))


def _second_signature(root: Any) -> None:
    root.append(parse(serialized(root.find(signature.SIGNATURE))))


def _second_reference(root: Any) -> None:
    info = root.find(f"{signature.SIGNATURE}/{tag(DS, 'SignedInfo')}")
    info.append(parse(serialized(info.find(tag(DS, "Reference")))))


def _extra_transform(root: Any) -> None:
    transforms = root.find(f".//{tag(DS, 'Transforms')}")
    etree().SubElement(transforms, tag(DS, "Transform"), Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116")


def _twin(root: Any) -> None:
    etree().SubElement(root, "{urn:m}twin", ID="_1")


def _twin_by_another_name(root: Any) -> None:
    etree().SubElement(root, "{urn:m}twin", AssertionID="_1")


def _no_signature(root: Any) -> None:
    root.remove(root.find(signature.SIGNATURE))


def _text(root: Any) -> None:
    root.find("{urn:m}to").text = "eve"


SIGNED_INFO = "ds:Signature/ds:SignedInfo"
DSIG_MORE = "http://www.w3.org/2001/04/xmldsig-more#"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(_text, "configured", id="text changed"),
        pytest.param(_no_signature, "not signed", id="signature stripped"),
        pytest.param(_second_signature, "several", id="two signatures"),
        pytest.param(_second_reference, "2 Reference", id="two references"),
        pytest.param(_object, "object", id="object inside the signature"),
        pytest.param(_twin, "same ID", id="repeated ID"),
        pytest.param(_twin_by_another_name, "same ID", id="repeated ID under another attribute"),
        pytest.param(_extra_transform, "transforms", id="XSLT"),
        pytest.param(_set(f"{SIGNED_INFO}/ds:Reference", "URI", ""), "another element", id="whole document"),
        pytest.param(_set(f"{SIGNED_INFO}/ds:Reference", "URI", "#_2"), "another element", id="other element"),
        pytest.param(
            _set(f"{SIGNED_INFO}/ds:Reference", "URI", "http://evil.example/x"), "another element", id="elsewhere"
        ),
        pytest.param(
            _set(f"{SIGNED_INFO}/ds:SignatureMethod", "Algorithm", f"{DS}rsa-sha1"), "not accepted", id="RSA with SHA-1"
        ),
        pytest.param(
            _set(f"{SIGNED_INFO}/ds:SignatureMethod", "Algorithm", f"{DSIG_MORE}hmac-sha256"), "not accepted", id="HMAC"
        ),
        pytest.param(
            _set(f"{SIGNED_INFO}/ds:Reference/ds:DigestMethod", "Algorithm", f"{DS}sha1"), "not accepted", id="SHA-1"
        ),
        pytest.param(
            _set(
                f"{SIGNED_INFO}/ds:CanonicalizationMethod",
                "Algorithm",
                "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            ),
            "exclusively",
            id="inclusive canonicalization",
        ),
        pytest.param(
            _set(f"{SIGNED_INFO}/ds:Reference/ds:Transforms/ds:Transform", "Algorithm", f"{DS}base64"),
            "transforms",
            id="another transform",
        ),
    ],
)
def test_a_signature_of_another_form_is_refused(change: Callable[[Any], None], problem: str) -> None:
    root = signed()
    change(root)
    with pytest.raises(XmlRefused, match=problem):
        signature.verify(parse(serialized(root)), [fixed_key().certificate_text])


def test_only_the_receiver_opens_what_was_encrypted_for_it() -> None:
    data = parse(serialized(encryption.encrypt(signed(), fixed_key().certificate_text)))
    assert b">ben<" not in serialized(data)
    opened = encryption.decrypt(data, fixed_key().xml_key)
    assert signature.verify(opened, [fixed_key().certificate_text]).findtext("{urn:m}to") == "ben"
    with pytest.raises(XmlRefused, match="could not be decrypted"):
        encryption.decrypt(data, other_key().xml_key)


@pytest.mark.parametrize(
    ("where", "algorithm"),
    [
        pytest.param(0, "http://www.w3.org/2001/04/xmlenc#tripledes-cbc", id="3DES"),
        pytest.param(1, "http://www.w3.org/2001/04/xmlenc#rsa-1_5", id="RSA PKCS 1.5"),
    ],
)
def test_weak_encryption_is_refused_before_it_is_tried(where: int, algorithm: str) -> None:
    data = encryption.encrypt(signed(), fixed_key().certificate_text)
    methods = list(data.iter("{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod"))
    methods[where].set("Algorithm", algorithm)
    with pytest.raises(XmlRefused, match="not accepted"):
        encryption.decrypt(parse(serialized(data)), fixed_key().xml_key)


def test_a_certificate_is_read_with_and_without_its_lines() -> None:
    text = fixed_key().certificate_text
    pem = f"-----BEGIN CERTIFICATE-----\n{text[:64]}\n{text[64:]}\n-----END CERTIFICATE-----\n"
    assert signature.certificate_der(pem) == signature.certificate_der(text) == fixed_key().certificate
