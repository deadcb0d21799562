"""Which permissions has a client been granted for a person, and what is still missing (entra-sign-in 13.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from idp_sim.applications.first_party import GRAPH_ID
from idp_sim.applications.model import Application, OAuth2PermissionGrant
from idp_sim.applications.scopes import RequestedScopes, ResourceScopes


@dataclass(frozen=True, kw_only=True)
class MissingConsent:
    """Permissions of one resource that nobody has granted; ``admin_only`` are those a user can't grant."""

    resource: Application
    permissions: tuple[str, ...]
    admin_only: tuple[str, ...] = ()


def granted(grants: Iterable[OAuth2PermissionGrant], *, resource: str, principal: str) -> frozenset[str]:
    """Permissions of ``resource`` granted to everyone or to ``principal``."""
    return frozenset(
        scope
        for grant in grants
        if grant.resource == resource and grant.principal in (None, principal)
        for scope in grant.scopes
    )


def missing(
    requested: RequestedScopes, grants: Iterable[OAuth2PermissionGrant], *, client: Application, principal: str
) -> tuple[MissingConsent, ...]:
    """What must be consented to before tokens can be issued. First-party clients need no consent."""
    if client.first_party:
        return ()
    grants = tuple(grants)
    found = []
    for asked in requested.resources:
        if asked.resource.client_id == client.client_id:  # an application and its own interface are one
            continue
        have = granted(grants, resource=asked.resource.client_id, principal=principal)
        want = _wanted(requested, asked, have)
        lacking = tuple(p for p in want if p not in have)
        if lacking:
            admin = {scope.value for scope in asked.resource.scopes if scope.type == "Admin"}
            found.append(
                MissingConsent(
                    resource=asked.resource,
                    permissions=lacking,
                    admin_only=tuple(p for p in lacking if p in admin),
                )
            )
    openid_missing = _openid_missing(requested, grants, principal)
    if openid_missing is not None:
        found.append(openid_missing)
    return tuple(found)


def _wanted(requested: RequestedScopes, asked: ResourceScopes, have: frozenset[str]) -> tuple[str, ...]:
    """``/.default`` asks for consent only when nothing at all was granted (then for what the resource offers users)."""
    if asked.default:
        offered = tuple(scope.value for scope in asked.resource.scopes if scope.type == "User")
        return () if have else offered
    if asked.resource.client_id == GRAPH_ID:
        return (*requested.openid, *asked.permissions)
    return asked.permissions


def _openid_missing(
    requested: RequestedScopes, grants: tuple[OAuth2PermissionGrant, ...], principal: str
) -> MissingConsent | None:
    """OpenID scopes are permissions of Microsoft Graph, also when another resource is asked for."""
    if any(asked.resource.client_id == GRAPH_ID for asked in requested.resources):
        return None
    have = granted(grants, resource=GRAPH_ID, principal=principal)
    lacking = tuple(scope for scope in requested.openid if scope not in have)
    if not lacking:
        return None
    return MissingConsent(
        resource=Application(
            id=GRAPH_ID,
            client_id=GRAPH_ID,
            service_principal=GRAPH_ID,
            name="graph",
            display_name="Microsoft Graph",
            first_party=True,
        ),
        permissions=lacking,
    )


def issued_permissions(
    requested: RequestedScopes, asked: ResourceScopes, grants: Iterable[OAuth2PermissionGrant], *, principal: str
) -> tuple[str, ...]:
    """The ``scp`` of a token: all that is granted for the resource, which may be more than was asked for."""
    have = granted(grants, resource=asked.resource.client_id, principal=principal)
    order = dict.fromkeys((*asked.permissions, *sorted(have)))
    if asked.resource.client_id == GRAPH_ID:
        order = dict.fromkeys((*requested.openid, *order))
        order.pop("offline_access", None)
    return tuple(order)
