"""What the authenticator apps of the simulated people show now: the phone that nobody needs to hold."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from idp_sim.directory.model import Credentials, User
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services.totp import PERIOD, is_base32, totp_at
from idp_sim.tenants.model import Tenant

#: More people than anybody reads; a world may hold a hundred thousand.
MOST = 500


@dataclass(frozen=True, kw_only=True)
class AuthenticatorCode:
    """One account of an authenticator app: at which tenant, whose, and the code of this moment."""

    tenant: Tenant
    user: str
    address: str
    display_name: str
    guest: bool
    code: str
    valid_until: datetime
    seconds_left: int
    clock_stands: bool


def codes(ports: Ports, context: Context, tenants: Iterable[Tenant]) -> tuple[AuthenticatorCode, ...]:
    """Codes of everybody in ``tenants`` with a registered authenticator, by the world's clock; at most ``MOST``."""
    end = period_end(context.now)
    stands = ports.clocks.setting(context.world).frozen_at is not None
    found: list[AuthenticatorCode] = []
    for tenant in tenants:
        for credentials in ports.storage.find(context.world, tenant.id, Credentials):
            if credentials.totp_secret is None or not is_base32(credentials.totp_secret):
                continue
            try:
                user = ports.storage.get(context.world, tenant.id, User, credentials.user)
            except NotFound:  # deleted in this moment
                continue
            found.append(
                AuthenticatorCode(
                    tenant=tenant,
                    user=user.id,
                    address=user.sign_in_name,
                    display_name=user.display_name,
                    guest=user.external,
                    code=totp_at(credentials.totp_secret, context.now),
                    valid_until=end,
                    seconds_left=seconds_left(context.now),
                    clock_stands=stands,
                )
            )
            if len(found) == MOST:
                return tuple(found)
    return tuple(found)


def code_of(secret: str, now: datetime) -> str | None:
    """The code of a base32 key as a registration page spells it out; None when it is no such key."""
    return totp_at(secret, now) if is_base32(secret) else None


def period_end(now: datetime) -> datetime:
    """When the codes of ``now`` give way to the next ones."""
    step = int(PERIOD.total_seconds())
    return datetime.fromtimestamp((int(now.timestamp()) // step + 1) * step, UTC)


def seconds_left(now: datetime) -> int:
    """Whole seconds until ``period_end``, at least 1."""
    return max(1, math.ceil((period_end(now) - now).total_seconds()))
