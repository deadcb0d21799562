"""Write rows of the directory audit log; called by every change, inside its transaction (graph-api 28)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from federation.model import ExternalIdentity, HomeKind
from idp_sim.applications.consent import MissingConsent
from idp_sim.applications.model import Application
from idp_sim.directory.audit import Activity, AuditDetail, AuditTarget, DirectoryAudit, Initiator, ModifiedProperty
from idp_sim.directory.model import ACCEPTED, Invitation, User
from idp_sim.ports import Context, Ports
from idp_sim.services.authenticate_call import Principal

#: Prefix of a row's id by service; others use their own name.
_PREFIX: Mapping[str, str] = {"Core Directory": "Directory"}

#: Who changes people and applications through the simulator's own control API.
CONTROL_API = Initiator(application_name="idp-sim control API")
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
        return by_user(principal.user, ip_address=principal.ip_address)
    return Initiator(
        application=principal.client_id,
        application_name=principal.application_name or principal.client_id,
        service_principal=principal.service_principal,
        ip_address=principal.ip_address,
    )


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


def note_invitation(
    invitation: Invitation, user: User, principal: Principal, *, made: bool, ports: Ports, context: Context
) -> None:
    """The rows of an invitation: the new user, the invitation, the sponsor (graph-api 28.3)."""
    by, tenant = initiator(principal), principal.tenant.id
    if made:
        properties = (
            modified("UserType", None, [user.user_type]),
            modified("CreationType", None, [user.creation_type]),
            modified("UserState", None, [user.external_user_state]),
            modified("UserPrincipalName", None, [user.user_principal_name]),
        )
        note(Activity.ADD_USER, user_target(user, *properties), by=by, ports=ports, context=context, tenant=tenant)
    details = [
        ("oid", by.user or ""),
        ("tid", tenant),
        ("wids", " ".join(sorted(principal.wids))),
        ("InvitationId", invitation.id),
        ("invitedUserEmailAddress", invitation.address),
    ]
    target = user_target(user, display_name=invitation.address)
    note(Activity.INVITE, target, by=by, ports=ports, context=context, tenant=tenant, details=details)
    if made and principal.user is not None:
        sponsored = (user_target(user), user_target(principal.user))
        note(Activity.ADD_SPONSOR, *sponsored, by=by, ports=ports, context=context, tenant=tenant)


#: How the redemption row calls the kind of home (graph-api 28.3).
_SOURCES: Mapping[HomeKind, str] = {
    HomeKind.AZURE_ACTIVE_DIRECTORY: "External Azure AD",
    HomeKind.EMAIL_ONE_TIME_PASSCODE: "One Time Passcode",
    HomeKind.MICROSOFT_ACCOUNT: "Microsoft Account",
}


def note_redemption(user: User, identity: ExternalIdentity, *, ports: Ports, context: Context, tenant: str) -> None:
    """The two rows of a redemption (graph-api 28.3); ``user`` is the guest as invited."""
    invitations = ports.storage.find(context.world, tenant, Invitation, user=user.id)
    name = (
        f"UPN: {user.user_principal_name}, Email: {user.mail}, "
        f"InvitationId: {invitations[-1].id if invitations else ''}, "
        f"Source: {_SOURCES.get(identity.kind, identity.kind.value)}"
    )
    note(
        Activity.REDEEM,
        user_target(user, display_name=name),
        by=by_user(user),
        ports=ports,
        context=context,
        tenant=tenant,
    )
    changed = modified("UserState", [user.external_user_state], [ACCEPTED])
    note(
        Activity.UPDATE_USER,
        user_target(user, changed),
        by=THE_DIRECTORY,
        ports=ports,
        context=context,
        tenant=tenant,
    )


def note_consent(
    user: User,
    client: Application,
    missing: Iterable[MissingConsent],
    *,
    ports: Ports,
    context: Context,
    tenant: str,
) -> None:
    """The rows of a consent: one for each resource, and the consent itself."""
    by = by_user(user)
    target = AuditTarget(id=client.service_principal, display_name=client.display_name, type="ServicePrincipal")
    for asked in missing:
        granted = modified("DelegatedPermissionGrant.Scope", None, " ".join(asked.permissions))
        resource = AuditTarget(
            id=asked.resource.service_principal, display_name=asked.resource.display_name, type="ServicePrincipal"
        )
        rows = (replace(target, modified=(granted,)), resource)
        note(Activity.ADD_GRANT, *rows, by=by, ports=ports, context=context, tenant=tenant)
    note(Activity.CONSENT, target, by=by, ports=ports, context=context, tenant=tenant)


def modified(name: str, old: Any, new: Any) -> ModifiedProperty:
    """One changed property; the values become JSON text, None stays None."""
    return ModifiedProperty(display_name=name, old=_text(old), new=_text(new))


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
