"""What is kept of a deleted object until it is restored or gone for good (graph-api 12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp_sim.applications.model import Application, AppRoleAssignment, OAuth2PermissionGrant
from idp_sim.directory.group import AdministrativeUnit, DirectoryLink, Group, RoleAssignment
from idp_sim.directory.model import Credentials, Invitation, User

#: After this long a deleted object can't be restored.
RETENTION = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class DeletedItem:
    """A deleted user, group, application or administrative unit (exactly one is set) with what hung on it."""

    id: str
    deleted: datetime
    user: User | None = None
    group: Group | None = None
    application: Application | None = None
    unit: AdministrativeUnit | None = None
    credentials: Credentials | None = None
    invitations: tuple[Invitation, ...] = ()
    links: tuple[DirectoryLink, ...] = ()
    app_roles: tuple[AppRoleAssignment, ...] = ()
    grants: tuple[OAuth2PermissionGrant, ...] = ()
    roles: tuple[RoleAssignment, ...] = ()

    @property
    def item(self) -> User | Group | Application | AdministrativeUnit:
        """The object itself."""
        found = self.user or self.group or self.application or self.unit
        assert found is not None, "a deleted item holds one object"
        return found
