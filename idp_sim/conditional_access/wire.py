"""A policy as Graph shows it (graph-api 21): every member is there, what is not configured is null or empty."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from idp_sim.conditional_access.model import (
    ApplicationCondition,
    ConditionalAccessPolicy,
    GrantControls,
    GuestsOrExternalUsers,
    UserCondition,
)


def policy_to_json(policy: ConditionalAccessPolicy) -> dict[str, Any]:
    """The policy as a ``conditionalAccessPolicy`` entity without annotations."""
    return {
        "id": policy.id,
        "templateId": None,
        "displayName": policy.display_name,
        "description": policy.description,
        "createdDateTime": _instant(policy.created),
        "modifiedDateTime": _instant(policy.modified),
        "state": policy.state.value,
        "conditions": {
            "userRiskLevels": [],
            "signInRiskLevels": [],
            "servicePrincipalRiskLevels": [],
            "insiderRiskLevels": None,
            "clientAppTypes": ["all"],
            "platforms": None,
            "locations": None,
            "devices": None,
            "clientApplications": None,
            "authenticationFlows": None,
            "applications": _applications(policy.conditions.applications),
            "users": _users(policy.conditions.users),
        },
        "grantControls": _grant_controls(policy.grant_controls),
        "sessionControls": None,
    }


def _users(condition: UserCondition) -> dict[str, Any]:
    return {
        "includeUsers": list(condition.include_users),
        "excludeUsers": list(condition.exclude_users),
        "includeGroups": [],
        "excludeGroups": [],
        "includeRoles": [],
        "excludeRoles": [],
        "includeGuestsOrExternalUsers": _guests(condition.include_guests),
        "excludeGuestsOrExternalUsers": _guests(condition.exclude_guests),
    }


def _guests(guests: GuestsOrExternalUsers | None) -> dict[str, Any] | None:
    if guests is None:
        return None
    tenants: dict[str, Any] = {
        "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants",
        "membershipKind": "all",
    }
    if guests.tenants is not None:
        tenants = {
            "@odata.type": "#microsoft.graph.conditionalAccessEnumeratedExternalTenants",
            "membershipKind": "enumerated",
            "members": list(guests.tenants),
        }
    return {"guestOrExternalUserTypes": ",".join(guests.types), "externalTenants": tenants}


def _applications(condition: ApplicationCondition) -> dict[str, Any]:
    return {
        "includeApplications": list(condition.include),
        "excludeApplications": list(condition.exclude),
        "includeUserActions": [],
        "includeAuthenticationContextClassReferences": [],
        "applicationFilter": None,
    }


def _grant_controls(controls: GrantControls) -> dict[str, Any]:
    return {
        "operator": controls.operator,
        "builtInControls": list(controls.built_in),
        "customAuthenticationFactors": [],
        "termsOfUse": [],
        "authenticationStrength": None,
    }


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant:%Y-%m-%dT%H:%M:%SZ}"
