"""A message of the journal in the two forms that people read: as it travelled, and decoded.

Secrets are masked already (``services.journal``); what is shown is what the journal holds.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import quote, urlsplit

from idp_sim.ports import ProtocolMessage

#: Members of JSON answers that are numbers on the wire; the journal keeps every value as text.
NUMBERS = frozenset({"expires_in", "ext_expires_in"})
#: Fields that carry XML, packed or plain.
XML_FIELDS = frozenset({"SAMLRequest", "SAMLResponse", "wresult"})
STATUS_TEXTS = {"200": "OK", "302": "Found", "400": "Bad Request", "401": "Unauthorized"}


def raw(message: ProtocolMessage) -> str:
    """The message as it travelled: request line or status, the headers that matter, and the content."""
    verb, _, url = message.start_line.partition(" ")
    if verb == "GET":
        return "\n".join([f"GET {_target(url, message)} HTTP/1.1", f"Host: {urlsplit(url).netloc}"])
    if verb == "POST":
        head = [f"POST {urlsplit(url).path} HTTP/1.1", f"Host: {urlsplit(url).netloc}"]
        return "\n".join([*head, "Content-Type: application/x-www-form-urlencoded", "", _encoded(message)])
    if verb == "302":
        separator = "" if url.endswith("#") else "&" if urlsplit(url).query else "?"
        return "\n".join(["HTTP/1.1 302 Found", f"Location: {url}{separator}{_encoded(message)}"])
    if verb.isdecimal():
        body = {name: int(v) if name in NUMBERS and v.isdecimal() else v for name, v in message.fields.items()}
        head = [f"HTTP/1.1 {verb} {STATUS_TEXTS.get(verb, '')}".rstrip(), "Content-Type: application/json", ""]
        return "\n".join([*head, json.dumps(body, indent=2, ensure_ascii=False)])
    return "\n".join(f"{name}: {value}" for name, value in message.fields.items())


def decoded(message: ProtocolMessage) -> dict[str, Any]:
    """The fields by name; a JWT as ``{"header", "claims"}``, JSON (also in base64url) as its value, XML indented."""
    return {name: _xml(value) if name in XML_FIELDS else _decoded(value) for name, value in message.fields.items()}


def _target(url: str, message: ProtocolMessage) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{_encoded(message)}" if message.fields else parts.path


def _encoded(message: ProtocolMessage) -> str:
    return "&".join(f"{quote(name, safe='')}={_masks_kept(value)}" for name, value in message.fields.items())


def _masks_kept(value: str) -> str:
    """URL-encoded, but the mark of a mask stays readable."""
    head, mark, tail = value.partition("… (")
    return quote(head, safe="") + mark + tail


def _decoded(value: str) -> Any:
    parts = value.split(".")
    if value.startswith("eyJ") and len(parts) == 3:
        header, claims = _json_in_base64url(parts[0]), _json_in_base64url(parts[1])
        if header is not None and claims is not None:
            return {"header": header, "claims": claims}
    if value.startswith("{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    inside = _json_in_base64url(value) if value.startswith("eyJ") else None
    return value if inside is None else inside


def _xml(value: str) -> str:
    """The message as indented XML; what can't be read stays as it came."""
    from federation.saml import bindings
    from federation.xml.parse import XmlRefused, pretty

    for opened in (bindings.posted, bindings.inflated, str.encode):
        try:
            return pretty(opened(value))
        except XmlRefused:
            continue
    return value


def _json_in_base64url(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
