"""Graph's names around a policy: what the product has, so that a refusal can tell "not built" from "unknown".

Source: graph-api 21. A name that gains a meaning here moves out of the lists of what is not built.
"""

from __future__ import annotations

STATES = ("enabled", "disabled", "enabledForReportingButNotEnforced")
OPERATORS = ("AND", "OR")

POLICY_KEYS = ("displayName", "description", "state", "conditions", "grantControls", "sessionControls")
READ_ONLY_KEYS = ("id", "createdDateTime", "modifiedDateTime", "deletedDateTime", "templateId")

CONDITION_KEYS = (
    "users",
    "applications",
    "clientAppTypes",
    "locations",
    "platforms",
    "devices",
    "userRiskLevels",
    "signInRiskLevels",
)
CONDITIONS_NOT_BUILT = (
    "deviceStates",
    "times",
    "servicePrincipalRiskLevels",
    "insiderRiskLevels",
    "agentIdRiskLevels",
    "authenticationFlows",
    "clientApplications",
)

USER_KEYS = (
    "includeUsers",
    "excludeUsers",
    "includeGroups",
    "excludeGroups",
    "includeRoles",
    "excludeRoles",
    "includeGuestsOrExternalUsers",
    "excludeGuestsOrExternalUsers",
)
USER_INCLUDES = ("includeUsers", "includeGroups", "includeRoles")
GUEST_KEYS = ("guestOrExternalUserTypes", "externalTenants")
EXTERNAL_TENANTS_KEYS = ("membershipKind", "members")
EXTERNAL_USER_TYPES = (
    "internalGuest",
    "b2bCollaborationGuest",
    "b2bCollaborationMember",
    "b2bDirectConnectUser",
    "otherExternalUser",
    "serviceProvider",
)

APPLICATION_KEYS = (
    "includeApplications",
    "excludeApplications",
    "includeUserActions",
    "includeAuthenticationContextClassReferences",
)
APPLICATION_KEYS_NOT_BUILT = ("applicationFilter", "globalSecureAccess", "networkAccess")
REGISTER_SECURITY_INFORMATION = "urn:user:registersecurityinfo"
REGISTER_DEVICE = "urn:user:registerdevice"
USER_ACTIONS = (REGISTER_SECURITY_INFORMATION, REGISTER_DEVICE)

CLIENT_APP_TYPES = ("all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other")
PLATFORM_KEYS = ("includePlatforms", "excludePlatforms")
PLATFORMS = ("android", "iOS", "windows", "windowsPhone", "macOS", "linux", "all")
LOCATION_KEYS = ("includeLocations", "excludeLocations")
DEVICE_KEYS = ("deviceFilter",)
DEVICE_KEYS_NOT_BUILT = ("includeDevices", "excludeDevices", "includeDeviceStates", "excludeDeviceStates")
DEVICE_FILTER_KEYS = ("mode", "rule")
DEVICE_FILTER_MODES = ("include", "exclude")
RISK_LEVELS = ("low", "medium", "high", "none")

GRANT_KEYS = ("operator", "builtInControls", "termsOfUse", "authenticationStrength")
GRANT_KEYS_NOT_BUILT = ("customAuthenticationFactors",)
BUILT_IN_CONTROLS = (
    "block",
    "mfa",
    "compliantDevice",
    "domainJoinedDevice",
    "approvedApplication",
    "compliantApplication",
    "passwordChange",
)
GRANT_CONTROLS_NOT_BUILT = ("riskRemediation",)

SESSION_KEYS = (
    "applicationEnforcedRestrictions",
    "cloudAppSecurity",
    "disableResilienceDefaults",
    "persistentBrowser",
    "secureSignInSession",
    "signInFrequency",
)
SESSION_KEYS_NOT_BUILT = ("continuousAccessEvaluation", "globalSecureAccessFilteringProfile")
SIGN_IN_FREQUENCY_KEYS = ("value", "type", "authenticationType", "frequencyInterval", "isEnabled")
AUTHENTICATION_TYPES = ("primaryAndSecondaryAuthentication", "secondaryAuthentication")
CLOUD_APP_SECURITY_TYPES = ("mcasConfigured", "monitorOnly", "blockDownloads")
