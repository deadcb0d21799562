"""What every kind of home that speaks OpenID Connect has in common, seen from the tenant that asks.

Discovery, the request, the code, the token endpoint, the keys: exchanges without I/O. What an answer must say
to be believed beyond its signature is the business of each kind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from federation.errors import FederationError
from federation.http import Exchange, HttpRequest
from federation.identity_providers.base import AuthenticationRequest, Callback, PendingAuthentication
from federation.model import AuthenticationContext, Method, PerformedMethod
from federation.oidc import jwt_codec
from federation.oidc.discovery import ProviderMetadata, process_configuration
from federation.reasons import Reason

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey


def discover(metadata_url: str, issuer: str, partner: str) -> Exchange[ProviderMetadata]:
    """The provider's endpoints from its document, which must name ``issuer``."""
    response = yield HttpRequest(method="GET", url=metadata_url, partner=partner)
    if response.status != 200:
        raise unreachable(partner, f"its OpenID configuration answered with status {response.status}.")
    document = read_json(response.body, partner, "OpenID configuration")
    return process_configuration(document, expected_issuer=issuer, partner=partner)


def request_parameters(request: AuthenticationRequest, *, client_id: str, scope: str) -> dict[str, str]:
    """Parameters of an authentication request for a code with PKCE (OpenID Connect Core 3.1.2.1, RFC 7636)."""
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    parameters = {
        "client_id": client_id,
        "response_type": "code",
        "response_mode": "query",
        "redirect_uri": request.reply_url,
        "scope": scope,
        "state": request.state,
        "nonce": request.nonce,
        "code_challenge": str(create_s256_code_challenge(request.code_verifier)),
        "code_challenge_method": "S256",
    }
    if request.address:
        parameters["login_hint"] = request.address
    if request.force_login:
        parameters["prompt"] = "login"
    return parameters


def authorization_url(metadata: ProviderMetadata, parameters: Mapping[str, str]) -> str:
    """The request as a URL; a query that the endpoint has already is kept (RFC 6749 3.1)."""
    joint = "&" if "?" in metadata.authorization_endpoint else "?"
    return f"{metadata.authorization_endpoint}{joint}{urlencode(parameters, quote_via=quote)}"


def waiting(
    metadata: ProviderMetadata, request: AuthenticationRequest, now: datetime, **known: Any
) -> PendingAuthentication:
    """What to remember until the answer comes; ``known`` is what the kind of home adds."""
    return PendingAuthentication(
        state=request.state,
        nonce=request.nonce,
        code_verifier=request.code_verifier,
        issuer=metadata.issuer,
        token_endpoint=metadata.token_endpoint,
        keys_url=metadata.jwks_uri,
        userinfo_url=metadata.userinfo_endpoint or "",
        reply_url=request.reply_url,
        demanded_mfa=request.demand_mfa or bool(request.strengths),
        demanded_device=request.demand_device,
        started=now,
        assertion_id=request.assertion_id,
        resource_tenant=request.resource_tenant,
        correlation_id=request.correlation_id,
        **known,
    )


def check_state(callback: Callback, pending: PendingAuthentication) -> None:
    """FederationError(SESSION_EXPIRED) when the answer belongs to another request."""
    if callback.fields.get("state") != pending.state:
        raise FederationError(Reason.SESSION_EXPIRED, detail="the state of the answer is not the expected one")


def code_of(callback: Callback, pending: PendingAuthentication) -> str:
    """The code of an answer that is no refusal. FederationError: SESSION_EXPIRED, IDENTITY_PROVIDER_*."""
    check_state(callback, pending)
    fields = callback.fields
    if fields.get("iss", pending.issuer) != pending.issuer:  # RFC 9207: another provider's answer
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="its answer names another issuer")
    if "error" in fields:
        detail = ": ".join(filter(None, (fields["error"], fields.get("error_description"))))
        raise FederationError(Reason.IDENTITY_PROVIDER_DENIED, detail=detail)
    if code := fields.get("code"):
        return code
    raise unreachable(pending.home_name, "its answer holds no code.")


@dataclass(frozen=True, kw_only=True)
class Redeemed:
    """What a code was worth: the claims of the ID token, signature and times checked and nothing else."""

    claims: Mapping[str, Any]
    access_token: str | None


