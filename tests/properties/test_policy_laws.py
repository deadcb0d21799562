"""Laws that hold for every policy, whatever it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from federation.cross_tenant_access import (
    AutomaticUserConsent,
    B2bSetting,
    CrossTenantAccessConfiguration,
    InboundTrust,
    Target,
    TargetConfiguration,
    effective,
    open_to_invitation,
    passes,
)
from federation.mfa import MfaAnswer, MfaFacts, decide_mfa, trusted
from federation.model import AuthenticationContext, HomeKind, Method, PerformedMethod
from federation.one_time_passcode import Passcode, Verdict, attempt, issue
from idp_sim.conditional_access.evaluate import evaluate
from idp_sim.conditional_access.model import (
    ApplicationCondition,
    ConditionalAccessPolicy,
    Conditions,
    GrantControls,
    GuestsOrExternalUsers,
    PolicyState,
    SignIn,
    UserCondition,
)
from idp_sim.conditional_access.parse import policy_from_json, policy_to_json

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
IDS = tuple(f"{n}0000000-0000-4000-8000-000000000000" for n in range(1, 5))
TYPES = ("internalGuest", "b2bCollaborationGuest", "b2bCollaborationMember")

# --- conditional access ------------------------------------------------------------------------------

ids = st.lists(st.sampled_from(IDS), max_size=2, unique=True).map(tuple)
guests = st.none() | st.builds(
    GuestsOrExternalUsers,
    types=st.lists(st.sampled_from(TYPES), min_size=1, unique=True).map(tuple),
    tenants=st.none() | st.lists(st.sampled_from(IDS), min_size=1, max_size=2, unique=True).map(tuple),
)
users = st.builds(
    UserCondition,
    include_users=st.lists(st.sampled_from((*IDS, "All", "None")), min_size=1, max_size=2, unique=True).map(tuple),
    exclude_users=st.lists(st.sampled_from((*IDS, "GuestsOrExternalUsers")), max_size=2, unique=True).map(tuple),
    include_guests=guests,
    exclude_guests=guests,
)
applications = st.builds(
    ApplicationCondition,
    include=st.lists(st.sampled_from((*IDS, "All", "None")), min_size=1, max_size=2, unique=True).map(tuple),
    exclude=ids,
)
policies = st.builds(
    ConditionalAccessPolicy,
    id=st.sampled_from(IDS),
    display_name=st.sampled_from(("one", "two", "three")),
    state=st.sampled_from(PolicyState),
    conditions=st.builds(Conditions, users=users, applications=applications),
    grant_controls=st.builds(
        GrantControls,
        operator=st.sampled_from(("AND", "OR")),
        built_in=st.sampled_from((("mfa",), ("block",))),
    ),
    created=st.just(NOON),
)
sign_ins = st.builds(
    SignIn,
    user=st.sampled_from(IDS),
    user_type=st.sampled_from(("Guest", "Member")),
    external_user_type=st.none() | st.sampled_from(TYPES),
    home_tenant=st.none() | st.sampled_from(IDS),
    applications=ids,
)
BLOCK_ALL = ConditionalAccessPolicy(
    id="block",
    display_name="block",
    state=PolicyState.ENABLED,
    conditions=Conditions(
        users=UserCondition(include_users=("All",)), applications=ApplicationCondition(include=("All",))
    ),
    grant_controls=GrantControls(built_in=("block",)),
    created=NOON,
)


@given(data=st.data(), given_policies=st.lists(policies, max_size=5), sign_in=sign_ins)
def test_the_order_of_policies_never_changes_the_outcome(
    data: st.DataObject, given_policies: list[ConditionalAccessPolicy], sign_in: SignIn
) -> None:
    shuffled = data.draw(st.permutations(given_policies))
    first, second = evaluate(given_policies, sign_in), evaluate(shuffled, sign_in)
    assert (first.blocked, first.demands_mfa) == (second.blocked, second.demands_mfa)
    assert sorted(map(repr, first.policies)) == sorted(map(repr, second.policies))


@given(given_policies=st.lists(policies, max_size=4), extra=policies, sign_in=sign_ins)
def test_adding_a_policy_never_grants(
    given_policies: list[ConditionalAccessPolicy], extra: ConditionalAccessPolicy, sign_in: SignIn
) -> None:
    before, after = evaluate(given_policies, sign_in), evaluate([*given_policies, extra], sign_in)
    assert before.blocked <= after.blocked
    assert before.demands_mfa <= after.demands_mfa


@given(given_policies=st.lists(policies, max_size=4), sign_in=sign_ins)
def test_a_block_that_applies_beats_everything(given_policies: list[ConditionalAccessPolicy], sign_in: SignIn) -> None:
    assert evaluate([*given_policies, BLOCK_ALL], sign_in).blocked


@given(
    given_policies=st.lists(policies, max_size=4),
    extra=policies,
    state=st.sampled_from((PolicyState.DISABLED, PolicyState.REPORT_ONLY)),
    sign_in=sign_ins,
)
def test_disabled_and_report_only_policies_change_nothing(
    given_policies: list[ConditionalAccessPolicy], extra: ConditionalAccessPolicy, state: PolicyState, sign_in: SignIn
) -> None:
    before = evaluate(given_policies, sign_in)
    after = evaluate([*given_policies, replace(extra, state=state)], sign_in)
    assert (before.blocked, before.demands_mfa, before.enforced) == (after.blocked, after.demands_mfa, after.enforced)


@given(policy=policies, sign_in=sign_ins)
def test_exclusion_wins(policy: ConditionalAccessPolicy, sign_in: SignIn) -> None:
    condition = replace(policy.conditions.users, exclude_users=(*policy.conditions.users.exclude_users, sign_in.user))
    excluding = replace(policy, conditions=replace(policy.conditions, users=condition))
    assert not evaluate([excluding], sign_in).policies[0].applies


@given(policy=policies)
def test_reading_what_is_shown_gives_the_policy_back(policy: ConditionalAccessPolicy) -> None:
    shown = {k: v for k, v in policy_to_json(policy).items() if k not in ("id", "createdDateTime")}
    assert policy_from_json(shown, id=policy.id, now=NOON) == policy


# --- cross-tenant access -----------------------------------------------------------------------------

PEOPLE, APPLICATIONS = ("u1", "u2", "u3"), ("a1", "a2", "a3")
accesses = st.sampled_from(("allowed", "blocked"))


def halves(names: tuple[str, ...], every: str, target_type: str) -> st.SearchStrategy[TargetConfiguration]:
    chosen = st.lists(st.sampled_from((*names, every)), min_size=1, max_size=3, unique=True)
    targets = chosen.map(lambda t: tuple(Target(target=name, target_type=target_type) for name in t))
    return st.builds(TargetConfiguration, access_type=accesses, targets=targets)


settings_ = st.builds(
    B2bSetting,
    users_and_groups=halves(PEOPLE, "AllUsers", "user"),
    applications=halves(APPLICATIONS, "AllApplications", "application"),
)
flags = st.none() | st.booleans()
configurations = st.builds(
    CrossTenantAccessConfiguration,
    tenant_id=st.sampled_from(("partner", "default")),
    inbound_trust=st.none() | st.builds(InboundTrust, is_mfa_accepted=st.booleans()),
    b2b_collaboration_inbound=st.none() | settings_,
    b2b_collaboration_outbound=st.none() | settings_,
    b2b_direct_connect_inbound=st.none() | settings_,
    automatic_user_consent=st.none() | st.builds(AutomaticUserConsent, inbound_allowed=flags, outbound_allowed=flags),
)


def mirrored(setting: B2bSetting) -> B2bSetting:
    """The setting with its halves exchanged, so that users stand where applications stood."""
    words = {"AllUsers": "AllApplications", "AllApplications": "AllUsers"}

    def turned(half: TargetConfiguration) -> TargetConfiguration:
        return replace(half, targets=tuple(replace(t, target=words.get(t.target, t.target)) for t in half.targets))

    return B2bSetting(users_and_groups=turned(setting.applications), applications=turned(setting.users_and_groups))


@given(setting=settings_, user=st.sampled_from(PEOPLE), application=st.sampled_from(APPLICATIONS))
def test_the_two_halves_of_a_setting_have_equal_weight(setting: B2bSetting, user: str, application: str) -> None:
    assert passes(setting, users=frozenset({user}), applications=frozenset({application})) == passes(
        mirrored(setting), users=frozenset({application}), applications=frozenset({user})
    )


@given(setting=settings_, user=st.sampled_from((*PEOPLE, "stranger")))
def test_an_invitation_is_open_exactly_when_some_application_is(setting: B2bSetting, user: str) -> None:
    some = any(
        passes(setting, users=frozenset({user}), applications=frozenset({application}))
        for application in (*APPLICATIONS, "another application")
    )
    assert open_to_invitation(setting, users=frozenset({user})) == some


@given(partner=st.none() | configurations, default=st.none() | configurations)
def test_effective_settings_are_complete_and_stay_what_they_are(
    partner: CrossTenantAccessConfiguration | None, default: CrossTenantAccessConfiguration | None
) -> None:
    result = effective(partner, default)
    assert effective(result, default) == result
    consent = result.automatic_user_consent
    assert consent is not None
    complete = (result.inbound_trust, result.b2b_collaboration_inbound, result.b2b_direct_connect_outbound)
    assert None not in (*complete, consent.inbound_allowed, consent.outbound_allowed)


# --- multifactor authentication ----------------------------------------------------------------------

performed = st.lists(
    st.builds(
        PerformedMethod,
        method=st.sampled_from(Method),
        instant=st.just(NOON),
        tenant=st.sampled_from(("here", "home", "elsewhere")),
    ),
    max_size=4,
).map(lambda methods: AuthenticationContext(methods=tuple(methods)))
facts = st.builds(
    MfaFacts,
    demanded=st.booleans(),
    home_kind=st.sampled_from(HomeKind),
    tenant=st.just("here"),
    home_tenant=st.sampled_from((None, "home")),
    is_mfa_accepted=st.booleans(),
    authentication=performed,
    registered_here=st.booleans(),
    registration_possible=st.booleans(),
    asked_home=st.booleans(),
)


@given(given_facts=facts)
def test_only_a_trusted_entra_home_is_ever_asked_or_believed(given_facts: MfaFacts) -> None:
    answer = decide_mfa(given_facts).answer
    if answer in (MfaAnswer.ACCEPTED_FROM_HOME, MfaAnswer.CHALLENGE_AT_HOME):
        assert given_facts.home_kind is HomeKind.AZURE_ACTIVE_DIRECTORY
        assert given_facts.is_mfa_accepted


@given(given_facts=facts)
def test_a_demanded_factor_is_satisfied_only_by_one_that_was_passed(given_facts: MfaFacts) -> None:
    answer = decide_mfa(given_facts).answer
    assert (answer is MfaAnswer.NOT_DEMANDED) == (not given_facts.demanded)
    if answer is MfaAnswer.SATISFIED_HERE:
        assert given_facts.authentication.at("here").second_factor is not None
    if answer is MfaAnswer.ACCEPTED_FROM_HOME:
        assert given_facts.authentication.at("home").second_factor is not None


@given(given_facts=facts)
def test_the_home_is_asked_at_most_once(given_facts: MfaFacts) -> None:
    assert decide_mfa(replace(given_facts, asked_home=True)).answer is not MfaAnswer.CHALLENGE_AT_HOME


@given(authentication=performed, home=st.sampled_from((None, "home")), accepted=st.booleans())
def test_what_counts_here_never_grows_and_settles_at_once(
    authentication: AuthenticationContext, home: str | None, accepted: bool
) -> None:
    trust = InboundTrust(is_mfa_accepted=accepted)
    once = trusted(authentication, tenant="here", home_tenant=home, trust=trust)
    assert trusted(once, tenant="here", home_tenant=home, trust=trust) == once
    assert len(once.methods) <= len(authentication.methods)
    factor = once.second_factor
    assert factor is None or factor.tenant == "here" or (accepted and factor.tenant == home)


# --- one-time passcodes ------------------------------------------------------------------------------

entries = st.lists(st.tuples(st.sampled_from(("12345678", "00000000", "")), st.integers(0, 40)), max_size=12)


@given(entered=entries)
def test_one_passcode_is_accepted_at_most_once_and_never_late(entered: list[tuple[str, int]]) -> None:
    passcode: Passcode | None = issue("otto@proseware.example", "12345678", NOON)
    accepted, wrong = 0, 0
    for code, minute in sorted(entered, key=lambda entry: entry[1]):
        passcode, verdict = attempt(passcode, code, NOON + timedelta(minutes=minute))
        if verdict is Verdict.ACCEPTED:
            accepted += 1
            assert code == "12345678"
            assert minute < 30
            assert wrong < 5
        wrong += code != "12345678" and verdict in (Verdict.WRONG, Verdict.EXHAUSTED)
    assert accepted <= 1
