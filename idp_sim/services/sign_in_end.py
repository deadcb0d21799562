"""How a sign-in ends: a code and a session, or a refusal; and its row in the tenant's log (entra-sign-in 17)."""

from __future__ import annotations

from dataclasses import replace

from federation.mfa import MfaAnswer
from federation.oidc import responses
from federation.oidc.responses import AuthorizationResponse
from federation.reasons import Reason
from federation.words import Rule, StepWord
from idp_sim.conditional_access import evaluate as policies
from idp_sim.conditional_access.evaluate import ConditionalAccessResult
from idp_sim.conditional_access.grant_controls import Fulfilment
from idp_sim.directory.guests import external_user_type
from idp_sim.directory.model import User
from idp_sim.ports import Context, Ports
from idp_sim.services.journal import note
from idp_sim.services.oauth_errors import error_description, error_uri
from idp_sim.services.secrets_at_rest import digest
from idp_sim.services.sessions import remember
from idp_sim.services.transactions import has_step, store, with_step
from idp_sim.sign_in.checks.common import sentence_values
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import (
    AppliedPolicy,
    AuthorizationCode,
    Outcome,
    Purpose,
    Refusal,
    SessionAccount,
    SignInRow,
    SignInTransaction,
)
from idp_sim.sign_in.steps import NextStep, Refuse
from idp_sim.tenants.model import Tenant
from idp_sim.tokens.claims import client_info

MFA_DETAILS = {
    MfaAnswer.ACCEPTED_FROM_HOME: "MFA requirement satisfied by claim in the token",
    MfaAnswer.SATISFIED_HERE: "MFA completed in Azure AD",
}
_SATISFIED = frozenset(MFA_DETAILS)

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


