"""``.../partners/{tenantId}/identitySynchronization``: may that partner push its users here? (graph-api 19.1)"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from federation.cross_tenant_access import CrossTenantAccessConfiguration, IdentitySynchronization
from idp_sim.directory.audit import Activity, AuditTarget
from idp_sim.graph.bodies import invalid
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, Type, field_of
from idp_sim.graph.resources.cross_tenant_rights import READ, WRITE
from idp_sim.ports import AlreadyExists, NotFound


@dataclass(frozen=True, kw_only=True)
class PartnerSynchronization:
    """The object as Graph shows it: the partner's key and what is stored in the partner object."""

    tenant_id: str
    settings: IdentitySynchronization

    @property
    def display_name(self) -> str | None:
        """Its name."""
        return self.settings.display_name


def of_partner(partner: CrossTenantAccessConfiguration) -> PartnerSynchronization | None:
    """The object of a partner, None while it is unset."""
    settings = partner.identity_synchronization
    return None if settings is None else PartnerSynchronization(tenant_id=partner.tenant_id, settings=settings)


def _get(call: Call) -> PartnerSynchronization:
    partner = call.ports.storage.get(call.world, call.tenant, CrossTenantAccessConfiguration, call.parent.lower())
    found = of_partner(partner)
    if found is None:
        raise NotFound(call.parent)
    return found


def _subject(call: Call) -> PartnerSynchronization:
    """What the audit log names; before it is made there is only the key."""
    try:
        return _get(call)
    except NotFound:
        return PartnerSynchronization(tenant_id=call.parent.lower(), settings=IdentitySynchronization())


def _store(call: Call, change: Callable[[IdentitySynchronization | None], IdentitySynchronization | None]) -> None:
    call.ports.storage.update(
        call.world,
        call.tenant,
        CrossTenantAccessConfiguration,
        call.parent.lower(),
        lambda old: replace(old, identity_synchronization=change(old.identity_synchronization)),
    )


def _set(call: Call) -> None:
    def create(old: IdentitySynchronization | None) -> IdentitySynchronization:
        if old is not None:  # the real one wants PATCH then
            raise AlreadyExists(call.parent)
        return _changed(IdentitySynchronization(), call.body)

    _store(call, create)


def _update(call: Call) -> None:
    def change(old: IdentitySynchronization | None) -> IdentitySynchronization:
        if old is None:
            raise NotFound(call.parent)
        return _changed(old, call.body)

    _store(call, change)


def _delete(call: Call) -> None:
    def remove(old: IdentitySynchronization | None) -> None:
        if old is None:
            raise NotFound(call.parent)

    _store(call, remove)


def _changed(old: IdentitySynchronization, body: Any) -> IdentitySynchronization:
    new = replace(old, display_name=body.get("displayName", old.display_name))
    inbound = body.get("userSyncInbound")
    if inbound is None:
        return new
    given = {name: value for name, value in inbound.items() if "@odata." not in name}
    if not given.keys() <= {"isSyncAllowed"} or not isinstance(given.get("isSyncAllowed", False), bool):
        raise invalid(IDENTITY_SYNCHRONIZATION, "userSyncInbound", 'an object {"isSyncAllowed": true or false}')
    return replace(new, is_sync_allowed=given.get("isSyncAllowed", old.is_sync_allowed))


IDENTITY_SYNCHRONIZATION = Resource(
    path="/policies/crossTenantAccessPolicy/partners/{tenantId}/identitySynchronization",
    type_name="microsoft.graph.crossTenantIdentitySyncPolicyPartner",
    collection=False,
    properties=(
        field_of("tenantId"),
        field_of("displayName", writable=True),
        Property(
            name="userSyncInbound",
            read=lambda record: {"isSyncAllowed": record.settings.is_sync_allowed},
            type=Type.OBJECT,
            writable=True,
        ),
    ),
    subject=_subject,
    target=lambda record: AuditTarget(id=record.tenant_id, display_name=record.display_name, type="Policy"),
    operations={
        Operation.GET: Handler(run=_get, access=READ),
        Operation.SET: Handler(run=_set, access=WRITE, activity=Activity.ADD_PARTNER_SYNCHRONIZATION),
        Operation.UPDATE: Handler(run=_update, access=WRITE, activity=Activity.UPDATE_PARTNER_SYNCHRONIZATION),
        Operation.DELETE: Handler(run=_delete, access=WRITE, activity=Activity.DELETE_PARTNER_SYNCHRONIZATION),
    },
)
