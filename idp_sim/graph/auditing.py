"""Run a change and write its row of the audit log, read off the declaration of the resource (graph-api 28).

The row names the object by its declared id, display name and type, and shows each property of the body as it
was and as it is. The change and its row are one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from idp_sim.directory.audit import Activity, AuditTarget, ModifiedProperty
from idp_sim.directory.group import Group
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, wire
from idp_sim.services import audit

#: Where tenants say who may come, go and do what: attempts to change that are in the log even if refused.
POLICY_PATHS = ("/policies/", "/legacy/policies", "/identity/conditionalAccess/")
_REFERENCES = (Operation.ADD_REFERENCE, Operation.SET_REFERENCE, Operation.REMOVE_REFERENCE)


def audited(operation: Operation, handler: Handler, resource: Resource, call: Call) -> Any:
    """What the handler gives; a row for each activity that it declares."""
    if handler.activity is None:
        return handler.run(call)
    unit = call.ports.storage.unit_of_work(call.world) if handler.once else nullcontext()
    with unit:
        before = None if operation is Operation.CREATE else _subject(resource, call)
        result = handler.run(call)
        for place, activity in enumerate(_activities(handler, call, before)):
            note(call, activity, *_targets(operation, resource, call, before, result, first=place == 0))
    return result


def note_refusal(resource: Resource, handler: Handler, call: Call, why: str) -> None:
    """A row for a change of a policy that was refused: who tried what, and why it was not done.

    Nothing else of the attempt was kept; refused reading leaves no row.
    """
    if not isinstance(handler.activity, Activity) or not resource.path.startswith(POLICY_PATHS):
        return
    target = AuditTarget(id=call.key or call.parent, display_name=resource.short_type, type="Policy")
    note(call, handler.activity, target, failure=why)


def note(call: Call, activity: Activity, *targets: AuditTarget, failure: str | None = None, **details: str) -> None:
    """A row made by hand, where the declaration does not say enough."""
    audit.note(
        activity,
        *targets,
        by=audit.initiator(call.principal),
        ports=call.ports,
        context=call.context,
        tenant=call.tenant,
        details=details.items(),
        failure=failure,
    )


def target_of(resource: Resource, record: Any, *modified: ModifiedProperty) -> AuditTarget:
    """An object as the log names it."""
    own = resource.of(record)
    if own.target is not None:
        return replace(own.target(record), modified=modified)
    table = {p.name: p for p in own.properties}

    def read(name: str) -> str | None:
        value = table[name].read(record) if name in table else None
        return None if value is None else str(value)

    return AuditTarget(
        id=read(own.key) or "",
        display_name=read("displayName"),
        type=own.target_type,
        user_principal_name=read("userPrincipalName"),
        group_type=_group_type(record),
        modified=modified,
    )


def _activities(handler: Handler, call: Call, before: Any) -> tuple[Activity, ...]:
    wanted = handler.activity
    if isinstance(wanted, Activity):
        return (wanted,)
    return wanted(call, before) if wanted is not None else ()


def _subject(resource: Resource, call: Call) -> Any:
    if resource.subject is not None:
        return resource.subject(call)
    reading = resource.operations.get(Operation.GET)
    return reading.run(call) if reading is not None else None


def _targets(
    operation: Operation, resource: Resource, call: Call, before: Any, result: Any, *, first: bool
) -> tuple[AuditTarget, ...]:
    if operation in _REFERENCES:
        return _linked(operation, resource, before, result)
    if operation is Operation.CREATE and resource.audited_as is not None and resource.subject is not None:
        return (target_of(resource.audited_as(), resource.subject(call)),)
    if operation is Operation.CREATE:
        return (target_of(resource, result, *_changes(resource, call.body, None, result)),)
    if before is None:
        return ()
    changes: tuple[ModifiedProperty, ...] = ()
    if operation is Operation.UPDATE and first:
        changes = _changes(_subject_resource(resource), call.body, before, _subject(resource, call))
    return (target_of(_subject_resource(resource), before, *changes),)


def _subject_resource(resource: Resource) -> Resource:
    return resource.audited_as() if resource.audited_as is not None else resource


def _linked(operation: Operation, resource: Resource, owner: Any, linked: Any) -> tuple[AuditTarget, ...]:
    """The linked object first, with the owner's id and name as what changed; then the owner."""
    whole = target_of(_subject_resource(resource), owner)
    removed = operation is Operation.REMOVE_REFERENCE

    def changed(name: str, value: str | None) -> ModifiedProperty:
        return audit.modified(name, value if removed else None, None if removed else value)

    prefix = whole.type
    modified = (changed(f"{prefix}.ObjectID", whole.id), changed(f"{prefix}.DisplayName", whole.display_name))
    if linked is None:
        return (whole,)
    return (target_of(resource, linked, *modified), whole)


def _changes(resource: Resource, body: Mapping[str, Any], before: Any, after: Any) -> tuple[ModifiedProperty, ...]:
    table = {p.name: p for p in resource.of(after).properties}
    named = [table[name] for name in body if name in table]
    found = []
    for known in named:
        old, new = _value(known, before), _value(known, after)
        if old != new:
            found.append(audit.modified(known.name[:1].upper() + known.name[1:], old, new))
    return tuple(found)


def _value(known: Property, record: Any) -> Any:
    value = None if record is None else wire(known.read(record))
    return value if value is None or isinstance(value, list) else [value]


def _group_type(record: Any) -> str | None:
    if not isinstance(record, Group):
        return None
    return "unifiedGroups" if record.unified else "azureAD"
