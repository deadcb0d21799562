"""``/organization``: the tenant itself, a collection of exactly one (graph-api 16.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from idp_sim.directory.addresses import address_problem
from idp_sim.directory.audit import Activity
from idp_sim.directory.licences import SKUS
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of, of
from idp_sim.graph.resource import Call, Handler, Operation, PageSize, Property, Resource, Type, field_of
from idp_sim.ports import WORLD_WIDE, NotFound
from idp_sim.services.authenticate_call import Principal
from idp_sim.tenants.model import Tenant

#: What User.Read alone, and any guest, may read (graph-api 8.3, 16.1).
LIMITED_VIEW = frozenset({"id", "displayName", "verifiedDomains"})
_READ = ("Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")


def _domains(tenant: Tenant) -> list[dict[str, Any]]:
    return [
        {
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": domain == (tenant.default_domain or tenant.initial_domain),
            "isInitial": domain == tenant.initial_domain,
            "name": domain,
            "type": "Managed",
        }
        for domain in tenant.domains
    ]


def _plans(_tenant: Tenant) -> list[dict[str, Any]]:
    return [
        {
            "assignedDateTime": None,
            "capabilityStatus": "Enabled",
            "service": "AADPremiumService",
            "servicePlanId": plan.id,
        }
        for plan in dict.fromkeys(plan for sku in SKUS.values() for plan in sku.plans)
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
    return call.ports.storage.get(call.world, WORLD_WIDE, Tenant, call.tenant)


def _update(call: Call) -> None:
    _get(call)
    values: dict[str, Any] = {}
    for name, attribute in _MAILS.items():
        if name in call.body:
            bad = next((mail for mail in call.body[name] if address_problem(mail)), None)
            if bad is not None:
                raise invalid(ORGANIZATION, name, f"e-mail addresses, which '{bad}' is not")
            values[attribute] = tuple(call.body[name])
    if "privacyProfile" in call.body:
        values |= _privacy_values(call.body["privacyProfile"] or {})
    call.ports.storage.update(call.world, WORLD_WIDE, Tenant, call.tenant, lambda old: replace(old, **values))


def _privacy_values(profile: Mapping[str, Any]) -> dict[str, str | None]:
    names = {"contactEmail": "privacy_contact", "statementUrl": "privacy_statement_url"}
    for name, value in profile.items():
        if name not in names and "@odata." not in name:
            raise GraphError(Problem.PROPERTY_UNKNOWN, property=f"privacyProfile/{name}", type=ORGANIZATION.type_name)
        if name in names and value is not None and not isinstance(value, str):
            raise invalid(ORGANIZATION, f"privacyProfile/{name}", "a string")
    return {attribute: profile.get(name) for name, attribute in names.items()}


_MAILS = {
    "marketingNotificationEmails": "marketing_mails",
    "securityComplianceNotificationMails": "security_mails",
    "technicalNotificationMails": "technical_mails",
}
_ACCESS = Access(delegated=("User.Read", *_READ), application=_READ)

ORGANIZATION = Resource(
    path="/organization",
    type_name="microsoft.graph.organization",
    properties=(
        field_of("id"),
        Property(name="assignedPlans", read=_plans, type=Type.OBJECTS),
        field_of("countryLetterCode", "country"),
        field_of("createdDateTime", "created", type=Type.DATE_TIME),
        field_of("defaultUsageLocation", "country"),
        Property(name="deletedDateTime", read=lambda _tenant: None, type=Type.DATE_TIME),
        field_of("displayName"),
        field_of("marketingNotificationEmails", "marketing_mails", type=Type.STRINGS, writable=True, nullable=False),
        Property(name="onPremisesSyncEnabled", read=lambda _tenant: None, type=Type.BOOLEAN),
        Property(name="partnerTenantType", read=lambda _tenant: None),
        field_of("preferredLanguage"),
        Property(name="privacyProfile", read=_privacy, type=Type.OBJECT, writable=True),
        field_of(
            "securityComplianceNotificationMails", "security_mails", type=Type.STRINGS, writable=True, nullable=False
        ),
        field_of("technicalNotificationMails", "technical_mails", type=Type.STRINGS, writable=True, nullable=False),
        Property(name="tenantType", read=lambda _tenant: "AAD"),
        Property(name="verifiedDomains", read=_domains, type=Type.OBJECTS),
    ),
    operations={
        Operation.LIST: Handler(run=_list, access=_ACCESS),
        Operation.GET: Handler(run=_get, access=_ACCESS),
        Operation.UPDATE: Handler(
            run=_update,
            access=of("Organization.ReadWrite.All", right=holders_of()),
            activity=Activity.SET_COMPANY_INFORMATION,
        ),
    },
    target_type="Directory",
    page=PageSize(default=1, maximum=999),
    visible=_visible,
    not_found=Problem.OBJECT_NOT_FOUND,
)
