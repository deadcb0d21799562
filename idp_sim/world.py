"""Records that belong to a world as a whole: itself and its captured mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
