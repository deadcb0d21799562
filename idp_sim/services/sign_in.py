"""Drives the dispatcher: loads facts, asks for the next step, carries it out, stores the transaction.

Browser pages and the headless person both call ``begin``, ``answer``, ``look`` and ``come_back``; what
they get is a ``Turn``. No rule is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from federation.errors import FederationError
from federation.identity_providers.base import AutoSubmitForm, Redirect
from federation.oidc.authorization import AuthorizationRequest
from federation.oidc.responses import AuthorizationResponse
from federation.reasons import Reason
from federation.relying_party import RelyingPartyRequest
from federation.words import StepWord
from idp_sim.applications.model import Application
from idp_sim.directory import guests
from idp_sim.directory.model import Invitation, User
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services import audit, transactions
from idp_sim.services.answers.table import Answers
from idp_sim.services.exchanges import PublishedDocuments
from idp_sim.services.home_visits import HomeVisits
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones, state_of
from idp_sim.services.scene import Scene
from idp_sim.services.second_factors.table import opened
from idp_sim.services.sign_in_end import Ending
from idp_sim.services.sign_in_facts import basis, load_facts
from idp_sim.services.sign_in_rows import SignInRows
from idp_sim.services.transactions import with_decisions, with_step
from idp_sim.sign_in.checks.common import authenticated, sentence_values
from idp_sim.sign_in.client import ClientFacts
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import Outcome, Purpose, Refusal, SignInTransaction
from idp_sim.sign_in.next_step import next_step
from idp_sim.sign_in.steps import (
    QUESTIONS,
    AcceptGuest,
    Answer,
    AskSecondFactor,
    AskUserName,
    Finish,
    NextStep,
    Question,
    Refuse,
    RegisterSecondFactor,
    SendHome,
    UseAccount,
)
from idp_sim.tenants.model import Tenant
from idp_sim.tokens import lifetimes

#: Steps that follow each other without a person; more than these would be a circle.
LONGEST_RUN = 10


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the person's browser gets: a question, a message to the home, or the end.

    Exactly one of ``question``, ``outgoing``, ``response``, ``location`` and ``refusal`` is set; ``problem``
    comes with a question that is asked again.
    """

    transaction: SignInTransaction
    facts: SignInFacts
    question: Question | None = None
    problem: Reason | None = None
    outgoing: Redirect | AutoSubmitForm | None = None
    response: AuthorizationResponse | None = None
    location: str | None = None
    refusal: Refusal | None = None


