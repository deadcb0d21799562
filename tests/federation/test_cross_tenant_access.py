"""Cross-tenant access: precedence, the two halves read together, both sides, and what is refused (entra-sign-in 7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from federation.cross_tenant_access import (
    SYSTEM_DEFAULT,
    AutomaticUserConsent,
    B2bSetting,
    CrossTenantAccessConfiguration,
    InboundTrust,
    Target,
    TargetConfiguration,
    automatic_consent,
    decide_inbound,
    decide_outbound,
    effective,
    everyone,
    open_to_invitation,
    passes,
    problems,
)
from federation.reasons import Reason
from federation.words import Rule

ANA = "11111111-0000-4000-8000-000000000001"
GROUP = "22222222-0000-4000-8000-000000000002"
PORTAL = "33333333-0000-4000-8000-000000000003"
API = "44444444-0000-4000-8000-000000000004"


def setting(
    users_access: str, users: tuple[str, ...], applications_access: str, applications: tuple[str, ...]
) -> B2bSetting:
    return B2bSetting(
        users_and_groups=TargetConfiguration(
            access_type=users_access,
            targets=tuple(Target(target=u, target_type="group" if u == GROUP else "user") for u in users),
        ),
        applications=TargetConfiguration(
            access_type=applications_access,
            targets=tuple(Target(target=a, target_type="application") for a in applications),
        ),
    )


@pytest.mark.parametrize(
    ("users_access", "applications_access", "listed_user", "listed_application", "expected"),
    [
        pytest.param("allowed", "allowed", True, True, True, id="allowed U, allowed A: user in U and app in A"),
        pytest.param("allowed", "allowed", True, False, False, id="allowed U, allowed A: another app"),
        pytest.param("allowed", "allowed", False, True, False, id="allowed U, allowed A: another user"),
        pytest.param("allowed", "allowed", False, False, False, id="allowed U, allowed A: neither"),
        pytest.param("allowed", "blocked", True, True, False, id="allowed U, blocked A: the app"),
        pytest.param("allowed", "blocked", True, False, True, id="allowed U, blocked A: user in U, app not in A"),
        pytest.param("allowed", "blocked", False, True, False, id="allowed U, blocked A: another user, the app"),
        pytest.param("allowed", "blocked", False, False, False, id="allowed U, blocked A: another user"),
        pytest.param("blocked", "allowed", True, True, False, id="blocked U, allowed A: the user"),
        pytest.param("blocked", "allowed", True, False, False, id="blocked U, allowed A: the user, another app"),
        pytest.param("blocked", "allowed", False, True, True, id="blocked U, allowed A: user not in U, app in A"),
        pytest.param("blocked", "allowed", False, False, False, id="blocked U, allowed A: another app"),
        pytest.param("blocked", "blocked", True, True, False, id="blocked U, blocked A: only the combination"),
        pytest.param("blocked", "blocked", True, False, True, id="blocked U, blocked A: the user in another app"),
        pytest.param("blocked", "blocked", False, True, True, id="blocked U, blocked A: another user in the app"),
        pytest.param("blocked", "blocked", False, False, True, id="blocked U, blocked A: neither"),
    ],
)
def test_two_halves_are_read_together(
    users_access: str, applications_access: str, listed_user: bool, listed_application: bool, expected: bool
) -> None:
    given = setting(users_access, (GROUP,), applications_access, (PORTAL,))
    users = frozenset({ANA, GROUP}) if listed_user else frozenset({ANA})
    applications = frozenset({PORTAL, API}) if listed_application else frozenset({API})
    assert passes(given, users=users, applications=applications) is expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param("AllApplications", True, id="AllApplications names every application"),
        pytest.param("Office365", False, id="Office365 names none that a simulated tenant has"),
        pytest.param("AllMicrosoftApps", False, id="AllMicrosoftApps likewise"),
        pytest.param(PORTAL.upper(), True, id="ids are compared without regard to case"),
    ],
)
def test_words_among_the_targets(target: str, expected: bool) -> None:
    given = setting("allowed", ("AllUsers",), "allowed", (target,))
    assert passes(given, users=frozenset({ANA}), applications=frozenset({PORTAL})) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(everyone("allowed"), True, id="everything allowed"),
        pytest.param(everyone("blocked"), False, id="everything blocked"),
        pytest.param(setting("blocked", (ANA,), "blocked", ("AllApplications",)), False, id="she, in every app"),
        pytest.param(setting("blocked", (ANA,), "blocked", (PORTAL,)), True, id="she, in one app: others stay open"),
        pytest.param(setting("blocked", (GROUP,), "blocked", ("AllApplications",)), True, id="another group"),
        pytest.param(setting("allowed", (GROUP,), "allowed", ("AllApplications",)), False, id="only another group"),
        pytest.param(setting("allowed", (ANA,), "allowed", (PORTAL,)), True, id="she, in one app"),
        pytest.param(setting("blocked", (ANA,), "allowed", (PORTAL,)), False, id="all but her, in one app"),
    ],
)
def test_an_invitation_is_possible_while_any_application_stays_open(given: B2bSetting, expected: bool) -> None:
    assert open_to_invitation(given, users=frozenset({ANA})) is expected


@pytest.mark.parametrize(
    ("partner", "default", "expected"),
    [
        pytest.param(None, None, SYSTEM_DEFAULT.b2b_collaboration_inbound, id="system default where nothing is set"),
        pytest.param(None, everyone("blocked"), everyone("blocked"), id="the tenant's default before the system's"),
        pytest.param(
            everyone("allowed"), everyone("blocked"), everyone("allowed"), id="the partner before the default"
        ),
    ],
)
def test_precedence_is_partner_then_default_then_system(
    partner: B2bSetting | None, default: B2bSetting | None, expected: B2bSetting
) -> None:
    result = effective(
        CrossTenantAccessConfiguration(tenant_id="partner", b2b_collaboration_inbound=partner),
        CrossTenantAccessConfiguration(tenant_id="default", b2b_collaboration_inbound=default),
    )
    assert result.b2b_collaboration_inbound == expected
    assert result.tenant_id == "partner"


def test_settings_inherit_one_by_one() -> None:
    """A partner object that trusts MFA leaves all access settings to the default."""
    partner = CrossTenantAccessConfiguration(tenant_id="partner", inbound_trust=InboundTrust(is_mfa_accepted=True))
    default = replace(SYSTEM_DEFAULT, b2b_collaboration_outbound=everyone("blocked"), is_service_default=False)
    result = effective(partner, default)
    assert result.inbound_trust == InboundTrust(is_mfa_accepted=True)
    assert result.b2b_collaboration_outbound == everyone("blocked")
    assert result.b2b_direct_connect_inbound == everyone("blocked")


def test_automatic_consent_inherits_flag_by_flag() -> None:
    partner = CrossTenantAccessConfiguration(
        tenant_id="partner", automatic_user_consent=AutomaticUserConsent(inbound_allowed=True)
    )
    default = CrossTenantAccessConfiguration(
        tenant_id="default", automatic_user_consent=AutomaticUserConsent(inbound_allowed=False, outbound_allowed=True)
    )
    assert effective(partner, default).automatic_user_consent == AutomaticUserConsent(
        inbound_allowed=True, outbound_allowed=True
    )


def test_no_partner_and_no_default_is_the_system_default() -> None:
    assert effective(None, None) == SYSTEM_DEFAULT


@pytest.mark.parametrize(
    ("inbound", "access", "result", "refusal"),
    [
        pytest.param(False, "allowed", "allowed", None, id="outbound allows"),
        pytest.param(False, "blocked", "blocked", Reason.OUTBOUND_BLOCKED, id="outbound blocks: 500212"),
        pytest.param(True, "allowed", "allowed", None, id="inbound allows"),
        pytest.param(True, "blocked", "blocked", Reason.INBOUND_BLOCKED, id="inbound blocks: 500213"),
    ],
)
def test_each_side_decides_with_its_own_code(inbound: bool, access: str, result: str, refusal: Reason | None) -> None:
    configuration = replace(
        SYSTEM_DEFAULT,
        b2b_collaboration_inbound=everyone(access if inbound else "blocked"),
        b2b_collaboration_outbound=everyone("blocked" if inbound else access),
    )
    decide = decide_inbound if inbound else decide_outbound
    decision = decide(configuration, user=ANA, applications=(PORTAL, API), home="Fabrikam", resource="Contoso {x}")
    assert (decision.result, decision.refusal) == (result, refusal)
    assert decision.rule is (Rule.INBOUND if inbound else Rule.OUTBOUND)
    assert "Fabrikam" in decision.reason
    assert "Contoso {x}" in decision.reason
    assert decision.inputs["client_and_resource"] == (PORTAL, API)


def test_a_group_of_the_person_counts_for_the_decision() -> None:
    configuration = replace(
        SYSTEM_DEFAULT, b2b_collaboration_outbound=setting("blocked", (GROUP,), "blocked", ("AllApplications",))
    )
    kwargs = {"user": ANA, "applications": (PORTAL,), "home": "Fabrikam", "resource": "Contoso"}
    assert decide_outbound(configuration, **kwargs).refusal is None
    assert decide_outbound(configuration, groups=(GROUP,), **kwargs).refusal is Reason.OUTBOUND_BLOCKED


@pytest.mark.parametrize("home_outbound", [False, True])
@pytest.mark.parametrize("resource_inbound", [False, True])
def test_consent_is_suppressed_only_by_both_flags(home_outbound: bool, resource_inbound: bool) -> None:
    decision = automatic_consent(home_outbound=home_outbound, resource_inbound=resource_inbound)
    assert decision.result == ("suppressed" if home_outbound and resource_inbound else "asked")
    assert decision.rule is Rule.CONSENT
    assert decision.refusal is None


WHERE = "b2bCollaborationInbound"


@pytest.mark.parametrize(
    ("given", "inbound", "partner", "expected"),
    [
        pytest.param(everyone("allowed"), True, False, (), id="everyone allowed"),
        pytest.param(everyone("blocked"), True, False, (), id="everyone blocked"),
        pytest.param(setting("allowed", (GROUP,), "allowed", (PORTAL,)), True, True, (), id="ids in a partner object"),
        pytest.param(
            setting("blocked", (GROUP,), "blocked", ("AllApplications",)), True, True, (), id="a blocked group"
        ),
        pytest.param(setting("allowed", (GROUP,), "allowed", ("Office365",)), False, False, (), id="outbound default"),
        pytest.param(
            setting("maybe", ("AllUsers",), "allowed", ("AllApplications",)),
            True,
            True,
            (f"{WHERE}.usersAndGroups.accessType: expected 'allowed' or 'blocked', got 'maybe'.",),
            id="unknown access type",
        ),
        pytest.param(
            setting("allowed", (), "allowed", ()),
            True,
            True,
            (
                f"{WHERE}.usersAndGroups.targets: at least one target is needed, got none.",
                f"{WHERE}.applications.targets: at least one target is needed, got none.",
            ),
            id="empty targets in both halves",
        ),
        pytest.param(
            setting("allowed", ("ana",), "allowed", ("Everything",)),
            True,
            True,
            (
                f"{WHERE}.usersAndGroups.targets[0].target: expected 'AllUsers', or an object id, got 'ana'.",
                f"{WHERE}.applications.targets[0].target: expected 'AllApplications', 'Office365', "
                "'AllMicrosoftApps', or an object id, got 'Everything'.",
            ),
            id="targets that are neither ids nor known words",
        ),
        pytest.param(
            setting("allowed", (GROUP,), "allowed", ("AllApplications",)),
            True,
            False,
            (
                f"{WHERE}.usersAndGroups.targets: the default inbound setting can only target 'AllUsers'; users and "
                "groups of a partner can be named in that partner's own object.",
            ),
            id="partner ids in the default inbound setting",
        ),
        pytest.param(
            setting("blocked", ("AllUsers",), "blocked", (PORTAL,)),
            True,
            True,
            (f"{WHERE}: when 'AllUsers' is blocked, 'AllApplications' must be blocked too.",),
            id="all users blocked, one application",
        ),
        pytest.param(
            setting("blocked", ("AllUsers",), "allowed", ("AllApplications",)),
            True,
            True,
            (f"{WHERE}: when 'AllUsers' is blocked, 'AllApplications' must be blocked too.",),
            id="all users blocked, all applications allowed",
        ),
        pytest.param(
            setting("allowed", (ANA,), "blocked", ("AllApplications",)),
            True,
            True,
            (f"{WHERE}: when users are allowed, at least one application must be allowed.",),
            id="users allowed, every application blocked",
        ),
    ],
)
def test_contradictory_settings_are_refused_with_a_sentence(
    given: B2bSetting, inbound: bool, partner: bool, expected: tuple[str, ...]
) -> None:
    assert problems(given, where=WHERE, inbound=inbound, partner=partner) == expected


def test_a_target_type_of_the_other_half_is_refused() -> None:
    given = B2bSetting(
        users_and_groups=TargetConfiguration(
            access_type="allowed", targets=(Target(target=PORTAL, target_type="application"),)
        ),
        applications=TargetConfiguration(access_type="allowed", targets=(Target(target=ANA, target_type="user"),)),
    )
    assert problems(given, where=WHERE, inbound=True, partner=True) == (
        f"{WHERE}.usersAndGroups.targets[0].targetType: expected 'user' or 'group', got 'application'.",
        f"{WHERE}.applications.targets[0].targetType: expected 'application', got 'user'.",
    )
