"""What a user shows at Graph, and to whom (graph-api 2.3, 8.3, 10.2)."""

from __future__ import annotations

from idp_sim.directory.model import User
from idp_sim.graph.errors import Problem
from idp_sim.graph.permissions import reads_directory
from idp_sim.graph.resource import Property, Resource, Type, by_creation, field_of
from idp_sim.services.authenticate_call import Principal

_EQ = frozenset({"eq", "in"})
_TEXT = frozenset({"eq", "in", "startsWith"})
_RANGED = frozenset({"eq", "in", "ge", "le", "startsWith"})
_NE = frozenset({"ne", "not"})
_NE_END = frozenset({"ne", "not", "endsWith"})
#: Properties that are filtered by advanced queries alone.
_ALL = frozenset({"eq", "ne", "not", "ge", "le", "in", "startsWith"})

#: What a guest sees of somebody else at the default guest level (graph-api 8.3).
GUEST_VIEW = frozenset({"id", "displayName", "mail", "userPrincipalName", "userType"})
#: What User.ReadBasic.All shows of others.
BASIC_VIEW = frozenset({"id", "displayName", "givenName", "surname", "mail", "userPrincipalName", "userType"})
#: What is left without any permission that reads users, such as in a list of members.
ID_ONLY = frozenset({"id"})

READ = ("User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
READ_FULL = frozenset({"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"})
WRITE = ("User.ReadWrite.All", "Directory.ReadWrite.All")
OWN = ("User.Read", "User.ReadWrite")


def _identities(user: User) -> list[dict[str, str | None]]:
    return [
        {
            "signInType": identity.sign_in_type,
            "issuer": identity.issuer,
            "issuerAssignedId": identity.issuer_assigned_id,
        }
        for identity in user.identities
    ]


PROPERTIES: tuple[Property, ...] = (
    field_of(
        "businessPhones",
        type=Type.STRINGS,
        writable=True,
        nullable=False,
        operators=frozenset({"any"}),
        advanced=frozenset({"not"}),
    ),
    field_of(
        "displayName",
        writable=True,
        required=True,
        nullable=False,
        operators=_TEXT,
        advanced=_NE,
        searchable=True,
        orderable=True,
    ),
    field_of("givenName", writable=True, operators=_RANGED, advanced=_NE, searchable=True),
    field_of("id", operators=_EQ, advanced=_NE),
    field_of("jobTitle", writable=True, operators=frozenset({"eq", "in", "ge", "le"}), advanced=_NE, searchable=True),
    field_of("mail", writable=True, operators=_RANGED, advanced=_NE_END, searchable=True),
    field_of("mobilePhone", writable=True, advanced=_ALL),
    field_of("officeLocation", writable=True, advanced=_ALL),
    field_of("preferredLanguage", writable=True, advanced=_ALL),
    field_of("surname", writable=True, operators=_RANGED, advanced=_NE, searchable=True),
    field_of(
        "userPrincipalName",
        writable=True,
        required=True,
        nullable=False,
        operators=frozenset({"eq", "in", "le", "startsWith"}),
        advanced=_NE_END,
        searchable=True,
        orderable=True,
    ),
    field_of(
        "accountEnabled",
        default=False,
        type=Type.BOOLEAN,
        writable=True,
        required=True,
        nullable=False,
        operators=_EQ,
        advanced=_NE | {"ge", "le"},
    ),
    field_of("city", default=False, writable=True, operators=_RANGED - {"le"}, advanced=_NE),
    field_of("companyName", default=False, writable=True, advanced=_ALL),
    field_of("country", default=False, writable=True, operators=_RANGED, advanced=_NE),
    field_of(
        "createdDateTime",
        "created",
        default=False,
        type=Type.DATE_TIME,
        operators=frozenset({"eq", "ge", "le"}),
        advanced=_NE | {"in"},
        orderable=True,
    ),
    field_of("creationType", default=False, operators=_EQ, advanced=_NE),
    field_of("deletedDateTime", "deleted", default=False, type=Type.DATE_TIME, operators=frozenset({"eq", "ge", "le"})),
    field_of("department", default=False, writable=True, operators=_RANGED, advanced=_NE),
    field_of("employeeId", default=False, writable=True, operators=frozenset({"eq", "startsWith"}), advanced=_NE),
    field_of("externalUserState", default=False, operators=_EQ, advanced=_NE),
    field_of(
        "externalUserStateChangeDateTime",
        "external_user_state_changed",
        default=False,
        type=Type.DATE_TIME,
        operators=frozenset({"eq", "in"}),
        advanced=_NE,
    ),
    Property(
        name="identities",
        read=_identities,
        default=False,
        type=Type.OBJECTS,
        operators=frozenset({"any"}),
        advanced=frozenset({"not"}),
    ),
    field_of(
        "mailNickname",
        default=False,
        writable=True,
        required=True,
        nullable=False,
        operators=_RANGED,
        advanced=_NE,
    ),
    field_of(
        "otherMails",
        default=False,
        type=Type.STRINGS,
        writable=True,
        nullable=False,
        operators=frozenset({"any"}),
        advanced=_NE,
        searchable=True,
    ),
    Property(
        name="passwordProfile",
        read=lambda _user: None,
        default=False,
        type=Type.OBJECT,
        writable=True,
        required=True,
        nullable=False,
    ),
    field_of(
        "proxyAddresses", default=False, type=Type.STRINGS, operators=frozenset({"any"}), advanced=_NE, searchable=True
    ),
    field_of("signInSessionsValidFromDateTime", "tokens_valid_from", default=False, type=Type.DATE_TIME),
    field_of("state", default=False, writable=True, operators=_RANGED, advanced=_NE),
    field_of("usageLocation", default=False, writable=True, operators=_RANGED, advanced=_NE),
    field_of("userType", default=False, writable=True, nullable=False, operators=_EQ, advanced=_NE),
)


def visible(principal: Principal, user: User) -> frozenset[str] | None:
    """Which properties of ``user`` the caller may read; None is all of them."""
    caller = principal.user
    if caller is not None and caller.id == user.id:
        return None
    if caller is not None and principal.tenant.guests_are_restricted and not reads_directory(principal):
        return ID_ONLY
    if not principal.permissions & set(READ):
        return ID_ONLY
    if caller is not None and not reads_directory(principal):
        return GUEST_VIEW
    return None if principal.permissions & READ_FULL else BASIC_VIEW


#: A user wherever one is shown; ``users`` adds what can be done with it.
USER = Resource(
    path="/users",
    type_name="microsoft.graph.user",
    properties=PROPERTIES,
    operations={},
    order=by_creation,
    directory_object=True,
    visible=visible,
    not_found=Problem.OBJECT_NOT_FOUND,
    target_type="User",
    indexes={
        "id": "id",
        "mail": "mail",
        "userPrincipalName": "user_principal_name",
        "displayName": "display_name",
        "userType": "user_type",
        "externalUserState": "external_user_state",
        "createdDateTime": "created",
        "accountEnabled": "blocked",
    },
)
