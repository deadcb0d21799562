"""What a home of each kind said of a guest whom a scenario has already redeemed: one row for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from federation.identity_providers.google import GOOGLE
from federation.identity_providers.microsoft_account import LIVE
from federation.model import ExternalIdentity, HomeKind
from federation.ws_federation.names import immutable_id
from idp_sim.tenants.endpoints import sts_issuer
from idp_sim.tokens.google import subject_of


@dataclass(frozen=True, kw_only=True)
class AtHome:
    """A person at the home tenant: object id, address, and the name that the home signs under."""

    tenant: str
    user: str
    address: str
    issuer: str


HomeIdentity = Callable[[AtHome], ExternalIdentity]


def passcode_identity(address: str) -> ExternalIdentity:
    """Nobody's tenant: the address is the person (entra-sign-in 3)."""
    return ExternalIdentity(kind=HomeKind.EMAIL_ONE_TIME_PASSCODE, issuer="mail", subject=address, addresses=(address,))


def _entra(person: AtHome) -> ExternalIdentity:
    return ExternalIdentity(
        kind=HomeKind.AZURE_ACTIVE_DIRECTORY,
        issuer=sts_issuer(person.tenant),
        subject=person.user,
        addresses=(person.address,),
        home_tenant=person.tenant,
        home_object=person.user,
    )


def _adfs(person: AtHome) -> ExternalIdentity:
    return ExternalIdentity(
        kind=HomeKind.EXTERNAL_FEDERATION,
        issuer=person.issuer,
        subject=immutable_id(person.user),
        addresses=(person.address,),
    )


def _saml(person: AtHome) -> ExternalIdentity:
    """Its persistent NameID is the object id."""
    return ExternalIdentity(
        kind=HomeKind.EXTERNAL_FEDERATION, issuer=person.issuer, subject=person.user, addresses=(person.address,)
    )


def _google(person: AtHome) -> ExternalIdentity:
    return ExternalIdentity(
        kind=HomeKind.SOCIAL, issuer=GOOGLE, subject=subject_of(person.user), addresses=(person.address,)
    )


def _personal(person: AtHome) -> ExternalIdentity:
    return ExternalIdentity(
        kind=HomeKind.MICROSOFT_ACCOUNT, issuer=LIVE, subject=person.user, addresses=(person.address,)
    )


#: A kind of tenant that is no home for guests of the scenario yet has no row.
HOME_IDENTITIES: Mapping[str, HomeIdentity] = MappingProxyType(
    {"entra": _entra, "saml": _saml, "adfs": _adfs, "google": _google, "microsoft_account": _personal}
)
