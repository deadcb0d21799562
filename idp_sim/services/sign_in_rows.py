"""The sign-in log's rows (entra-sign-in 17): of ended sign-ins, of wrong answers on the way, of the home's view."""

from __future__ import annotations

from dataclasses import replace

from federation.mfa import MfaAnswer
from federation.reasons import Reason
from idp_sim.conditional_access import evaluate as policies
from idp_sim.conditional_access.evaluate import ConditionalAccessResult
from idp_sim.directory.guests import external_user_type
from idp_sim.directory.model import User
from idp_sim.events import SignInLogged
from idp_sim.ports import Context, Ports
from idp_sim.sign_in.checks.common import sentence_values
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import AppliedPolicy, Outcome, Refusal, SignInRow, SignInTransaction
from idp_sim.sign_in.steps import NextStep, Refuse
from idp_sim.tenants.model import Tenant

MFA_DETAILS = {
    MfaAnswer.ACCEPTED_FROM_HOME: "MFA requirement satisfied by claim in the token",
    MfaAnswer.SATISFIED_HERE: "MFA completed in Azure AD",
}

#: What is a row of its own in the log although the person may try again.
LOGGED_ATTEMPTS = frozenset(
    {
        Reason.WRONG_PASSWORD,
        Reason.NO_PASSWORD,
        Reason.ACCOUNT_LOCKED,
        Reason.WRONG_PASSCODE,
        Reason.WRONG_SECOND_FACTOR,
    }
)
#: Published names of the numbers that only a home's log shows (entra-sign-in 15.3).
HOME_LOG_NAMES = {90072: "PassThroughUserMfaError"}


