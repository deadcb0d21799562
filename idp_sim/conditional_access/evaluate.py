"""All policies against one sign-in: what they demand, and what the log says of each (entra-sign-in 9.3, 9.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from federation.decisions import Decision
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.conditional_access import grant_controls
from idp_sim.conditional_access.conditions import first_unmet
from idp_sim.conditional_access.grant_controls import Fulfilment, Requirement
from idp_sim.conditional_access.model import (
    ConditionalAccessPolicy,
    GrantControls,
    PolicyState,
    SessionControls,
    SignIn,
)


@dataclass(frozen=True, kw_only=True)
class PolicyResult:
    """One policy: whether it applies, the first condition that failed if not, and what it demands if so.

    A disabled policy is never looked at: it does not apply and names no condition.
    """

    policy: str
    display_name: str
    state: PolicyState
    applies: bool
    first_unmet: str | None
    grant_controls: GrantControls
    session_controls: SessionControls = field(default_factory=SessionControls)

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

    @property
    def enforced(self) -> tuple[PolicyResult, ...]:
        """The enabled policies that apply; each must be satisfied, by all of its controls or by one (``OR``)."""
        return tuple(result for result in self.policies if _enforced(result))

    @property
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


def decide_conditional_access(result: ConditionalAccessResult) -> Decision:
    """The result as a decision: ``blocked`` (BLOCKED_BY_CONDITIONAL_ACCESS), ``mfa`` or ``nothing_demanded``."""
    blocking = [policy for policy in result.enforced if grant_controls.blocks(policy.grant_controls)]
    demanding = [policy for policy in result.enforced if grant_controls.MFA in policy.controls]
    if result.blocked:
        word, reason = "blocked", f"Access is blocked by {_named(blocking)}."
    elif result.demands_mfa:
        word, reason = "mfa", f"Multifactor authentication is demanded by {_named(demanding)}."
    else:
        word, reason = "nothing_demanded", "No enabled policy that applies demands anything."
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
    rests = policy.state is PolicyState.DISABLED
    unmet = None if rests else first_unmet(policy.conditions, sign_in)
    return PolicyResult(
        policy=policy.id,
        display_name=policy.display_name,
        state=policy.state,
        applies=not rests and unmet is None,
        first_unmet=unmet,
        grant_controls=policy.grant_controls,
        session_controls=policy.session_controls,
    )


def _enforced(result: PolicyResult) -> bool:
    return result.applies and result.state is PolicyState.ENABLED


def _named(policies: Iterable[PolicyResult]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(policy.display_name for policy in policies))
