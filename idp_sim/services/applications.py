"""Finding applications of a tenant, the first-party ones included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from uuid import NAMESPACE_URL, uuid5

from federation.errors import FederationError
from federation.federation_client import FEDERATION_CLIENT_ID
from federation.reasons import Reason
from idp_sim.applications import first_party
from idp_sim.applications.model import Application, OAuth2PermissionGrant
from idp_sim.ports import WORLD_WIDE, Context, Ports
from idp_sim.tenants.model import Tenant, TenantKind

#: The record of Microsoft Graph depends on the base URL alone; its hundred permissions are built once.
_graph = lru_cache(maxsize=8)(first_party.graph)
_acceptance_portal = lru_cache(maxsize=1)(first_party.acceptance_portal)


def graph_application(ports: Ports) -> Application:
    """Microsoft Graph under this server's base URL."""
    return _graph(ports.settings.base_url)


def find_client(ports: Ports, context: Context, tenant: Tenant, client_id: str) -> Application | None:
    """The application with that client id in the tenant, or None."""
    if client_id == FEDERATION_CLIENT_ID:
        return _federation_client(ports, context)
    if client_id == first_party.ACCEPTANCE_PORTAL_ID:
        return _acceptance_portal()
    if client_id == first_party.ENTRA_RELYING_PARTY_ID:
        return first_party.entra_relying_party(ports.settings.base_url, _entra_tenants(ports, context))
    found = ports.storage.find(context.world, tenant.id, Application, client_id=client_id.lower())
    return found[0] if found else _registered_elsewhere(ports, context, tenant, client_id)


#: Kind of tenant -> the values of ``signInAudience`` that let its people use another tenant's application.
_OPEN_TO: Mapping[TenantKind, frozenset[str]] = MappingProxyType(
    {
        TenantKind.ENTRA: frozenset({"AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount"}),
        TenantKind.MICROSOFT_ACCOUNT: frozenset({"PersonalMicrosoftAccount", "AzureADandPersonalMicrosoftAccount"}),
    }
)


def _registered_elsewhere(ports: Ports, context: Context, tenant: Tenant, client_id: str) -> Application | None:
    """A multi-tenant application that another tenant has registered, as it is in this one (12.1).

    It has a principal of its own here, and nobody here was assigned or has consented to anything before.
    """
    audiences = _OPEN_TO.get(tenant.kind, frozenset())
    for other in _entra_tenants(ports, context) if audiences else ():
        for found in ports.storage.find(context.world, other, Application, client_id=client_id.lower()):
            if found.sign_in_audience in audiences:
                principal = str(uuid5(NAMESPACE_URL, f"{tenant.id}/{found.client_id}"))
                return replace(found, service_principal=principal, assignment_required=False)
    return None


def admitted(application: Application | None, *, client_id: str, tenant: Tenant) -> Application:
    """The client if it may sign anybody in here; FederationError(APPLICATION_NOT_FOUND or APPLICATION_DISABLED).

    A registration without a service principal is not an application of the tenant yet (graph-api 18).
    """
    if application is None or not application.service_principal:
        raise FederationError(Reason.APPLICATION_NOT_FOUND, client_id=client_id, tenant=tenant.display_name)
    if not application.account_enabled:
        raise FederationError(
            Reason.APPLICATION_DISABLED, client_id=application.client_id, application=application.display_name
        )
    return application


def find_resource(ports: Ports, context: Context, tenant: Tenant, audience: str) -> Application | None:
    """The application that a scope or an audience names by client id or identifier URI, or None.

    One without a service principal is none; FederationError(RESOURCE_DISABLED) for a disabled one.
    """
    graph = graph_application(ports)
    if audience in graph.audiences:
        return graph
    found = find_client(ports, context, tenant, audience)
    if found is None:
        applications = ports.storage.find(context.world, tenant.id, Application)
        wanted = audience.rstrip("/")
        found = next((a for a in applications if wanted in {uri.rstrip("/") for uri in a.identifier_uris}), None)
    if found is None or not found.service_principal:
        return None
    if not found.account_enabled:
        raise FederationError(Reason.RESOURCE_DISABLED, resource=audience, tenant=tenant.display_name)
    return found


def find_relying_party(ports: Ports, context: Context, tenant: Tenant, realm: str) -> Application | None:
    """The relying party of a home with that ``wtrealm`` or SP entity id, or None.

    An application of the home with the identifier; else what every home has for the Entra tenants of its world.
    """
    applications = ports.storage.find(context.world, tenant.id, Application)
    found = next((a for a in applications if realm in (a.saml_entity_id, *a.identifier_uris)), None)
    if found is None:
        entra = find_client(ports, context, tenant, first_party.ENTRA_RELYING_PARTY_ID)
        found = entra if entra is not None and realm in entra.identifier_uris else None
    return found


def grants_of(ports: Ports, context: Context, tenant: Tenant, client_id: str) -> list[OAuth2PermissionGrant]:
    """All consent given to a client in the tenant."""
    return ports.storage.find(context.world, tenant.id, OAuth2PermissionGrant, client=client_id)


def _federation_client(ports: Ports, context: Context) -> Application:
    urls = first_party.federation_reply_urls(ports.settings.base_url, _entra_tenants(ports, context))
    return first_party.federation_client(urls)


def _entra_tenants(ports: Ports, context: Context) -> tuple[str, ...]:
    tenants = ports.storage.find(context.world, WORLD_WIDE, Tenant)
    return tuple(tenant.id for tenant in tenants if tenant.kind is TenantKind.ENTRA)