class SignInRows:
    """Writes the log of every tenant."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def write(
        self, context: Context, facts: SignInFacts, transaction: SignInTransaction, decided: NextStep | None
    ) -> None:
        """The row of a sign-in that has ended."""
        self._put(context, facts, _row(self._ports, facts, transaction, decided))

    def attempt(self, context: Context, facts: SignInFacts, transaction: SignInTransaction, problem: Reason) -> None:
        """A row for a wrong password or code of a known person; the sign-in itself goes on (entra-sign-in 17)."""
        user = facts.user or self._named(context, facts, transaction)
        if problem not in LOGGED_ATTEMPTS or user is None:
            return
        refused = Refuse(reason=problem, values=sentence_values(transaction, facts))
        attempt = replace(
            transaction,
            sign_in_id=self._ports.ids.guid(),
            created=context.now,
            outcome=Outcome.REFUSED,
            refusal=refusal_of(refused),
            decisions=(),
            steps=(),
        )
        self._put(context, facts, _row(self._ports, replace(facts, user=user), attempt, None))

    def _put(self, context: Context, facts: SignInFacts, row: SignInRow) -> None:
        self._ports.storage.put(context.world, facts.tenant.id, row)
        self._ports.events.publish(SignInLogged(world=context.world, tenant=facts.tenant.id, id=row.id))

    def forget_attempt(self, context: Context, tenant: Tenant, transaction: SignInTransaction, reason: Reason) -> None:
        """Take back the row of an attempt that ``attempt`` has just written, if it was one to write."""
        if reason not in LOGGED_ATTEMPTS:
            return
        rows = self._ports.storage.find(
            context.world, tenant.id, SignInRow, correlation_id=transaction.correlation_id, newest_first=True, limit=1
        )
        for row in (row for row in rows if row.error_name == reason.value.name):
            self._ports.storage.delete(context.world, tenant.id, SignInRow, row.id)

    def _named(self, context: Context, facts: SignInFacts, transaction: SignInTransaction) -> User | None:
        """Whom the user name means before anybody has signed in."""
        storage, world, tenant = self._ports.storage, context.world, facts.tenant.id
        named = storage.find(world, tenant, User, limit=1, user_principal_name=transaction.address)
        named = named or storage.find(world, tenant, User, limit=1, mail=transaction.address)
        return named[0] if named else None

    def tell_home(self, context: Context, transaction: SignInTransaction, reason: Reason) -> None:
        """The home's log shows the same end under another number (90072 for 50020; entra-sign-in 17).

        One service signs people in for every tenant and writes both logs; nothing of the home is read here.
        """
        code, identity = reason.value.log_code, transaction.identity
        if code is None or identity is None or identity.home_tenant is None:
            return
        storage, world = self._ports.storage, context.world
        rows = storage.find(world, identity.home_tenant, SignInRow, correlation_id=transaction.correlation_id)
        refusal = transaction.refusal
        for row in rows[-1:]:
            told = replace(
                row,
                outcome=Outcome.REFUSED,
                error_code=code,
                error_name=HOME_LOG_NAMES.get(code, ""),
                failure_reason=refusal.message if refusal else row.failure_reason,
            )
            storage.put(world, identity.home_tenant, told)


def refusal_of(step: Refuse) -> Refusal:
    """The refusal as it is stored and shown."""
    reason = step.reason
    return Refusal(
        reason=reason.name, code=reason.number, name=reason.value.name, message=reason.sentence(**step.values)
    )


def _row(ports: Ports, facts: SignInFacts, transaction: SignInTransaction, decided: NextStep | None) -> SignInRow:
    """The log row of entra-sign-in 17, from the transaction alone."""
    user, request, refusal = facts.user, transaction.request, transaction.refusal
    applied, status = _policies(decided)
    away = request.resource_tenant if request else None
    home = transaction.identity.home_tenant if transaction.identity else facts.tenant.id
    return SignInRow(
        id=transaction.sign_in_id,
        tenant=facts.tenant.id,
        correlation_id=transaction.correlation_id,
        created=transaction.created,
        order=ports.clocks.sequence(),
        outcome=transaction.outcome,
        user=user.id if user else None,
        user_principal_name=_sign_in_name(transaction, user),
        user_display_name=user.display_name if user else "",
        user_type="guest" if user and external_user_type(user) else "member",
        application=(request.resource_application or "") if request and away else facts.application.client_id,
        application_name="" if away else facts.application.display_name,
        resource=facts.resource.client_id if facts.resource else "",
        resource_name=facts.resource.display_name if facts.resource else "",
        home_tenant=home,
        resource_tenant=away or facts.tenant.id,
        cross_tenant_access_type=_cross_tenant_access_type(transaction),
        client=transaction.client,
        error_code=(refusal.code if refusal else 0),
        error_name=refusal.name if refusal else "",
        failure_reason=refusal.message if refusal else "Other.",
        additional_details=MFA_DETAILS.get(decided.mfa) if decided and decided.mfa else None,
        conditional_access_status=status,
        applied_policies=applied,
        mfa_demanded=bool(decided and decided.mfa not in (None, MfaAnswer.NOT_DEMANDED)),
        authentication=transaction.authentication,
        decisions=transaction.decisions,
        steps=transaction.steps,
    )


def _cross_tenant_access_type(transaction: SignInTransaction) -> str:
    """``crossTenantAccessType``, the same word in the rows of both tenants (17)."""
    request = transaction.request
    if transaction.direct_connect or (request is not None and request.direct_connect):
        return "b2bDirectConnect"
    away = request is not None and request.resource_tenant is not None
    return "b2bCollaboration" if away or transaction.identity else "none"


def _sign_in_name(transaction: SignInTransaction, user: User | None) -> str:
    if user is not None:
        return user.sign_in_name.lower()
    return transaction.identity.address if transaction.identity else (transaction.address or "")


def _policies(decided: NextStep | None) -> tuple[tuple[AppliedPolicy, ...], str]:
    """``appliedConditionalAccessPolicies`` and ``conditionalAccessStatus``."""
    result: ConditionalAccessResult | None = decided.policies if decided else None
    if decided is None or result is None:
        return (), "notApplied"
    fulfilment = result.fulfilment
    applied = tuple(
        AppliedPolicy(
            id=policy.policy,
            display_name=policy.display_name,
            result=policies.log_result(policy, fulfilment),
            enforced_grant_controls=policy.controls,
            enforced_session_controls=policy.session_names,
        )
        for policy in result.policies
    )
    return applied, policies.status(result, fulfilment)
