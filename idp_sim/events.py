"""What happens in a simulator and somebody may want to watch: announced as events, shown as notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class SignInLogged:
    """A row of a tenant's sign-in log is being written; its unit of work may still be rolled back."""

    world: str
    tenant: str
    id: str


@dataclass(frozen=True, kw_only=True)
class MailDelivered:
    """A mail is being captured; its unit of work may still be rolled back."""

    world: str
    number: int


@dataclass(frozen=True, kw_only=True)
class PhoneRang:
    """A message or a push request is reaching a phone; its unit of work may still be rolled back."""

    world: str
    number: int


@dataclass(frozen=True, kw_only=True)
class TenantChanged:
    """A tenant's own settings are being changed; the unit of work may still be rolled back."""

    world: str


@dataclass(frozen=True, kw_only=True)
class RequestRefused:
    """A protocol request was refused before or after any sign-in: wrong redirect URI, wrong client secret ..."""

    world: str
    instant: datetime
    code: int
    name: str
    message: str


Event = SignInLogged | MailDelivered | PhoneRang | TenantChanged | RequestRefused


@dataclass(frozen=True, kw_only=True)
class Notice:
    """An event in words. ``page`` is where it is explained; ``details`` and ``messages`` are for who wants more."""

    world: str
    instant: datetime
    kind: Literal["signed in", "refused", "mail", "phone"]
    text: str
    page: str
    details: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
