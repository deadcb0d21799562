"""``POST /identity/conditionalAccess/evaluate``: which policies would apply (graph-api 21)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from idp_sim.conditional_access.evaluate import PolicyResult, evaluate
from idp_sim.conditional_access.model import PolicyState
from idp_sim.conditional_access.what_if import Question, read_question, sign_in_of
from idp_sim.directory.model import User
from idp_sim.graph.resource import Call, Handler, Property, Resource, Result, Type
from idp_sim.graph.resources.conditional_access_policies import (
    CONDITIONAL_ACCESS_POLICIES,
    POLICY_PROPERTIES,
    READ,
    Shown,
    book_of,
    refused,
    shown,
)
from idp_sim.ports import NotFound
from idp_sim.services.groups import with_groups


@dataclass(frozen=True)
class Analysed:
    """A policy, and what What-If says of it."""

    shown: Shown
    result: PolicyResult

    @property
    def id(self) -> str:
        """The policy's id."""
        return self.shown.id

    @property
    def policy(self) -> Any:
        """The policy itself."""
        return self.shown.policy

    @property
    def json(self) -> dict[str, Any]:
        """The policy's wire form."""
        return self.shown.json


def _evaluate(call: Call) -> Result:
    question, problems = read_question(call.body)
    if question is None:
        raise refused("; ".join(problems))
    book = book_of(call)
    record = sign_in_of(
        book,
        _user(call, question),
        question.target,
        question.signals,
        external_type=question.external_user_type,
        external_tenant=question.external_tenant,
    )
    # Disabled policies take no part; report-only ones do.
    active = [policy for policy in book.policies if policy.state is not PolicyState.DISABLED]
    results = evaluate(active, record).policies
    analysed = [Analysed(shown(policy, book), result) for policy, result in zip(active, results, strict=True)]
    kept = [one for one in analysed if one.result.applies or not question.applied_only]
    return Result(value=kept, resource=WHAT_IF_RESULTS, many=True)


def _user(call: Call, question: Question) -> User | None:
    """The user with the groups of now; None for somebody who has no object here and is said to be external."""
    try:
        user = call.ports.storage.get(call.world, call.tenant, User, question.user)
    except NotFound:
        if question.external_user_type is None:
            raise refused(f"signInIdentity.userId: there is no user '{question.user}'") from None
        return None
    return with_groups(user, ports=call.ports, context=call.context, tenant=call.tenant)


WHAT_IF_RESULTS = replace(
    CONDITIONAL_ACCESS_POLICIES,
    type_name="microsoft.graph.whatIfAnalysisResult",
    context_set="Collection(microsoft.graph.whatIfAnalysisResult)",
    properties=(
        *(replace(known, writable=False) for known in POLICY_PROPERTIES),
        Property(name="policyApplies", read=lambda one: one.result.applies, type=Type.BOOLEAN),
        # One flag: the first condition that is not met, or whose value was not given.
        Property(name="analysisReasons", read=lambda one: one.result.first_unmet or "notSet"),
    ),
    operations={},
)


def _parameter(name: str, type: Type, *, required: bool = False) -> Property:
    return Property(name=name, read=lambda _: None, type=type, required=required)


WHAT_IF = Resource(
    path="/identity/conditionalAccess",
    type_name="microsoft.graph.conditionalAccessRoot",
    collection=False,
    properties=(),
    operations={},
    actions={
        "evaluate": Handler(
            run=_evaluate,
            access=READ,
            parameters=(
                _parameter("signInIdentity", Type.OBJECT, required=True),
                _parameter("signInContext", Type.OBJECT, required=True),
                _parameter("signInConditions", Type.OBJECT),
                _parameter("appliedPoliciesOnly", Type.BOOLEAN),
            ),
        )
    },
    beta=True,
)
