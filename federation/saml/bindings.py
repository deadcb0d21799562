"""How messages travel: deflated in a query, or base64 in a form that posts itself (SAML Bindings 3.4, 3.5)."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from federation.saml.names import PREFIXES
from federation.xml.parse import MAX_BYTES, XmlRefused

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def instant(moment: datetime) -> str:
    """A time as SAML writes it (SAML Core 1.3.3)."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def moment(text: str | None) -> datetime | None:
    """A time of a message; None where there is none. XmlRefused when it is not in UTC."""
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise XmlRefused(f"'{text[:40]}' is not a time") from None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def to_xml(message: Any) -> bytes:
    """A pysaml2 message as bytes, with the usual prefixes."""
    text: bytes | str = message.to_string(PREFIXES)
    return text if isinstance(text, bytes) else text.encode()


def deflated(xml: bytes) -> str:
    """For the redirect binding: raw DEFLATE, then base64 (SAML Bindings 3.4.4.1)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(packer.compress(xml) + packer.flush()).decode()


def inflated(text: str) -> bytes:
    """The message of a query. XmlRefused; what unpacks to more than a message may hold is not unpacked further."""
    unpacker = zlib.decompressobj(-15)
    try:
        xml = unpacker.decompress(_bytes(text), MAX_BYTES + 1)
    except zlib.error:
        raise XmlRefused("it is not deflated as the redirect binding wants it") from None
    if len(xml) > MAX_BYTES or unpacker.unconsumed_tail:
        raise XmlRefused(f"it is larger than {MAX_BYTES} bytes")
    return xml


def posted(text: str) -> bytes:
    """The message of a form. XmlRefused."""
    return _bytes(text)


def encoded(xml: bytes) -> str:
    """For the POST binding."""
    return base64.b64encode(xml).decode()


def with_query(url: str, parameters: Mapping[str, str]) -> str:
    """The address with more parameters; it may have a query of its own."""
    parts = urlsplit(url)
    extra = urlencode(parameters, quote_via=quote)
    return parts._replace(query=f"{parts.query}&{extra}" if parts.query else extra).geturl()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise XmlRefused("it is not base64") from None
