"""Policies on the wire: read, shown, changed, and everything without a meaning refused by name (graph-api 21)."""

from __future__ import annotations

import copy
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from idp_sim.conditional_access.conditions import MATCHERS
from idp_sim.conditional_access.grant_controls import GRANT_CONTROLS
from idp_sim.conditional_access.model import ConditionalAccessPolicy, Conditions, GuestsOrExternalUsers, PolicyState
from idp_sim.conditional_access.parse import UnsupportedPolicy, merge_patch, policy_from_json, policy_to_json
from idp_sim.conditional_access.vocabulary import BUILT_IN_CONTROLS, CONDITION_KEYS, GRANT_CONTROLS_NOT_BUILT

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 12, tzinfo=UTC)
ANA = "aaaaaaaa-0000-4000-8000-000000000001"
PORTAL = "bbbbbbbb-0000-4000-8000-000000000002"
TENANT = "cccccccc-0000-4000-8000-000000000003"
CONTROLS = ", ".join(sorted(BUILT_IN_CONTROLS))

MINIMAL: dict[str, Any] = {
    "displayName": "Guests need MFA",
    "state": "enabled",
    "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
    "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """``MINIMAL`` with the member at the dotted ``path`` set."""
    body = copy.deepcopy(MINIMAL)
    *parents, last = path.split(".")
    member = body
    for parent in parents:
        member = member.setdefault(parent, {})
    member[last] = value
    return body


def read(body: Any) -> ConditionalAccessPolicy:
    return policy_from_json(body, id="policy", now=NOON)


def problems_of(body: Any) -> tuple[str, ...]:
    with pytest.raises(UnsupportedPolicy) as error:
        read(body)
    return error.value.problems


def test_a_minimal_policy() -> None:
    policy = read(MINIMAL)
    assert (policy.id, policy.display_name, policy.created, policy.modified) == (
        "policy",
        "Guests need MFA",
        NOON,
        None,
    )
    assert policy.state is PolicyState.ENABLED
    assert policy.conditions.users.include_users == ("All",)
    assert policy.conditions.applications.include == ("All",)
    assert policy.grant_controls.built_in == ("mfa",)


@pytest.mark.parametrize(
    ("external_tenants", "tenants"),
    [
        pytest.param(None, None, id="left out: all"),
        pytest.param({"membershipKind": "all"}, None, id="all"),
        pytest.param(
            {"@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants"}, None, id="all, by its type"
        ),
        pytest.param({"membershipKind": "enumerated", "members": [TENANT.upper()]}, (TENANT,), id="enumerated"),
        pytest.param(
            {"@odata.type": "#microsoft.graph.conditionalAccessEnumeratedExternalTenants", "members": [TENANT]},
            (TENANT,),
            id="enumerated, by its type",
        ),
    ],
)
def test_guest_types_and_external_tenants(external_tenants: Any, tenants: tuple[str, ...] | None) -> None:
    guests = {"guestOrExternalUserTypes": "b2bCollaborationGuest, internalGuest", "externalTenants": external_tenants}
    policy = read(changed("conditions.users", {"includeGuestsOrExternalUsers": guests}))
    assert policy.conditions.users.include_guests == GuestsOrExternalUsers(
        types=("b2bCollaborationGuest", "internalGuest"), tenants=tenants
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(changed("conditions.clientAppTypes", ["all"]), id='clientAppTypes ["all"]'),
        pytest.param(changed("conditions.clientAppTypes", []), id="clientAppTypes []"),
        pytest.param(changed("conditions.locations", None), id="locations null"),
        pytest.param(changed("conditions.signInRiskLevels", []), id="signInRiskLevels []"),
        pytest.param(changed("conditions.devices", {"deviceFilter": None}), id="devices without a filter"),
        pytest.param(
            changed("conditions.platforms", {"includePlatforms": [], "excludePlatforms": []}), id="no platform"
        ),
        pytest.param(changed("conditions.authenticationFlows", {"transferMethods": "none"}), id="no transfer method"),
        pytest.param(changed("conditions.users.includeGroups", []), id="no group"),
        pytest.param(changed("conditions.users.excludeGuestsOrExternalUsers", None), id="no excluded guests"),
        pytest.param(
            changed("conditions.users.excludeGuestsOrExternalUsers", {"guestOrExternalUserTypes": "none"}),
            id="guest types none",
        ),
        pytest.param(changed("conditions.applications.applicationFilter", None), id="no filter"),
        pytest.param(changed("grantControls.termsOfUse", []), id="no terms of use"),
        pytest.param(changed("grantControls.authenticationStrength", None), id="no strength"),
        pytest.param(changed("sessionControls", None), id="no session controls"),
        pytest.param(changed("sessionControls", {"signInFrequency": None}), id="session controls, all null"),
        pytest.param(changed("description", None), id="no description"),
        pytest.param(changed("id", None), id="read-only members that are null"),
        pytest.param(
            changed("grantControls", MINIMAL["grantControls"] | {"authenticationStrength@odata.context": "x"}),
            id="annotations",
        ),
    ],
)
def test_what_says_nothing_is_not_configured(body: dict[str, Any]) -> None:
    assert read(body) == read(MINIMAL)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param("conditions.servicePrincipalRiskLevels", ["low"], id="service principal risk"),
        pytest.param("conditions.insiderRiskLevels", "minor", id="insider risk"),
        pytest.param("conditions.authenticationFlows", {"transferMethods": "deviceCodeFlow"}, id="flows"),
        pytest.param("conditions.clientApplications", {"includeServicePrincipals": [PORTAL]}, id="workloads"),
        pytest.param("conditions.applications.applicationFilter", {"mode": "include", "rule": "x"}, id="app filter"),
        pytest.param("conditions.devices.includeDevices", ["All"], id="device states"),
        pytest.param("grantControls.customAuthenticationFactors", ["x"], id="custom controls"),
        pytest.param("sessionControls.continuousAccessEvaluation", {"mode": "disabled"}, id="continuous evaluation"),
    ],
)
def test_what_is_not_built_is_refused_by_its_path(path: str, value: Any) -> None:
    assert problems_of(changed(path, value)) == (
        f"{path}: is not supported by this simulator yet; leave it out, null or empty",
    )


@pytest.mark.parametrize("name", GRANT_CONTROLS_NOT_BUILT)
def test_grant_controls_that_are_not_built_are_refused_by_name(name: str) -> None:
    assert problems_of(changed("grantControls.builtInControls", ["mfa", name])) == (
        f"grantControls.builtInControls: '{name}' is not supported by this simulator yet; expected {CONTROLS}",
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param([], "the policy: expected an object", id="no object"),
        pytest.param(
            changed("displayName", " "), "displayName: expected a text that is not empty, got an empty text", id="blank"
        ),
        pytest.param(
            changed("displayName", 7), "displayName: expected a text that is not empty, got a number", id="name"
        ),
        pytest.param(
            changed("state", "on"),
            "state: expected 'enabled', 'disabled', 'enabledForReportingButNotEnforced', got 'on'",
            id="state",
        ),
        pytest.param(changed("conditions", None), "conditions: is required", id="no conditions"),
        pytest.param(changed("conditions", []), "conditions: expected an object, got a list", id="conditions a list"),
        pytest.param(changed("conditions.users", None), "conditions.users: is required", id="no users"),
        pytest.param(
            changed("conditions.users", {}),
            "conditions.users: nobody is included; expected includeUsers or includeGuestsOrExternalUsers",
            id="nobody",
        ),
        pytest.param(
            changed("conditions.applications", {"excludeApplications": [PORTAL]}),
            "conditions.applications: no application is included; expected includeApplications",
            id="no application",
        ),
        pytest.param(
            changed("conditions.location", {}),
            "conditions.location: unknown property; did you mean 'locations'?",
            id="typo in a condition",
        ),
        pytest.param(changed("colour", "red"), "colour: unknown property", id="unknown property"),
        pytest.param(
            changed("conditions.users.includeUsers", ["ana@fabrikam.example"]),
            "conditions.users.includeUsers: expected 'All', 'None', 'GuestsOrExternalUsers' or an id, "
            "got 'ana@fabrikam.example'",
            id="a name instead of an id",
        ),
        pytest.param(
            changed("conditions.users.excludeUsers", ["All"]),
            "conditions.users.excludeUsers: expected 'GuestsOrExternalUsers' or an id, got 'All'",
            id="excluding everybody",
        ),
        pytest.param(
            changed("conditions.users.includeUsers", "All"),
            "conditions.users.includeUsers: expected a list of texts, got a text",
            id="a text instead of a list",
        ),
        pytest.param(
            changed("conditions.applications.includeApplications", ["Office"]),
            "conditions.applications.includeApplications: expected 'All', 'None', 'Office365', "
            "'MicrosoftAdminPortals' or an id, got 'Office'",
            id="no group of applications",
        ),
        pytest.param(
            changed("conditions.users.includeGuestsOrExternalUsers", {"guestOrExternalUserTypes": "aliens"}),
            "conditions.users.includeGuestsOrExternalUsers.guestOrExternalUserTypes: expected 'internalGuest', "
            "'b2bCollaborationGuest', 'b2bCollaborationMember', 'b2bDirectConnectUser', 'otherExternalUser', "
            "'serviceProvider', got 'aliens'",
            id="unknown guest type",
        ),
        pytest.param(
            changed(
                "conditions.users",
                {
                    "includeUsers": ["GuestsOrExternalUsers"],
                    "includeGuestsOrExternalUsers": {"guestOrExternalUserTypes": "internalGuest"},
                },
            ),
            "conditions.users: 'GuestsOrExternalUsers' and includeGuestsOrExternalUsers exclude each other",
            id="both words for guests",
        ),
        pytest.param(
            changed(
                "conditions.users.includeGuestsOrExternalUsers",
                {"guestOrExternalUserTypes": "internalGuest", "externalTenants": {"membershipKind": "enumerated"}},
            ),
            "conditions.users.includeGuestsOrExternalUsers.externalTenants.members: at least one tenant id is needed",
            id="enumerated without members",
        ),
        pytest.param(
            changed("grantControls", None),
            "grantControls: is required where sessionControls demand nothing",
            id="no controls",
        ),
        pytest.param(
            changed("grantControls.builtInControls", []),
            "grantControls.builtInControls: at least one control is needed",
            id="empty controls",
        ),
        pytest.param(
            changed("grantControls.builtInControls", ["block", "mfa"]),
            "grantControls.builtInControls: 'block' stands alone",
            id="block and mfa",
        ),
        pytest.param(
            changed("grantControls.builtInControls", ["mfaa"]),
            f"grantControls.builtInControls: 'mfaa' is unknown; expected {CONTROLS}",
            id="unknown control",
        ),
        pytest.param(
            changed("grantControls.operator", "XOR"),
            "grantControls.operator: expected 'AND', 'OR', got 'XOR'",
            id="operator",
        ),
        pytest.param(changed("id", ANA), "id: is read-only and cannot be set", id="read-only"),
        pytest.param(changed("sessionControls", []), "sessionControls: expected an object or null", id="session list"),
    ],
)
def test_mistakes_are_named_with_what_was_expected(body: Any, expected: str) -> None:
    assert problems_of(body) == (expected,)


def test_all_mistakes_are_told_at_once() -> None:
    body = changed("conditions.locations", {"includeLocations": ["Everywhere"]})
    body |= {"state": "on", "sessionControls": {"signInFrequency": {"value": 1}}, "displayName": ""}
    paths = [problem.partition(":")[0] for problem in problems_of(body)]
    assert paths == [
        "displayName",
        "state",
        "conditions.locations.includeLocations",
        "sessionControls.signInFrequency.type",
    ]


def test_every_condition_and_control_that_is_read_has_a_row_in_its_table() -> None:
    # The applications of a policy are three conditions: applications, user actions, authentication contexts.
    assert len(CONDITION_KEYS) == len(fields(Conditions)) == len(MATCHERS) - 2
    assert set(BUILT_IN_CONTROLS) <= set(GRANT_CONTROLS)
    assert not set(BUILT_IN_CONTROLS) & set(GRANT_CONTROLS_NOT_BUILT)


FULL = {
    "displayName": "Everything",
    "description": "All that can be said",
    "state": "enabledForReportingButNotEnforced",
    "conditions": {
        "users": {
            "includeUsers": [ANA],
            "excludeUsers": ["GuestsOrExternalUsers"],
            "includeGuestsOrExternalUsers": {
                "guestOrExternalUserTypes": "internalGuest,b2bCollaborationMember",
                "externalTenants": {"membershipKind": "enumerated", "members": [TENANT]},
            },
        },
        "applications": {"includeApplications": ["All"], "excludeApplications": [PORTAL]},
    },
    "grantControls": {"operator": "AND", "builtInControls": ["block"]},
}


@pytest.mark.parametrize("body", [pytest.param(MINIMAL, id="minimal"), pytest.param(FULL, id="full")])
def test_what_graph_shows_can_be_read_again(body: dict[str, Any]) -> None:
    policy = read(body)
    shown = policy_to_json(policy)
    for key in ("id", "createdDateTime", "modifiedDateTime", "templateId"):
        shown.pop(key)
    assert read(shown) == policy


def test_graph_shows_every_member_even_when_nothing_is_configured() -> None:
    shown = policy_to_json(read(MINIMAL))
    assert shown["createdDateTime"] == "2026-01-01T12:00:00Z"
    assert shown["conditions"]["clientAppTypes"] == ["all"]
    assert shown["conditions"]["users"]["includeGuestsOrExternalUsers"] is None
    assert shown["sessionControls"] is None


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        pytest.param({"state": "disabled"}, {"state": "disabled"}, id="one member"),
        pytest.param({}, {}, id="nothing"),
        pytest.param(
            {"conditions": {"users": {"excludeUsers": [ANA]}}},
            {"conditions.users.excludeUsers": [ANA]},
            id="a nested member leaves its siblings",
        ),
        pytest.param({"description": None}, {"description": None}, id="null clears"),
        pytest.param(
            {"conditions": {"users": {"includeGuestsOrExternalUsers": {"externalTenants": {"membershipKind": "all"}}}}},
            {
                "conditions.users.includeGuestsOrExternalUsers.externalTenants": {
                    "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants",
                    "membershipKind": "all",
                }
            },
            id="another kind of tenants drops the members",
        ),
    ],
)
def test_a_patch_changes_what_it_names_and_nothing_else(patch: dict[str, Any], expected: dict[str, Any]) -> None:
    policy = read(FULL)
    wanted = policy_to_json(policy) | {"modifiedDateTime": "2026-01-02T12:00:00Z"}
    for path, value in expected.items():
        *parents, last = path.split(".")
        member = wanted
        for parent in parents:
            member = member[parent]
        member[last] = value
    result = merge_patch(policy, patch, LATER)
    assert policy_to_json(result) == wanted
    assert (result.created, result.modified) == (NOON, LATER)


def test_a_whole_policy_as_read_can_be_patched_back() -> None:
    policy = read(FULL)
    result = merge_patch(policy, policy_to_json(policy), LATER)
    assert result.conditions == policy.conditions


@pytest.mark.parametrize(
    ("patch", "problem"),
    [
        pytest.param({"id": ANA}, "id: is read-only and cannot be set", id="another id"),
        pytest.param({"conditions": None}, "conditions: is required", id="no conditions"),
        pytest.param(
            {"grantControls": {"builtInControls": ["mfa", "block"]}},
            "grantControls.builtInControls: 'block' stands alone",
            id="block and mfa",
        ),
        pytest.param([], "the policy: expected an object", id="no object"),
    ],
)
def test_a_patch_that_leaves_no_good_policy_is_refused(patch: Any, problem: str) -> None:
    with pytest.raises(UnsupportedPolicy) as error:
        merge_patch(read(FULL), patch, LATER)
    assert error.value.problems == (problem,)
