"""What a home of each kind said of a guest whom a scenario has already redeemed: one row for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from federation.identity_providers.google import GOOGLE
from federation.identity_providers.microsoft_account import LIVE
from federation.model import ExternalIdentity, HomeKind
from idp_sim.tenants.endpoints import sts_issuer
from idp_sim.tokens.google import subject_of

#: Home tenant's id, the person's object id there, the address -> the identity.
HomeIdentity = Callable[[str, str, str], ExternalIdentity]


def passcode_identity(address: str) -> ExternalIdentity:
    """Nobody's tenant: the address is the person (entra-sign-in 3)."""
    return ExternalIdentity(kind=HomeKind.EMAIL_ONE_TIME_PASSCODE, issuer="mail", subject=address, addresses=(address,))


def _entra(home: str, person: str, address: str) -> ExternalIdentity:
    return ExternalIdentity(
        kind=HomeKind.AZURE_ACTIVE_DIRECTORY,
        issuer=sts_issuer(home),
        subject=person,
        addresses=(address,),
        home_tenant=home,
        home_object=person,
    )


def _google(home: str, person: str, address: str) -> ExternalIdentity:
    return ExternalIdentity(kind=HomeKind.SOCIAL, issuer=GOOGLE, subject=subject_of(person), addresses=(address,))


def _personal(home: str, person: str, address: str) -> ExternalIdentity:
    return ExternalIdentity(kind=HomeKind.MICROSOFT_ACCOUNT, issuer=LIVE, subject=person, addresses=(address,))


#: A kind of tenant that is no home for guests of the scenario yet has no row.
HOME_IDENTITIES: Mapping[str, HomeIdentity] = MappingProxyType(
    {"entra": _entra, "google": _google, "microsoft_account": _personal}
)
