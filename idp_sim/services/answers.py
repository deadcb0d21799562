"""Takes a person's answer to an open question: checks what was typed and notes it in the transaction."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from federation import one_time_passcode
from federation.home_realm import AccountType
from federation.model import ExternalIdentity, HomeKind, Method, PerformedMethod
from federation.one_time_passcode import Passcode, Verdict
from federation.reasons import Reason
from federation.words import StepWord
from idp_sim.applications.consent import MissingConsent
from idp_sim.applications.model import OAuth2PermissionGrant
from idp_sim.directory.model import Credentials, User
from idp_sim.ports import Conflict, Context, NotFound, Ports
from idp_sim.services import audit
from idp_sim.services.inbox import Mailroom
from idp_sim.services.journal import MAIL, note
from idp_sim.services.mail import send_passcode
from idp_sim.services.second_factor import verify_totp
from idp_sim.services.transactions import with_step
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import (
    Answer,
    AskApplicationConsent,
    AskGuestConsent,
    AskPasscode,
    AskPassword,
    AskSecondFactor,
    AskStaySignedIn,
    AskUserName,
    Back,
    ChosenAccount,
    Declined,
    EnteredCode,
    EnteredPasscode,
    Password,
    PickAccount,
    Question,
    RegisterSecondFactor,
    SendPasscode,
    UserName,
    Willing,
)
from idp_sim.tenants.model import Tenant, TenantKind

#: Ten wrong passwords lock the account for a minute of the world's time (product.md 6).
WRONG_PASSWORDS = 10
LOCKED_FOR = timedelta(seconds=60)
PASSCODE_DIGITS = 8

Taken = tuple[SignInTransaction, Reason | None]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An answer with all that is needed to judge it."""

    context: Context
    facts: SignInFacts
    transaction: SignInTransaction
    question: Any
    answer: Any


