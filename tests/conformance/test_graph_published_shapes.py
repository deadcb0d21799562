"""What the published tables say a resource has, and what every action and function keeps to (graph-api 8, 10 to 18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from idp_sim.graph.registry import RESOURCES
from idp_sim.graph.resource import Handler, Resource
from idp_sim.ports import WORLD_WIDE
from idp_sim.tenants.model import GUEST_LIKE_MEMBER, LIMITED_GUEST, RESTRICTED_GUEST, Tenant
from tests.builders import EVERY_PERMISSION, WORLD, GraphWorld

NOBODY = "11111111-2222-4333-8444-555555555555"
BY_PATH = {resource.path: resource for resource in RESOURCES}

#: Path -> names, as the reference prints them.
PUBLISHED: Mapping[str, str] = {
    "/users": """id businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage
        surname userPrincipalName userType externalUserState externalUserStateChangeDateTime creationType identities
        otherMails
        proxyAddresses mailNickname department companyName employeeId employeeType city country usageLocation state
        streetAddress postalCode employeeHireDate accountEnabled createdDateTime deletedDateTime
        lastPasswordChangeDateTime signInSessionsValidFromDateTime signInActivity passwordProfile passwordPolicies
        onPremisesSyncEnabled onPremisesImmutableId onPremisesExtensionAttributes ageGroup consentProvidedForMinor
        legalAgeGroupClassification assignedLicenses assignedPlans licenseAssignmentStates showInAddressList""",
    "/groups": """id displayName mailEnabled mailNickname securityEnabled groupTypes membershipRule
        membershipRuleProcessingState isAssignableToRole visibility uniqueName mail proxyAddresses createdDateTime
        renewedDateTime expirationDateTime deletedDateTime securityIdentifier description classification
        preferredDataLocation resourceBehaviorOptions resourceProvisioningOptions theme""",
    "/directory/administrativeUnits": """id displayName description visibility membershipType membershipRule
        membershipRuleProcessingState isMemberManagementRestricted""",
    "/directoryRoles": "id displayName description roleTemplateId",
    "/roleManagement/directory/roleDefinitions": """id templateId displayName description isBuiltIn isEnabled version
        resourceScopes rolePermissions""",
    "/roleManagement/directory/roleAssignments": "id principalId roleDefinitionId directoryScopeId",
    "/organization": """id displayName tenantType verifiedDomains createdDateTime countryLetterCode defaultUsageLocation
        preferredLanguage technicalNotificationMails marketingNotificationEmails securityComplianceNotificationMails
        privacyProfile onPremisesSyncEnabled assignedPlans partnerTenantType""",
    "/domains": """id authenticationType isDefault isInitial isRoot isVerified isAdminManaged availabilityStatus
        supportedServices passwordValidityPeriodInDays passwordNotificationWindowInDays state manufacturer model""",
    "/applications": """id appId createdDateTime publisherDomain deletedDateTime displayName description notes tags
        identifierUris uniqueName signInAudience web spa publicClient isFallbackPublicClient api appRoles
        requiredResourceAccess optionalClaims groupMembershipClaims passwordCredentials keyCredentials
        tokenEncryptionKeyId samlMetadataUrl defaultRedirectUri servicePrincipalLockConfiguration isDisabled
        nativeAuthenticationApisEnabled""",
    "/servicePrincipals": """id accountEnabled appId appDisplayName displayName appOwnerOrganizationId
        appRoleAssignmentRequired appRoles oauth2PermissionScopes servicePrincipalNames replyUrls servicePrincipalType
        signInAudience tags homepage loginUrl logoutUrl preferredSingleSignOnMode samlSingleSignOnSettings
        preferredTokenSigningKeyThumbprint keyCredentials passwordCredentials tokenEncryptionKeyId
        notificationEmailAddresses""",
    "/oauth2PermissionGrants": "id clientId consentType principalId resourceId scope",
    "/servicePrincipals/{servicePrincipal}/appRoleAssignedTo": """id appRoleId principalId principalType
        principalDisplayName resourceId resourceDisplayName createdDateTime""",
    "/auditLogs/directoryAudits": """id activityDateTime activityDisplayName category loggedByService operationType
        correlationId result resultReason initiatedBy targetResources additionalDetails""",
    "/subscribedSkus": "id skuId skuPartNumber capabilityStatus consumedUnits prepaidUnits servicePlans appliesTo",
}
#: The default set of a user (graph-api 10.2).
DEFAULT_OF_USERS = {
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
}


def _bound(resource: Resource, name: str, handler: Handler, *, one: bool) -> Any:
    key = f"/{NOBODY}" if one and resource.collection else ""
    return pytest.param(resource, f"{key}/{name}", handler, id=f"{resource.path}{'/{id}' if key else ''}/{name}")


CALLS = [
    _bound(resource, name, handler, one=one)
    for resource in RESOURCES
    for one, handlers in ((True, resource.actions), (False, resource.collection_actions))
    for name, handler in handlers.items()
]


@pytest.fixture(scope="module")
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    yield made
    made.close()


def url_of(resource: Resource, rest: str) -> str:
    path = "/".join(NOBODY if segment.startswith("{") else segment for segment in resource.path.split("/"))
    return f"/v1.0{path}{rest}"


def token_of(world: GraphWorld, handler: Handler, permissions: set[str]) -> str:
    """An application's token where it may ask, else one of a Global Administrator."""
    if handler.access.user_only or not handler.access.application:
        return world.user_token(world.user("alex"), permissions)
    return world.app_token(permissions)


