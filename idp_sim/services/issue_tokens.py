"""Mints tokens: gathers what claims need, signs, and shapes the token response (entra-sign-in 13.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from federation import mfa
from federation.cross_tenant_access import InboundTrust
from federation.errors import FederationError
from federation.federation_client import FEDERATION_CLIENT_ID
from federation.model import AuthenticationContext
from federation.oidc import jwt_codec
from federation.oidc.authorization import parse_claims
from federation.reasons import Reason
from idp_sim.applications import consent
from idp_sim.applications.consent import issued_permissions
from idp_sim.applications.model import Application
from idp_sim.applications.scopes import RequestedScopes, ResourceScopes
from idp_sim.directory.guests import visiting_user
from idp_sim.directory.model import User
from idp_sim.ports import Context, Ports
from idp_sim.services import app_roles, applications, grants
from idp_sim.services.groups import groups_of
from idp_sim.services.policies import policy_book
from idp_sim.services.roles import with_roles_of_groups
from idp_sim.services.sign_in_facts import Reading, configuration_towards, requested_scopes
from idp_sim.sign_in.model import AuthorizationCode, RefreshToken
from idp_sim.tenants.model import Tenant
from idp_sim.tokens import claims, lifetimes
from idp_sim.tokens.claims import TokenRequest, TokenSubject


@dataclass(frozen=True, kw_only=True)
class Issuing:
    """For whom tokens are made: the client of a tenant, how it authenticated, and what it asked back."""

    tenant: Tenant
    client: Application
    client_authentication: str
    scope: str | None = None
    client_info: bool = False
    claims: str | None = None


def for_code(ports: Ports, context: Context, issuing: Issuing, code: AuthorizationCode) -> dict[str, Any]:
    """The token response for a redeemed code."""
    user = _person(ports, context, issuing, code)
    words = tuple((issuing.scope or "").split()) or code.scopes
    first = grants.refresh_token_of_code(context, code)
    response = _for_person(ports, context, issuing, user, first, words, nonce=code.nonce, code=code)
    if "offline_access" in code.scopes and not code.direct_connect:  # who has no object here comes anew each time
        response["refresh_token"] = grants.issue_refresh_token(ports, context, issuing.tenant, first)
    return response


def _person(ports: Ports, context: Context, issuing: Issuing, code: AuthorizationCode) -> User:
    if code.direct_connect and code.identity is not None:
        return visiting_user(code.identity, context.now)
    return grants.person_of_code(ports, context, issuing.tenant, code.user)


def for_refresh_token(ports: Ports, context: Context, issuing: Issuing, record: RefreshToken) -> dict[str, Any]:
    """The token response for a refresh token; ``scope`` may name another resource."""
    claims_request = parse_claims(issuing.claims)
    user = grants.person_of_refresh_token(ports, context, issuing.tenant, issuing.client, record, claims_request)
    if claims_request.authentication_contexts:
        offered = policy_book(ports, context.world, issuing.tenant.id).contexts
        met = (*record.contexts, *(c for c in claims_request.authentication_contexts if c in offered))
        record = replace(record, contexts=tuple(dict.fromkeys(met)))
    words = tuple((issuing.scope or "").split()) or record.scopes
    response = _for_person(ports, context, issuing, user, record, words, nonce=None, code=None)
    successor = grants.renewed(context, record)
    response["refresh_token"] = grants.issue_refresh_token(ports, context, issuing.tenant, successor)
    return response


def for_client_credentials(ports: Ports, context: Context, issuing: Issuing, asked: ResourceScopes) -> dict[str, Any]:
    """The token response for an application by itself: no refresh token, no ID token (11.10)."""
    tenant, client = issuing.tenant, issuing.client
    roles = app_roles.roles_of(ports, context, tenant, principal=client.service_principal, resource=asked.resource)
    token_claims = claims.app_only_access_token(
        tenant, _request(ports, context, issuing), asked.resource, audience=asked.audience, roles=roles
    )
    lifetime = int(lifetimes.ACCESS_TOKEN.total_seconds())
    return {
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": _signed(ports, context, tenant, asked.resource, token_claims),
    }


def _for_person(
    ports: Ports,
    context: Context,
    issuing: Issuing,
    user: User,
    record: RefreshToken,
    words: tuple[str, ...],
    *,
    nonce: str | None,
    code: AuthorizationCode | None,
) -> dict[str, Any]:
    tenant, client = issuing.tenant, issuing.client
    requested = requested_scopes(Reading(ports=ports, context=context, tenant=tenant), client, words)
    if len(requested.resources) > 1 and issuing.scope:
        raise FederationError(Reason.SCOPE_MANY_RESOURCES, scope=" ".join(words))
    asked = requested.resources[0]
    permissions = _permissions(ports, context, issuing, user, requested, asked)
    subject = TokenSubject(
        user=with_roles_of_groups(user, ports=ports, context=context, tenant=tenant.id),
        tenant=tenant,
        authentication=_what_counts(Reading(ports=ports, context=context, tenant=tenant), record),
        sid=record.sid,
        ip_address=record.client.ip_address,
    )
    request = _request(ports, context, issuing, openid=requested.openid, nonce=nonce)
    roles = app_roles.roles_of(ports, context, tenant, principal=user, resource=asked.resource)
    access = claims.user_access_token(
        subject, request, asked.resource, audience=asked.audience, permissions=permissions, roles=roles
    )
    if record.contexts:  # authentication contexts that this sign-in satisfied (8.4)
        access["acrs"] = list(record.contexts)
    lifetime = int(lifetimes.ACCESS_TOKEN.total_seconds())
    response: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": _scope_text(asked, permissions),
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": _signed(ports, context, tenant, asked.resource, access),
    }
    if "openid" in requested.openid:
        response["id_token"] = _id_token(ports, context, subject, request, code)
    if issuing.client_info:
        response["client_info"] = claims.client_info(user, tenant)
    return response


def _what_counts(reading: Reading, record: RefreshToken) -> AuthenticationContext:
    """What was proved, as far as this tenant accepts it: ``amr`` shows no second factor that does not count here."""
    home_tenant = record.identity.home_tenant if record.identity else None
    if home_tenant is None:
        return record.authentication
    trust = configuration_towards(reading, home_tenant).inbound_trust or InboundTrust()
    return mfa.trusted(record.authentication, tenant=reading.tenant.id, home_tenant=home_tenant, trust=trust)


def _permissions(
    ports: Ports,
    context: Context,
    issuing: Issuing,
    user: User,
    requested: RequestedScopes,
    asked: ResourceScopes,
) -> tuple[str, ...]:
    """The ``scp`` of the token. FederationError(CONSENT_REQUIRED) where something asked for was never granted."""
    client = issuing.client
    if client.first_party or client.client_id == asked.resource.client_id:
        return tuple(dict.fromkeys((*requested.openid, *asked.permissions)))
    given = applications.grants_of(ports, context, issuing.tenant, client.client_id)
    if consent.missing(requested, given, client=client, principal=user.id):
        raise FederationError(Reason.CONSENT_REQUIRED, client_id=client.client_id, application=client.display_name)
    return issued_permissions(requested, asked, given, principal=user.id)


def _id_token(
    ports: Ports, context: Context, subject: TokenSubject, request: TokenRequest, code: AuthorizationCode | None
) -> str:
    content = claims.id_token(subject, request)
    roles = app_roles.roles_of(ports, context, subject.tenant, principal=subject.user, resource=request.client)
    if code is not None and code.contexts and code.contexts_in_id_token:
        content["acrs"] = list(code.contexts)
    if roles:
        content["roles"] = list(roles)
    instant = subject.authentication.instant
    if code is not None and code.max_age is not None and instant is not None:
        content["auth_time"] = int(instant.timestamp())  # OpenID Connect Core 2: required with max_age
    if code is not None and request.client.client_id == FEDERATION_CLIENT_ID:
        content |= claims.federated_claims(
            subject.authentication,
            resource_tenant=code.resource_tenant or "",
            compliant=code.client.device.compliant,
            hybrid_joined=code.client.device.hybrid_joined,
            groups=groups_of(subject.user, storage=ports.storage, world=context.world, tenant=subject.tenant.id),
        )
    return jwt_codec.sign(content, ports.keys.key_set(context.world, subject.tenant.id).signing)


def _request(
    ports: Ports, context: Context, issuing: Issuing, *, openid: tuple[str, ...] = (), nonce: str | None = None
) -> TokenRequest:
    return TokenRequest(
        client=issuing.client,
        base_url=ports.settings.base_url,
        now=context.now,
        token_id=ports.ids.secret(16),
        openid=openid,
        nonce=nonce,
        client_authentication=issuing.client_authentication,
    )


def _signed(ports: Ports, context: Context, tenant: Tenant, resource: Application, content: dict[str, Any]) -> str:
    key = ports.keys.key_set(context.world, tenant.id).signing
    return jwt_codec.sign(content, key, x5t=resource.access_token_version == 1)


def _scope_text(asked: ResourceScopes, permissions: tuple[str, ...]) -> str:
    """``scope`` of the response: Graph's permissions bare, another resource's with its name in front."""
    if asked.resource.first_party:
        return " ".join(permissions)
    return " ".join(f"{asked.audience.rstrip('/')}/{permission}" for permission in permissions)
