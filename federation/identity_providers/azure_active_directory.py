"""Another Entra tenant as the home of a guest (entra-sign-in 2.3 row 1): whose word counts, and for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from federation.errors import FederationError
from federation.federation_client import GROUPS_CLAIM, METHODS_CLAIM
from federation.http import Exchange
from federation.identity_providers.base import (
    AuthenticationRequest,
    Callback,
    HomeRealm,
    Outgoing,
    PendingAuthentication,
    RealmFacts,
    RelyingParty,
)
from federation.model import AuthenticationContext, ExternalIdentity, HomeKind, Method, PerformedMethod
from federation.oidc import between_tenants
from federation.reasons import Reason


@dataclass(frozen=True)
class AzureActiveDirectory:
    """The kind ``azureActiveDirectory`` of redemption orders."""

    kind: HomeKind = HomeKind.AZURE_ACTIVE_DIRECTORY

    def matches(self, facts: RealmFacts) -> HomeRealm | None:
        """Discovery is per user, not per domain (entra-sign-in 2.3 row 1)."""
        if facts.managed is None:
            return None
        return HomeRealm(
            kind=self.kind,
            address=facts.address,
            partner=facts.managed,
            source=f"the address is a user of the managed tenant {facts.managed.display_name}",
        )

    def begin(
        self, realm: HomeRealm, request: AuthenticationRequest, now: datetime
    ) -> Exchange[tuple[Outgoing, PendingAuthentication]]:
        """Discover the home and build the authentication request."""
        return between_tenants.begin(realm, request, now)

    def complete(
        self, callback: Callback, pending: PendingAuthentication, own: RelyingParty, now: datetime
    ) -> Exchange[ExternalIdentity]:
        """Redeem the code and check the home's token: signature first, then everything it says."""
        claims = yield from between_tenants.complete(callback, pending, own, now)
        return process_id_token(claims, pending)


def process_id_token(claims: Mapping[str, Any], pending: PendingAuthentication) -> ExternalIdentity:
    """An identity from the claims of a token whose signature and times are already checked."""
    between_tenants.check_claims(claims, pending)
    oid, name = claims.get("oid"), claims.get("preferred_username")
    if not isinstance(oid, str) or not isinstance(name, str) or "@" not in name:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="it names no person")
    email = claims.get("email")
    addresses = dict.fromkeys(a.lower() for a in (name, email) if isinstance(a, str) and "@" in a)
    tenant = str(pending.home_tenant)
    return ExternalIdentity(
        kind=HomeKind.AZURE_ACTIVE_DIRECTORY,
        issuer=f"https://sts.windows.net/{tenant}/",
        subject=oid,
        addresses=tuple(addresses),
        display_name=claims["name"] if isinstance(claims.get("name"), str) else None,
        home_tenant=tenant,
        home_object=oid,
        home_groups=_groups(claims.get(GROUPS_CLAIM)),
        context=context_of(claims.get(METHODS_CLAIM), tenant),
        compliant_device=claims.get("device_compliant") is True,
        hybrid_joined_device=claims.get("device_hybrid_joined") is True,
    )


def _groups(claim: object) -> tuple[str, ...]:
    return tuple(group for group in claim if isinstance(group, str)) if isinstance(claim, list) else ()


def methods_claim(context: AuthenticationContext) -> list[dict[str, object]]:
    """What a home says in ``METHODS_CLAIM``: every method with its instant in seconds."""
    return [{"method": m.method.value, "instant": int(m.instant.timestamp())} for m in context.methods]


def context_of(claim: object, tenant: str) -> AuthenticationContext:
    """The home's methods; what this version doesn't know is left out, never counted."""
    methods = []
    for entry in claim if isinstance(claim, list) else ():
        if not isinstance(entry, Mapping) or entry.get("method") not in Method.__members__.values():
            continue
        instant = _instant(entry.get("instant"))
        if instant is not None:
            methods.append(PerformedMethod(method=Method(entry["method"]), instant=instant, tenant=tenant))
    return AuthenticationContext(methods=tuple(methods))


def _instant(seconds: object) -> datetime | None:
    """A time of a claim (RFC 7519 2 NumericDate); None for what can't be one."""
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
