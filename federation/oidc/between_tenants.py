"""How one tenant asks another one for a sign-in: OpenID Connect with PKCE and ``private_key_jwt``.

The real product's message between tenants is not public; this one is a named deviation
(docs/decisions/0005-messages-between-tenants.md). Everything that crosses is a signed message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from federation.errors import FederationError
from federation.federation_client import (
    ASSERTION_TYPE,
    DIRECT_CONNECT_PARAMETER,
    FEDERATION_CLIENT_ID,
    RESOURCE_TENANT_CLAIM,
    STRENGTHS_PARAMETER,
)
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
from federation.reasons import Reason, by_code

ASSERTION_LIFETIME = timedelta(minutes=5)
_DEMAND_MFA = json.dumps({"id_token": {"amr": {"essential": True, "values": ["mfa"]}}}, separators=(",", ":"))
#: Refusals of the home that the resource repeats to the person; any other becomes "denied".
PASSED_ON = frozenset(
    {
        Reason.OUTBOUND_BLOCKED,
        Reason.MFA_REQUIRED,
        Reason.MFA_REGISTRATION_REQUIRED,
        Reason.ACCOUNT_DISABLED,
        Reason.BLOCKED_BY_CONDITIONAL_ACCESS,
        Reason.DEVICE_NOT_COMPLIANT,
        Reason.DEVICE_NOT_DOMAIN_JOINED,
        Reason.PROOF_UP_BLOCKED_DUE_TO_RISK,
        Reason.PROOF_UP_BLOCKED_BY_POLICY,
        Reason.TENANT_NOT_LISTED,
        Reason.TENANT_RESTRICTED,
        Reason.LOGIN_REQUIRED,
        Reason.ACCOUNT_LOCKED,
        Reason.WRONG_PASSWORD,
        Reason.NO_PASSWORD,
        Reason.USER_UNKNOWN,
        Reason.WRONG_SECOND_FACTOR,
    }
)


def begin(
    realm: HomeRealm, request: AuthenticationRequest, now: datetime
) -> Exchange[tuple[Outgoing, PendingAuthentication]]:
    """Discover the home and build the authentication request (OpenID Connect Core 3.1.2.1)."""
    partner = realm.partner
    if partner is None:
        raise ValueError("a home of this kind always has a partner")
    metadata = yield from relying_party.discover(partner.metadata_url, partner.issuer, partner.display_name)
    pending = relying_party.waiting(
        metadata,
        request,
        now,
        kind=realm.kind,
        home_tenant=partner.tenant,
        home_name=partner.display_name,
        client_id=FEDERATION_CLIENT_ID,
    )
    parameters = {
        **relying_party.request_parameters(request, client_id=FEDERATION_CLIENT_ID, scope="openid profile email"),
        "resource_tenant": request.resource_tenant,
        "resource_application": request.application,
        "client-request-id": request.correlation_id,
    }
    if request.demand_mfa:
        parameters["claims"] = _DEMAND_MFA
    if request.strengths:
        parameters[STRENGTHS_PARAMETER] = json.dumps(request.strengths, separators=(",", ":"))
    if request.direct_connect:
        parameters[DIRECT_CONNECT_PARAMETER] = "1"
    return Redirect(url=relying_party.authorization_url(metadata, parameters)), pending


def complete(
    callback: Callback, pending: PendingAuthentication, own: RelyingParty, now: datetime
) -> Exchange[Mapping[str, Any]]:
    """The claims of the home's token; what they must say is ``check_claims``."""
    _refused_at_home(callback, pending)
    proof = {
        "client_id": FEDERATION_CLIENT_ID,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": own.sign(_assertion(pending, now)),
    }
    redeemed = yield from relying_party.redeem(relying_party.code_of(callback, pending), pending, proof, now)
    return redeemed.claims


def check_claims(claims: Mapping[str, Any], pending: PendingAuthentication) -> None:
    """OpenID Connect Core 3.1.3.7: issuer, audience, nonce; beyond it the tenant, and that the token was issued
    for this resource tenant, since all resource tenants share one client id."""
    relying_party.check_claims(
        claims,
        {
            "iss": pending.issuer,
            "aud": FEDERATION_CLIENT_ID,
            "nonce": pending.nonce,
            "tid": pending.home_tenant,
            RESOURCE_TENANT_CLAIM: pending.resource_tenant,
        },
    )


def _refused_at_home(callback: Callback, pending: PendingAuthentication) -> None:
    """The home's refusal, in its own code where the person should see that one; another refusal is a denial."""
    relying_party.check_state(callback, pending)
    fields = callback.fields
    description = fields.get("error_description", "")
    found = re.match(r"AADSTS(\d{4,8}): ", description)
    reason = by_code(int(found.group(1))) if found and "error" in fields else None
    if "error" in fields and fields.get("error_subcode") == "cancel":
        raise FederationError(Reason.USER_CANCELLED)
    if reason in PASSED_ON and reason is not None:
        raise FederationError(reason, home=pending.home_name, detail=description)


def _assertion(pending: PendingAuthentication, now: datetime) -> dict[str, object]:
    """Claims of the client assertion (RFC 7523 3); ``tid`` names the resource tenant whose key signs it."""
    return {
        "iss": FEDERATION_CLIENT_ID,
        "sub": FEDERATION_CLIENT_ID,
        "aud": pending.token_endpoint,
        "jti": pending.assertion_id,
        "tid": pending.resource_tenant,
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + ASSERTION_LIFETIME).timestamp()),
    }
