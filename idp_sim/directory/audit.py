"""Rows of a tenant's directory audit log, and the table of activities that make them (graph-api 28)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


@dataclass(frozen=True)
class ActivityRow:
    """What a row of the log says of its activity: display name, category, service, operation type."""

    name: str
    category: str
    service: str = "Core Directory"
    operation: str = ""


def _core(name: str, category: str, operation: str) -> ActivityRow:
    return ActivityRow(name, category, "Core Directory", operation)


_USER, _GROUP, _ROLE, _APP = "UserManagement", "GroupManagement", "RoleManagement", "ApplicationManagement"
_UNIT, _PARTNER, _DIRECTORY = "AdministrativeUnit", "CrossTenantAccessSettings", "DirectoryManagement"
_SYNC = "CrossTenantIdentitySyncSettings"


class Activity(Enum):
    """Every change that leaves a row; the names are the product's (graph-api 28.2)."""

    ADD_USER = _core("Add user", _USER, "Add")
    UPDATE_USER = _core("Update user", _USER, "Update")
    DELETE_USER = _core("Delete user", _USER, "Delete")
    HARD_DELETE_USER = _core("Hard Delete user", _USER, "Delete")
    RESTORE_USER = _core("Restore user", _USER, "Update")
    DISABLE_ACCOUNT = _core("Disable account", _USER, "Update")
    ENABLE_ACCOUNT = _core("Enable account", _USER, "Update")
    CHANGE_PASSWORD = _core("Change user password", _USER, "Update")
    CHANGE_LICENSE = _core("Change user license", _USER, "Update")
    RESET_PASSWORD = _core("Reset password", _USER, "Update")
    SET_MANAGER = _core("Set user manager", _USER, "Assign")
    REMOVE_MANAGER = _core("Remove user manager", _USER, "Unassign")
    ADD_SPONSOR = _core("Add user sponsor", _USER, "Assign")
    REMOVE_SPONSOR = _core("Remove user sponsor", _USER, "Unassign")
    REVOKE_TOKENS = _core("Update StsRefreshTokenValidFrom Timestamp", _USER, "Update")
    INVITE = ActivityRow("Invite external user", _USER, "Invited Users", "Add")
    REDEEM = ActivityRow("Redeem external user invite", _USER, "Invited Users", "Update")
    ADD_GROUP = _core("Add group", _GROUP, "Add")
    UPDATE_GROUP = _core("Update group", _GROUP, "Update")
    DELETE_GROUP = _core("Delete group", _GROUP, "Delete")
    HARD_DELETE_GROUP = _core("Hard Delete group", _GROUP, "Delete")
    RESTORE_GROUP = _core("Restore Group", _GROUP, "Update")
    ADD_MEMBER = _core("Add member to group", _GROUP, "Assign")
    REMOVE_MEMBER = _core("Remove member from group", _GROUP, "Unassign")
    ADD_GROUP_OWNER = _core("Add owner to group", _GROUP, "Assign")
    REMOVE_GROUP_OWNER = _core("Remove owner from group", _GROUP, "Unassign")
    ADD_ROLE_MEMBER = _core("Add member to role", _ROLE, "Assign")
    REMOVE_ROLE_MEMBER = _core("Remove member from role", _ROLE, "Unassign")
    ADD_SCOPED_ROLE_MEMBER = _core("Add scoped member to role", _ROLE, "Assign")
    REMOVE_SCOPED_ROLE_MEMBER = _core("Remove scoped member from role", _ROLE, "Unassign")
    ADD_UNIT = _core("Add administrative unit", _UNIT, "Add")
    UPDATE_UNIT = _core("Update administrative unit", _UNIT, "Update")
    DELETE_UNIT = _core("Delete administrative unit", _UNIT, "Delete")
    ADD_UNIT_MEMBER = _core("Add member to administrative unit", _UNIT, "Assign")
    REMOVE_UNIT_MEMBER = _core("Remove member from administrative unit", _UNIT, "Unassign")
    ADD_APPLICATION = _core("Add application", _APP, "Add")
    UPDATE_APPLICATION = _core("Update application", _APP, "Update")
    DELETE_APPLICATION = _core("Delete application", _APP, "Delete")
    HARD_DELETE_APPLICATION = _core("Hard Delete application", _APP, "Delete")
    RESTORE_APPLICATION = _core("Restore application", _APP, "Update")
    # The product's own name ends in a blank.
    UPDATE_CREDENTIALS = _core("Update application - Certificates and secrets management ", _APP, "Update")
    ADD_APPLICATION_OWNER = _core("Add owner to application", _APP, "Assign")
    REMOVE_APPLICATION_OWNER = _core("Remove owner from application", _APP, "Unassign")
    ADD_SERVICE_PRINCIPAL = _core("Add service principal", _APP, "Add")
    UPDATE_SERVICE_PRINCIPAL = _core("Update service principal", _APP, "Update")
    REMOVE_SERVICE_PRINCIPAL = _core("Remove service principal", _APP, "Delete")
    CONSENT = _core("Consent to application", _APP, "Assign")
    ADD_GRANT = _core("Add delegated permission grant", _APP, "Assign")
    UPDATE_GRANT = _core("Update delegated permission grant", _APP, "Update")
    REMOVE_GRANT = _core("Remove delegated permission grant", _APP, "Unassign")
    ASSIGN_APP_ROLE = _core("Add app role assignment grant to user", _USER, "Assign")
    ASSIGN_APP_ROLE_TO_GROUP = _core("Add app role assignment to group", _APP, "Assign")
    ASSIGN_APP_ROLE_TO_PRINCIPAL = _core("Add app role assignment to service principal", _APP, "Assign")
    REMOVE_APP_ROLE = _core("Remove app role assignment from user", _APP, "Unassign")
    ADD_IDENTITY_PROVIDER = ActivityRow("Create identity provider", "ResourceManagement", "B2C", "Add")
    UPDATE_IDENTITY_PROVIDER = ActivityRow("Update identity provider", "ResourceManagement", "B2C", "Update")
    DELETE_IDENTITY_PROVIDER = ActivityRow("Delete identity provider", "ResourceManagement", "B2C", "Delete")
    ADD_PARTNER = _core("Add a partner to cross-tenant access setting", _PARTNER, "Add")
    UPDATE_PARTNER = _core("Update a partner cross-tenant access setting", _PARTNER, "Update")
    DELETE_PARTNER = _core("Delete partner specific cross-tenant access setting", _PARTNER, "Delete")
    UPDATE_PARTNER_DEFAULT = _core("Update the company default cross-tenant access setting", _PARTNER, "Update")
    RESET_PARTNER_DEFAULT = _core("Reset the cross-tenant access default setting", _PARTNER, "Update")
    ADD_PARTNER_SYNCHRONIZATION = _core("Create a partner cross-tenant identity sync setting", _SYNC, "Add")
    UPDATE_PARTNER_SYNCHRONIZATION = _core("Update a partner cross-tenant identity sync setting", _SYNC, "Update")
    DELETE_PARTNER_SYNCHRONIZATION = _core("Delete a partner cross-tenant identity sync setting", _SYNC, "Delete")
    ADD_FEDERATION = _core("Create external domain federation", _DIRECTORY, "Add")
    UPDATE_FEDERATION = _core("Update external domain federation", _DIRECTORY, "Update")
    DELETE_FEDERATION = _core("Delete external domain federation", _DIRECTORY, "Delete")
    ADD_POLICY = _core("Add policy", "Policy", "Add")
    UPDATE_POLICY = _core("Update policy", "Policy", "Update")
    DELETE_POLICY = _core("Delete policy", "Policy", "Delete")
    UPDATE_AUTHORIZATION_POLICY = _core("Update authorization policy", "AuthorizationPolicy", "Update")
    ADD_CONDITIONAL_ACCESS = ActivityRow("Add Conditional Access policy", "Policy", "Conditional Access", "Add")
    UPDATE_CONDITIONAL_ACCESS = ActivityRow(
        "Update Conditional Access policy", "Policy", "Conditional Access", "Update"
    )
    DELETE_CONDITIONAL_ACCESS = ActivityRow(
        "Delete Conditional Access policy", "Policy", "Conditional Access", "Delete"
    )
    RESTORE_CONDITIONAL_ACCESS = ActivityRow(
        "Restore Conditional Access policy", "Policy", "Conditional Access", "Update"
    )
    HARD_DELETE_CONDITIONAL_ACCESS = ActivityRow(
        "Hard Delete Conditional Access policy", "Policy", "Conditional Access", "Delete"
    )
    ADD_NAMED_LOCATION = ActivityRow("Add named location", "Policy", "Conditional Access", "Add")
    UPDATE_NAMED_LOCATION = ActivityRow("Update named location", "Policy", "Conditional Access", "Update")
    DELETE_NAMED_LOCATION = ActivityRow("Delete named location", "Policy", "Conditional Access", "Delete")
    ADD_AUTHENTICATION_CONTEXT = ActivityRow(
        "Add AuthenticationContextClassReference", "Policy", "Conditional Access", "Add"
    )
    UPDATE_AUTHENTICATION_CONTEXT = ActivityRow(
        "Update AuthenticationContextClassReference", "Policy", "Conditional Access", "Update"
    )
    DELETE_AUTHENTICATION_CONTEXT = ActivityRow(
        "Delete AuthenticationContextClassReference", "Policy", "Conditional Access", "Delete"
    )
    ADD_STRENGTH = ActivityRow("Create authentication strength policy", "Policy", "Conditional Access", "Add")
    UPDATE_STRENGTH = ActivityRow("Update authentication strength policy", "Policy", "Conditional Access", "Update")
    DELETE_STRENGTH = ActivityRow("Delete authentication strength policy", "Policy", "Conditional Access", "Delete")
    ADD_TERMS_OF_USE = ActivityRow("Create Terms Of Use", "Policy", "Terms Of Use", "Add")
    UPDATE_TERMS_OF_USE = ActivityRow("Edit Terms Of Use", "Policy", "Terms Of Use", "Update")
    DELETE_TERMS_OF_USE = ActivityRow("Delete Terms Of Use", "Policy", "Terms Of Use", "Delete")
    ACCEPT_TERMS_OF_USE = ActivityRow("Accept Terms Of Use", "Policy", "Terms Of Use", "Add")
    DECLINE_TERMS_OF_USE = ActivityRow("Decline Terms Of Use", "Policy", "Terms Of Use", "Add")
    DELETE_SECURITY_INFO = ActivityRow("Admin deleted security info", _USER, "Authentication Methods", "Delete")
    UPDATE_SECURITY_INFO = ActivityRow("Admin updated security info", _USER, "Authentication Methods", "Update")
    UPDATE_METHODS_POLICY = ActivityRow(
        "Authentication Methods Policy Update", "Policy", "Authentication Methods", "Update"
    )
    ADD_SECURITY_INFO = ActivityRow("Admin registered security info", _USER, "Authentication Methods", "Add")
    SET_COMPANY_INFORMATION = _core("Set Company Information", _DIRECTORY, "Update")
    UPDATE_DOMAIN = _core("Update domain", _DIRECTORY, "Update")
    ADD_UNVERIFIED_DOMAIN = _core("Add unverified domain", _DIRECTORY, "Add")
    VERIFY_DOMAIN = _core("Verify domain", _DIRECTORY, "Update")
    DELETE_DOMAIN = _core("Remove unverified domain", _DIRECTORY, "Delete")


