"""What everybody's authenticator app shows, from the ready document and the world's time (RFC 6238)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp_sim.cli.client_options import no_such
from idp_sim.cli.server import Server

PERIOD = 30
DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Account:
    """An entry of an authenticator app: a person at the tenant where it was registered."""

    tenant: str
    address: str
    secret: str
    guest: bool

    def code(self, now: datetime) -> str:
        """The code at that time."""
        return totp(self.secret, now)


class Unknown(Exception):
    """No such person, or no authenticator; the sentence says what there is."""


def totp(secret: str, now: datetime) -> str:
    """Six digits of a base32 secret (RFC 6238 4: HMAC-SHA-1, 30 seconds; truncated as in RFC 4226 5.3).

    Written out because the commands shall answer before cryptography is imported.
    """
    bare = secret.replace(" ", "").upper().rstrip("=")
    key = base64.b32decode(bare + "=" * (-len(bare) % 8))
    counter = int(now.timestamp()) // PERIOD
    mac = hmac.new(key, counter.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def valid_for(now: datetime) -> int:
    """Seconds until the code changes."""
    return PERIOD - int(now.timestamp()) % PERIOD


def time_of(server: Server) -> tuple[datetime, bool]:
    """The world's time, and whether it stands."""
    clock = server.control("GET", "clock")
    return datetime.fromisoformat(clock["now"]), clock["frozen"]


def accounts(ready: Mapping[str, Any]) -> list[Account]:
    """Every registered authenticator: at home first, then those of guests in the resource tenant."""
    users = [(row["tenant"], row["user_principal_name"], row["totp_secret"], False) for row in ready["users"]]
    guests = [(row["tenant"], row["mail"], row["totp_secret"], True) for row in ready["guests"]]
    return [
        Account(tenant=tenant, address=address, secret=secret, guest=guest)
        for tenant, address, secret, guest in (*users, *guests)
        if secret
    ]


def accounts_of(ready: Mapping[str, Any], person: str, tenant: str | None) -> list[Account]:
    """The authenticators of a person, named by address or, where one has it, the part before ``@``; Unknown."""
    known = {row["user_principal_name"] for row in ready["users"]} | {row["mail"] for row in ready["guests"]} - {None}
    address = _address(person, known)
    found = [a for a in accounts(ready) if a.address == address and tenant in (None, a.tenant)]
    if not found:
        where = f" at {tenant}" if tenant else ""
        raise Unknown(
            f"{address} has no authenticator registered{where}; one is registered at the first sign-in with MFA."
        )
    return found


def _address(person: str, known: set[str]) -> str:
    wanted = person.lower()
    exact = [address for address in known if address.lower() == wanted]
    short = [address for address in known if address.lower().partition("@")[0] == wanted]
    if exact or len(short) == 1:
        return (exact or short)[0]
    if short:
        raise Unknown(f"'{person}' is several people: {', '.join(sorted(short))}")
    raise Unknown(no_such("person", person, known | {address.partition("@")[0] for address in known}))
