"""Claims of ID and access tokens for members and guests (entra-sign-in 11.3 to 11.5, 11.10)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from federation.federation_client import GROUPS_CLAIM, METHODS_CLAIM, RESOURCE_TENANT_CLAIM
from federation.identity_providers.azure_active_directory import methods_claim
from federation.model import AuthenticationContext, HomeKind
from idp_sim.applications.first_party import GRAPH_ID
from idp_sim.applications.model import Application
from idp_sim.directory.model import GUEST, User
from idp_sim.tenants.endpoints import Endpoints, sts_issuer
from idp_sim.tenants.model import Tenant
from idp_sim.tokens import lifetimes

#: ``unique_name`` of guests from homes other than Entra is their address behind this word (11.5).
UNIQUE_NAME_PREFIX = {
    HomeKind.EMAIL_ONE_TIME_PASSCODE: "mail",
    HomeKind.SOCIAL: "google.com",
    HomeKind.MICROSOFT_ACCOUNT: "live.com",
}
CLIENT_AUTHENTICATION = {"none": "0", "secret": "1", "assertion": "2"}


@dataclass(frozen=True, kw_only=True)
class TokenSubject:
    """The person a token speaks of, and how he signed in."""

    user: User
    tenant: Tenant
    authentication: AuthenticationContext
    sid: str
    ip_address: str = ""


@dataclass(frozen=True, kw_only=True)
class TokenRequest:
    """The rest of a token: who gets it, for what, when, with which fresh id."""

    client: Application
    base_url: str
    now: datetime
    token_id: str
    openid: tuple[str, ...] = ()
    nonce: str | None = None
    client_authentication: str = "secret"  # key of CLIENT_AUTHENTICATION


def pairwise_subject(tenant: str, client: str, user: str) -> str:
    """``sub``: 43 base64url characters, another value for every application and person."""
    digest = hashlib.sha256(f"{tenant}\n{client}\n{user}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def client_info(user: User, tenant: Tenant) -> str:
    """base64url JSON with the *home* ids of the account (11.3); a guest without an Entra home is at home here."""
    home = user.home
    uid, utid = (
        (home.home_object, home.home_tenant) if home and home.home_tenant and home.home_object else (user.id, tenant.id)
    )
    text = json.dumps({"uid": uid, "utid": utid}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def preferred_username(user: User) -> str:
    """Home name of a guest from Entra, else the user principal name, which for a passcode guest has ``#EXT#``."""
    if user.home and user.home.kind == HomeKind.AZURE_ACTIVE_DIRECTORY:
        return user.home.address
    return user.user_principal_name


def unique_name(user: User) -> str:
    """The readable name of v1.0 tokens (11.5)."""
    if user.home is None:
        return user.user_principal_name
    prefix = UNIQUE_NAME_PREFIX.get(HomeKind(user.home.kind))
    return f"{prefix}#{user.home.address}" if prefix else user.home.address


def id_token(subject: TokenSubject, request: TokenRequest) -> dict[str, Any]:
    """Claims of a v2.0 ID token."""
    user, tenant, client = subject.user, subject.tenant, request.client
    claims: dict[str, Any] = {
        "aud": client.client_id,
        "iss": Endpoints(request.base_url, tenant.id).issuer,
        **_times(request.now, int(lifetimes.ID_TOKEN.total_seconds())),
    }
    if user.home is not None:
        claims["idp"] = user.home.idp
    if "profile" in request.openid:
        claims |= {"name": user.display_name, "oid": user.id, "preferred_username": preferred_username(user)}
    if request.nonce is not None:
        claims["nonce"] = request.nonce
    if user.mail and ("email" in request.openid or user.external):
        claims["email"] = user.mail
    claims |= {
        "aio": _rh(request.token_id, client.client_id),
        "rh": _rh(tenant.id, client.client_id),
        "sid": subject.sid,
        "sub": pairwise_subject(tenant.id, client.client_id, user.id),
        "tid": tenant.id,
        "uti": request.token_id,
        "ver": "2.0",
    }
    return claims | _optional(client.optional_id_token_claims, subject, request)


