"""Records that belong to a world as a whole: itself and its captured mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class WorldRecord:
    """A world: the scenario it was made from, by name, and the origin that its records name.

    ``scenario_digest`` tells one version of a scenario file from another; empty for shipped scenarios.
    """

    id: str
    scenario: str
    created: datetime
    scenario_digest: str = ""
    base_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A captured message. ``number`` counts up within the world; ``links[0]`` is the mail's action."""

    number: int
    to: str
    sender: str
    subject: str
    text: str
    html: str
    received: datetime
    links: tuple[str, ...] = ()
    passcode: str | None = None
    reply_to: str | None = None
    cc: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MailNumber:
    """The highest number that a message had when the inbox was emptied: numbers go on from there."""

    id: str = "mail"
    highest: int


@dataclass(frozen=True, kw_only=True)
class DnsRecord:
    """A record of the world's simulated DNS; ``name`` in lower case, ``type`` in capitals."""

    id: str
    name: str
    type: str
    value: str

    @classmethod
    def of(cls, name: str, type: str, value: str) -> DnsRecord:
        """The record; its id says the same as the record, so that there is one of each."""
        name, type = name.strip().rstrip(".").lower(), type.upper()
        return cls(id=f"{name} {type} {value}", name=name, type=type, value=value)


class PhoneMessageKind(StrEnum):
    """How something reaches a phone."""

    SMS = "sms"
    VOICE = "voice"
    PUSH = "push"


class Approval(StrEnum):
    """What a person answered to a push request."""

    APPROVE = "approve"
    DENY = "deny"


@dataclass(frozen=True, kw_only=True)
class PhoneMessage:
    """A text message, the words of a call, or a push request on somebody's simulated phone.

    ``number`` counts up within the world. ``user`` is the object's id at ``tenant``, ``address`` the name they sign
    in with; both names are lower case. ``code`` is what a text or a call says; ``match`` the number that a push
    request wants to be told, and ``secret`` the anti-forgery value of its form. ``application`` is where the
    person is heading.
    """

    number: int
    kind: PhoneMessageKind
    tenant: str
    tenant_name: str
    user: str
    address: str
    user_principal_name: str
    application: str
    text: str
    sent: datetime
    expires: datetime
    phone: str | None = None
    code: str | None = None
    match: int | None = None
    secret: str = ""
    decision: Approval | None = None
    decided: datetime | None = None
