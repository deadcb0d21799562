"""Another Entra tenant as the home of a guest: OpenID Connect with PKCE and ``private_key_jwt``.

The real product's message between tenants is not public; this one is a named deviation
(docs/decisions/0005-messages-between-tenants.md). Everything that crosses is a signed message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from joserfc.jwk import RSAKey

from federation.errors import FederationError
from federation.federation_client import (
    ASSERTION_TYPE,
    FEDERATION_CLIENT_ID,
    METHODS_CLAIM,
    RESOURCE_TENANT_CLAIM,
)
from federation.http import Exchange, HttpRequest
from federation.identity_providers.base import (
    AuthenticationRequest,
    Callback,
    ClientSigner,
    HomeRealm,
    Outgoing,
    PendingAuthentication,
    RealmFacts,
    Redirect,
)
from federation.model import AuthenticationContext, ExternalIdentity, HomeKind, Method, PerformedMethod
from federation.oidc import jwt_codec
from federation.oidc.discovery import ProviderMetadata, process_configuration
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
        Reason.LOGIN_REQUIRED,
        Reason.ACCOUNT_LOCKED,
        Reason.WRONG_PASSWORD,
        Reason.NO_PASSWORD,
        Reason.USER_UNKNOWN,
        Reason.WRONG_SECOND_FACTOR,
    }
)


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
        """Discover the home and build the authentication request (OpenID Connect Core 3.1.2.1)."""
        partner = realm.partner
        if partner is None:
            raise ValueError("a home of this kind always has a partner")
        metadata = yield from _discover(partner.metadata_url, partner.issuer, partner.display_name)
        pending = PendingAuthentication(
            kind=self.kind,
            state=request.state,
            nonce=request.nonce,
            code_verifier=request.code_verifier,
            issuer=metadata.issuer,
            home_tenant=partner.tenant,
            home_name=partner.display_name,
            token_endpoint=metadata.token_endpoint,
            keys_url=metadata.jwks_uri,
            reply_url=request.reply_url,
            demanded_mfa=request.demand_mfa,
            started=now,
            assertion_id=request.assertion_id,
            resource_tenant=request.resource_tenant,
            correlation_id=request.correlation_id,
        )
        query = urlencode(_request_parameters(request), quote_via=quote)
        return Redirect(url=f"{metadata.authorization_endpoint}?{query}"), pending

    def complete(
        self, callback: Callback, pending: PendingAuthentication, sign: ClientSigner, now: datetime
    ) -> Exchange[ExternalIdentity]:
        """Redeem the code and check the home's token: signature first, then everything it says."""
        code = _code_of(callback, pending)
        response = yield HttpRequest(
            method="POST",
            url=pending.token_endpoint,
            partner=pending.home_name,
            headers={"client-request-id": pending.correlation_id},
            form={
                "client_id": FEDERATION_CLIENT_ID,
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": pending.reply_url,
                "code_verifier": pending.code_verifier,
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": sign(_assertion(pending, now)),
            },
        )
        document = _json(response.body, pending.home_name, "token response")
        if response.status != 200 or not isinstance(document.get("id_token"), str):
            problem = document.get("error_description") or "its token response holds no id_token."
            raise FederationError(
                Reason.IDENTITY_PROVIDER_UNREACHABLE, partner=pending.home_name, problem=str(problem).splitlines()[0]
            )
        keys = yield from _keys_for(document["id_token"], pending)
        return process_id_token(jwt_codec.verify(document["id_token"], keys, now), pending)


def process_id_token(claims: Mapping[str, Any], pending: PendingAuthentication) -> ExternalIdentity:
    """An identity from the claims of a token whose signature and times are already checked.

    OpenID Connect Core 3.1.3.7: issuer, audience, nonce; beyond it the tenant, and that the token was issued
    for this resource tenant, since all resource tenants share one client id.
    """
    expectations = (
        ("iss", pending.issuer),
        ("aud", FEDERATION_CLIENT_ID),
        ("nonce", pending.nonce),
        ("tid", pending.home_tenant),
        (RESOURCE_TENANT_CLAIM, pending.resource_tenant),
    )
    for claim, expected in expectations:
        if claims.get(claim) != expected:
            raise FederationError(
                Reason.INVALID_EXTERNAL_TOKEN, problem=f"its '{claim}' is not the expected one", detail=str(expected)
            )
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
        context=_context(claims.get(METHODS_CLAIM), tenant),
        compliant_device=claims.get("device_compliant") is True,
        hybrid_joined_device=claims.get("device_hybrid_joined") is True,
    )