def redeem(code: str, pending: PendingAuthentication, proof: Mapping[str, str], now: datetime) -> Exchange[Redeemed]:
    """Trade the code at the token endpoint, where ``proof`` authenticates the client."""
    response = yield HttpRequest(
        method="POST",
        url=pending.token_endpoint,
        partner=pending.home_name,
        headers={"client-request-id": pending.correlation_id},
        form={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": pending.reply_url,
            "code_verifier": pending.code_verifier,
            **proof,
        },
    )
    document = read_json(response.body, pending.home_name, "token response")
    token = document.get("id_token")
    if response.status != 200 or not isinstance(token, str):
        problem = document.get("error_description") or document.get("error") or "its token response holds no id_token."
        raise unreachable(pending.home_name, str(problem).splitlines()[0])
    keys = yield from keys_for(token, pending)
    access_token = document.get("access_token")
    return Redeemed(
        claims=jwt_codec.verify(token, keys, now),
        access_token=access_token if isinstance(access_token, str) else None,
    )


def userinfo(redeemed: Redeemed, pending: PendingAuthentication) -> Exchange[Mapping[str, Any]]:
    """The claims of the ID token and those of the userinfo endpoint, which must speak of the same person (Core 5.3).

    Only the ID token's count where both say something: they are signed.
    """
    if not pending.userinfo_url or redeemed.access_token is None:
        return redeemed.claims
    response = yield HttpRequest(
        method="GET",
        url=pending.userinfo_url,
        partner=pending.home_name,
        headers={"Authorization": f"Bearer {redeemed.access_token}"},
    )
    if response.status != 200:
        raise unreachable(pending.home_name, f"its userinfo endpoint answered with status {response.status}.")
    told = read_json(response.body, pending.home_name, "userinfo answer")
    check_claims(told, {"sub": redeemed.claims.get("sub")})
    return {**told, **redeemed.claims}


def keys_for(token: str, pending: PendingAuthentication) -> Exchange[Mapping[str, RSAKey]]:
    """The provider's keys; asked anew, past every cache, when the token names one that is not among them."""
    kid = str(jwt_codec.unverified_header(token).get("kid"))
    request = HttpRequest(method="GET", url=pending.keys_url, partner=pending.home_name)
    for headers in ({}, {"Cache-Control": "no-cache"}):
        response = yield replace(request, headers=headers)
        keys = jwt_codec.public_keys(read_json(response.body, pending.home_name, "key document"))
        if kid in keys:
            break
    return keys


def check_claims(claims: Mapping[str, Any], expectations: Mapping[str, object]) -> None:
    """FederationError(INVALID_EXTERNAL_TOKEN) names the first claim that is not the expected one."""
    for claim, expected in expectations.items():
        if claims.get(claim) != expected:
            raise FederationError(
                Reason.INVALID_EXTERNAL_TOKEN, problem=f"its '{claim}' is not the expected one", detail=str(expected)
            )


def check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    """The token is for this client and, where it names several, was asked for by it (Core 3.1.3.7 items 3 to 5)."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise FederationError(
            Reason.INVALID_EXTERNAL_TOKEN, problem="its 'aud' is not the expected one", detail=client_id
        )
    party = claims.get("azp")
    if (party is None and len(audiences) > 1) or party not in (None, client_id):
        raise FederationError(
            Reason.INVALID_EXTERNAL_TOKEN, problem="its 'azp' is not the expected one", detail=client_id
        )


def one_factor(now: datetime, home: str) -> AuthenticationContext:
    """What is known of a sign-in at a home whose word about methods does not count: that there was one."""
    method = PerformedMethod(method=Method.FEDERATED_SINGLE_FACTOR, instant=now, tenant=home)
    return AuthenticationContext(methods=(method,))


def read_json(body: bytes, partner: str, what: str) -> Mapping[str, Any]:
    """A JSON object from a partner; FederationError(IDENTITY_PROVIDER_UNREACHABLE)."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):  # a document may be nested deeper than Python can follow
        document = None
    if not isinstance(document, dict):
        raise unreachable(partner, f"its {what} is not a JSON object.")
    return document


def unreachable(partner: str, problem: str) -> FederationError:
    """The refusal that names the partner and what is wrong there."""
    return FederationError(Reason.IDENTITY_PROVIDER_UNREACHABLE, partner=partner, problem=problem)
