"""From authenticator codes to phones: one a person, whatever tenants know them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from idp_sim.services.authenticator import AuthenticatorCode


@dataclass(frozen=True, kw_only=True)
class Phone:
    """Somebody's phone: the authenticator's entries by tenant, as it shows them."""

    address: str
    display_name: str
    entries: tuple[AuthenticatorCode, ...]


def phones(codes: Iterable[AuthenticatorCode], *, words: str = "") -> tuple[Phone, ...]:
    """Phones in order of first appearance; with ``words`` those whose name or address holds every one of them."""
    by_address: dict[str, list[AuthenticatorCode]] = {}
    for code in codes:
        by_address.setdefault(code.address.lower(), []).append(code)
    found = (
        Phone(address=entries[0].address, display_name=_name(entries), entries=tuple(entries))
        for entries in by_address.values()
    )
    wanted = words.lower().split()
    return tuple(p for p in found if all(word in f"{p.address} {p.display_name}".lower() for word in wanted))


def _name(entries: list[AuthenticatorCode]) -> str:
    """The home's name for a person rather than that of an invitation."""
    return next((entry.display_name for entry in entries if not entry.guest), entries[0].display_name)