def user_access_token(
    subject: TokenSubject,
    request: TokenRequest,
    resource: Application,
    *,
    audience: str,
    permissions: tuple[str, ...],
    roles: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Claims of a delegated access token; the resource's manifest chooses the version (11.1)."""
    user, tenant = subject.user, subject.tenant
    claims = _access_token_frame(tenant, request, resource, audience)
    claims |= {
        "oid": user.id,
        "scp": " ".join(permissions),
        "sub": pairwise_subject(tenant.id, resource.client_id, user.id),
    }
    if user.home is not None:
        claims["idp"] = user.home.idp
    if user.mail and user.external:
        claims["email"] = user.mail
    if roles:
        claims["roles"] = list(roles)
    if resource.access_token_version == 2:
        if "profile" in request.openid:
            claims |= {"name": user.display_name, "preferred_username": preferred_username(user)}
    else:
        claims |= _version_1_user_claims(subject)
    if resource.client_id == GRAPH_ID and user.directory_roles:
        claims["wids"] = list(user.directory_roles)
    return claims | _optional(resource.optional_access_token_claims, subject, request)


def app_only_access_token(
    tenant: Tenant, request: TokenRequest, resource: Application, *, audience: str, roles: tuple[str, ...]
) -> dict[str, Any]:
    """Claims of an access token by client credentials (11.10): no ``scp``; ``roles`` only where assigned."""
    principal = request.client.service_principal
    claims = _access_token_frame(tenant, request, resource, audience)
    claims |= {"idp": sts_issuer(tenant.id), "oid": principal, "sub": principal}
    if roles:
        claims["roles"] = list(roles)
    if resource.client_id == GRAPH_ID or "idtyp" in resource.optional_access_token_claims:
        claims["idtyp"] = "app"
    return claims


def _access_token_frame(tenant: Tenant, request: TokenRequest, resource: Application, audience: str) -> dict[str, Any]:
    acr = CLIENT_AUTHENTICATION[request.client_authentication]
    frame: dict[str, Any] = _times(request.now, int(lifetimes.ACCESS_TOKEN.total_seconds()))
    frame |= {
        "rh": _rh(tenant.id, resource.client_id),
        "tid": tenant.id,
        "uti": request.token_id,
        "aio": _rh(request.token_id, request.client.client_id),
    }
    if resource.access_token_version == 2:
        return {
            "aud": resource.client_id,
            "iss": Endpoints(request.base_url, tenant.id).issuer,
            **frame,
            "azp": request.client.client_id,
            "azpacr": acr,
            "ver": "2.0",
        }
    return {
        "aud": audience,
        "iss": sts_issuer(tenant.id),
        **frame,
        "appid": request.client.client_id,
        "appidacr": acr,
        "ver": "1.0",
    }


def _version_1_user_claims(subject: TokenSubject) -> dict[str, Any]:
    user = subject.user
    claims: dict[str, Any] = {
        "name": user.display_name,
        "acr": "1",
        "amr": list(subject.authentication.amr),
        "unique_name": unique_name(user),
    }
    if subject.ip_address:
        claims["ipaddr"] = subject.ip_address
    if user.home is None:
        claims["upn"] = user.user_principal_name
    elif user.home.kind == HomeKind.AZURE_ACTIVE_DIRECTORY:
        claims["altsecid"] = f"5::{hashlib.sha256(user.home.subject.encode()).hexdigest()[:16].upper()}"
    elif user.home.kind == HomeKind.MICROSOFT_ACCOUNT:
        claims["altsecid"] = f"1:live.com:{user.home.subject.replace('-', '')[16:].upper()}"
    if user.given_name:
        claims["given_name"] = user.given_name
    if user.surname:
        claims["family_name"] = user.surname
    return claims


def _optional(names: tuple[str, ...], subject: TokenSubject, request: TokenRequest) -> dict[str, Any]:
    """Optional claims of a manifest (11.6); a name without a value is left out."""
    user, instant = subject.user, subject.authentication.instant
    values: dict[str, Any] = {
        "acct": 1 if user.user_type == GUEST else 0,
        "auth_time": int(instant.timestamp()) if instant else None,
        "email": user.mail,
        "family_name": user.surname,
        "given_name": user.given_name,
        "ctry": user.country,
        "tenant_ctry": subject.tenant.country,
        "ipaddr": subject.ip_address or None,
        "sid": subject.sid,
        "upn": None if user.external else user.user_principal_name,
        "login_hint": login_hint(subject.sid) if "login_hint" in names else None,
    }
    return {name: values[name] for name in names if values.get(name) is not None}


def login_hint(sid: str) -> str:
    """The opaque ``login_hint`` claim: names the session, so that sign-out and silent sign-in find it."""
    return "O." + base64.urlsafe_b64encode(sid.encode()).rstrip(b"=").decode()


def _times(now: datetime, lifetime: int) -> dict[str, int]:
    issued = int((now - lifetimes.BACKDATED).timestamp())
    return {"iat": issued, "nbf": issued, "exp": int(now.timestamp()) + lifetime}


def _rh(*parts: str) -> str:
    """An opaque value of the form that the real service sends."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return "0.A" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def federated_claims(
    identity_source: AuthenticationContext,
    *,
    resource_tenant: str,
    compliant: bool,
    hybrid_joined: bool,
    groups: Iterable[str] = (),
) -> dict[str, Any]:
    """What a home adds to the token for a resource tenant: methods with instants, device facts, groups."""

    claims: dict[str, Any] = {
        METHODS_CLAIM: methods_claim(identity_source),
        "amr": list(identity_source.amr),
        RESOURCE_TENANT_CLAIM: resource_tenant,
    }
    if compliant:
        claims["device_compliant"] = True
    if hybrid_joined:
        claims["device_hybrid_joined"] = True
    if groups:
        claims[GROUPS_CLAIM] = list(groups)
    return claims
