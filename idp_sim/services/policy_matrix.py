"""For people and applications: what each policy would do, and who would come in without any MFA or block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from idp_sim.conditional_access.evaluate import ConditionalAccessResult, PolicyResult, evaluate
from idp_sim.conditional_access.grant_controls import AUTHENTICATION_STRENGTH, BLOCK, MFA
from idp_sim.conditional_access.model import PolicyState
from idp_sim.conditional_access.what_if import Signals, Target, sign_in_of
from idp_sim.directory.model import User
from idp_sim.ports import Context, Ports
from idp_sim.services.groups import with_groups
from idp_sim.services.policies import policy_book

APPLIES, DOES_NOT_APPLY, DEPENDS_ON, NOT_ENABLED = "applies", "does_not_apply", "depends_on", "not_enabled"


@dataclass(frozen=True, kw_only=True)
class PolicyCell:
    """What one policy does to a sign-in: the first condition that stopped it, and what it depends on."""

    id: str
    display_name: str
    state: str
    result: str
    stopped_by: str | None
    depends_on: tuple[str, ...]
    controls: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MatrixRow:
    """One person, one application, one place. ``gap``: an external user whom no policy asks for MFA or blocks."""

    user: User
    application: str
    ip_address: str | None
    outcome: str
    demands: tuple[str, ...]
    policies: tuple[PolicyCell, ...]
    gap: bool


def matrix(
    ports: Ports,
    context: Context,
    tenant: str,
    users: Iterable[User],
    applications: Iterable[str],
    *,
    places: Iterable[str | None] = (None,),
    signals: Signals | None = None,
) -> Iterator[MatrixRow]:
    """A row for every combination; the evaluator is that of real sign-ins."""
    book, given = policy_book(ports, context.world, tenant), signals or Signals()
    applications, places = tuple(applications), tuple(places)
    for user in users:
        member = with_groups(user, ports=ports, context=context, tenant=tenant)
        for application in applications:
            for place in places:
                at = replace(given, ip_address=place)
                record = sign_in_of(book, member, Target(applications=(application,)), at)
                yield _row(member, application, place, evaluate(book.policies, record))


def _row(user: User, application: str, place: str | None, result: ConditionalAccessResult) -> MatrixRow:
    controls = {need.control for need in result.demands}
    outcome = "block" if result.blocked else "demands" if controls else "nothing_demanded"
    return MatrixRow(
        user=user,
        application=application,
        ip_address=place,
        outcome=outcome,
        demands=tuple(dict.fromkeys(need.control for need in result.demands)),
        policies=tuple(_cell(policy) for policy in result.policies),
        gap=user.external and controls.isdisjoint({BLOCK, MFA, AUTHENTICATION_STRENGTH}),
    )


def _cell(policy: PolicyResult) -> PolicyCell:
    if policy.state is PolicyState.DISABLED:
        result = NOT_ENABLED
    elif policy.applies:
        result = APPLIES
    else:
        result = DEPENDS_ON if policy.depends_on else DOES_NOT_APPLY
    return PolicyCell(
        id=policy.policy,
        display_name=policy.display_name,
        state=policy.state.value,
        result=result,
        stopped_by=policy.first_unmet if result == DOES_NOT_APPLY else None,
        depends_on=policy.depends_on if result == DEPENDS_ON else (),
        controls=policy.controls,
    )
