"""Drives the dispatcher: loads facts, asks for the next step, carries it out, stores the transaction.

Browser pages and the headless person both call ``begin``, ``answer``, ``look`` and ``come_back``; what
they get is a ``Turn``. No rule is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

from federation.errors import FederationError
from federation.identity_providers.base import (
    AuthenticationRequest,
    AutoSubmitForm,
    Callback,
    PendingAuthentication,
    Redirect,
    RedirectIdentityProvider,
)
from federation.identity_providers.registry import IDENTITY_PROVIDERS
from federation.model import AuthenticationContext, ExternalIdentity
from federation.oidc import jwt_codec
from federation.oidc.authorization import AuthorizationRequest
from federation.oidc.responses import AuthorizationResponse
from federation.reasons import Reason
from federation.redemption import home_key_of
from federation.words import StepWord
from idp_sim.applications.model import Application
from idp_sim.directory import guests
from idp_sim.directory.model import Invitation, User
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services import transactions
from idp_sim.services.answers import Answers
from idp_sim.services.back_channel import watch
from idp_sim.services.exchanges import PublishedDocuments, perform
from idp_sim.services.inbox import Mailroom
from idp_sim.services.journal import note
from idp_sim.services.sign_in_end import Ending
from idp_sim.services.sign_in_facts import load_facts
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
    AskUserName,
    Finish,
    NextStep,
    Question,
    Refuse,
    RegisterSecondFactor,
    SendHome,
    UseAccount,
)
from idp_sim.tenants.endpoints import Endpoints
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

    def __init__(self, ports: Ports, mailroom: Mailroom, documents: PublishedDocuments) -> None:
        self._ports = ports
        self._documents = documents
        self._answers = Answers(ports, mailroom)
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
    ) -> Turn:
        """Open a sign-in for an application's request, or for the redemption of an invitation.

        ``browser`` is the digest of the browser's cookie.
        """
        ids = self._ports.ids
        handle = transactions.Handle(world=context.world, tenant=tenant.id, secret=ids.secret(18))
        address = invitation.address if invitation else request.login_hint if request else None
        transaction = SignInTransaction(
            id=str(handle),
            tenant=tenant.id,
            sign_in_id=ids.guid(),
            correlation_id=context.correlation_id,
            created=context.now,
            expires=context.now + lifetimes.SIGN_IN,
            browser=browser,
            secret=ids.secret(18),
            purpose=Purpose.REDEMPTION if invitation else Purpose.APPLICATION,
            client=client,
            application=application.client_id,
            request=request,
            invitation=invitation.id if invitation else None,
            address=address.strip().lower() if address and "@" in address else None,
        )
        self._ports.storage.insert(context.world, tenant.id, transaction)
        return self._advance(context, tenant, transaction, stored=transaction)

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
            return self._advance(context, tenant, transaction, stored=transaction)
        changed, problem = self._answers.take(context, facts, transaction, question, answer)
        if problem is not None:
            self._ending.log_attempt(context, facts, transaction, problem)
        return self._advance(context, tenant, changed, stored=transaction, problem=problem)

    def come_back(
        self, context: Context, tenant: Tenant, transaction: SignInTransaction, fields: dict[str, str]
    ) -> Turn:
        """The browser returns from the home identity provider with the answer in ``fields``."""
        pending = transaction.pending
        if pending is None or transactions.ended(transaction):
            return self._advance(context, tenant, transaction, stored=transaction)
        self._note(
            context,
            tenant=tenant,
            sender=pending.home_name,
            receiver=tenant.display_name,
            name="authentication response",
            fields=fields,
        )
        # The answer is used up before it is believed, so that it can't be tried twice in parallel.
        transaction = transactions.store(self._ports, context, replace(transaction, pending=None))
        try:
            identity = self._identity(context, tenant, pending, fields)
        except FederationError as error:
            return self._refuse_at_home(context, tenant, transaction, error)
        detail = (
            f"back from {pending.home_name} as {identity.address} ({', '.join(identity.context.amr) or 'no methods'})"
        )
        came_back = with_step(self._ports, transaction, StepWord.IDENTITY_PROVIDER, detail)
        came_back = replace(
            came_back,
            identity=identity,
            authentication=_proved(transaction, identity),
            asked_home_for_mfa=transaction.asked_home_for_mfa or pending.demanded_mfa,
            fresh=True,
        )
        return self._advance(context, tenant, came_back, stored=transaction)

    def _identity(
        self, context: Context, tenant: Tenant, pending: PendingAuthentication, fields: dict[str, str]
    ) -> ExternalIdentity:
        """Who came back, after every check of the home's protocol; FederationError."""
        provider: RedirectIdentityProvider = IDENTITY_PROVIDERS[pending.kind]  # type: ignore[assignment]
        key = self._ports.keys.key_set(context.world, tenant.id).signing
        exchange = provider.complete(
            Callback(fields=fields), pending, lambda claims: jwt_codec.sign(claims, key), context.now
        )
        watched = watch(exchange, self._ports, context, tenant=tenant, partner=pending.home_name)
        return perform(self._ports, self._documents, context, watched)

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
        self._ending.forget_attempt(context, tenant, transaction)  # the end tells it; one row is enough
        return self._refuse(context, tenant, transaction, step, facts=facts)

    # --- one step after the other ------------------------------------------------------------------

    def _advance(
        self,
        context: Context,
        tenant: Tenant,
        transaction: SignInTransaction,
        *,
        stored: SignInTransaction,
        problem: Reason | None = None,
    ) -> Turn:
        """Carry out steps until a person must answer or the sign-in ends; ``stored`` is what storage holds."""
        if transactions.ended(transaction):
            return self._over(context, tenant, transaction)
        for _ in range(LONGEST_RUN):
            facts = load_facts(self._ports, context, tenant, transaction)
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
                        continue
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
                    asking = self._with_enrolment(transaction, question)
                    if asking != stored:  # a page that is only looked at again writes nothing
                        asking = transactions.store(self._ports, context, asking)
                    problem = problem or getattr(question, "problem", None)
                    return Turn(transaction=asking, facts=facts, question=question, problem=problem)
        raise RuntimeError("the sign-in goes round in circles")  # a fault of the rules, not of a request

    def _noted(self, transaction: SignInTransaction, decided: NextStep) -> SignInTransaction:
        return self._ending.with_words(with_decisions(self._ports, transaction, decided.decisions), decided)

    def _with_enrolment(self, transaction: SignInTransaction, question: Question) -> SignInTransaction:
        """The secret that the registration page shows stays the same until it is registered."""
        if isinstance(question, RegisterSecondFactor) and transaction.totp_enrolment is None:
            return replace(transaction, totp_enrolment=self._ports.ids.totp_secret())
        return transaction

    def _send_home(self, context: Context, facts: SignInFacts, transaction: SignInTransaction, step: SendHome) -> Turn:
        ids, partner = self._ports.ids, step.realm.partner
        assert partner is not None, "only homes with a partner are sent to"
        request = AuthenticationRequest(
            state=f"{transaction.id}.{ids.secret(18)}",
            nonce=ids.secret(18),
            code_verifier=ids.secret(32),
            assertion_id=ids.guid(),
            correlation_id=transaction.correlation_id,
            reply_url=Endpoints(self._ports.settings.base_url, facts.tenant.id).federation_reply,
            address=step.realm.address,
            resource_tenant=facts.tenant.id,
            application=transaction.application,
            demand_mfa=step.demand_mfa,
            force_login=step.force_login and not transaction.fresh,
        )
        provider: RedirectIdentityProvider = IDENTITY_PROVIDERS[step.realm.kind]  # type: ignore[assignment]
        try:
            exchange = provider.begin(step.realm, request, context.now)
            outgoing, pending = perform(self._ports, self._documents, context, exchange)
        except FederationError as error:
            return self._refuse_at_home(context, facts.tenant, transaction, error)
        wanted = ", asked for a second factor" if step.demand_mfa else ""
        detail = f"sent to {partner.display_name} as {step.realm.address}{wanted}"
        transaction = with_step(self._ports, transaction, StepWord.IDENTITY_PROVIDER, detail)
        transaction = transactions.store(self._ports, context, replace(transaction, pending=pending))
        self._note(
            context,
            tenant=facts.tenant,
            sender=facts.tenant.display_name,
            receiver=partner.display_name,
            name="authentication request",
            fields=_fields_of(outgoing),
        )
        return Turn(transaction=transaction, facts=facts, outgoing=outgoing)

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
        how = "suppressed by both tenants" if silently else "accepted by the guest"
        return with_step(
            self._ports, transaction, StepWord.CONSENT, f"permissions of {facts.tenant.display_name}: {how}"
        )

    def _finish(self, context: Context, facts: SignInFacts, transaction: SignInTransaction, decided: NextStep) -> Turn:
        if transaction.purpose is Purpose.REDEMPTION:
            assert facts.invitation is not None
            transaction = self._ending.succeed(context, facts, transaction, decided)
            return Turn(transaction=transaction, facts=facts, location=facts.invitation.redirect_url)
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
        transaction, response = self._ending.refuse(context, facts, transaction, step, decided)
        if response is not None:
            return Turn(transaction=transaction, facts=facts, response=response)
        return Turn(transaction=transaction, facts=facts, refusal=transaction.refusal)

    def _note(
        self, context: Context, *, tenant: Tenant, sender: str, receiver: str, name: str, fields: Mapping[str, object]
    ) -> None:
        note(self._ports, context, tenant=tenant.name, sender=sender, receiver=receiver, name=name, fields=fields)

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


def _proved(transaction: SignInTransaction, identity: ExternalIdentity) -> AuthenticationContext:
    """What the person proved so far; nothing of it counts for another person who came back instead."""
    before = transaction.identity
    if before is not None and home_key_of(before) != home_key_of(identity):
        return identity.context
    return transaction.authentication.joined(identity.context)


def _fields_of(outgoing: Redirect | AutoSubmitForm) -> Mapping[str, str]:
    if isinstance(outgoing, AutoSubmitForm):
        return outgoing.fields
    return dict(parse_qsl(urlsplit(outgoing.url).query))
