"""Redeems codes, refresh tokens and client credentials: checks them and keeps their single use."""

from __future__ import annotations

from dataclasses import dataclass, replace

from federation.cross_tenant_access import NetworkRestrictions, decide_policy
from federation.errors import FederationError
from federation.oidc import pkce
from federation.oidc.authorization import AuthorizationRequest, ClaimsRequest
from federation.reasons import Reason
from idp_sim.applications.model import Application
from idp_sim.applications.scopes import ResourceScopes
from idp_sim.directory.model import User
from idp_sim.ports import WORLD_WIDE, Context, NotFound, Ports
from idp_sim.services import app_roles
from idp_sim.services.secrets_at_rest import digest
from idp_sim.services.sign_in_facts import Reading, load_facts, requested_scopes
from idp_sim.sign_in.model import AuthorizationCode, Purpose, RefreshToken, SignInTransaction
from idp_sim.sign_in.next_step import recheck
from idp_sim.tenants.model import Tenant
from idp_sim.tokens import lifetimes


@dataclass(frozen=True, kw_only=True)
class CodeRequest:
    """A token request with a code (RFC 6749 4.1.3). ``resource_tenant`` is who the federation client acts for."""

    code: str
    client_id: str
    redirect_uri: str | None
    code_verifier: str | None
    origin: str | None = None
    resource_tenant: str | None = None


def redeem_code(ports: Ports, context: Context, tenant: Tenant, request: CodeRequest) -> AuthorizationCode:
    """The code's record, marked as used in the same transaction: of parallel attempts exactly one gets it.

    A wrong attempt does not use the code up. FederationError with Entra's code for each way to be wrong.
    """

    def change(code: AuthorizationCode) -> AuthorizationCode:
        _check_code(context, code, request)
        return replace(code, used=True)

    key = digest(request.code)
    try:
        return ports.storage.update(context.world, tenant.id, AuthorizationCode, key, change)
    except NotFound:
        raise FederationError(_unknown_code(ports, context, tenant, key)) from None


def _check_code(context: Context, code: AuthorizationCode, request: CodeRequest) -> None:
    if code.client_id != request.client_id or code.resource_tenant != request.resource_tenant:
        raise FederationError(Reason.GRANT_INVALID)
    if code.used:
        raise FederationError(Reason.CODE_ALREADY_REDEEMED)
    if context.now >= code.issued + lifetimes.AUTHORIZATION_CODE:
        raise FederationError(Reason.GRANT_EXPIRED)
    if request.redirect_uri is None:
        raise FederationError(Reason.MISSING_PARAMETER, parameter="redirect_uri")
    if request.redirect_uri != code.redirect_uri:
        raise FederationError(
            Reason.REDIRECT_URI_DIFFERS_FROM_CODE, redirect_uri=request.redirect_uri, expected=code.redirect_uri
        )
    _check_origin(request.origin, spa=code.redirect_type == "spa")
    pkce.check_verifier(request.code_verifier, code.code_challenge, code.code_challenge_method)


def _check_origin(origin: str | None, *, spa: bool) -> None:
    """What a page in a browser received is redeemed from a page, all else never (entra-sign-in 13.3)."""
    if spa and origin is None:
        raise FederationError(Reason.SPA_CROSS_ORIGIN_ONLY)
    if not spa and origin is not None:
        raise FederationError(Reason.CROSS_ORIGIN_SPA_ONLY, origin=origin)


def _unknown_code(ports: Ports, context: Context, tenant: Tenant, key: str) -> Reason:
    """A code of another tenant of the world has a code of its own (700005)."""
    for other in ports.storage.find(context.world, WORLD_WIDE, Tenant):
        if other.id != tenant.id:
            try:
                ports.storage.get(context.world, other.id, AuthorizationCode, key)
            except NotFound:
                continue
            return Reason.GRANT_OF_OTHER_TENANT
    return Reason.GRANT_INVALID


def redeem_refresh_token(
    ports: Ports, context: Context, tenant: Tenant, *, token: str, client_id: str, origin: str | None = None
) -> RefreshToken:
    """The record of a refresh token. It is not used up: the old one lives on beside its successor (11.9)."""
    try:
        record = ports.storage.get(context.world, tenant.id, RefreshToken, digest(token))
    except NotFound:
        raise FederationError(Reason.GRANT_INVALID) from None
    if record.client_id != client_id:
        raise FederationError(Reason.GRANT_INVALID)
    _check_origin(origin, spa=record.fixed_end)
    if context.now >= record.expires:
        reason = Reason.SPA_REFRESH_TOKEN_EXPIRED if record.fixed_end else Reason.REFRESH_TOKEN_INACTIVE
        lifetime = f"{lifetimes.REFRESH_TOKEN.days}.00:00:00"
        raise FederationError(reason, issued=f"{record.issued:%Y-%m-%dT%H:%M:%SZ}", lifetime=lifetime)
    return record


def issue_refresh_token(ports: Ports, context: Context, tenant: Tenant, record: RefreshToken) -> str:
    """A new refresh token with the content of ``record``; returns the secret, stores its digest."""
    token = f"1.{ports.ids.secret(64)}"
    ports.storage.insert(context.world, tenant.id, replace(record, hash=digest(token)))
    return token


