"""From the words of a ``scope`` parameter to resources and their permissions (entra-sign-in 13.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from federation.errors import FederationError
from federation.reasons import Reason
from idp_sim.applications.first_party import GRAPH_URI, OIDC_SCOPES
from idp_sim.applications.model import Application

DEFAULT = ".default"

#: Finds the application that owns an audience (client id or identifier URI) in a tenant, or None.
FindResource = Callable[[str], Application | None]


@dataclass(frozen=True, kw_only=True)
class ResourceScopes:
    """What is asked of one resource. ``audience`` is the name it was asked by; ``default`` means ``/.default``."""

    resource: Application
    audience: str
    permissions: tuple[str, ...]
    default: bool = False


@dataclass(frozen=True, kw_only=True)
class RequestedScopes:
    """A whole ``scope`` parameter: OpenID scopes, and one entry for each resource in order of appearance."""

    openid: tuple[str, ...]
    resources: tuple[ResourceScopes, ...]

    @property
    def offline_access(self) -> bool:
        """Whether a refresh token is wanted."""
        return "offline_access" in self.openid


def split(scope: str) -> tuple[str, str]:
    """Audience and permission of a scope; a permission without a resource means Microsoft Graph.

    The permission is what follows the last ``/``; a resource whose name ends in ``/`` has a doubled slash.
    """
    audience, slash, permission = scope.rpartition("/")
    return (audience, permission) if slash else (GRAPH_URI, scope)


def resolve(scopes: Iterable[str], find_resource: FindResource, *, tenant: str, client_id: str = "") -> RequestedScopes:
    """The resources behind ``scopes``. FederationError: RESOURCE_NOT_FOUND, SCOPE_INVALID, SCOPE_NOT_ON_RESOURCE.

    Where only OpenID scopes are asked for, the resource is Microsoft Graph with just these, which is what
    the userinfo endpoint accepts.
    """
    openid: list[str] = []
    asked: dict[str, tuple[Application, str, list[str]]] = {}
    for scope in scopes:
        if scope in OIDC_SCOPES:
            openid.append(scope)
            continue
        audience, permission = split(scope)
        resource = find_resource(audience)
        if resource is None:
            raise FederationError(Reason.RESOURCE_NOT_FOUND, resource=audience, tenant=tenant)
        asked.setdefault(resource.client_id, (resource, audience, []))[2].append(permission)
    if not asked:
        graph = find_resource(GRAPH_URI)
        assert graph is not None, "every tenant has Microsoft Graph"
        asked[graph.client_id] = (graph, GRAPH_URI, [])
    return RequestedScopes(
        openid=tuple(openid), resources=tuple(_checked(*entry, client_id) for entry in asked.values())
    )


def _checked(resource: Application, audience: str, permissions: list[str], client_id: str) -> ResourceScopes:
    if DEFAULT in permissions:
        if len(set(permissions)) > 1:
            raise FederationError(Reason.SCOPE_INVALID, scope=f"{audience}/{permissions[-1]}")
        return ResourceScopes(resource=resource, audience=audience, permissions=(), default=True)
    published = {scope.value.lower(): scope.value for scope in resource.scopes if scope.enabled}
    wanted = []
    for permission in permissions:
        if permission.lower() not in published:
            raise FederationError(
                Reason.SCOPE_NOT_ON_RESOURCE, scope=permission, resource=resource.display_name, client_id=client_id
            )
        wanted.append(published[permission.lower()])
    return ResourceScopes(resource=resource, audience=audience, permissions=tuple(dict.fromkeys(wanted)))
