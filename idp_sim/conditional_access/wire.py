"""A policy as Graph shows it (graph-api 21): every member is there, what is not configured is null or empty."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from idp_sim.conditional_access.model import (
    ApplicationCondition,
    ConditionalAccessPolicy,
    Conditions,
    DeviceFilter,
    GrantControls,
    GuestsOrExternalUsers,
    LocationCondition,
    PlatformCondition,
    SessionControls,
    SignInFrequency,
    UserCondition,
)
from idp_sim.conditional_access.vocabulary import AUTHENTICATION_TYPES


def policy_to_json(policy: ConditionalAccessPolicy) -> dict[str, Any]:
    """The policy as a ``conditionalAccessPolicy`` entity without annotations."""
    return {
        "id": policy.id,
        "templateId": policy.template,
        "displayName": policy.display_name,
        "description": policy.description,
        "createdDateTime": _instant(policy.created),
        "modifiedDateTime": _instant(policy.modified),
        "state": policy.state.value,
        "conditions": conditions_to_json(policy.conditions),
        "grantControls": _grant_controls(policy.grant_controls),
        "sessionControls": _session_controls(policy.session_controls),
    }


def conditions_to_json(conditions: Conditions) -> dict[str, Any]:
    """``conditionalAccessConditionSet``."""
    return {
        "userRiskLevels": list(conditions.user_risk_levels),
        "signInRiskLevels": list(conditions.sign_in_risk_levels),
        "servicePrincipalRiskLevels": [],
        "insiderRiskLevels": None,
        "clientAppTypes": list(conditions.client_app_types) or ["all"],
        "platforms": _pair(conditions.platforms, "Platforms"),
        "locations": _pair(conditions.locations, "Locations"),
        "devices": _devices(conditions.device_filter),
        "clientApplications": None,
        "authenticationFlows": None,
        "applications": _applications(conditions.applications),
        "users": _users(conditions.users),
    }


def _pair(condition: PlatformCondition | LocationCondition | None, noun: str) -> dict[str, Any] | None:
    if condition is None:
        return None
    return {f"include{noun}": list(condition.include), f"exclude{noun}": list(condition.exclude)}


def _devices(condition: DeviceFilter | None) -> dict[str, Any] | None:
    return None if condition is None else {"deviceFilter": {"mode": condition.mode, "rule": condition.rule}}


def _users(condition: UserCondition) -> dict[str, Any]:
    return {
        "includeUsers": list(condition.include_users),
        "excludeUsers": list(condition.exclude_users),
        "includeGroups": list(condition.include_groups),
        "excludeGroups": list(condition.exclude_groups),
        "includeRoles": list(condition.include_roles),
        "excludeRoles": list(condition.exclude_roles),
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
        "includeUserActions": list(condition.user_actions),
        "includeAuthenticationContextClassReferences": list(condition.authentication_contexts),
        "applicationFilter": None,
    }


def _grant_controls(controls: GrantControls) -> dict[str, Any] | None:
    if controls == GrantControls(operator=controls.operator):
        return None
    strength = controls.authentication_strength
    return {
        "operator": controls.operator,
        "builtInControls": list(controls.built_in),
        "customAuthenticationFactors": [],
        "termsOfUse": list(controls.terms_of_use),
        "authenticationStrength": None if strength is None else {"id": strength},
    }


def _session_controls(controls: SessionControls) -> dict[str, Any] | None:
    if controls == SessionControls():
        return None
    frequency, persistent = controls.sign_in_frequency, controls.persistent_browser
    return {
        "disableResilienceDefaults": controls.disable_resilience_defaults or None,
        "applicationEnforcedRestrictions": _switch(controls.application_enforced_restrictions),
        "cloudAppSecurity": controls.cloud_app_security
        and {"cloudAppSecurityType": controls.cloud_app_security, "isEnabled": True},
        "signInFrequency": frequency and _frequency(frequency),
        "persistentBrowser": persistent and {"mode": persistent, "isEnabled": True},
        "secureSignInSession": _switch(controls.secure_sign_in_session),
    }


def _switch(on: bool) -> dict[str, Any] | None:
    return {"isEnabled": True} if on else None


def _frequency(frequency: SignInFrequency) -> dict[str, Any]:
    primary, secondary = AUTHENTICATION_TYPES
    return {
        "value": frequency.value,
        "type": frequency.unit,
        "authenticationType": secondary if frequency.secondary_only else primary,
        "frequencyInterval": "everyTime" if frequency.every_time else "timeBased",
        "isEnabled": True,
    }


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant:%Y-%m-%dT%H:%M:%SZ}"