@dataclass(frozen=True, kw_only=True)
class Initiator:
    """Who made a change: a user, or an application on its own; both None means the directory itself."""

    user: str | None = None
    user_principal_name: str | None = None
    display_name: str | None = None
    user_type: str | None = None
    ip_address: str | None = None
    application: str | None = None  # client id
    application_name: str | None = None
    service_principal: str | None = None


@dataclass(frozen=True, kw_only=True)
class ModifiedProperty:
    """``old`` and ``new`` are JSON text, as the log shows them."""

    display_name: str
    old: str | None = None
    new: str | None = None


@dataclass(frozen=True, kw_only=True)
class AuditTarget:
    """An object that was changed; ``type`` is ``User``, ``Group``, ``Application``, ``Policy`` and so on."""

    id: str
    display_name: str | None = None
    type: str = "Other"
    user_principal_name: str | None = None
    group_type: str | None = None
    modified: tuple[ModifiedProperty, ...] = ()


@dataclass(frozen=True)
class AuditDetail:
    """An entry of ``additionalDetails``."""

    key: str
    value: str


@dataclass(frozen=True, kw_only=True)
class DirectoryAudit:
    """One row. ``order`` counts up over the whole server, so that rows of one instant stay in order."""

    id: str
    order: int
    created: datetime
    correlation_id: str
    activity: str
    category: str
    service: str
    operation: str
    initiated_by: Initiator
    targets: tuple[AuditTarget, ...] = ()
    details: tuple[AuditDetail, ...] = ()
    result: str = "success"
    reason: str = ""