class Answers:
    """One row for each pair of question and answer that fit each other; every other pair changes nothing."""

    def __init__(self, ports: Ports, mailroom: Mailroom) -> None:
        self._ports = ports
        self._mailroom = mailroom
        self._rows: Mapping[tuple[type, type], Callable[[Asked], Taken]] = {
            (AskUserName, UserName): self._user_name,
            (AskUserName, Declined): self._cancel,
            (PickAccount, ChosenAccount): self._chosen_account,
            (AskPassword, Password): self._password,
            (AskPassword, Back): self._back,
            (AskPassword, Declined): self._cancel,
            (AskPasscode, SendPasscode): self._send_passcode,
            (AskPasscode, EnteredPasscode): self._entered_passcode,
            (AskPasscode, Back): self._back,
            (AskPasscode, Declined): self._cancel,
            (AskGuestConsent, Willing): self._guest_consent,
            (AskGuestConsent, Declined): self._guest_consent,
            (RegisterSecondFactor, EnteredCode): self._register,
            (RegisterSecondFactor, Declined): self._cancel,
            (AskSecondFactor, EnteredCode): self._second_factor,
            (AskSecondFactor, Declined): self._cancel,
            (AskApplicationConsent, Willing): self._grant,
            (AskApplicationConsent, Declined): self._decline_application,
            (AskStaySignedIn, Willing): self._stay,
            (AskStaySignedIn, Declined): self._stay,
        }

    def take(
        self, context: Context, facts: SignInFacts, transaction: SignInTransaction, question: Question, answer: Answer
    ) -> Taken:
        """The transaction after the answer, and what was wrong with it if the question must be asked again."""
        row = self._rows.get((type(question), type(answer)))
        if row is None:
            return transaction, None
        return row(Asked(context=context, facts=facts, transaction=transaction, question=question, answer=answer))

    # --- who is it -----------------------------------------------------------------------------------

    def _user_name(self, asked: Asked) -> Taken:
        address = _with_domain(asked.answer.address.strip().lower(), asked.facts.tenant)
        if address.count("@") != 1 or len(address) > 320 or not all(address.split("@")):
            return replace(asked.transaction, address=None, account=None, pending=None), Reason.USER_UNKNOWN
        return replace(asked.transaction, address=address, account=None, passcode_sent=False, pending=None), None

    def _chosen_account(self, asked: Asked) -> Taken:
        if asked.question.homes:
            return self._chosen_home(asked), None
        chosen = next((a for a in asked.question.accounts if a.user.id == asked.answer.user), None)
        transaction = replace(asked.transaction, account_chosen=True)
        if chosen is None:
            return replace(transaction, address=None), None
        return replace(transaction, address=chosen.user.sign_in_name.lower()), None

    @staticmethod
    def _chosen_home(asked: Asked) -> SignInTransaction:
        """One of the two accounts of an address; what is neither asks for another address."""
        chosen = next((home for home in asked.question.homes if home.kind.value == asked.answer.user), None)
        if chosen is None:
            return replace(asked.transaction, address=None, account=None)
        personal = chosen.kind is HomeKind.MICROSOFT_ACCOUNT
        return replace(asked.transaction, account=AccountType.PERSONAL if personal else AccountType.WORK)

    def _back(self, asked: Asked) -> Taken:
        return replace(asked.transaction, address=None, account=None, account_chosen=True, passcode_sent=False), None

    def _cancel(self, asked: Asked) -> Taken:
        return replace(asked.transaction, cancelled=True), None

    # --- first factor --------------------------------------------------------------------------------

    def _password(self, asked: Asked) -> Taken:
        user = self._local_user(asked)
        if user is None:
            return asked.transaction, Reason.USER_UNKNOWN
        problem = self._check_password(asked, user)
        if problem is not None:
            return asked.transaction, problem
        method = PerformedMethod(method=Method.PASSWORD, instant=asked.context.now, tenant=asked.facts.tenant.id)
        transaction = with_step(
            self._ports, asked.transaction, StepWord.PASSWORD, f"password of {user.user_principal_name} accepted"
        )
        stay = asked.answer.stay_signed_in
        return replace(
            transaction,
            user=user.id,
            authentication=transaction.authentication.adding(method),
            fresh=True,
            stay_signed_in=transaction.stay_signed_in if stay is None else stay,
        ), None

    def _local_user(self, asked: Asked) -> User | None:
        users = self._ports.storage.find(
            asked.context.world, asked.facts.tenant.id, User, user_principal_name=asked.transaction.address
        )
        return next((user for user in users if not user.external), None)

    def _check_password(self, asked: Asked, user: User) -> Reason | None:
        """Compare and count; a right password while the account is locked is still refused."""
        now, problem = asked.context.now, None

        def change(credentials: Credentials) -> Credentials:
            nonlocal problem
            if credentials.locked_until is not None and now < credentials.locked_until:
                problem = Reason.ACCOUNT_LOCKED
                return credentials
            if credentials.password is None:
                problem = Reason.NO_PASSWORD
                return credentials
            if hmac.compare_digest(credentials.password.encode(), asked.answer.value.encode()):
                return replace(credentials, failed_passwords=0, locked_until=None)
            failed = credentials.failed_passwords + 1
            problem = Reason.WRONG_PASSWORD
            if failed < WRONG_PASSWORDS:
                return replace(credentials, failed_passwords=failed)
            return replace(credentials, failed_passwords=0, locked_until=now + LOCKED_FOR)

        try:
            self._ports.storage.update(asked.context.world, asked.facts.tenant.id, Credentials, user.id, change)
        except NotFound:
            return Reason.NO_PASSWORD
        return problem

    def _send_passcode(self, asked: Asked) -> Taken:
        address, tenant, now = asked.transaction.address or "", asked.facts.tenant, asked.context.now
        passcode = one_time_passcode.issue(address, self._ports.ids.digits(PASSCODE_DIGITS), now)
        with self._ports.storage.unit_of_work(asked.context.world):
            self._ports.storage.put(asked.context.world, tenant.id, passcode)
            send_passcode(self._mailroom, asked.context.world, tenant=tenant, to=address, code=passcode.code, now=now)
        note(
            self._ports,
            asked.context,
            tenant=tenant.name,
            sender=tenant.display_name,
            receiver=address,
            name="one-time passcode",
            fields={"to": address, "passcode": passcode.code},
            protocol=MAIL,
        )
        transaction = with_step(self._ports, asked.transaction, StepWord.PASSCODE, f"passcode mailed to {address}")
        return replace(transaction, passcode_sent=True), None

    def _entered_passcode(self, asked: Asked) -> Taken:
        if not asked.transaction.passcode_sent:
            return asked.transaction, None
        address, storage, world = asked.transaction.address or "", self._ports.storage, asked.context.world
        with storage.unit_of_work(world):
            try:
                passcode = storage.get(world, asked.facts.tenant.id, Passcode, address)
            except NotFound:
                passcode = None
            tried, verdict = one_time_passcode.attempt(passcode, asked.answer.code.strip(), asked.context.now)
            if tried is not None:
                storage.put(world, asked.facts.tenant.id, tried)
        if verdict is not Verdict.ACCEPTED:
            return asked.transaction, Reason.WRONG_PASSCODE
        return self._signed_in_by_passcode(asked, address), None

    def _signed_in_by_passcode(self, asked: Asked, address: str) -> SignInTransaction:
        method = PerformedMethod(method=Method.EMAIL, instant=asked.context.now, tenant=asked.facts.tenant.id)
        transaction = with_step(self._ports, asked.transaction, StepWord.PASSCODE, f"passcode of {address} accepted")
        context = transaction.authentication.adding(method)
        identity = ExternalIdentity(
            kind=HomeKind.EMAIL_ONE_TIME_PASSCODE, issuer="mail", subject=address, addresses=(address,), context=context
        )
        return replace(transaction, identity=identity, authentication=context, fresh=True)

    # --- second factor -------------------------------------------------------------------------------

    def _register(self, asked: Asked) -> Taken:
        secret, user = asked.transaction.totp_enrolment, asked.facts.user
        assert secret is not None, "the registration page was shown"
        assert user is not None, "a factor is registered for a known person"
        if not verify_totp(secret, asked.answer.code, asked.context.now):
            return self._wrong_code(asked)
        self._keep_authenticator(asked, user, secret)
        detail = f"authenticator app registered at {asked.facts.tenant.display_name}"
        transaction = with_step(self._ports, asked.transaction, StepWord.MFA_REGISTRATION, detail)
        return self._with_second_factor(asked, replace(transaction, totp_enrolment=None)), None

    def _keep_authenticator(self, asked: Asked, user: User, secret: str) -> None:
        """Store the secret; Conflict when another sign-in registered one since the page was shown."""
        storage, world, tenant = self._ports.storage, asked.context.world, asked.facts.tenant.id

        def change(credentials: Credentials) -> Credentials:
            if credentials.second_factor_registered:
                raise Conflict(user.id)
            return replace(credentials, totp_secret=secret)

        with storage.unit_of_work(world):
            try:
                storage.update(world, tenant, Credentials, user.id, change)
            except NotFound:
                storage.insert(world, tenant, Credentials(user=user.id, totp_secret=secret))

    @staticmethod
    def _wrong_code(asked: Asked) -> Taken:
        """Counted in the sign-in, whose rule ends it when there were too many."""
        count = asked.transaction.wrong_codes + 1
        return replace(asked.transaction, wrong_codes=count), Reason.WRONG_SECOND_FACTOR

    def _second_factor(self, asked: Asked) -> Taken:
        credentials = asked.facts.credentials
        assert credentials is not None, "the code page was shown"
        assert credentials.totp_secret is not None, "a factor is registered"
        if not verify_totp(credentials.totp_secret, asked.answer.code, asked.context.now):
            return self._wrong_code(asked)
        return self._with_second_factor(asked, asked.transaction), None

    def _with_second_factor(self, asked: Asked, transaction: SignInTransaction) -> SignInTransaction:
        method = PerformedMethod(method=Method.SOFTWARE_OATH, instant=asked.context.now, tenant=asked.facts.tenant.id)
        detail = f"authenticator code accepted at {asked.facts.tenant.display_name}"
        transaction = with_step(self._ports, transaction, StepWord.MFA_CHALLENGE, detail)
        return replace(transaction, authentication=transaction.authentication.adding(method))

    # --- consent and session -------------------------------------------------------------------------

    def _guest_consent(self, asked: Asked) -> Taken:
        return replace(asked.transaction, guest_consent=isinstance(asked.answer, Willing)), None

    def _grant(self, asked: Asked) -> Taken:
        user = asked.facts.user
        assert user is not None, "consent is asked of a known person"
        with self._ports.storage.unit_of_work(asked.context.world):
            for missing in asked.question.missing:
                self._record_grant(asked, user, missing)
            audit.note_consent(
                user,
                asked.facts.application,
                asked.question.missing,
                ports=self._ports,
                context=asked.context,
                tenant=asked.facts.tenant.id,
            )
        names = ", ".join(name for missing in asked.question.missing for name in missing.permissions)
        detail = f"{asked.facts.application.display_name} granted: {names}"
        transaction = with_step(self._ports, asked.transaction, StepWord.APP_CONSENT, detail)
        return replace(transaction, app_consent=True), None

    def _record_grant(self, asked: Asked, user: User, missing: MissingConsent) -> None:
        """Add to what this person granted before; one record for each client, resource and person."""
        storage, world, tenant = self._ports.storage, asked.context.world, asked.facts.tenant.id
        client, resource = asked.facts.application.client_id, missing.resource.client_id
        grants = storage.find(world, tenant, OAuth2PermissionGrant, client=client, principal=user.id)
        existing = next((grant for grant in grants if grant.resource == resource), None)
        scopes = tuple(dict.fromkeys((*(existing.scopes if existing else ()), *missing.permissions)))
        storage.put(
            world,
            tenant,
            OAuth2PermissionGrant(
                id=existing.id if existing else self._ports.ids.secret(24),
                client=client,
                resource=resource,
                principal=user.id,
                scopes=scopes,
            ),
        )

    def _decline_application(self, asked: Asked) -> Taken:
        return replace(asked.transaction, app_consent=False), None

    def _stay(self, asked: Asked) -> Taken:
        return replace(asked.transaction, stay_signed_in=isinstance(asked.answer, Willing)), None


def _with_domain(name: str, tenant: Tenant) -> str:
    """``DOMAIN\\user``, as AD FS takes it too, as an address in the tenant's domain of that name."""
    short, backslash, user = name.partition("\\")
    if not backslash or tenant.kind is not TenantKind.ADFS:
        return name
    domain = next((d for d in tenant.domains if short in (d, d.partition(".")[0])), None)
    return f"{user}@{domain}" if domain else name
