"""All policies against one sign-in: what they demand, and what the log says of each (entra-sign-in 9.3, 9.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from federation.decisions import Decision
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.conditional_access import grant_controls
from idp_sim.conditional_access.conditions import Judgement, judge
from idp_sim.conditional_access.grant_controls import Fulfilment, Requirement
from idp_sim.conditional_access.model import (
    ApplicationCondition,
    ConditionalAccessPolicy,
    Conditions,
    GrantControls,
    PolicyState,
    SessionControls,
    SignIn,
    UserCondition,
)

EVERYTHING = ApplicationCondition(include=("All",))
#: What a result holds that was made without a policy.
NO_CONDITIONS = Conditions(users=UserCondition(), applications=ApplicationCondition())


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyResult:
    """One policy: whether it applies, the first condition that failed if not, and what it demands if so.

    ``depends_on`` names conditions whose signal was not given; a policy that depends on one does not apply.
    A disabled policy is never looked at: it does not apply and names no condition.
    """

    policy: str
    display_name: str
    state: PolicyState
    applies: bool
    first_unmet: str | None
    depends_on: tuple[str, ...] = ()
    grant_controls: GrantControls
    session_controls: SessionControls = field(default_factory=SessionControls)
    conditions: Conditions = NO_CONDITIONS

    @property
    def session_names(self) -> tuple[str, ...]:
        """``enforcedSessionControls`` of the sign-in log."""
        controls = self.session_controls
        named = {
            "signInFrequency": controls.sign_in_frequency,
            "persistentBrowser": controls.persistent_browser,
            "applicationEnforcedRestrictions": controls.application_enforced_restrictions,
            "cloudAppSecurity": controls.cloud_app_security,
            "disableResilienceDefaults": controls.disable_resilience_defaults,
            "secureSignInSession": controls.secure_sign_in_session,
        }
        return tuple(name for name, value in named.items() if value) if self.applies else ()

    @property
    def controls(self) -> tuple[str, ...]:
        """``enforcedGrantControls`` of the sign-in log: what the policy demanded here, by name."""
        named = grant_controls.requirements(self.grant_controls) if self.applies else ()
        return tuple(dict.fromkeys(requirement.control for requirement in named))


@dataclass(frozen=True, kw_only=True)
class ConditionalAccessResult:
    """What all policies together say. ``blocked`` stands whatever else is satisfied.

    ``fulfilment`` is what had been shown when the sign-in was judged last: the log reads the results from it.
    """

    blocked: bool
    policies: tuple[PolicyResult, ...]
    fulfilment: Fulfilment = field(default_factory=Fulfilment)

    @cached_property
    def enforced(self) -> tuple[PolicyResult, ...]:
        """The enabled policies that apply; each must be satisfied, by all of its controls or by one (``OR``)."""
        return tuple(result for result in self.policies if _enforced(result))

    @cached_property
    def demands(self) -> tuple[Requirement, ...]:
        """Everything that the enforced policies name, each once, in the order of prompting."""
        named = {need for policy in self.enforced for need in grant_controls.requirements(policy.grant_controls)}
        order = grant_controls.PROMPT_ORDER
        return tuple(sorted(named, key=lambda need: (order.index(need.control), need.value)))

    @property
    def demands_mfa(self) -> bool:
        """Whether an enforced policy names ``mfa``."""
        return any(need.control == grant_controls.MFA for need in self.demands)

    @property
    def strengths(self) -> tuple[str, ...]:
        """Ids of the authentication strengths that enforced policies name."""
        return self._values(grant_controls.AUTHENTICATION_STRENGTH)

    @property
    def terms_of_use(self) -> tuple[str, ...]:
        """Ids of the agreements that enforced policies name."""
        return self._values(grant_controls.TERMS_OF_USE)

    @cached_property
    def session(self) -> SessionControls:
        """What the enforced policies say of the session together: the shortest times win (9.3 item 6)."""
        every = [policy.session_controls for policy in self.enforced]
        persistent = {controls.persistent_browser for controls in every} - {None}
        frequencies = [controls.sign_in_frequency for controls in every if controls.sign_in_frequency]
        return SessionControls(
            sign_in_frequency=min(
                frequencies, key=lambda frequency: (frequency.lifetime, frequency.secondary_only), default=None
            ),
            persistent_browser="never" if "never" in persistent else "always" if persistent else None,
            application_enforced_restrictions=any(controls.application_enforced_restrictions for controls in every),
            cloud_app_security=next((c.cloud_app_security for c in every if c.cloud_app_security), None),
            disable_resilience_defaults=any(controls.disable_resilience_defaults for controls in every),
            secure_sign_in_session=any(controls.secure_sign_in_session for controls in every),
        )

    @property
    def unsatisfied(self) -> tuple[str, ...]:
        """Ids of the enforced policies that something is still open of."""
        return tuple(
            policy.policy
            for policy in self.enforced
            if grant_controls.open_requirements(policy.grant_controls, self.fulfilment)
        )

    def open(self, fulfilment: Fulfilment) -> tuple[Requirement, ...]:
        """What the enforced policies still want after ``fulfilment``, each once, in the order of prompting.

        Of a policy with ``OR`` one of those named is enough, and none is open once one is met.
        """
        wanted = {
            need
            for policy in self.enforced
            for need in grant_controls.open_requirements(policy.grant_controls, fulfilment)
        }
        return tuple(need for need in self.demands if need in wanted)

    def _values(self, control: str) -> tuple[str, ...]:
        return tuple(need.value for need in self.demands if need.control == control)


def evaluate(policies: Iterable[ConditionalAccessPolicy], sign_in: SignIn) -> ConditionalAccessResult:
    """Ask every policy; block wins, the other demands add up, and the order of policies never matters.

    Only enabled policies decide; report-only ones are evaluated for the log.
    """
    results = tuple(_evaluate_policy(policy, sign_in) for policy in policies)
    enforced = [result.grant_controls for result in results if _enforced(result)]
    return ConditionalAccessResult(
        blocked=any(grant_controls.blocks(controls) for controls in enforced), policies=results
    )


#: What a control is called in a sentence.
SENTENCES = {
    grant_controls.MFA: "Multifactor authentication",
    grant_controls.AUTHENTICATION_STRENGTH: "An authentication strength",
    grant_controls.COMPLIANT_DEVICE: "A compliant device",
    grant_controls.DOMAIN_JOINED_DEVICE: "A hybrid joined device",
    grant_controls.APPROVED_APPLICATION: "An approved application",
    grant_controls.COMPLIANT_APPLICATION: "A protected application",
    grant_controls.PASSWORD_CHANGE: "A change of the password",
    grant_controls.TERMS_OF_USE: "Acceptance of terms of use",
}


def decide_conditional_access(result: ConditionalAccessResult) -> Decision:
    """The result as a decision: ``blocked`` (BLOCKED_BY_CONDITIONAL_ACCESS), ``nothing_demanded``, or the names of
    everything demanded, joined by ``+``.
    """
    blocking = [policy for policy in result.enforced if grant_controls.blocks(policy.grant_controls)]
    demanding = [policy for policy in result.enforced if policy.controls]
    if result.blocked:
        word, reason = "blocked", f"Access is blocked by {_named(blocking)}."
    elif not demanding:
        word, reason = "nothing_demanded", "No enabled policy that applies demands anything."
    else:
        word = "+".join(dict.fromkeys(need.control for need in result.demands))
        reason = "; ".join(
            f"{SENTENCES[name]} is demanded by {_named(p for p in demanding if name in p.controls)}"
            for name in word.split("+")
        )
        reason += "."
    return Decision(
        rule=Rule.CONDITIONAL_ACCESS,
        result=word,
        reason=reason,
        source="entra-sign-in 9.3",
        inputs={
            "enforced": tuple(policy.display_name for policy in result.enforced),
            "not_applied": tuple(
                f"{policy.display_name}: {policy.first_unmet}" for policy in result.policies if policy.first_unmet
            ),
        },
        refusal=Reason.BLOCKED_BY_CONDITIONAL_ACCESS if result.blocked else None,
    )


def log_result(result: PolicyResult, fulfilment: Fulfilment) -> str:
    """``result`` of one entry of ``appliedConditionalAccessPolicies`` (entra-sign-in 9.6)."""
    if result.state is PolicyState.DISABLED:
        return "notEnabled"
    report_only = result.state is PolicyState.REPORT_ONLY
    if not result.applies:
        return "reportOnlyNotApplied" if report_only else "notApplied"
    if grant_controls.met(result.grant_controls, fulfilment):
        return "reportOnlySuccess" if report_only else "success"
    if report_only and grant_controls.can_be_asked_for(result.grant_controls, fulfilment):
        return "reportOnlyInterrupted"
    return "reportOnlyFailure" if report_only else "failure"


def status(result: ConditionalAccessResult, fulfilment: Fulfilment) -> str:
    """``conditionalAccessStatus`` of the sign-in log: ``success``, ``failure`` or ``notApplied`` (17)."""
    words = {log_result(policy, fulfilment) for policy in result.enforced}
    if not words:
        return "notApplied"
    return "failure" if "failure" in words else "success"


def _evaluate_policy(policy: ConditionalAccessPolicy, sign_in: SignIn) -> PolicyResult:
    judged = _judgement(policy, sign_in)
    return PolicyResult(
        policy=policy.id,
        display_name=policy.display_name,
        state=policy.state,
        applies=judged is not None and judged.applies,
        first_unmet=judged.first if judged else None,
        depends_on=judged.depends_on if judged and judged.unmet is None else (),
        grant_controls=policy.grant_controls,
        session_controls=policy.session_controls,
        conditions=policy.conditions,
    )


def _judgement(policy: ConditionalAccessPolicy, sign_in: SignIn) -> Judgement | None:
    if policy.state is PolicyState.DISABLED:
        return None
    if policy.state is PolicyState.REPORT_ONLY and policy.conditions.applications.user_actions:
        return Judgement(unmet="userActions", first="userActions")  # not evaluated in report-only (9.6)
    if policy.id in sign_in.demanded_policies:  # whatever application it is about
        return judge(replace(policy.conditions, applications=EVERYTHING), sign_in)
    return judge(policy.conditions, sign_in)


def _enforced(result: PolicyResult) -> bool:
    return result.applies and result.state is PolicyState.ENABLED


def _named(policies: Iterable[PolicyResult]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(policy.display_name for policy in policies))
