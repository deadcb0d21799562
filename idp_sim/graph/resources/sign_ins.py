"""``/auditLogs/signIns``: the tenant's sign-in log, newest first (graph-api 27, entra-sign-in 17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from federation.cross_tenant_access import UNRESTRICTED
from federation.model import SECOND_FACTORS, Method, PerformedMethod
from idp_sim.authentication_methods.registry import BY_METHOD
from idp_sim.graph.errors import Problem
from idp_sim.graph.permissions import Access, holders_of
from idp_sim.graph.resource import Call, Handler, Operation, PageSize, Property, Resource, Type, field_of
from idp_sim.graph.stored import Stored, stored
from idp_sim.ports import NotFound
from idp_sim.services.authenticate_call import Principal
from idp_sim.sign_in.model import Outcome, SignInRow

_EQ = frozenset({"eq"})
_TEXT = frozenset({"eq", "startsWith"})
_RANGE = frozenset({"eq", "ge", "le"})

CLIENT_APPS: Mapping[str, str] = {
    "browser": "Browser",
    "mobileAppsAndDesktopClients": "Mobile Apps and Desktop clients",
    "exchangeActiveSync": "Exchange ActiveSync",
    "other": "Other clients",
}
OPERATING_SYSTEMS: Mapping[str, str] = {
    "android": "Android",
    "iOS": "Ios",
    "windows": "Windows",
    "macOS": "MacOs",
    "linux": "Linux",
}
#: Policy-read permissions, one of which opens the conditional access details (graph-api 27).
POLICY_READERS = frozenset({"Policy.Read.All", "Policy.Read.ConditionalAccess", "Policy.ReadWrite.ConditionalAccess"})
CONDITIONAL_ACCESS_DETAIL = "appliedConditionalAccessPolicies"

#: How what is no second factor of a tenant's own stands in ``authenticationDetails`` (graph-api 27.2).
METHOD_NAMES: Mapping[Method, str] = {
    Method.PASSWORD: "Password",
    Method.EMAIL: "Email one-time passcode",
    Method.FEDERATED_SINGLE_FACTOR: "Federated",
    Method.FEDERATED_MULTI_FACTOR: "Previously satisfied",
    Method.HARDWARE_OATH: "OATH verification code",
    Method.DEVICE_BASED_PUSH: "Passwordless phone sign-in",
    Method.WINDOWS_HELLO_FOR_BUSINESS: "Windows Hello for Business",
    Method.X509_CERTIFICATE_SINGLE_FACTOR: "X.509 Certificate",
    Method.X509_CERTIFICATE_MULTI_FACTOR: "X.509 Certificate",
    Method.TEMPORARY_ACCESS_PASS_ONE_TIME: "Temporary Access Pass",
    Method.TEMPORARY_ACCESS_PASS_MULTI_USE: "Temporary Access Pass",
    Method.QR_CODE_PIN: "QR code",
    **{method: row.log_name for method, row in BY_METHOD.items()},
}


def _status(row: SignInRow) -> dict[str, Any]:
    return {
        "errorCode": row.error_code,
        "failureReason": row.failure_reason,
        "additionalDetails": row.additional_details,
    }


def _device(row: SignInRow) -> dict[str, Any]:
    device = row.client.device
    return {
        "deviceId": "",
        "displayName": "",
        "operatingSystem": OPERATING_SYSTEMS.get(row.client.platform or "", ""),
        "browser": "",
        "isCompliant": device.compliant,
        "isManaged": device.compliant or device.hybrid_joined,
        "trustType": "Hybrid Azure AD joined" if device.hybrid_joined else "",
    }


def _policies(row: SignInRow) -> list[dict[str, Any]]:
    return [
        {
            "id": policy.id,
            "displayName": policy.display_name,
            "enforcedGrantControls": list(policy.enforced_grant_controls),
            "enforcedSessionControls": list(policy.enforced_session_controls),
            "result": policy.result,
        }
        for policy in row.applied_policies
    ]


def _requirement(row: SignInRow) -> str:
    return "multiFactorAuthentication" if row.mfa_demanded else "singleFactorAuthentication"


def _event_types(row: SignInRow) -> list[str]:
    return ["interactiveUser" if row.interactive else "nonInteractiveUser"]


def _details(row: SignInRow) -> list[dict[str, Any]]:
    return [_detail(row, performed) for performed in row.authentication.methods]


def _detail(row: SignInRow, performed: PerformedMethod) -> dict[str, Any]:
    second, here = performed.method in SECOND_FACTORS, performed.tenant == row.tenant
    if second:
        result = "MFA completed in Azure AD" if here else "MFA requirement satisfied by claim in the token"
    else:
        result = "Correct password" if performed.method is Method.PASSWORD and here else ""
    return {
        "authenticationStepDateTime": performed.instant,
        "authenticationMethod": METHOD_NAMES[performed.method] if here or not second else "Previously satisfied",
        "authenticationMethodDetail": "",
        "succeeded": True,
        "authenticationStepResultDetail": result,
        "authenticationStepRequirement": "Multifactor authentication" if second else "Primary authentication",
    }


def _error_code(row: SignInRow) -> int:
    return row.error_code


def _risk(level: str) -> str:
    return level or "none"


def _beta(name: str, read: Any, **rest: Any) -> Property:
    return Property(name=name, read=read, beta_only=True, **rest)


PROPERTIES: tuple[Property, ...] = (
    field_of("id", operators=_EQ),
    field_of("createdDateTime", "created", type=Type.DATE_TIME, operators=_RANGE, orderable=True),
    field_of("userDisplayName", operators=_TEXT),
    field_of("userPrincipalName", operators=_TEXT),
    Property(name="userId", read=lambda row: row.user or "", operators=_EQ),
    field_of("appId", "application", operators=_EQ),
    field_of("appDisplayName", "application_name", operators=_TEXT),
    Property(name="ipAddress", read=lambda row: row.client.ip_address, operators=_TEXT),
    Property(name="clientAppUsed", read=lambda row: CLIENT_APPS.get(row.client.client_app, ""), operators=_EQ),
    Property(name="userAgent", read=lambda row: row.client.user_agent),
    field_of("correlationId", operators=_EQ),
    field_of("conditionalAccessStatus", operators=_EQ),
    field_of("isInteractive", "interactive", type=Type.BOOLEAN, operators=_EQ),
    Property(name="riskDetail", read=lambda _row: "none"),
    Property(name="riskLevelAggregated", read=lambda row: _risk(row.client.user_risk), operators=_EQ),
    Property(name="riskLevelDuringSignIn", read=lambda row: _risk(row.client.sign_in_risk), operators=_EQ),
    Property(name="riskState", read=lambda _row: "none", operators=_EQ),
    Property(name="riskEventTypes_v2", read=lambda _row: [], type=Type.STRINGS),
    field_of("resourceDisplayName", "resource_name", operators=_EQ),
    field_of("resourceId", "resource", operators=_EQ),
    field_of("homeTenantId", "home_tenant", operators=_EQ),
    field_of("resourceTenantId", "resource_tenant", operators=_EQ),
    Property(name="status", read=_status, type=Type.OBJECT),
    Property(name="status/errorCode", read=_error_code, type=Type.INTEGER, operators=_EQ, selectable=False),
    Property(name="deviceDetail", read=_device, type=Type.OBJECT),
    Property(name="location", read=lambda _row: None, type=Type.OBJECT),
    Property(name=CONDITIONAL_ACCESS_DETAIL, read=_policies, type=Type.OBJECTS),
    _beta("crossTenantAccessType", lambda row: row.cross_tenant_access_type, operators=_EQ),
    _beta("isTenantRestricted", lambda row: row.client.restrictions != UNRESTRICTED, type=Type.BOOLEAN),
    _beta("userType", lambda row: row.user_type, operators=_EQ),
    # Empty for privacy, in the resource tenant as in the real product (entra-sign-in 17).
    _beta("homeTenantName", lambda _row: ""),
    _beta("authenticationRequirement", _requirement, operators=_EQ),
    _beta("authenticationDetails", _details, type=Type.OBJECTS),
    _beta("signInEventTypes", _event_types, type=Type.STRINGS, operators=frozenset({"any"})),
    _beta("tokenIssuerType", lambda _row: "AzureAD"),
)


def _visible(principal: Principal, _row: SignInRow) -> frozenset[str] | None:
    if principal.permissions & POLICY_READERS:
        return None
    return frozenset(p.name for p in PROPERTIES) - {CONDITIONAL_ACCESS_DETAIL}


def _list(call: Call) -> Iterable[SignInRow]:
    # Only interactive ones unless the filter asks about the kind (graph-api 27.2).
    asked = bool(call.query.filtered & {"isInteractive", "signInEventTypes", "id"})

    def belongs(row: SignInRow) -> bool:
        return _finished(row) and (row.interactive or asked)

    rows = stored(call, SignInRow, _INDEXES)
    return rows.only(belongs) if isinstance(rows, Stored) else filter(belongs, rows)


def _get(call: Call) -> SignInRow:
    row = call.ports.storage.get(call.world, call.tenant, SignInRow, call.key.lower())
    if not _finished(row):
        raise NotFound(call.key)
    return row


#: Columns that find rows; ids there are in lower case as they are.
_INDEXES = {"id": "id", "correlationId": "correlation_id", "userId": "user"}


def _finished(row: SignInRow) -> bool:
    return row.outcome is not Outcome.IN_PROGRESS


_PERMISSION = ("AuditLog.Read.All",)
_ACCESS = Access(
    delegated=_PERMISSION,
    application=_PERMISSION,
    right=holders_of("Reports Reader", "Security Reader", "Security Administrator", "Global Reader"),
)

SIGN_INS = Resource(
    path="/auditLogs/signIns",
    type_name="microsoft.graph.signIn",
    properties=PROPERTIES,
    operations={
        Operation.LIST: Handler(run=_list, access=_ACCESS),
        Operation.GET: Handler(run=_get, access=_ACCESS),
    },
    page=PageSize(default=1000, maximum=1000),
    order=lambda row: (row.order, row.id),
    newest_first=True,
    visible=_visible,
    not_found=Problem.OBJECT_NOT_FOUND,
    beta=True,
)
