"""``/auditLogs/directoryAudits``: what was changed by whom, newest first (graph-api 28)."""

from __future__ import annotations

from typing import Any

from idp_sim.directory.audit import AuditTarget, DirectoryAudit
from idp_sim.graph.errors import Problem
from idp_sim.graph.permissions import holders_of, of
from idp_sim.graph.resource import Handler, Operation, PageSize, Property, Resource, Type, field_of
from idp_sim.graph.stored import stored

_EQ = frozenset({"eq"})
_TEXT = frozenset({"eq", "startsWith"})
_RANGE = frozenset({"eq", "ge", "le"})


def _initiated_by(row: DirectoryAudit) -> dict[str, Any]:
    by = row.initiated_by
    user = {
        "id": by.user,
        "displayName": by.display_name,
        "userPrincipalName": by.user_principal_name,
        "ipAddress": by.ip_address,
        "userType": by.user_type,
        "homeTenantId": None,
        "homeTenantName": None,
    }
    application = {
        "appId": by.application,
        "displayName": by.application_name,
        "servicePrincipalId": by.service_principal,
        "servicePrincipalName": None,
    }
    return {"user": user if by.user else None, "app": None if by.user else application}


def _target(target: AuditTarget) -> dict[str, Any]:
    return {
        "id": target.id,
        "displayName": target.display_name,
        "type": target.type,
        "userPrincipalName": target.user_principal_name,
        "groupType": target.group_type,
        "modifiedProperties": [
            {"displayName": changed.display_name, "oldValue": changed.old, "newValue": changed.new}
            for changed in target.modified
        ],
    }


def _by(name: str, attribute: str, operators: frozenset[str] = _EQ) -> Property:
    def read(row: DirectoryAudit) -> str | None:
        if attribute == "application_name" and row.initiated_by.user:
            return None
        value: str | None = getattr(row.initiated_by, attribute)
        return value

    return Property(name=f"initiatedBy/{name}", read=read, operators=operators, selectable=False)


_ACCESS = of(
    "AuditLog.Read.All",
    "Directory.Read.All",
    right=holders_of("Reports Reader", "Security Reader", "Security Administrator", "Global Reader"),
)

DIRECTORY_AUDITS = Resource(
    path="/auditLogs/directoryAudits",
    type_name="microsoft.graph.directoryAudit",
    properties=(
        field_of("id", operators=_EQ),
        field_of("activityDateTime", "created", type=Type.DATE_TIME, operators=_RANGE, orderable=True),
        field_of("activityDisplayName", "activity", operators=_TEXT),
        Property(
            name="additionalDetails",
            read=lambda row: [{"key": detail.key, "value": detail.value} for detail in row.details],
            type=Type.OBJECTS,
        ),
        field_of("category", operators=_EQ),
        field_of("correlationId", operators=_EQ),
        Property(name="initiatedBy", read=_initiated_by, type=Type.OBJECT),
        _by("user/id", "user"),
        _by("user/displayName", "display_name"),
        _by("user/userPrincipalName", "user_principal_name", _TEXT),
        _by("app/appId", "application"),
        _by("app/displayName", "application_name"),
        field_of("loggedByService", "service", operators=_EQ),
        field_of("operationType", "operation"),
        field_of("result", operators=_EQ),
        field_of("resultReason", "reason"),
        Property(
            name="targetResources",
            read=lambda row: [_target(target) for target in row.targets],
            type=Type.OBJECTS,
            operators=frozenset({"any"}),
        ),
    ),
    page=PageSize(default=1000, maximum=1000),
    order=lambda row: (row.order, row.id),
    newest_first=True,
    not_found=Problem.OBJECT_NOT_FOUND,
    operations={
        Operation.LIST: Handler(
            run=lambda call: stored(call, DirectoryAudit, {"correlationId": "correlation_id"}), access=_ACCESS
        ),
        Operation.GET: Handler(
            run=lambda call: call.ports.storage.get(call.world, call.tenant, DirectoryAudit, call.key), access=_ACCESS
        ),
    },
)
