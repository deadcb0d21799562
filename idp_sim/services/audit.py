"""Write rows of the directory audit log; called by every change, inside its transaction (graph-api 28)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from idp_sim.directory.audit import Activity, AuditDetail, AuditTarget, DirectoryAudit, Initiator, ModifiedProperty
from idp_sim.directory.model import User
from idp_sim.ports import Context, Ports
from idp_sim.services.authenticate_call import Principal

#: Prefix of a row's id by service; others use their own name.
_PREFIX: Mapping[str, str] = {"Core Directory": "Directory"}

#: Who acts where nobody does by hand.
THE_DIRECTORY = Initiator(application_name="Microsoft B2B Admin Worker")


def note(
    activity: Activity,
    *targets: AuditTarget,
    by: Initiator,
    ports: Ports,
    context: Context,
    tenant: str,
    details: Iterable[tuple[str, str]] = (),
    failure: str | None = None,
) -> DirectoryAudit:
    """Add a row about ``targets``; ``failure`` is why the change was refused."""
    row, order = activity.value, ports.clocks.sequence()
    prefix = _PREFIX.get(row.service, row.service)
    made = DirectoryAudit(
        id=f"{prefix}_{ports.ids.guid()}_{order}",
        order=order,
        created=context.now,
        correlation_id=context.correlation_id,
        activity=row.name,
        category=row.category,
        service=row.service,
        operation=row.operation,
        initiated_by=by,
        targets=targets,
        details=tuple(AuditDetail(key, value) for key, value in details),
        result="success" if failure is None else "failure",
        reason=failure or "",
    )
    ports.storage.insert(context.world, tenant, made)
    return made


def initiator(principal: Principal) -> Initiator:
    """The signed-in user of a Graph call, or the application on its own."""
    if principal.user is not None:
        return by_user(principal.user)
    return Initiator(application=principal.client_id, application_name=principal.client_id)


def by_user(user: User, *, ip_address: str | None = None) -> Initiator:
    """A person who did it."""
    return Initiator(
        user=user.id,
        user_principal_name=user.user_principal_name,
        display_name=user.display_name,
        user_type=user.user_type,
        ip_address=ip_address,
    )


def user_target(user: User, *modified: ModifiedProperty, display_name: str | None = None) -> AuditTarget:
    """A user as the object of a change."""
    return AuditTarget(
        id=user.id,
        display_name=display_name or user.display_name,
        type="User",
        user_principal_name=user.user_principal_name,
        modified=modified,
    )


def modified(name: str, old: Any, new: Any) -> ModifiedProperty:
    """One changed property; the values become JSON text, None stays None."""
    return ModifiedProperty(display_name=name, old=_text(old), new=_text(new))


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
