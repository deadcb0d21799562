"""Graph's names around a policy: what the product has, so that a refusal can tell "not built" from "unknown".

Source: graph-api 21. A name that gains a meaning here moves into the parser.
"""

from __future__ import annotations

STATES = ("enabled", "disabled", "enabledForReportingButNotEnforced")
OPERATORS = ("AND", "OR")

POLICY_KEYS = ("displayName", "description", "state", "conditions", "grantControls", "sessionControls")
READ_ONLY_KEYS = ("id", "createdDateTime", "modifiedDateTime", "deletedDateTime", "templateId")

CONDITION_KEYS = ("users", "applications")
CONDITIONS_NOT_BUILT = (
    "clientAppTypes",
    "locations",
    "platforms",
    "devices",
    "deviceStates",
    "times",
    "userRiskLevels",
    "signInRiskLevels",
    "servicePrincipalRiskLevels",
    "insiderRiskLevels",
    "agentIdRiskLevels",
    "authenticationFlows",
    "clientApplications",
)

USER_KEYS = ("includeUsers", "excludeUsers", "includeGuestsOrExternalUsers", "excludeGuestsOrExternalUsers")
USER_KEYS_NOT_BUILT = ("includeGroups", "excludeGroups", "includeRoles", "excludeRoles")
GUEST_KEYS = ("guestOrExternalUserTypes", "externalTenants")
EXTERNAL_TENANTS_KEYS = ("membershipKind", "members")

APPLICATION_KEYS = ("includeApplications", "excludeApplications")
APPLICATION_KEYS_NOT_BUILT = (
    "includeUserActions",
    "includeAuthenticationContextClassReferences",
    "applicationFilter",
    "globalSecureAccess",
    "networkAccess",
)

GRANT_KEYS = ("operator", "builtInControls")
GRANT_KEYS_NOT_BUILT = ("customAuthenticationFactors", "termsOfUse", "authenticationStrength")
BUILT_IN_CONTROLS = ("block", "mfa")
GRANT_CONTROLS_NOT_BUILT = (
    "compliantDevice",
    "domainJoinedDevice",
    "approvedApplication",
    "compliantApplication",
    "passwordChange",
    "riskRemediation",
)

EXTERNAL_USER_TYPES = (
    "internalGuest",
    "b2bCollaborationGuest",
    "b2bCollaborationMember",
    "b2bDirectConnectUser",
    "otherExternalUser",
    "serviceProvider",
)

SESSION_CONTROLS_NOT_BUILT = (
    "applicationEnforcedRestrictions",
    "cloudAppSecurity",
    "continuousAccessEvaluation",
    "disableResilienceDefaults",
    "globalSecureAccessFilteringProfile",
    "persistentBrowser",
    "secureSignInSession",
    "signInFrequency",
)
