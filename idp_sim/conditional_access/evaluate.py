"""All policies against one sign-in: what they demand, and what the log says of each (entra-sign-in 9.3, 9.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from federation.decisions import Decision
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.conditional_access import grant_controls
from idp_sim.conditional_access.conditions import first_unmet
from idp_sim.conditional_access.grant_controls import Fulfilment
from idp_sim.conditional_access.model import ConditionalAccessPolicy, GrantControls, PolicyState, SignIn


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

    @property
    def controls(self) -> tuple[str, ...]:
        """``enforcedGrantControls`` of the sign-in log: what the policy demanded here, by name."""
        return self.grant_controls.built_in if self.applies else ()


@dataclass(frozen=True, kw_only=True)
class ConditionalAccessResult:
    """What all policies together say. ``blocked`` stands whatever else is satisfied."""

    blocked: bool
    demands_mfa: bool
    policies: tuple[PolicyResult, ...]

    @property
    def enforced(self) -> tuple[PolicyResult, ...]:
        """The enabled policies that apply."""
        return tuple(result for result in self.policies if _enforced(result))


def evaluate(policies: Iterable[ConditionalAccessPolicy], sign_in: SignIn) -> ConditionalAccessResult:
    """Ask every policy; block wins, the other demands add up, and the order of policies never matters.

    Only enabled policies decide; report-only ones are evaluated for the log.
    """
    results = tuple(_evaluate_policy(policy, sign_in) for policy in policies)
    enforced = [result.grant_controls for result in results if _enforced(result)]
    return ConditionalAccessResult(
        blocked=any(grant_controls.blocks(controls) for controls in enforced),
        demands_mfa=any(grant_controls.MFA in controls.built_in for controls in enforced),
        policies=results,
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
    if report_only and grant_controls.can_be_asked_for(result.grant_controls):
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
    )


def _enforced(result: PolicyResult) -> bool:
    return result.applies and result.state is PolicyState.ENABLED


def _named(policies: Iterable[PolicyResult]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(policy.display_name for policy in policies))
