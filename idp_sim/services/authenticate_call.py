"""From a bearer token to the principal that calls Microsoft Graph (graph-api 4.2, 4.3, 8.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from federation.errors import FederationError
from federation.oidc import jwt_codec
from federation.reasons import Reason
from idp_sim.applications.model import Application
from idp_sim.directory.model import GUEST, User
from idp_sim.ports import WORLD_WIDE, Context, NotFound, Ports
from idp_sim.services.roles import with_roles_of_groups
from idp_sim.tenants.endpoints import sts_issuer
from idp_sim.tenants.model import Tenant

if TYPE_CHECKING:
    from idp_sim.services.worlds import Worlds

#: Names under which a token may be meant for Graph; the server's own URL joins them (graph-api 8.1).
GRAPH_AUDIENCES = frozenset(
    {"https://graph.microsoft.com", "https://graph.microsoft.com/", "00000003-0000-0000-c000-000000000000"}
)


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who calls: an application on its own (``user`` is None) or for a signed-in user.

    ``scopes`` are the delegated permissions, ``roles`` the application permissions, ``wids`` the directory
    roles as the token tells them.
    """

    world: str
    tenant: Tenant
    client_id: str
    user: User | None = None
    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    wids: frozenset[str] = frozenset()
    app_only: bool = False
    application_name: str | None = None
    service_principal: str | None = None
    ip_address: str | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """Application permissions of an app-only call, delegated ones otherwise."""
        return self.roles if self.app_only else self.scopes

    @property
    def directory_roles(self) -> frozenset[str]:
        """Roles of the signed-in user as the directory has them now: one taken away counts at once."""
        return frozenset(self.user.directory_roles) if self.user else frozenset()

    @property
    def guest(self) -> bool:
        """Whether a guest is signed in."""
        return self.user is not None and self.user.user_type == GUEST


def authenticate(token: str | None, *, ports: Ports, worlds: Worlds, correlation_id: str) -> tuple[Context, Principal]:
    """The context and principal of a call with ``token``.

    The unverified ``tid`` only finds the world and the tenant; signature, times (by that world's clock),
    issuer and audience are then checked against that tenant. FederationError(ACCESS_TOKEN_INVALID) answers
    401; APPLICATION_IDENTITY_NOT_FOUND a token of an application that the tenant does not have.
    """
    if token is None:
        raise _refused("Access token is empty.")
    claimed = _unverified(token)
    try:
        world, tenant = worlds.of_tenant(str(claimed.get("tid", "")))
    except FederationError as error:
        raise _refused("Access token validation failure. Invalid tenant.", error.detail) from error
    context = worlds.context(world, correlation_id)
    claims = _verified(token, claimed, ports=ports, context=context, tenant=tenant)
    if claims.get("iss") != sts_issuer(tenant.id):
        raise _refused("Access token validation failure. Invalid issuer.")
    if str(claims.get("aud")) not in _audiences(ports.settings.base_url):
        raise _refused("Access token validation failure. Invalid audience.")
    tenant = ports.storage.get(world, WORLD_WIDE, Tenant, tenant.id)  # what it allows may have been changed since
    return context, _principal(claims, ports=ports, context=context, tenant=tenant)


def _audiences(base_url: str) -> frozenset[str]:
    return GRAPH_AUDIENCES | {base_url, f"{base_url}/"}


def _refused(problem: str, detail: str = "") -> FederationError:
    return FederationError(Reason.ACCESS_TOKEN_INVALID, problem=problem, detail=detail)


def _unverified(token: str) -> Mapping[str, Any]:
    try:
        return jwt_codec.unverified_claims(token)
    except FederationError as error:
        raise _refused("IDX14100: JWT is not well formed.", str(error)) from error


def _verified(
    token: str, claimed: Mapping[str, Any], *, ports: Ports, context: Context, tenant: Tenant
) -> Mapping[str, Any]:
    keys = jwt_codec.own_keys(ports.keys.key_set(context.world, tenant.id))
    try:
        return jwt_codec.verify(token, keys, context.now)
    except FederationError as error:
        # What the token says of itself chooses the sentence only; it is refused either way.
        expires = claimed.get("exp")
        if isinstance(expires, int) and context.now.timestamp() >= expires:
            raise _refused("Lifetime validation failed, the token is expired.", str(error)) from error
        raise _refused("Access token validation failure.", str(error)) from error


def _principal(claims: Mapping[str, Any], *, ports: Ports, context: Context, tenant: Tenant) -> Principal:
    client_id = str(claims.get("appid", ""))
    if "scp" not in claims:
        application = _checked_application(client_id, ports=ports, context=context, tenant=tenant)
        return Principal(
            world=context.world,
            tenant=tenant,
            client_id=client_id,
            roles=_words(claims.get("roles")),
            app_only=True,
            application_name=application.display_name,
            service_principal=application.service_principal,
        )
    return Principal(
        world=context.world,
        tenant=tenant,
        client_id=client_id,
        user=_enabled_user(str(claims.get("oid", "")), ports=ports, context=context, tenant=tenant),
        scopes=frozenset(str(claims["scp"]).split()),
        wids=_words(claims.get("wids")),
    )


def _words(value: object) -> frozenset[str]:
    return frozenset(str(word) for word in value) if isinstance(value, (list, tuple)) else frozenset()


def _enabled_user(user: str, *, ports: Ports, context: Context, tenant: Tenant) -> User:
    try:
        found = ports.storage.get(context.world, tenant.id, User, user)
    except NotFound as error:
        raise _refused("Access token validation failure. The user account does not exist.") from error
    if not found.account_enabled:
        raise _refused("Access token validation failure. The user account is disabled.")
    return with_roles_of_groups(found, ports=ports, context=context, tenant=tenant.id)


def _checked_application(client_id: str, *, ports: Ports, context: Context, tenant: Tenant) -> Application:
    found = ports.storage.find(context.world, tenant.id, Application, limit=1, client_id=client_id)
    if not found or not found[0].service_principal or not found[0].account_enabled:
        raise FederationError(Reason.APPLICATION_IDENTITY_NOT_FOUND)
    return found[0]
