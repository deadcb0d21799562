"""Stories of trust and policy as data: what the administrators set, who comes, and what must be decided.

They are played without a browser, in a world where everybody is a guest already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RESOURCE, APPLICATION = "contoso", "portal"
#: Who signs in where only a person may change something.
ADMINISTRATOR = "alex@contoso.example"
#: Stands in bodies and paths for the id of the tenant whose name follows it.
TENANT = "tenant:"
#: Stands for the id that the call before gave.
MADE = "made:"

_POLICIES = "/v1.0/identity/conditionalAccess/policies"
_PHISHING_RESISTANT = "00000000-0000-0000-0000-000000000004"
#: Where the blocked sign-in comes from: the range that stands for a country.
BLOCKED_RANGE, BLOCKED_ADDRESS = "203.0.113.0/24", "203.0.113.7"
_TEXT = "QmUga2luZCB0byB3aGF0IGlzIHNoYXJlZC4="  # Be kind to what is shared.


@dataclass(frozen=True, kw_only=True)
class Change:
    """One call at Graph by a tenant's administration application, or with ``permissions`` by its administrator."""

    tenant: str
    told: str
    method: str
    path: str
    body: Mapping[str, Any]
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PolicyStory:
    """Who comes after which changes. ``decided`` are (tenant, rule, result) that the explanation must hold."""

    name: str
    title: str
    address: str
    changes: tuple[Change, ...] = ()
    sign_in: Mapping[str, Any] = field(default_factory=dict)
    code: int = 0
    decided: frozenset[tuple[str, str, str]] = frozenset()
    logged: str | None = None  # a result of appliedConditionalAccessPolicies in the resource tenant's row


def everyone(access: str) -> dict[str, Any]:
    """An access setting for everybody and everything."""
    return {
        "usersAndGroups": {"accessType": access, "targets": [{"target": "AllUsers", "targetType": "user"}]},
        "applications": {
            "accessType": access,
            "targets": [{"target": "AllApplications", "targetType": "application"}],
        },
    }


def _policy(told: str, grants: Mapping[str, Any], *, state: str = "enabled", **conditions: Any) -> Change:
    body = {
        "displayName": told,
        "state": state,
        "conditions": {
            "clientAppTypes": ["all"],
            "users": {"includeUsers": ["GuestsOrExternalUsers"]},
            "applications": {"includeApplications": ["All"]},
            **conditions,
        },
        "grantControls": {"operator": "OR", **grants},
    }
    return Change(tenant=RESOURCE, told=f"policy '{told}'", method="POST", path=_POLICIES, body=body)


def _partner(tenant: str, partner: str, told: str, *, known: bool, **settings: Any) -> Change:
    partners = "/v1.0/policies/crossTenantAccessPolicy/partners"
    if known:
        return Change(tenant=tenant, told=told, method="PATCH", path=f"{partners}/{TENANT}{partner}", body=settings)
    body = {"tenantId": f"{TENANT}{partner}", **settings}
    return Change(tenant=tenant, told=told, method="POST", path=partners, body=body)


ANA, NORA = "ana@fabrikam.example", "nora@northwind.example"

POLICY_STORIES: tuple[PolicyStory, ...] = (
    PolicyStory(
        name="trusted-mfa",
        title="Trusted MFA: Contoso believes what Fabrikam's token says, nothing is asked again",
        address=ANA,
        decided=frozenset({(RESOURCE, "mfa", "accepted_from_home")}),
    ),
    PolicyStory(
        name="untrusted-mfa",
        title="Untrusted MFA: Northwind is not trusted, so Nora does it at Contoso",
        address=NORA,
        decided=frozenset({(RESOURCE, "inbound_trust", "mfa_not_accepted"), (RESOURCE, "mfa", "satisfied_here")}),
    ),
    PolicyStory(
        name="strength-not-met",
        title="Strength not met: nothing that a guest can use at Contoso resists phishing",
        address=NORA,
        changes=(_policy("Phishing resistant", {"authenticationStrength": {"id": _PHISHING_RESISTANT}}),),
        code=53003,
        decided=frozenset({(RESOURCE, "authentication_strength", "refused")}),
    ),
    PolicyStory(
        name="blocked-country",
        title="Blocked country: the addresses of one place are kept out, MFA or not",
        address=ANA,
        changes=(
            Change(
                tenant=RESOURCE,
                told=f"named location {BLOCKED_RANGE}",
                method="POST",
                path="/v1.0/identity/conditionalAccess/namedLocations",
                body={
                    "@odata.type": "#microsoft.graph.ipNamedLocation",
                    "displayName": "The blocked country",
                    "isTrusted": False,
                    "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": BLOCKED_RANGE}],
                },
            ),
            _policy("Not from there", {"builtInControls": ["block"]}, locations={"includeLocations": [MADE]}),
        ),
        sign_in={"ip_address": BLOCKED_ADDRESS},
        code=53003,
        decided=frozenset({(RESOURCE, "conditional_access", "blocked")}),
    ),
    PolicyStory(
        name="outbound-block",
        title="Outbound block: Fabrikam does not let its people go to Contoso, whatever Contoso allows",
        address=ANA,
        changes=(
            _partner(
                "fabrikam",
                RESOURCE,
                "outbound to contoso: blocked",
                known=False,
                b2bCollaborationOutbound=everyone("blocked"),
            ),
        ),
        code=500212,
        decided=frozenset({("fabrikam", "outbound", "blocked")}),
    ),
    PolicyStory(
        name="report-only",
        title="Report-only: a block that only says what it would do",
        address=ANA,
        changes=(_policy("Would block", {"builtInControls": ["block"]}, state="enabledForReportingButNotEnforced"),),
        decided=frozenset({(RESOURCE, "mfa", "accepted_from_home")}),
        logged="reportOnlyFailure",
    ),
    PolicyStory(
        name="terms-of-use",
        title="Terms of use: shown once, accepted, remembered",
        address=ANA,
        changes=(
            Change(
                tenant=RESOURCE,
                told="terms of use 'House rules'",
                method="POST",
                path="/v1.0/identityGovernance/termsOfUse/agreements",
                body={
                    "displayName": "House rules",
                    "isViewingBeforeAcceptanceRequired": False,
                    "files": [
                        {"fileName": "rules.txt", "language": "en", "isDefault": True, "fileData": {"data": _TEXT}}
                    ],
                },
                permissions=("Agreement.ReadWrite.All",),
            ),
            _policy("Accept the rules", {"termsOfUse": [MADE]}),
        ),
        decided=frozenset({(RESOURCE, "terms_of_use", "asked")}),
    ),
    PolicyStory(
        name="direct-connect",
        title="Direct connect: both tenants open it, and somebody comes without a guest object",
        address=ANA,
        changes=(
            _partner(
                "fabrikam",
                RESOURCE,
                "direct connect outbound to contoso: allowed",
                known=False,
                b2bDirectConnectOutbound=everyone("allowed"),
            ),
            _partner(
                RESOURCE,
                "fabrikam",
                "direct connect inbound from fabrikam: allowed",
                known=True,
                b2bDirectConnectInbound=everyone("allowed"),
            ),
        ),
        sign_in={"direct_connect": True},
        decided=frozenset({(RESOURCE, "account", "direct_connect"), (RESOURCE, "mfa", "accepted_from_home")}),
    ),
)
