"""What a user shows at Graph, and to whom (graph-api 2.3, 8.3, 10.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from idp_sim.directory.licences import SKUS
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


#: Instants of ``signInActivity`` that a filter can ask for.
ACTIVITY_INSTANTS = ("lastSignInDateTime", "lastNonInteractiveSignInDateTime", "lastSuccessfulSignInDateTime")


@dataclass(frozen=True, kw_only=True)
class ActiveUser(User):
    """A user with ``signInActivity``, which is looked up in the sign-in log when it is asked for."""

    activity: dict[str, Any] | None = None


def _identities(user: User) -> list[dict[str, str | None]]:
    return [
        {
            "signInType": identity.sign_in_type,
            "issuer": identity.issuer,
            "issuerAssignedId": identity.issuer_assigned_id,
        }
        for identity in user.identities
    ]


def _licenses(user: User) -> list[dict[str, Any]]:
    return [{"disabledPlans": list(held.disabled_plans), "skuId": held.sku_id} for held in user.licenses]


def _plans(user: User) -> list[dict[str, Any]]:
    """Service plans of the licences; those that were switched off count as deleted."""
    return [
        {
            "assignedDateTime": None,
            "capabilityStatus": "Deleted" if plan.id in held.disabled_plans else "Enabled",
            "service": "AADPremiumService",
            "servicePlanId": plan.id,
        }
        for held in user.licenses
        for plan in SKUS[held.sku_id].plans
    ]


def _license_states(user: User) -> list[dict[str, Any]]:
    return [
        {
            "assignedByGroup": None,
            "disabledPlans": list(held.disabled_plans),
            "error": "None",
            "skuId": held.sku_id,
            "state": "Active",
        }
        for held in user.licenses
    ]


def _age_classification(user: User) -> str | None:
    """Follows from the age group and consent (graph-api 10.2)."""
    consent = {"Granted": "With", "Denied": "Without"}.get(user.consent_provided_for_minor or "")
    return {
        "Adult": "Adult",
        "NotAdult": "NotAdult",
        "Minor": f"Minor{consent}ParentalConsent" if consent else "MinorNoParentalConsentRequired",
    }.get(user.age_group or "")


def _shown_in_addresses(user: User) -> bool | None:
    return False if user.external and user.show_in_address_list is None else user.show_in_address_list


def _activity(user: User) -> dict[str, Any] | None:
    return user.activity if isinstance(user, ActiveUser) else None


def _activity_of(name: str) -> Callable[[User], Any]:
    return lambda user: (_activity(user) or {}).get(name)


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
    field_of("ageGroup", default=False, writable=True),
    Property(
        name="assignedLicenses",
        read=_licenses,
        default=False,
        type=Type.OBJECTS,
        operators=frozenset({"any"}),
        advanced=frozenset({"not"}),
    ),
    Property(name="assignedPlans", read=_plans, default=False, type=Type.OBJECTS),
    field_of("city", default=False, writable=True, operators=_RANGED - {"le"}, advanced=_NE),
    field_of("companyName", default=False, writable=True, advanced=_ALL),
    field_of("consentProvidedForMinor", default=False, writable=True),
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
    field_of("employeeHireDate", default=False, type=Type.DATE_TIME, writable=True, advanced=_ALL - {"startsWith"}),
    field_of("employeeType", default=False, writable=True, advanced=_ALL),
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
    field_of("lastPasswordChangeDateTime", "last_password_change", default=False, type=Type.DATE_TIME),
    Property(name="legalAgeGroupClassification", read=_age_classification, default=False),
    Property(name="licenseAssignmentStates", read=_license_states, default=False, type=Type.OBJECTS),
    field_of(
        "mailNickname",
        default=False,
        writable=True,
        required=True,
        nullable=False,
        operators=_RANGED,
        advanced=_NE,
    ),
    Property(
        name="onPremisesExtensionAttributes",
        read=lambda _user: dict.fromkeys(f"extensionAttribute{number}" for number in range(1, 16)),
        default=False,
        type=Type.OBJECT,
    ),
    field_of("onPremisesImmutableId", default=False, writable=True, advanced=_ALL),
    Property(
        name="onPremisesSyncEnabled",
        read=lambda _user: None,
        default=False,
        type=Type.BOOLEAN,
        operators=_EQ,
        advanced=_NE | {"ge", "le"},
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
    field_of("passwordPolicies", default=False, writable=True),
    Property(
        name="passwordProfile",
        read=lambda _user: None,
        default=False,
        type=Type.OBJECT,
        writable=True,
        required=True,
        nullable=False,
    ),
    field_of("postalCode", default=False, writable=True, advanced=_ALL),
    field_of(
        "proxyAddresses", default=False, type=Type.STRINGS, operators=frozenset({"any"}), advanced=_NE, searchable=True
    ),
    Property(name="showInAddressList", read=_shown_in_addresses, default=False, type=Type.BOOLEAN, writable=True),
    Property(name="signInActivity", read=_activity, default=False, type=Type.OBJECT),
    *(
        Property(
            name=f"signInActivity/{name}",
            read=_activity_of(name),
            type=Type.DATE_TIME,
            operators=frozenset({"eq", "ge", "le"}),
            advanced=_NE,
            selectable=False,
        )
        for name in ACTIVITY_INSTANTS
    ),
    field_of("signInSessionsValidFromDateTime", "tokens_valid_from", default=False, type=Type.DATE_TIME),
    field_of("state", default=False, writable=True, operators=_RANGED, advanced=_NE),
    field_of("streetAddress", default=False, writable=True, advanced=_ALL),
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
