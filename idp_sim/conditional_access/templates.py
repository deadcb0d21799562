"""Templates for policies that tenants with guests begin with (graph-api 21); each is a policy that can be created."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp_sim.conditional_access.vocabulary import REGISTER_SECURITY_INFORMATION

EVERYBODY = {"includeUsers": ["All"]}
GUESTS = {
    "includeGuestsOrExternalUsers": {
        "guestOrExternalUserTypes": "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,"
        "b2bDirectConnectUser,otherExternalUser,serviceProvider",
        "externalTenants": {
            "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants",
            "membershipKind": "all",
        },
    }
}
MFA = {"operator": "OR", "builtInControls": ["mfa"]}
EVERYTHING = {"includeApplications": ["All"]}


@dataclass(frozen=True, kw_only=True)
class Template:
    """One template; ``details`` is the policy without name and state, as ``POST .../policies`` takes it."""

    id: str
    name: str
    description: str
    scenarios: str
    details: Mapping[str, Any]


def _details(users: Mapping[str, Any], grants: Mapping[str, Any] | None, **conditions: Any) -> dict[str, Any]:
    session = conditions.pop("session", None)
    applications = conditions.pop("applications", EVERYTHING)
    clients = conditions.pop("clientAppTypes", ["all"])
    return {
        "conditions": {"users": users, "applications": applications, "clientAppTypes": clients, **conditions},
        "grantControls": grants,
        "sessionControls": session,
    }


TEMPLATES: tuple[Template, ...] = (
    Template(
        id="a4072ac0-722b-4991-981b-7f9755daef14",
        name="Require multifactor authentication for guest access",
        description="Guests and other external users need a second factor for every application.",
        scenarios="secureFoundation,zeroTrust,remoteWork",
        details=_details(GUESTS, MFA),
    ),
    Template(
        id="a3d0a415-b068-4326-9251-f9cdf9feeb64",
        name="Require multifactor authentication for all users",
        description="Everybody needs a second factor for every application.",
        scenarios="secureFoundation,zeroTrust,remoteWork",
        details=_details(EVERYBODY, MFA),
    ),
    Template(
        id="0b2282f9-2862-4178-88b5-d79340b36cb8",
        name="Block legacy authentication",
        description="Clients that can't ask for a second factor are kept out.",
        scenarios="secureFoundation,zeroTrust,remoteWork",
        details=_details(
            EVERYBODY, {"operator": "OR", "builtInControls": ["block"]}, clientAppTypes=["exchangeActiveSync", "other"]
        ),
    ),
    Template(
        id="b8bda7f8-6584-4446-bce9-d871480e53fa",
        name="Securing security info registration",
        description="Methods are registered after a second factor, or from a trusted place.",
        scenarios="secureFoundation,zeroTrust,remoteWork",
        details=_details(
            EVERYBODY,
            MFA,
            applications={"includeUserActions": [REGISTER_SECURITY_INFORMATION]},
            locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
        ),
    ),
)