def refresh_token_of_code(context: Context, code: AuthorizationCode) -> RefreshToken:
    """The first refresh token of a sign-in; for a single-page application it ends after 24 hours for good."""
    spa = code.redirect_type == "spa"
    return RefreshToken(
        hash="",
        client_id=code.client_id,
        user=code.user,
        scopes=code.scopes,
        issued=context.now,
        expires=context.now + (lifetimes.SPA_REFRESH_TOKEN if spa else lifetimes.REFRESH_TOKEN),
        fixed_end=spa,
        sid=code.sid,
        authentication=code.authentication,
        identity=code.identity,
        client=code.client,
        contexts=code.contexts,
    )


def renewed(context: Context, record: RefreshToken) -> RefreshToken:
    """The successor: 90 days from now, or the old end where that is fixed (11.8)."""
    if record.fixed_end:
        return replace(record, issued=context.now)
    return replace(record, issued=context.now, expires=context.now + lifetimes.REFRESH_TOKEN)


def person_of_code(ports: Ports, context: Context, tenant: Tenant, user_id: str) -> User:
    """The person behind a code, if the account still exists and is enabled."""
    try:
        user = ports.storage.get(context.world, tenant.id, User, user_id)
    except NotFound:
        raise FederationError(Reason.USER_UNKNOWN, address=user_id, tenant=tenant.display_name) from None
    if not user.account_enabled:
        raise FederationError(Reason.ACCOUNT_DISABLED)
    return user


def person_of_refresh_token(
    ports: Ports,
    context: Context,
    tenant: Tenant,
    client: Application,
    record: RefreshToken,
    claims: ClaimsRequest | None = None,
) -> User:
    """The person behind a refresh token, after the rules that may have changed were asked again.

    ``claims`` may demand more than the sign-in did; a refusal tells the client which claims to ask for (13.7).
    """
    user = person_of_code(ports, context, tenant, record.user)
    if user.tokens_valid_from is not None and user.tokens_valid_from > record.issued:
        raise FederationError(
            Reason.TOKEN_REVOKED,
            issued=f"{record.issued:%Y-%m-%dT%H:%M:%SZ}",
            valid_from=f"{user.tokens_valid_from:%Y-%m-%dT%H:%M:%SZ}",
        )
    transaction = _silent_transaction(context, tenant, client, record, claims or ClaimsRequest())
    refusal = recheck(transaction, load_facts(ports, context, tenant, transaction), context.now)
    if refusal is not None:
        raise FederationError(refusal.reason, **refusal.values)
    return user


def _silent_transaction(
    context: Context, tenant: Tenant, client: Application, record: RefreshToken, claims: ClaimsRequest
) -> SignInTransaction:
    """The sign-in that a refresh token stands for, as the dispatcher judges it: nobody can be asked."""
    request = AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri="",
        response_mode="query",
        scopes=record.scopes,
        prompt="none",
        demands_mfa=claims.demands_mfa,
        authentication_contexts=tuple(dict.fromkeys((*record.contexts, *claims.authentication_contexts))),
        demanded_policies=claims.policies,
    )
    return SignInTransaction(
        id="",
        tenant=tenant.id,
        sign_in_id="",
        correlation_id=context.correlation_id,
        created=context.now,
        expires=context.now,
        browser="",
        secret="",
        purpose=Purpose.APPLICATION,
        client=record.client,
        application=client.client_id,
        request=request,
        user=record.user,
        identity=record.identity,
        authentication=record.authentication,
        fresh=True,
    )


def scopes_of_client_credentials(
    ports: Ports, context: Context, tenant: Tenant, client: Application, scope: str | None
) -> ResourceScopes:
    """The one resource of a client-credentials request: exactly one ``{resource}/.default`` (13.2)."""
    if not scope:
        raise FederationError(Reason.MISSING_PARAMETER, parameter="scope")
    words = scope.split()
    if not words or not all(word.endswith("/.default") for word in words):
        raise FederationError(Reason.SCOPE_WITHOUT_RESOURCE, scope=scope)
    reading = Reading(ports=ports, context=context, tenant=tenant)
    requested = requested_scopes(reading, client, tuple(words))
    if len(requested.resources) > 1:
        raise FederationError(Reason.SCOPE_MANY_RESOURCES, scope=scope)
    asked = requested.resources[0]
    if asked.resource.assignment_required and not app_roles.is_assigned(
        ports, context, tenant, principal=client.service_principal, application=asked.resource
    ):
        raise FederationError(
            Reason.APPLICATION_NOT_ASSIGNED,
            client_id=client.client_id,
            application=client.display_name,
            resource=asked.resource.client_id,
        )
    return asked


def check_network(
    ports: Ports,
    context: Context,
    tenant: Tenant,
    client: Application,
    asked: ResourceScopes,
    network: NetworkRestrictions,
) -> None:
    """May an application sign in by itself from the network that it is on (7.7)? FederationError: TENANT_RESTRICTED."""
    setting = (
        ports.border.tenant_restrictions(context.world, network.policy_tenant, network.policy_id, tenant.id)
        if network.policy
        else None
    )
    decision = decide_policy(
        network,
        setting,
        home=tenant.id,
        target=tenant.id,
        users=(),
        applications=(client.client_id, asked.resource.client_id),
        tenant=tenant.display_name,
    )
    if decision is not None and decision.refusal is not None:
        raise FederationError(decision.refusal, tenant=tenant.display_name)
