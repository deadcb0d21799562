"""What a group and an administrative unit show at Graph, and to whom (graph-api 8.3, 13.1, 14)."""

from __future__ import annotations

import struct
from typing import Any
from uuid import UUID

from idp_sim.directory.group import Group
from idp_sim.graph.errors import Problem
from idp_sim.graph.permissions import reads_directory
from idp_sim.graph.resource import Property, Resource, Type, by_creation, field_of
from idp_sim.services.authenticate_call import Principal

_EQ = frozenset({"eq", "in"})
_RANGED = frozenset({"eq", "in", "ge", "le", "startsWith"})
_NE = frozenset({"ne", "not"})

READ = ("Group.ReadBasic.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
READ_MEMBERS = (
    "GroupMember.ReadBasic.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
)


def visible(principal: Principal, _group: Any) -> frozenset[str] | None:
    """Restricted guests, and tokens that read no groups, see the id alone."""
    if principal.tenant.guests_are_restricted and principal.guest and not reads_directory(principal):
        return frozenset({"id"})
    readers = {*READ, *READ_MEMBERS, "User.Read.All", "User.ReadWrite.All"}
    return None if principal.permissions & readers else frozenset({"id"})


def _proxy_addresses(group: Group) -> list[str]:
    return [f"SMTP:{group.mail}"] if group.mail else []


def _none(_object: object) -> None:
    return None


def _empty(_object: object) -> list[str]:
    return []


def _security_identifier(group: Group) -> str:
    """The object id as a Windows security identifier of the cloud: four little-endian numbers after S-1-12-1."""
    numbers = struct.unpack("<4I", UUID(group.id).bytes_le)
    return f"S-1-12-1-{'-'.join(map(str, numbers))}"


#: A group wherever one is shown; ``groups`` adds what can be done with it.
GROUP = Resource(
    path="/groups",
    type_name="microsoft.graph.group",
    properties=(
        field_of("id", operators=_EQ, advanced=_NE),
        field_of("classification", writable=True, operators=_RANGED, advanced=_NE),
        field_of(
            "createdDateTime", "created", type=Type.DATE_TIME, advanced=frozenset({"eq", "ge", "le", "ne", "not"})
        ),
        field_of("deletedDateTime", "deleted", type=Type.DATE_TIME, operators=frozenset({"eq", "ge", "le"})),
        field_of("description", writable=True, operators=_RANGED, advanced=_NE, searchable=True),
        field_of(
            "displayName",
            writable=True,
            required=True,
            nullable=False,
            operators=_RANGED,
            advanced=_NE,
            searchable=True,
            orderable=True,
        ),
        field_of(
            "groupTypes",
            type=Type.STRINGS,
            writable=True,
            nullable=False,
            operators=frozenset({"any"}),
            advanced=frozenset({"not"}),
        ),
        field_of("isAssignableToRole", type=Type.BOOLEAN, creatable=True, operators=_EQ, advanced=_NE),
        Property(name="expirationDateTime", read=_none, type=Type.DATE_TIME),
        field_of("mail", operators=_RANGED, advanced=_NE | {"endsWith"}, searchable=True),
        field_of(
            "mailEnabled", type=Type.BOOLEAN, creatable=True, required=True, nullable=False, operators=_EQ, advanced=_NE
        ),
        field_of(
            "mailNickname",
            writable=True,
            required=True,
            nullable=False,
            operators=_RANGED,
            advanced=_NE,
            searchable=True,
        ),
        field_of("membershipRule", writable=True, operators=_EQ | {"startsWith"}, advanced=_NE),
        field_of("membershipRuleProcessingState", writable=True, operators=_EQ, advanced=_NE),
        Property(name="onPremisesSyncEnabled", read=_none, type=Type.BOOLEAN, operators=_EQ, advanced=_NE),
        Property(name="preferredDataLocation", read=_none),
        Property(name="preferredLanguage", read=_none),
        Property(name="proxyAddresses", read=_proxy_addresses, type=Type.STRINGS, operators=frozenset({"any"})),
        field_of("renewedDateTime", "created", type=Type.DATE_TIME, operators=frozenset({"eq", "ge", "le"})),
        Property(name="resourceBehaviorOptions", read=_empty, type=Type.STRINGS),
        Property(name="resourceProvisioningOptions", read=_empty, type=Type.STRINGS),
        field_of(
            "securityEnabled",
            type=Type.BOOLEAN,
            writable=True,
            required=True,
            nullable=False,
            operators=_EQ,
            advanced=_NE,
        ),
        Property(name="securityIdentifier", read=_security_identifier),
        Property(name="theme", read=_none),
        field_of("uniqueName", creatable=True, default=False, operators=_EQ, advanced=_NE),
        field_of("visibility", writable=True),
    ),
    operations={},
    order=by_creation,
    directory_object=True,
    visible=visible,
    not_found=Problem.OBJECT_NOT_FOUND,
    target_type="Group",
    indexes={"id": "id", "displayName": "display_name"},
)

#: An administrative unit wherever one is shown.
UNIT = Resource(
    path="/directory/administrativeUnits",
    type_name="microsoft.graph.administrativeUnit",
    properties=(
        field_of("id", operators=_EQ, advanced=_NE),
        field_of("deletedDateTime", "deleted", type=Type.DATE_TIME, operators=frozenset({"eq", "ge", "le"})),
        field_of(
            "displayName",
            writable=True,
            required=True,
            nullable=False,
            operators=_RANGED,
            advanced=_NE,
            searchable=True,
            orderable=True,
        ),
        field_of("description", writable=True, operators=_RANGED, advanced=_NE, searchable=True),
        field_of("isMemberManagementRestricted", type=Type.BOOLEAN, creatable=True, operators=_EQ, advanced=_NE),
        Property(name="membershipRule", read=_none),
        Property(name="membershipRuleProcessingState", read=_none),
        Property(name="membershipType", read=lambda _unit: "Assigned"),
        field_of("visibility", creatable=True),
    ),
    operations={},
    order=by_creation,
    directory_object=True,
    not_found=Problem.OBJECT_NOT_FOUND,
    target_type="AdministrativeUnit",
    indexes={"id": "id"},
)
