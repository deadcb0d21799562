"""Any OpenID Provider that was configured for the domains of its people.

An extension: a workforce tenant of the real product cannot do this (entra-sign-in 1.2, docs/parity.md). Its place
among the others is that of the partner federations.
"""

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
    Partner,
    PendingAuthentication,
    RealmFacts,
    RelyingParty,
)
from federation.model import ExternalIdentity, HomeKind
from federation.oidc import configured_client, relying_party
from federation.openid_provider import OpenIdProvider
from federation.reasons import Reason


@dataclass(frozen=True)
class OpenIdConnect:
    """The kind ``openIdConnect``; who it is for follows from the address's domain."""

    kind: HomeKind = HomeKind.OPENID_CONNECT

    def matches(self, facts: RealmFacts) -> HomeRealm | None:
        """A candidate when a provider was configured for the domain."""
        client = facts.openid
        if client is None:
            return None
        partner = Partner(
            tenant="",
            name=client.display_name,
            display_name=client.display_name,
            issuer=client.issuer,
            metadata_url=client.metadata_url,
        )
        return HomeRealm(
            kind=self.kind,
            address=facts.login_hint,
            partner=partner,
            source=f"the domain belongs to the OpenID Provider {client.display_name}",
            openid=client,
        )

    def begin(
        self, realm: HomeRealm, request: AuthenticationRequest, now: datetime
    ) -> Exchange[tuple[Outgoing, PendingAuthentication]]:
        """Discover the provider and build the authentication request."""
        return configured_client.begin(realm, request, now)

    def complete(
        self, callback: Callback, pending: PendingAuthentication, own: RelyingParty, now: datetime
    ) -> Exchange[ExternalIdentity]:
        """Redeem the code and check the token: signature first, then everything it says."""
        redeemed = yield from configured_client.complete(callback, pending, own, now)
        client, claims = own.openid, redeemed.claims
        assert client is not None, "without a client there is no token"
        check_token(claims, pending)
        if client.claims.email not in claims:  # many providers tell it at the userinfo endpoint only (Core 5.4)
            claims = yield from relying_party.userinfo(redeemed, pending)
        return identity_of(claims, pending, client, now)


def check_token(claims: Mapping[str, Any], pending: PendingAuthentication) -> None:
    """Issuer, nonce and audience of a token whose signature and times are right."""
    relying_party.check_claims(claims, {"iss": pending.issuer, "nonce": pending.nonce})
    relying_party.check_audience(claims, pending.client_id)


def identity_of(
    claims: Mapping[str, Any], pending: PendingAuthentication, client: OpenIdProvider, now: datetime
) -> ExternalIdentity:
    """The identity, from the claims that the tenant says it is in.

    The address must be in a domain that was configured for the provider, as for every partner federation (4.1),
    and not one of which the provider itself says that it was not verified.
    """
    subject, email = claims.get(client.claims.user_id), claims.get(client.claims.email)
    if not isinstance(subject, str) or not subject:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem=f"it has no '{client.claims.user_id}'")
    if not isinstance(email, str) or email.count("@") != 1 or email.rpartition("@")[2].lower() not in client.domains:
        raise FederationError(
            Reason.INVALID_EXTERNAL_TOKEN,
            problem=f"its '{client.claims.email}' is not an address in the domains of that identity provider",
        )
    if claims.get("email_verified") is False:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="its address is not verified there")
    name = claims.get(client.claims.display_name)
    return ExternalIdentity(
        kind=HomeKind.OPENID_CONNECT,
        issuer=pending.issuer,
        subject=subject,
        addresses=(email.lower(),),
        display_name=name if isinstance(name, str) else None,
        context=relying_party.one_factor(now, pending.issuer),
    )