class SignIns:
    """Sign-ins of every tenant of one simulator."""

    def __init__(self, ports: Ports, mailroom: Mailroom, phones: Phones, documents: PublishedDocuments) -> None:
        self._ports = ports
        self._phones = phones
        self._visits = HomeVisits(ports, documents)
        self._rows = SignInRows(ports)
        self._answers = Answers(ports, mailroom, phones)
        self._ending = Ending(ports)

    def begin(
        self,
        context: Context,
        tenant: Tenant,
        application: Application,
        *,
        browser: str,
        client: ClientFacts,
        request: AuthorizationRequest | None = None,
        invitation: Invitation | None = None,
        relying_party: RelyingPartyRequest | None = None,
    ) -> Turn:
        """Open a sign-in for an application's request, for a relying party's, or for the redemption of an invitation.

        ``browser`` is the digest of the browser's cookie.
        """
        ids = self._ports.ids
        handle = transactions.Handle(world=context.world, tenant=tenant.id, secret=ids.secret(18))
        hint = request.login_hint if request else relying_party.address if relying_party else None
        address = invitation.address if invitation else hint
        transaction = SignInTransaction(
            id=str(handle),
            tenant=tenant.id,
            sign_in_id=ids.guid(),
            correlation_id=context.correlation_id,
            created=context.now,
            expires=context.now + lifetimes.SIGN_IN,
            browser=browser,
            secret=ids.secret(18),
            purpose=_purpose(invitation, relying_party),
            client=client,
            application=application.client_id,
            request=request,
            relying_party=relying_party,
            invitation=invitation.id if invitation else None,
            direct_connect=request is not None and request.direct_connect and request.resource_tenant is None,
            address=address.strip().lower() if address and "@" in address else None,
        )
        facts = load_facts(self._ports, context, tenant, transaction, application=application)
        return self._advance(context, tenant, transaction, stored=None, facts=facts)

    def look(self, context: Context, tenant: Tenant, transaction: SignInTransaction) -> Turn:
        """Where the sign-in stands, for a page that is opened again."""
        return self._advance(context, tenant, transaction, stored=transaction)

    def answer(
        self,
        context: Context,
        tenant: Tenant,
        transaction: SignInTransaction,
        answer: Answer,
        *,
        asked: type[Question],
    ) -> Turn:
        """Take the person's answer to a question of the kind ``asked``, and go on.

        An answer to another question than the open one changes nothing: it came from a page that was left
        behind. Only the user name can be corrected there until somebody has signed in. Conflict when
        another answer was faster.
        """
        if transactions.ended(transaction):
            return self._over(context, tenant, transaction)
        facts = load_facts(self._ports, context, tenant, transaction)
        question = next_step(transaction, facts, context.now).step
        if asked is AskUserName and not authenticated(transaction):
            question = AskUserName()
        if not isinstance(question, QUESTIONS) or type(question) is not asked:
            return self._advance(context, tenant, transaction, stored=transaction, facts=facts)
        changed, problem = self._answers.take(context, facts, transaction, question, answer)
        if problem is not None:
            self._rows.attempt(context, facts, transaction, problem)
        unchanged = facts if basis(changed) == basis(transaction) else None
        return self._advance(context, tenant, changed, stored=transaction, problem=problem, facts=unchanged)

    def request_answered(self, context: Context, transaction: SignInTransaction) -> bool:
        """Whether the phone has answered the push request that the sign-in waits for, or can't any more."""
        challenge = transaction.challenge
        if challenge is None or challenge.request is None:
            return True
        try:
            message = self._phones.get(context.world, challenge.request)
        except NotFound:
            return True
        return state_of(message, context.now) != "pending"

    def viewed(self, context: Context, transaction: SignInTransaction, file: str) -> SignInTransaction:
        """Remember that the person opened a document of terms of use."""
        if file in transaction.viewed_terms:
            return transaction
        seen = replace(transaction, viewed_terms=(*transaction.viewed_terms, file))
        return transactions.store(self._ports, context, seen)

    def come_back(
        self, context: Context, tenant: Tenant, transaction: SignInTransaction, fields: dict[str, str]
    ) -> Turn:
        """The browser returns from the home identity provider with the answer in ``fields``."""
        pending = transaction.pending
        if pending is None or transactions.ended(transaction):
            return self._advance(context, tenant, transaction, stored=transaction)
        # The answer is used up before it is believed, so that it can't be tried twice in parallel.
        transaction = transactions.store(self._ports, context, replace(transaction, pending=None))
        try:
            identity = self._visits.identity(context, tenant, pending, fields)
        except FederationError as error:
            return self._refuse_at_home(context, tenant, transaction, error)
        came_back = self._visits.back(transaction, pending, identity)
        return self._advance(context, tenant, came_back, stored=transaction)

    def _refuse_at_home(
        self, context: Context, tenant: Tenant, transaction: SignInTransaction, error: FederationError
    ) -> Turn:
        """The home refused, or what it said can't be believed: its words, with our names for the rest."""
        facts = load_facts(self._ports, context, tenant, transaction)
        step = Refuse(reason=error.reason, values=sentence_values(transaction, facts) | dict(error.values))
        return self._refuse(context, tenant, transaction, step, facts=facts)

    def give_up(self, context: Context, tenant: Tenant, transaction: SignInTransaction, reason: Reason) -> Turn:
        """End a sign-in whose person has no better answer than the one that was wrong."""
        facts = load_facts(self._ports, context, tenant, transaction)
        step = Refuse(reason=reason, values=sentence_values(transaction, facts))
        self._rows.forget_attempt(context, tenant, transaction, reason)  # the end tells it; one row is enough
        return self._refuse(context, tenant, transaction, step, facts=facts)

    # --- one step after the other ------------------------------------------------------------------

    def _advance(
        self,
        context: Context,
        tenant: Tenant,
        transaction: SignInTransaction,
        *,
        stored: SignInTransaction | None,
        problem: Reason | None = None,
        facts: SignInFacts | None = None,
    ) -> Turn:
        """Carry out steps until a person must answer or the sign-in ends.

        ``stored`` is what storage holds, None for a sign-in that begins; ``facts`` are those of ``transaction``
        if they are loaded already.
        """
        if transactions.ended(transaction):
            return self._over(context, tenant, transaction)
        facts = facts or load_facts(self._ports, context, tenant, transaction)
        for _ in range(LONGEST_RUN):
            decided = next_step(transaction, facts, context.now)
            transaction = self._noted(transaction, decided)
            match decided.step:
                case UseAccount(account=account):
                    transaction = replace(
                        transaction,
                        user=account.user.id,
                        identity=account.session.identity,
                        authentication=account.session.authentication,
                        address=transaction.address or account.user.sign_in_name.lower(),
                        from_session=True,
                    )
                case AcceptGuest(silently=silently):
                    try:
                        transaction = self._accept_guest(context, facts, transaction, silently=silently)
                    except NotFound:  # deleted since the facts were loaded: the rules will see it
                        pass
                    except FederationError as error:  # somebody else accepted first
                        step = Refuse(reason=error.reason, values=sentence_values(transaction, facts))
                        return self._refuse(context, tenant, transaction, step, facts=facts)
                case SendHome():
                    return self._send_home(context, facts, transaction, decided.step)
                case Finish():
                    return self._finish(context, facts, transaction, decided)
                case Refuse():
                    return self._refuse(context, tenant, transaction, decided.step, facts=facts, decided=decided)
                case question:
                    asking = self._asking(context, facts, transaction, question, stored)
                    problem = problem or getattr(question, "problem", None)
                    return Turn(transaction=asking, facts=facts, question=question, problem=problem)
            facts = load_facts(self._ports, context, tenant, transaction, application=facts.application)
        raise RuntimeError("the sign-in goes round in circles")  # a fault of the rules, not of a request

    def _noted(self, transaction: SignInTransaction, decided: NextStep) -> SignInTransaction:
        return self._ending.with_words(with_decisions(self._ports, transaction, decided.decisions), decided)

    def _asking(
        self,
        context: Context,
        facts: SignInFacts,
        transaction: SignInTransaction,
        question: Question,
        stored: SignInTransaction | None,
    ) -> SignInTransaction:
        """The stored transaction with what the question needs; a page that is only looked at again writes nothing.

        What a second factor sends is kept together with the transaction that waits for the answer, or not at all.
        """
        if not isinstance(question, AskSecondFactor | RegisterSecondFactor):
            return transaction if transaction == stored else transactions.store(self._ports, context, transaction)
        scene = Scene(ports=self._ports, phones=self._phones, context=context, facts=facts, transaction=transaction)
        with self._ports.storage.unit_of_work(context.world):
            asking = opened(scene, question)
            return asking if asking == stored else transactions.store(self._ports, context, asking)

    def _send_home(self, context: Context, facts: SignInFacts, transaction: SignInTransaction, step: SendHome) -> Turn:
        try:
            away, outgoing = self._visits.depart(context, facts, transaction, step)
        except FederationError as error:
            return self._refuse_at_home(context, facts.tenant, transaction, error)
        return Turn(transaction=transactions.store(self._ports, context, away), facts=facts, outgoing=outgoing)

    def _accept_guest(
        self, context: Context, facts: SignInFacts, transaction: SignInTransaction, *, silently: bool
    ) -> SignInTransaction:
        """Acceptance happens once: the guest and the invitation change together (product.md 6)."""
        assert facts.user is not None, "the pending guest was found"
        assert transaction.identity is not None, "guests come with an identity"
        identity, storage, tenant = transaction.identity, self._ports.storage, facts.tenant.id
        with storage.unit_of_work(context.world):
            storage.update(
                context.world, tenant, User, facts.user.id, lambda user: guests.accept(user, identity, context.now)
            )
            for invitation in storage.find(context.world, tenant, Invitation, user=facts.user.id):
                if invitation.redeemed is None:
                    storage.put(context.world, tenant, replace(invitation, redeemed=context.now))
            audit.note_redemption(facts.user, identity, ports=self._ports, context=context, tenant=tenant)
        how = "suppressed by both tenants" if silently else "accepted by the guest"
        return with_step(
            self._ports, transaction, StepWord.CONSENT, f"permissions of {facts.tenant.display_name}: {how}"
        )

    def _finish(self, context: Context, facts: SignInFacts, transaction: SignInTransaction, decided: NextStep) -> Turn:
        kept = decided.policies.session.persistent_browser if decided.policies else None
        if kept is not None:  # a policy overrides what the person said
            transaction = replace(transaction, stay_signed_in=kept == "always")
        if transaction.purpose is Purpose.REDEMPTION:
            assert facts.invitation is not None
            transaction = self._ending.succeed(context, facts, transaction, decided)
            return Turn(transaction=transaction, facts=facts, location=facts.invitation.redirect_url)
        if transaction.purpose is Purpose.FEDERATION:
            transaction, outgoing = self._ending.answer_relying_party(context, facts, transaction, decided)
            return Turn(transaction=transaction, facts=facts, outgoing=outgoing)
        transaction, response = self._ending.issue_code(context, facts, transaction, decided)
        return Turn(transaction=transaction, facts=facts, response=response)

    def _refuse(
        self,
        context: Context,
        tenant: Tenant,
        transaction: SignInTransaction,
        step: Refuse,
        *,
        facts: SignInFacts | None = None,
        decided: NextStep | None = None,
    ) -> Turn:
        facts = facts or load_facts(self._ports, context, tenant, transaction)
        transaction, answer = self._ending.refuse(context, facts, transaction, step, decided)
        if isinstance(answer, AuthorizationResponse):
            return Turn(transaction=transaction, facts=facts, response=answer)
        if answer is not None:
            return Turn(transaction=transaction, facts=facts, outgoing=answer)
        return Turn(transaction=transaction, facts=facts, refusal=transaction.refusal)

    def _over(self, context: Context, tenant: Tenant, transaction: SignInTransaction) -> Turn:
        """A page of a sign-in that has ended: its refusal again, or that it is over."""
        facts = load_facts(self._ports, context, tenant, transaction)
        if transaction.outcome is Outcome.SUCCESS and facts.invitation is not None:
            return Turn(transaction=transaction, facts=facts, location=facts.invitation.redirect_url)
        over = Reason.SESSION_EXPIRED
        refusal = transaction.refusal or Refusal(
            reason=over.name, code=over.number, name=over.value.name, message=over.sentence()
        )
        return Turn(transaction=transaction, facts=facts, refusal=refusal)


def _purpose(invitation: Invitation | None, relying_party: RelyingPartyRequest | None) -> Purpose:
    if invitation is not None:
        return Purpose.REDEMPTION
    return Purpose.FEDERATION if relying_party is not None else Purpose.APPLICATION
