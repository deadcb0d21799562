"""``/organization``: the tenant itself, a collection of exactly one (graph-api 16.1)."""

from __future__ import annotations

from typing import Any

from idp_sim.graph.errors import Problem
from idp_sim.graph.permissions import Access
from idp_sim.graph.resource import Call, Handler, Operation, PageSize, Property, Resource, Type, field_of
from idp_sim.ports import NotFound
from idp_sim.services.authenticate_call import Principal
from idp_sim.tenants.model import Tenant

#: What User.Read alone, and any guest, may read (graph-api 8.3, 16.1).
LIMITED_VIEW = frozenset({"id", "displayName", "verifiedDomains"})
_READ = ("Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")


def _domains(tenant: Tenant) -> list[dict[str, Any]]:
    return [
        {
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": domain == tenant.initial_domain,
            "isInitial": domain == tenant.initial_domain,
            "name": domain,
            "type": "Managed",
        }
        for domain in tenant.domains
    ]


def _privacy(tenant: Tenant) -> dict[str, str | None] | None:
    if tenant.privacy_statement_url is None and tenant.privacy_contact is None:
        return None
    return {"contactEmail": tenant.privacy_contact, "statementUrl": tenant.privacy_statement_url}


def _visible(principal: Principal, _tenant: Tenant) -> frozenset[str] | None:
    return None if not principal.guest and principal.permissions & set(_READ) else LIMITED_VIEW


def _list(call: Call) -> list[Tenant]:
    return [call.principal.tenant]


def _get(call: Call) -> Tenant:
    if call.key.lower() != call.tenant:
        raise NotFound(call.key)
    return call.principal.tenant


_ACCESS = Access(delegated=("User.Read", *_READ), application=_READ)

ORGANIZATION = Resource(
    path="/organization",
    type_name="microsoft.graph.organization",
    properties=(
        field_of("id"),
        field_of("countryLetterCode", "country"),
        field_of("displayName"),
        field_of("preferredLanguage"),
        Property(name="privacyProfile", read=_privacy, type=Type.OBJECT),
        Property(name="tenantType", read=lambda _tenant: "AAD"),
        Property(name="verifiedDomains", read=_domains, type=Type.OBJECTS),
    ),
    operations={
        Operation.LIST: Handler(run=_list, access=_ACCESS),
        Operation.GET: Handler(run=_get, access=_ACCESS),
    },
    page=PageSize(default=1, maximum=999),
    visible=_visible,
    not_found=Problem.OBJECT_NOT_FOUND,
)