@pytest.mark.parametrize("path", PUBLISHED)
def test_every_published_property_is_there(path: str) -> None:
    missing = set(PUBLISHED[path].split()) - set(BY_PATH[path].selectable("v1.0"))
    assert not missing


def test_the_default_set_of_a_user_is_the_published_one() -> None:
    assert set(BY_PATH["/users"].defaults("v1.0")) == set(BY_PATH["/me"].defaults("v1.0")) == DEFAULT_OF_USERS


@pytest.mark.parametrize(("resource", "rest", "handler"), CALLS)
def test_no_action_or_function_runs_without_its_permission(
    world: GraphWorld, resource: Resource, rest: str, handler: Handler
) -> None:
    access = handler.access
    accepted = {*access.application, *access.delegated, *access.own, *access.owned, *(access.narrow or {})}
    token = token_of(world, handler, set(EVERY_PERMISSION) - accepted)
    method, body = ("GET", None) if handler.function else ("POST", {})
    answer = world.call(method, url_of(resource, rest), body, token=token)
    assert (answer.status, answer.code) == (resource.denied.value.status, resource.denied.value.code)


@pytest.mark.parametrize(("resource", "rest", "handler"), CALLS)
def test_an_action_is_posted_and_a_function_is_read(
    world: GraphWorld, resource: Resource, rest: str, handler: Handler
) -> None:
    method = "POST" if handler.function else "PATCH"
    answer = world.call(method, url_of(resource, rest), {})
    assert answer.status == 405


@pytest.mark.parametrize(("resource", "rest", "handler"), [c for c in CALLS if not c.values[2].function])
def test_an_unknown_parameter_of_an_action_is_refused_by_name(
    world: GraphWorld, resource: Resource, rest: str, handler: Handler
) -> None:
    token = world.user_token(world.user("alex"))
    rest = rest.replace(NOBODY, world.user("alex").id) if resource.path == "/users" else rest
    answer = world.call("POST", url_of(resource, rest), {"nothingLikeIt": 1}, token=token)
    assert answer.status == 400, answer.response.body
    assert "nothingLikeIt" in answer.message


#: Path, and the status for a guest at the three levels: like a member, limited, restricted (graph-api 8.3).
GUEST_VIEWS = [
    ("/users", (200, 403, 403)),
    ("/users/{megan}", (200, 200, 403)),
    ("/users/{ana}", (200, 200, 200)),
    ("/me", (200, 200, 200)),
    ("/groups", (200, 403, 403)),
    ("/organization", (200, 200, 200)),
    ("/directoryRoles", (200, 403, 403)),
    ("/roleManagement/directory/roleAssignments", (200, 403, 403)),
    ("/directory/administrativeUnits", (200, 403, 403)),
    ("/policies/authorizationPolicy", (200, 403, 403)),
    ("/subscribedSkus", (200, 403, 403)),
    ("/auditLogs/signIns", (403, 403, 403)),
    ("/auditLogs/directoryAudits", (403, 403, 403)),
    ("/applications", (200, 200, 200)),
    ("/servicePrincipals", (200, 200, 200)),
]


@pytest.mark.parametrize("level", range(3), ids=["like a member", "limited", "restricted"])
@pytest.mark.parametrize(("path", "expected"), GUEST_VIEWS, ids=[path for path, _ in GUEST_VIEWS])
def test_a_guest_reads_what_the_level_allows(
    world: GraphWorld, path: str, expected: tuple[int, int, int], level: int
) -> None:
    role = (GUEST_LIKE_MEMBER, LIMITED_GUEST, RESTRICTED_GUEST)[level]
    tenant = world.tenant().id
    world.storage.update(WORLD, WORLD_WIDE, Tenant, tenant, lambda old: replace(old, guest_user_role=role))
    ana = world.user("ana")
    url = path.format(megan=world.user("megan").id, ana=ana.id)
    assert world.get(f"/v1.0{url}", token=world.user_token(ana)).status == expected[level]


@pytest.mark.parametrize("level", [LIMITED_GUEST, RESTRICTED_GUEST], ids=["limited", "restricted"])
def test_a_guest_reads_all_of_itself_and_of_others_a_little(world: GraphWorld, level: str) -> None:
    tenant = world.tenant().id
    world.storage.update(WORLD, WORLD_WIDE, Tenant, tenant, lambda old: replace(old, guest_user_role=level))
    token = world.user_token(world.user("ana"))
    own = world.get("/v1.0/me?$select=externalUserState,otherMails", token=token).json
    assert (own["externalUserState"], own["otherMails"]) == ("Accepted", ["ana@fabrikam.example"])
    other = world.get(f"/v1.0/users/{world.user('megan').id}?$select=displayName,jobTitle", token=token)
    assert other.status == (200 if level == LIMITED_GUEST else 403)
    if other.status == 200:
        assert (other.json["displayName"], other.json["jobTitle"]) == ("Megan Bowen", None)
