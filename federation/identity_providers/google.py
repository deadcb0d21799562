"""Google as the home of guests with a Gmail address (entra-sign-in 5), by the client that the tenant has there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from federation.errors import FederationError
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
from federation.model import ExternalIdentity, HomeKind
from federation.oidc import configured_client, relying_party
from federation.reasons import Reason

#: ``idp`` of its guests and ``identities[].issuer`` (entra-sign-in 11.4).
GOOGLE = "google.com"


@dataclass(frozen=True)
class Google:
    """The kind ``socialIdentityProviders`` of redemption orders."""

    kind: HomeKind = HomeKind.SOCIAL

    def matches(self, facts: RealmFacts) -> HomeRealm | None:
        """A candidate when the tenant is registered at Google and the address is one of Google's own (2.3 row 3)."""
        if facts.google is None or facts.google_client is None:
            return None
        return HomeRealm(
            kind=self.kind,
            address=facts.login_hint,
            partner=facts.google,
            source=f"{facts.google.display_name} is configured and the address is one of its own",
            openid=facts.google_client,
        )

    def begin(
        self, realm: HomeRealm, request: AuthenticationRequest, now: datetime
    ) -> Exchange[tuple[Outgoing, PendingAuthentication]]:
        """The authentication request; Google has its own words for a fresh sign-in."""
        return configured_client.begin(realm, request, now, fresh="select_account")

    def complete(
        self, callback: Callback, pending: PendingAuthentication, own: RelyingParty, now: datetime
    ) -> Exchange[ExternalIdentity]:
        """Redeem the code and check the token: signature first, then everything it says."""
        redeemed = yield from configured_client.complete(callback, pending, own, now)
        return process_id_token(redeemed.claims, pending, now)


def process_id_token(claims: Mapping[str, Any], pending: PendingAuthentication, now: datetime) -> ExternalIdentity:
    """The identity: ``sub`` is the person, and the address must be one that Google has verified."""
    relying_party.check_claims(claims, {"iss": pending.issuer, "nonce": pending.nonce, "email_verified": True})
    relying_party.check_audience(claims, pending.client_id)
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not subject or not isinstance(email, str) or email.count("@") != 1:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="it names no person")
    return ExternalIdentity(
        kind=HomeKind.SOCIAL,
        issuer=GOOGLE,
        subject=subject,
        addresses=(email.lower(),),
        display_name=claims["name"] if isinstance(claims.get("name"), str) else None,
        context=relying_party.one_factor(now, GOOGLE),
    )
