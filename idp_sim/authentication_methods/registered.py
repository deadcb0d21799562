"""What a person has registered at one tenant, as records (graph-api 11). All of it belongs to ``Credentials``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class AuthenticatorApp:
    """A phone whose Authenticator app takes push requests."""

    id: str
    display_name: str
    created: datetime
    device_tag: str = "SoftwareTokenActivated"
    phone_app_version: str = "6.2409.6094"


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """A FIDO2 credential (WebAuthn Level 2, 4). ``id`` and ``public_key`` (COSE) are base64url without padding."""

    id: str
    public_key: str
    sign_count: int
    created: datetime
    display_name: str = "Passkey"
    model: str = "Passkey"
    aaguid: str = "00000000-0000-0000-0000-000000000000"
    attested: bool = False


@dataclass(frozen=True, kw_only=True)
class SimulatedKey:
    """The private half of a passkey of somebody who signs in without a browser; ``id`` is the passkey's.

    It belongs to the person, not to the tenant: no rule of a tenant reads it.
    """

    id: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class TemporaryAccessPass:
    """A pass that an administrator issued; ``value`` is in clear (docs/decisions/0004-simulated-secrets.md)."""

    id: str
    value: str
    created: datetime
    starts: datetime
    lifetime_in_minutes: int
    usable_once: bool
    used: datetime | None = None

    @property
    def ends(self) -> datetime:
        """The instant from which it is no longer accepted."""
        return self.starts + timedelta(minutes=self.lifetime_in_minutes)

    def unusable(self, now: datetime) -> str | None:
        """Why it can't be used now, in the words of ``methodUsabilityReason``; None when it can."""
        if self.usable_once and self.used is not None:
            return "OneTimeUsed"
        if now < self.starts:
            return "NotYetValid"
        return "Expired" if now >= self.ends else None


@dataclass(frozen=True, kw_only=True)
class ExternalRegistration:
    """That a person proves the second factor at an external provider (entra-sign-in 8.6)."""

    id: str
    configuration: str
    display_name: str
    created: datetime
