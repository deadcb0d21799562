"""Groups, administrative units, and what ties directory objects together (graph-api 13, 14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

UNIFIED = "Unified"
DYNAMIC = "DynamicMembership"


@dataclass(frozen=True, kw_only=True)
class Group:
    """A security or Microsoft 365 group. Members of a dynamic one follow from its rule, not from links."""

    id: str
    display_name: str
    created: datetime
    mail_nickname: str = ""
    description: str | None = None
    group_types: tuple[str, ...] = ()
    security_enabled: bool = True
    mail_enabled: bool = False
    mail: str | None = None
    visibility: str | None = None
    membership_rule: str | None = None
    membership_rule_processing_state: str | None = None
    is_assignable_to_role: bool | None = None
    unique_name: str | None = None
    classification: str | None = None
    deleted: datetime | None = None  # set while it lies among the deleted items

    @property
    def dynamic(self) -> bool:
        """Whether a rule decides who is a member."""
        return DYNAMIC in self.group_types

    @property
    def evaluated(self) -> bool:
        """Whether the rule is at work (``On``, not ``Paused``)."""
        return self.dynamic and self.membership_rule_processing_state == "On"

    @property
    def unified(self) -> bool:
        """Whether it is a Microsoft 365 group."""
        return UNIFIED in self.group_types


@dataclass(frozen=True, kw_only=True)
class AdministrativeUnit:
    """Users and groups over whom a role may be given to somebody (graph-api 14)."""

    id: str
    display_name: str
    created: datetime
    description: str | None = None
    visibility: str | None = None
    is_member_management_restricted: bool = False
    deleted: datetime | None = None


class Relation(StrEnum):
    """What the first object of a link is to the second one."""

    MEMBER = "members"
    OWNER = "owners"
    MANAGER = "manager"
    UNIT_MEMBER = "unitMembers"


@dataclass(frozen=True, kw_only=True)
class DirectoryLink:
    """``target`` is one of ``source``'s members, owners and so on; both are object ids."""

    relation: Relation
    source: str
    target: str

    @property
    def id(self) -> str:
        """One link of a kind between two objects."""
        return f"{self.relation}|{self.source}|{self.target}"

    @property
    def source_key(self) -> str:
        """Finds everything that an object has in this relation."""
        return f"{self.relation}|{self.source}"

    @property
    def target_key(self) -> str:
        """Finds everything that has the object in this relation."""
        return f"{self.relation}|{self.target}"


@dataclass(frozen=True, kw_only=True)
class RoleAssignment:
    """A directory role held by a user, group or service principal; ``scope`` is ``/`` or an administrative unit."""

    id: str
    principal: str
    role: str  # template id
    scope: str = "/"

    @property
    def unit(self) -> str | None:
        """The administrative unit that the role is limited to, or None for the whole directory."""
        prefix = "/administrativeUnits/"
        return self.scope.removeprefix(prefix) if self.scope.startswith(prefix) else None
