"""How a sign-in ends: a code and a session, or a refusal."""

from __future__ import annotations

from dataclasses import replace

from federation.identity_providers.base import Outgoing
from federation.mfa import MfaAnswer
from federation.oidc import responses
from federation.oidc.responses import AuthorizationResponse
from federation.reasons import Reason
from federation.words import Rule, StepWord
from idp_sim.directory.model import User
from idp_sim.ports import Context, Ports
from idp_sim.services.journal import note
from idp_sim.services.oauth_errors import error_description, error_uri
from idp_sim.services.relying_parties import Answering, answerer
from idp_sim.services.secrets_at_rest import digest
from idp_sim.services.sessions import remember
from idp_sim.services.sign_in_rows import SignInRows, refusal_of
from idp_sim.services.transactions import has_step, store, with_step
from idp_sim.sign_in.checks.demands import SATISFIED
from idp_sim.sign_in.checks.records import wanted_contexts
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import (
    AuthorizationCode,
    Outcome,
    Purpose,
    SessionAccount,
    SignInTransaction,
)
from idp_sim.sign_in.steps import NextStep, Refuse
from idp_sim.tenants.model import TenantKind
from idp_sim.tokens.claims import client_info


class Ending:
    """Carries out ``Finish`` and ``Refuse``."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._rows = SignInRows(ports)

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
            if decision.rule in (Rule.MFA, Rule.AUTHENTICATION_STRENGTH) and self._newly_accepted(transaction, decided):
                transaction = with_step(self._ports, transaction, StepWord.MFA_ACCEPTED, decision.reason)
        return transaction

    @staticmethod
    def _newly_accepted(transaction: SignInTransaction, decided: NextStep) -> bool:
        """Whether a factor counts that was not passed in this very sign-in, and this was not said yet."""
        if decided.mfa not in SATISFIED or has_step(transaction, StepWord.MFA_ACCEPTED):
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
            account = self._session_account(context, transaction, user, client_id=request.client_id)
            record = self._code_record(context, transaction, user, account, digest(code))
            record = replace(
                record,
                contexts=wanted_contexts(transaction, facts),
                contexts_in_id_token=request.contexts_in_id_token,
            )
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

    def _session_account(
        self, context: Context, transaction: SignInTransaction, user: User, *, client_id: str
    ) -> SessionAccount:
        """The account in the browser's session; who has no object here has none, and comes from home each time."""
        if not transaction.direct_connect:
            return remember(self._ports, context, transaction, user, client_id=client_id)
        return SessionAccount(
            user=user.id,
            sid=self._ports.ids.guid(),
            signed_in=context.now,
            expires=context.now,
            authentication=transaction.authentication,
            identity=transaction.identity,
        )

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
            direct_connect=transaction.direct_connect,
        )

    def succeed(
        self, context: Context, facts: SignInFacts, transaction: SignInTransaction, decided: NextStep
    ) -> SignInTransaction:
        """The end of a redemption: session and log, no token."""
        assert facts.user is not None
        with self._ports.storage.unit_of_work(context.world):
            remember(self._ports, context, transaction, facts.user, client_id=transaction.application)
            return self._end(context, facts, transaction, decided, outcome=Outcome.SUCCESS)

    def answer_relying_party(
        self, context: Context, facts: SignInFacts, transaction: SignInTransaction, decided: NextStep
    ) -> tuple[SignInTransaction, Outgoing]:
        """The end of a sign-in that another organisation asked for: session, log, and a message in its protocol."""
        assert transaction.relying_party is not None
        assert facts.user is not None, "the account was found"
        answering = answerer(transaction.relying_party.protocol)
        with self._ports.storage.unit_of_work(context.world):
            account = remember(self._ports, context, transaction, facts.user, client_id=transaction.application)
            transaction = with_step(
                self._ports, transaction, StepWord.TOKEN, f"assertion for {facts.application.display_name}"
            )
            transaction = self._end(context, facts, transaction, decided, outcome=Outcome.SUCCESS)
        ended = Answering(ports=self._ports, context=context, facts=facts, transaction=transaction)
        return transaction, answering.answer(ended, account)

    def refuse(
        self,
        context: Context,
        facts: SignInFacts,
        transaction: SignInTransaction,
        step: Refuse,
        decided: NextStep | None,
    ) -> tuple[SignInTransaction, AuthorizationResponse | Outgoing | None]:
        """The refusal in the log, and the answer to the other side where it is one that it sees."""
        reason = step.reason
        refusal = refusal_of(step)
        transaction = replace(transaction, refusal=refusal)
        with self._ports.storage.unit_of_work(context.world):
            transaction = self._end(context, facts, transaction, decided, outcome=Outcome.REFUSED)
            self._rows.tell_home(context, transaction, reason)
        if transaction.relying_party is not None:
            ended = Answering(ports=self._ports, context=context, facts=facts, transaction=transaction)
            return transaction, answerer(transaction.relying_party.protocol).refuse(ended, reason)
        request = transaction.request
        if request is None or not self._goes_to_application(transaction, step):
            return transaction, None
        own_words = facts.tenant.kind is not TenantKind.GOOGLE  # Google says the error and nothing else
        response = responses.refusal(
            redirect_uri=request.redirect_uri,
            response_mode=request.response_mode,
            error=reason.value.silent_error if request.prompt == "none" else reason.value.error,
            description=error_description(reason, refusal.message, trace_id=transaction.sign_in_id, context=context)
            if own_words
            else None,
            state=request.state,
            error_uri=error_uri(self._ports.settings.base_url, reason) if own_words else None,
            subcode="cancel" if own_words and reason is Reason.USER_CANCELLED else None,
        )
        self._note_response(context, facts, response)
        return transaction, response

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
        with self._ports.storage.unit_of_work(context.world):
            self._rows.write(context, facts, transaction, decided)
            return store(self._ports, context, transaction)

    def _note_response(self, context: Context, facts: SignInFacts, response: AuthorizationResponse) -> None:
        note(
            self._ports,
            context,
            tenant=facts.tenant.name,
            sender=facts.tenant.display_name,
            receiver=facts.application.display_name,
            name="authentication response",
            fields=response.parameters,
            start_line=_start_line(response),
        )


def _start_line(response: AuthorizationResponse) -> str:
    if response.response_mode == "form_post":
        return f"POST {response.redirect_uri}"
    return f"302 {response.redirect_uri}{'#' if response.response_mode == 'fragment' else ''}"
