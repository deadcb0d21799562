"""A sign-in at a provider where the tenant is registered with a client id and, mostly, a secret."""

from __future__ import annotations

from datetime import datetime

from federation.errors import FederationError
from federation.http import Exchange
from federation.identity_providers.base import (
    AuthenticationRequest,
    Callback,
    HomeRealm,
    Outgoing,
    PendingAuthentication,
    Redirect,
    RelyingParty,
)
from federation.oidc import relying_party
from federation.reasons import Reason


def begin(
    realm: HomeRealm, request: AuthenticationRequest, now: datetime, *, fresh: str = "login"
) -> Exchange[tuple[Outgoing, PendingAuthentication]]:
    """Discover the provider and build the request; ``fresh`` is its ``prompt`` for a sign-in that must be seen."""
    partner, client = realm.partner, realm.openid
    if partner is None or client is None:
        raise ValueError("a home of this kind has a partner and a client there")
    metadata = yield from relying_party.discover(partner.metadata_url, partner.issuer, partner.display_name)
    pending = relying_party.waiting(
        metadata,
        request,
        now,
        kind=realm.kind,
        home_tenant=partner.tenant or None,
        home_name=partner.display_name,
        provider=client.id,
        client_id=client.client_id,
    )
    parameters = relying_party.request_parameters(request, client_id=client.client_id, scope=client.scope)
    if "prompt" in parameters:
        parameters["prompt"] = fresh
    return Redirect(url=relying_party.authorization_url(metadata, parameters)), pending


def complete(
    callback: Callback, pending: PendingAuthentication, own: RelyingParty, now: datetime
) -> Exchange[relying_party.Redeemed]:
    """What the provider's code is worth, signature and times of the token checked.

    IDENTITY_PROVIDER_UNREACHABLE when the tenant has given the provider up since it asked.
    """
    code = relying_party.code_of(callback, pending)
    client = own.openid
    if client is None or client.client_id != pending.client_id:
        raise FederationError(
            Reason.IDENTITY_PROVIDER_UNREACHABLE,
            partner=pending.home_name,
            problem="It is not configured any more as it was when the sign-in began.",
        )
    proof = {"client_id": client.client_id}
    if client.client_secret is not None:
        proof["client_secret"] = client.client_secret
    return (yield from relying_party.redeem(code, pending, proof, now))
