"""A simulated person: knows passwords and authenticator secrets, reads mail, and answers each question."""

from __future__ import annotations

from dataclasses import dataclass

from federation.reasons import Reason
from idp_sim.directory.model import Credentials, User
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services.inbox import Mailroom
from idp_sim.services.second_factor import totp_at
from idp_sim.services.sign_in import Turn
from idp_sim.sign_in import steps
from idp_sim.sign_in.steps import Answer
from idp_sim.tenants.model import Tenant


@dataclass(frozen=True, kw_only=True)
class Willingness:
    """What the person is ready to do."""

    address: str
    redeem: bool
    mfa: bool


@dataclass(frozen=True, kw_only=True)
class Stops:
    """The person does not go on: something is wanted that he does not do, or what he gave was ``wrong``."""

    reason: Reason
    wrong: bool = False


class Person:
    """Answers questions as product.md 6 says: accepts consent and permissions, registers TOTP, declines to stay."""

    def __init__(self, ports: Ports, mailroom: Mailroom, willingness: Willingness) -> None:
        self._ports = ports
        self._mailroom = mailroom
        self._will = willingness

    def answer(self, context: Context, tenant: Tenant, turn: Turn) -> Answer | Stops:
        """The answer to the question of a turn."""
        question = turn.question
        if turn.problem is not None:  # the same answer would be wrong again
            return Stops(reason=turn.problem, wrong=True)
        match question:
            case steps.AskUserName():
                return steps.UserName(address=self._will.address)
            case steps.PickAccount(homes=(first, *_)):
                return steps.ChosenAccount(user=first.kind.value)
            case steps.PickAccount():
                return steps.ChosenAccount(user=None)
            case steps.AskPassword():
                return steps.Password(value=self._password(context, tenant, turn))
            case steps.AskPasscode(sent=False):
                return steps.SendPasscode()
            case steps.AskPasscode():
                return steps.EnteredPasscode(code=self._newest_passcode(context))
            case steps.AskGuestConsent():
                return steps.Willing() if self._will.redeem else Stops(reason=Reason.GUEST_PENDING)
            case steps.RegisterSecondFactor():
                return self._registration_code(context, turn)
            case steps.AskSecondFactor():
                return self._code(context, turn)
            case steps.AskStaySignedIn():
                return steps.Declined()
            case _:
                return steps.Willing()

    def _password(self, context: Context, tenant: Tenant, turn: Turn) -> str:
        storage = self._ports.storage
        users = storage.find(context.world, tenant.id, User, user_principal_name=turn.transaction.address)
        for user in users:
            try:
                return storage.get(context.world, tenant.id, Credentials, user.id).password or ""
            except NotFound:
                continue
        return ""

    def _newest_passcode(self, context: Context) -> str:
        mails = self._mailroom.messages(context.world, to=self._will.address)
        return next((mail.passcode for mail in reversed(mails) if mail.passcode), "")

    def _registration_code(self, context: Context, turn: Turn) -> Answer | Stops:
        if not self._will.mfa:
            return Stops(reason=Reason.MFA_REGISTRATION_REQUIRED)
        return steps.EnteredCode(code=totp_at(turn.transaction.totp_enrolment or "", context.now))

    def _code(self, context: Context, turn: Turn) -> Answer | Stops:
        secret = turn.facts.credentials.totp_secret if turn.facts.credentials else None
        if not self._will.mfa or secret is None:
            return Stops(reason=Reason.MFA_REQUIRED)
        return steps.EnteredCode(code=totp_at(secret, context.now))
