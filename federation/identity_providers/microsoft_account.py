"""Personal Microsoft accounts as the home of guests (entra-sign-in 2.3 rows 4 and 7, 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from federation.errors import FederationError
from federation.federation_client import METHODS_CLAIM
from federation.http import Exchange
from federation.identity_providers.azure_active_directory import context_of
from federation.identity_providers.base import (
    AuthenticationRequest,
    Callback,
    HomeRealm,
    Outgoing,
    PendingAuthentication,
    RealmFacts,
    RelyingParty,
)
from federation.model import SECOND_FACTORS, AuthenticationContext, ExternalIdentity, HomeKind
from federation.oidc import between_tenants
from federation.reasons import Reason

#: ``idp`` of its guests (entra-sign-in 11.4).
LIVE = "live.com"
#: The tenant of personal accounts, the same in every cloud that has them (12.1).
PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad"


@dataclass(frozen=True)
class MicrosoftAccount:
    """An account that exists, or one that can be made for the invited address."""

    kind: HomeKind = HomeKind.MICROSOFT_ACCOUNT

    def matches(self, facts: RealmFacts) -> HomeRealm | None:
        """A candidate when there is such an account, or when there may be one."""
        if facts.personal is None or not (facts.personal_account or facts.personal_possible):
            return None
        why = "there is a personal account with the address"
        if not facts.personal_account:
            why = "a personal account can be made for the address"
        return HomeRealm(kind=self.kind, address=facts.login_hint, partner=facts.personal, source=why)

    def begin(
        self, realm: HomeRealm, request: AuthenticationRequest, now: datetime
    ) -> Exchange[tuple[Outgoing, PendingAuthentication]]:
        """The same message as to an Entra tenant."""
        return between_tenants.begin(realm, request, now)

    def complete(
        self, callback: Callback, pending: PendingAuthentication, own: RelyingParty, now: datetime
    ) -> Exchange[ExternalIdentity]:
        """Redeem the code and check the token: signature first, then everything it says."""
        claims = yield from between_tenants.complete(callback, pending, own, now)
        return process_id_token(claims, pending)


def process_id_token(claims: Mapping[str, Any], pending: PendingAuthentication) -> ExternalIdentity:
    """The identity. It has no home tenant: cross-tenant access concerns organisations only (entra-sign-in 7.1)."""
    between_tenants.check_claims(claims, pending)
    subject, name = claims.get("oid"), claims.get("preferred_username")
    if not isinstance(subject, str) or not isinstance(name, str) or name.count("@") != 1:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="it names no person")
    done = context_of(claims.get(METHODS_CLAIM), LIVE)
    # A second factor there never counts (8.1): it is not even repeated, so that no token can show it.
    first = AuthenticationContext(methods=tuple(m for m in done.methods if m.method not in SECOND_FACTORS))
    return ExternalIdentity(
        kind=HomeKind.MICROSOFT_ACCOUNT,
        issuer=LIVE,
        subject=subject,
        addresses=(name.lower(),),
        display_name=claims["name"] if isinstance(claims.get("name"), str) else None,
        context=first,
    )