class Ending:
    """Carries out ``Finish`` and ``Refuse``."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def with_words(self, transaction: SignInTransaction, decided: NextStep) -> SignInTransaction:
        """The steps that follow from decisions alone: where to sign in, policies looked at, a factor accepted."""
        for decision in decided.decisions:
            if decision.rule is Rule.HOME_REALM and not has_step(transaction, StepWord.HOME_REALM_DISCOVERY):
                transaction = with_step(
                    self._ports, transaction, StepWord.HOME_REALM_DISCOVERY, f"{transaction.address}: {decision.result}"
                )
            if decision.rule is Rule.CONDITIONAL_ACCESS and not has_step(transaction, StepWord.CONDITIONAL_ACCESS):
                transaction = with_step(
                    self._ports, transaction, StepWord.CONDITIONAL_ACCESS, f"{decision.result}: {decision.reason}"
                )
            if decision.rule is Rule.MFA and self._newly_accepted(transaction, decided):
                transaction = with_step(self._ports, transaction, StepWord.MFA_ACCEPTED, decision.reason)
        return transaction

    @staticmethod
    def _newly_accepted(transaction: SignInTransaction, decided: NextStep) -> bool:
        """Whether a factor counts that was not passed in this very sign-in, and this was not said yet."""
        if decided.mfa not in _SATISFIED or has_step(transaction, StepWord.MFA_ACCEPTED):
            return False
        return decided.mfa is MfaAnswer.ACCEPTED_FROM_HOME or not has_step(transaction, StepWord.MFA_CHALLENGE)

    def issue_code(
        self, context: Context, facts: SignInFacts, transaction: SignInTransaction, decided: NextStep
    ) -> tuple[SignInTransaction, AuthorizationResponse]:
        """A code for the application, the session of the browser, the row of the log: all in one transaction."""
        request, user = transaction.request, facts.user
        assert request is not None, "codes are for applications"
        assert user is not None, "the account was found"
        code = f"1.{self._ports.ids.secret(48)}"
        with self._ports.storage.unit_of_work(context.world):
            account = remember(self._ports, context, transaction, user, client_id=request.client_id)
            record = self._code_record(context, transaction, user, account, digest(code))
            self._ports.storage.insert(context.world, facts.tenant.id, record)
            transaction = with_step(
                self._ports, transaction, StepWord.TOKEN, f"authorization code for {facts.application.display_name}"
            )
            transaction = self._end(context, facts, transaction, decided, outcome=Outcome.SUCCESS)
        response = responses.success(
            redirect_uri=request.redirect_uri,
            response_mode=request.response_mode,
            code=code,
            state=request.state,
            session_state=account.sid,
            client_info=client_info(user, facts.tenant) if request.client_info else None,
        )
        self._note_response(context, facts, response)
        return transaction, response

    def _code_record(
        self, context: Context, transaction: SignInTransaction, user: User, account: SessionAccount, key: str
    ) -> AuthorizationCode:
        request = transaction.request
        assert request is not None
        return AuthorizationCode(
            hash=key,
            client_id=request.client_id,
            redirect_uri=request.redirect_uri,
            redirect_type=request.redirect_type,
            scopes=request.scopes,
            user=user.id,
            issued=context.now,
            sid=account.sid,
            sign_in_id=transaction.sign_in_id,
            authentication=transaction.authentication,
            identity=transaction.identity,
            nonce=request.nonce,
            max_age=request.max_age,
            code_challenge=request.code_challenge,
            code_challenge_method=request.code_challenge_method,
            client=transaction.client,
            resource_tenant=request.resource_tenant,
            resource_application=request.resource_application,
            correlation_id=transaction.correlation_id,
        )

    def succeed(
        self, context: Context, facts: SignInFacts, transaction: SignInTransaction, decided: NextStep
    ) -> SignInTransaction:
        """The end of a redemption: session and log, no token."""
        assert facts.user is not None
        with self._ports.storage.unit_of_work(context.world):
            remember(self._ports, context, transaction, facts.user, client_id=transaction.application)
            return self._end(context, facts, transaction, decided, outcome=Outcome.SUCCESS)

    def refuse(
        self,
        context: Context,
        facts: SignInFacts,
        transaction: SignInTransaction,
        step: Refuse,
        decided: NextStep | None,
    ) -> tuple[SignInTransaction, AuthorizationResponse | None]:
        """The refusal in the log, and the answer to the application where it is one that applications see."""
        reason = step.reason
        refusal = _refusal(step)
        transaction = replace(transaction, refusal=refusal)
        with self._ports.storage.unit_of_work(context.world):
            transaction = self._end(context, facts, transaction, decided, outcome=Outcome.REFUSED)
            self._tell_home(context, transaction, reason)
        request = transaction.request
        if request is None or not self._goes_to_application(transaction, step):
            return transaction, None
        response = responses.refusal(
            redirect_uri=request.redirect_uri,
            response_mode=request.response_mode,
            error=reason.value.silent_error if request.prompt == "none" else reason.value.error,
            description=error_description(reason, refusal.message, trace_id=transaction.sign_in_id, context=context),
            state=request.state,
            error_uri=error_uri(self._ports.settings.base_url, reason),
            subcode="cancel" if reason is Reason.USER_CANCELLED else None,
        )
        self._note_response(context, facts, response)
        return transaction, response

    def log_attempt(
        self, context: Context, facts: SignInFacts, transaction: SignInTransaction, problem: Reason
    ) -> None:
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
            refusal=_refusal(refused),
            decisions=(),
            steps=(),
        )
        self._ports.storage.put(context.world, facts.tenant.id, self._row(replace(facts, user=user), attempt, None))

    def forget_attempt(self, context: Context, tenant: Tenant, transaction: SignInTransaction) -> None:
        """Take back the row of the newest attempt, if there is one."""
        rows = self._ports.storage.find(
            context.world, tenant.id, SignInRow, correlation_id=transaction.correlation_id, newest_first=True, limit=1
        )
        for row in rows:
            self._ports.storage.delete(context.world, tenant.id, SignInRow, row.id)

    def _named(self, context: Context, facts: SignInFacts, transaction: SignInTransaction) -> User | None:
        """Whom the user name means before anybody has signed in."""
        storage, world, tenant = self._ports.storage, context.world, facts.tenant.id
        named = storage.find(world, tenant, User, limit=1, user_principal_name=transaction.address)
        named = named or storage.find(world, tenant, User, limit=1, mail=transaction.address)
        return named[0] if named else None

    def _tell_home(self, context: Context, transaction: SignInTransaction, reason: Reason) -> None:
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

    @staticmethod
    def _goes_to_application(transaction: SignInTransaction, step: Refuse) -> bool:
        """Boundary and policy refusals stay on the tenant's own page, but a silent request and a resource
        tenant always get their answer (entra-sign-in 13.1)."""
        request = transaction.request
        silent = request is not None and (request.prompt == "none" or request.resource_tenant is not None)
        return transaction.purpose is Purpose.APPLICATION and (silent or not step.reason.value.page)

    def _end(
        self,
        context: Context,
        facts: SignInFacts,
        transaction: SignInTransaction,
        decided: NextStep | None,
        *,
        outcome: Outcome,
    ) -> SignInTransaction:
        transaction = replace(transaction, outcome=outcome)
        row = self._row(facts, transaction, decided)
        with self._ports.storage.unit_of_work(context.world):
            self._ports.storage.put(context.world, facts.tenant.id, row)
            return store(self._ports, context, transaction)

    def _row(self, facts: SignInFacts, transaction: SignInTransaction, decided: NextStep | None) -> SignInRow:
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
            order=self._ports.clocks.sequence(),
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
            cross_tenant_access_type="b2bCollaboration" if away or transaction.identity else "none",
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

    def _note_response(self, context: Context, facts: SignInFacts, response: AuthorizationResponse) -> None:
        note(
            self._ports,
            context,
            tenant=facts.tenant.name,
            sender=facts.tenant.display_name,
            receiver=facts.application.display_name,
            name="authentication response",
            fields=response.parameters,
        )


def _refusal(step: Refuse) -> Refusal:
    reason = step.reason
    return Refusal(
        reason=reason.name, code=reason.number, name=reason.value.name, message=reason.sentence(**step.values)
    )


def _sign_in_name(transaction: SignInTransaction, user: User | None) -> str:
    if user is not None:
        return user.sign_in_name.lower()
    return transaction.identity.address if transaction.identity else (transaction.address or "")


def _policies(decided: NextStep | None) -> tuple[tuple[AppliedPolicy, ...], str]:
    """``appliedConditionalAccessPolicies`` and ``conditionalAccessStatus``."""
    result: ConditionalAccessResult | None = decided.policies if decided else None
    if decided is None or result is None:
        return (), "notApplied"
    fulfilment = Fulfilment(mfa=decided.mfa in _SATISFIED)
    applied = tuple(
        AppliedPolicy(
            id=policy.policy,
            display_name=policy.display_name,
            result=policies.log_result(policy, fulfilment),
            enforced_grant_controls=policy.controls,
        )
        for policy in result.policies
    )
    return applied, policies.status(result, fulfilment)