def _keys_for(token: str, pending: PendingAuthentication) -> Exchange[Mapping[str, RSAKey]]:
    """The home's keys; asked anew, past every cache, when the token names one that is not among them."""
    kid = str(jwt_codec.unverified_header(token).get("kid"))
    request = HttpRequest(method="GET", url=pending.keys_url, partner=pending.home_name)
    for headers in ({}, {"Cache-Control": "no-cache"}):
        response = yield replace(request, headers=headers)
        keys = jwt_codec.public_keys(_json(response.body, pending.home_name, "key document"))
        if kid in keys:
            break
    return keys


def methods_claim(context: AuthenticationContext) -> list[dict[str, object]]:
    """What a home says in ``METHODS_CLAIM``: every method with its instant in seconds."""
    return [{"method": m.method.value, "instant": int(m.instant.timestamp())} for m in context.methods]


def _context(claim: object, tenant: str) -> AuthenticationContext:
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


def _request_parameters(request: AuthenticationRequest) -> dict[str, str]:
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    parameters = {
        "client_id": FEDERATION_CLIENT_ID,
        "response_type": "code",
        "response_mode": "query",
        "redirect_uri": request.reply_url,
        "scope": "openid profile email",
        "state": request.state,
        "nonce": request.nonce,
        "code_challenge": str(create_s256_code_challenge(request.code_verifier)),
        "code_challenge_method": "S256",
        "login_hint": request.address,
        "resource_tenant": request.resource_tenant,
        "resource_application": request.application,
        "client-request-id": request.correlation_id,
    }
    if request.demand_mfa:
        parameters["claims"] = _DEMAND_MFA
    if request.force_login:
        parameters["prompt"] = "login"
    return parameters


def _discover(metadata_url: str, issuer: str, partner: str) -> Exchange[ProviderMetadata]:
    response = yield HttpRequest(method="GET", url=metadata_url, partner=partner)
    if response.status != 200:
        raise FederationError(
            Reason.IDENTITY_PROVIDER_UNREACHABLE,
            partner=partner,
            problem=f"its OpenID configuration answered with status {response.status}.",
        )
    document = _json(response.body, partner, "OpenID configuration")
    return process_configuration(document, expected_issuer=issuer, partner=partner)


def _code_of(callback: Callback, pending: PendingAuthentication) -> str:
    fields = callback.fields
    if fields.get("state") != pending.state:
        raise FederationError(Reason.SESSION_EXPIRED, detail="the state of the answer is not the expected one")
    if "error" in fields:
        raise _refused_at_home(fields, pending)
    if code := fields.get("code"):
        return code
    raise FederationError(
        Reason.IDENTITY_PROVIDER_UNREACHABLE, partner=pending.home_name, problem="its answer holds no code."
    )


def _refused_at_home(fields: Mapping[str, str], pending: PendingAuthentication) -> FederationError:
    """The home's refusal: its own code where the person should see that one, else a denial."""
    description = fields.get("error_description", "")
    found = re.match(r"AADSTS(\d{4,8}): ", description)
    reason = by_code(int(found.group(1))) if found else None
    if fields.get("error_subcode") == "cancel":
        return FederationError(Reason.USER_CANCELLED)
    if reason in PASSED_ON and reason is not None:
        return FederationError(reason, home=pending.home_name, detail=description)
    return FederationError(Reason.IDENTITY_PROVIDER_DENIED, detail=description)


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


def _json(body: bytes, partner: str, what: str) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):  # a document may be nested deeper than Python can follow
        document = None
    if not isinstance(document, dict):
        raise FederationError(
            Reason.IDENTITY_PROVIDER_UNREACHABLE, partner=partner, problem=f"its {what} is not a JSON object."
        )
    return document
