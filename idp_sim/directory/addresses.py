"""Which e-mail addresses can be invited (graph-api 9.1)."""

from __future__ import annotations

import unicodedata

#: Characters that graph-api 9.1 forbids anywhere in ``invitedUserEmailAddress``.
FORBIDDEN = frozenset("~!#$%^&*()+=[]{}\\/|;:\"'<>?,")

#: RFC 5321 4.5.3.1: octets of the local part and of the whole path without its brackets.
LOCAL_PART_LIMIT, ADDRESS_LIMIT = 64, 254


def domain_of(address: str) -> str:
    """The domain, lower case; empty when there is no ``@``."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def address_problem(address: str) -> str | None:
    """What is wrong with the address as an invited one, as a clause without full stop; None if nothing is.

    ASCII follows the list of graph-api 9.1; of other scripts letters, marks and digits are taken (RFC 6531),
    so that no invisible or direction-changing character hides in an address.
    """
    if address.count("@") != 1:
        return "it must contain one '@'"
    local, domain = address.split("@")
    if not local or not domain:
        return "it needs a part before and a part after the '@'"
    if len(address.encode("utf-8", "replace")) > ADDRESS_LIMIT:
        return f"it must not be longer than {ADDRESS_LIMIT} bytes"
    return _character_problem(local + domain) or _local_part_problem(local) or _domain_problem(domain)


def _character_problem(text: str) -> str | None:
    for character in text:
        if character in FORBIDDEN:
            return f"the character '{character}' is not allowed"
        if character.isascii() and character.isprintable() and character != " ":
            continue
        if unicodedata.category(character)[0] not in "LMN":
            return f"the character U+{ord(character):04X} is not allowed"
    return None


def _local_part_problem(local: str) -> str | None:
    if len(local.encode()) > LOCAL_PART_LIMIT:
        return f"the part before the '@' must not be longer than {LOCAL_PART_LIMIT} bytes"
    for edge in (local[0], local[-1]):
        if edge in ".-":
            return f"the part before the '@' must not start or end with '{edge}'"
    if ".." in local:
        return "the part before the '@' must not contain '..'"
    return None


def _domain_problem(domain: str) -> str | None:
    labels = domain.split(".")
    if len(labels) < 2:
        return f"the domain '{domain}' needs at least one dot"
    for label in labels:
        if not label:
            return f"the domain '{domain}' has an empty part"
        if label[0] == "-" or label[-1] == "-":
            return f"the domain '{domain}' has a part that starts or ends with '-'"
        if any(c.isascii() and not c.isalnum() and c != "-" for c in label):
            return f"the domain '{domain}' may contain letters, digits, dots and '-' only"
        try:
            label.encode("idna")  # bounds the length of the label as it stands in DNS (RFC 1035 2.3.4)
        except UnicodeError:
            return f"the domain '{domain}' has a part that is no valid domain label"
    return None
