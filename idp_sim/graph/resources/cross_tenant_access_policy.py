"""``/policies/crossTenantAccessPolicy`` with its default and partner objects (graph-api 19)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from federation.cross_tenant_access import (
    DEFAULT_KEY,
    OTHER_CLOUDS,
    SYSTEM_DEFAULT,
    CrossTenantAccessConfiguration,
    CrossTenantAccessPolicy,
    policy_id,
)
from idp_sim.directory.audit import Activity, AuditTarget
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.resource import Call, Expansion, Handler, Operation, Property, Resource, Type, field_of
from idp_sim.graph.resources import redemption_order
from idp_sim.graph.resources.cross_tenant_rights import READ, WRITE
from idp_sim.graph.resources.cross_tenant_wire import (
    RESTRICTIONS,
    SETTINGS,
    InvalidSettings,
    changed,
    consent_to_json,
    restrictions_to_json,
    setting_to_json,
    trust_to_json,
)
from idp_sim.graph.resources.identity_synchronization import IDENTITY_SYNCHRONIZATION, of_partner
from idp_sim.ports import NotFound

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
#: Settings of newer services, unset as in a tenant that never touched them (graph-api 19.2).
_UNSET = ("m365CollaborationInbound", "m365CollaborationOutbound", "appServiceConnectInbound")


def _settings() -> tuple[Property, ...]:
    return (
        Property(
            name="inboundTrust",
            read=lambda record: trust_to_json(record.inbound_trust),
            type=Type.OBJECT,
            writable=True,
        ),
        *(_setting(name, attribute) for name, (attribute, _inbound) in SETTINGS.items()),
        Property(
            name="automaticUserConsentSettings",
            read=lambda record: consent_to_json(record.automatic_user_consent),
            type=Type.OBJECT,
            writable=True,
        ),
        Property(
            name=RESTRICTIONS,
            read=lambda record: restrictions_to_json(record.tenant_restrictions),
            type=Type.OBJECT,
            writable=True,
        ),
    )


def _setting(name: str, attribute: str) -> Property:
    def read(record: CrossTenantAccessConfiguration) -> dict[str, Any] | None:
        return setting_to_json(getattr(record, attribute))

    return Property(name=name, read=read, type=Type.OBJECT, writable=True)


def _policy(call: Call) -> CrossTenantAccessPolicy:
    try:
        return call.ports.storage.get(call.world, call.tenant, CrossTenantAccessPolicy, CrossTenantAccessPolicy().id)
    except NotFound:
        return CrossTenantAccessPolicy()


def _update_policy(call: Call) -> None:
    clouds = call.body.get("allowedCloudEndpoints")
    if clouds is not None and (not set(clouds) <= set(OTHER_CLOUDS) or len(set(clouds)) < len(clouds)):
        raise invalid(POLICY, "allowedCloudEndpoints", f"other clouds, each once: {', '.join(OTHER_CLOUDS)}")
    with call.ports.storage.unit_of_work(call.world):
        old = _policy(call)
        new = replace(
            old,
            display_name=call.body.get("displayName", old.display_name),
            allowed_cloud_endpoints=old.allowed_cloud_endpoints if clouds is None else tuple(clouds),
        )
        call.ports.storage.put(call.world, call.tenant, new)


def _default(call: Call) -> CrossTenantAccessConfiguration:
    try:
        return call.ports.storage.get(call.world, call.tenant, CrossTenantAccessConfiguration, DEFAULT_KEY)
    except NotFound:
        return SYSTEM_DEFAULT


def _shown_default(call: Call) -> CrossTenantAccessConfiguration:
    return replace(_default(call), policy_id=policy_id(call.tenant))


def _update_default(call: Call) -> None:
    with call.ports.storage.unit_of_work(call.world):
        old, body = _default(call), dict(call.body)
        if redemption_order.NAME in body:
            order = redemption_order.changed(
                old.redemption_order,
                body.pop(redemption_order.NAME),
                passcodes_enabled=call.principal.tenant.email_otp_enabled,
            )
            old = replace(old, redemption_order=order)
        new = _changed(old, call, partner=False, body=body)
        call.ports.storage.put(call.world, call.tenant, new)


def _reset_default(call: Call) -> None:
    # Kept rather than removed, so that doing it twice is the same as once.
    call.ports.storage.put(call.world, call.tenant, SYSTEM_DEFAULT)


def _partners(call: Call) -> list[CrossTenantAccessConfiguration]:
    found = call.ports.storage.find(call.world, call.tenant, CrossTenantAccessConfiguration)
    return [record for record in found if record.tenant_id != DEFAULT_KEY]


def _partner(call: Call) -> CrossTenantAccessConfiguration:
    return call.ports.storage.get(call.world, call.tenant, CrossTenantAccessConfiguration, _partner_key(call))


def _create_partner(call: Call) -> CrossTenantAccessConfiguration:
    body = dict(call.body)
    partner = str(body.pop("tenantId")).lower()
    if not _GUID.fullmatch(partner):
        raise invalid(PARTNERS, "tenantId", "a tenant id (GUID)")
    if partner == call.tenant:
        raise invalid(PARTNERS, "tenantId", "another tenant than this one")
    record = _changed(CrossTenantAccessConfiguration(tenant_id=partner), call, partner=True, body=body)
    call.ports.storage.insert(call.world, call.tenant, record)
    return record


def _update_partner(call: Call) -> None:
    call.ports.storage.update(
        call.world,
        call.tenant,
        CrossTenantAccessConfiguration,
        _partner_key(call),
        lambda old: _changed(old, call, partner=True),
    )


def _delete_partner(call: Call) -> None:
    with call.ports.storage.unit_of_work(call.world):
        partner = _partner(call)
        if partner.is_service_provider:
            raise GraphError(Problem.POLICY_INVALID, problem="A partner that is a service provider can't be removed.")
        if partner.identity_synchronization is not None:
            problem = "A partner with identitySynchronization can't be removed; delete that first."
            raise GraphError(Problem.POLICY_INVALID, problem=problem)
        _remove_partner(call)


def _remove_partner(call: Call) -> None:
    call.ports.storage.delete(call.world, call.tenant, CrossTenantAccessConfiguration, _partner_key(call))


def _partner_key(call: Call) -> str:
    """The partner's tenant id; the key of the default object is nobody's."""
    if not _GUID.fullmatch(call.key):
        raise NotFound(call.key)
    return call.key.lower()


def _changed(
    old: CrossTenantAccessConfiguration, call: Call, *, partner: bool, body: dict[str, Any] | None = None
) -> CrossTenantAccessConfiguration:
    try:
        new = changed(old, call.body if body is None else body, partner=partner)
    except InvalidSettings as error:
        raise GraphError(Problem.POLICY_INVALID, problem=" ".join(error.problems)) from error
    return replace(new, is_service_default=False)


def _target(record: CrossTenantAccessConfiguration) -> AuditTarget:
    """How the audit log names the settings towards an organisation, or towards all."""
    whom = "all organizations" if record.tenant_id == DEFAULT_KEY else record.tenant_id
    return AuditTarget(id=record.tenant_id, display_name=f"CrossTenantAccessPolicy for {whom}", type="Policy")


POLICY = Resource(
    path="/policies/crossTenantAccessPolicy",
    type_name="microsoft.graph.crossTenantAccessPolicy",
    collection=False,
    properties=(
        field_of("allowedCloudEndpoints", type=Type.STRINGS, writable=True, nullable=False),
        field_of("displayName", writable=True, nullable=False),
    ),
    target=lambda record: AuditTarget(id=record.id, display_name=record.display_name, type="Policy"),
    operations={
        Operation.GET: Handler(run=_policy, access=READ),
        Operation.UPDATE: Handler(run=_update_policy, access=WRITE, activity=Activity.UPDATE_PARTNER_DEFAULT),
    },
)

DEFAULT = Resource(
    path="/policies/crossTenantAccessPolicy/default",
    type_name="microsoft.graph.crossTenantAccessPolicyConfigurationDefault",
    collection=False,
    target=_target,
    properties=(
        field_of("id", "policy_id"),
        field_of("isServiceDefault", type=Type.BOOLEAN),
        *_settings(),
        redemption_order.REDEMPTION_ORDER,
    ),
    operations={
        Operation.GET: Handler(run=_shown_default, access=READ),
        Operation.UPDATE: Handler(run=_update_default, access=WRITE, activity=Activity.UPDATE_PARTNER_DEFAULT),
    },
    actions={
        "resetToSystemDefault": Handler(run=_reset_default, access=WRITE, activity=Activity.RESET_PARTNER_DEFAULT)
    },
)

PARTNERS = Resource(
    path="/policies/crossTenantAccessPolicy/partners",
    type_name="microsoft.graph.crossTenantAccessPolicyConfigurationPartner",
    key="tenantId",
    target=_target,
    order=lambda record: (record.tenant_id,),
    expansions={
        "identitySynchronization": Expansion(
            load=lambda _call, record: of_partner(record),
            resource=lambda: IDENTITY_SYNCHRONIZATION,
            access=READ,
            many=False,
        )
    },
    properties=(
        field_of("tenantId", creatable=True, required=True, nullable=False),
        field_of("isServiceProvider", type=Type.BOOLEAN, writable=True),
        Property(name="isInMultiTenantOrganization", read=lambda _record: False, type=Type.BOOLEAN),
        *_settings(),
        *(Property(name=name, read=lambda _record: None, type=Type.OBJECT) for name in _UNSET),
    ),
    operations={
        Operation.LIST: Handler(run=_partners, access=READ),
        Operation.GET: Handler(run=_partner, access=READ),
        Operation.CREATE: Handler(run=_create_partner, access=WRITE, activity=Activity.ADD_PARTNER),
        Operation.UPDATE: Handler(run=_update_partner, access=WRITE, activity=Activity.UPDATE_PARTNER),
        Operation.DELETE: Handler(run=_delete_partner, access=WRITE, activity=Activity.DELETE_PARTNER),
    },
)
