"""A simulated person: knows passwords and authenticator secrets, reads mail, and answers each question."""

from __future__ import annotations

from dataclasses import dataclass

from federation.model import Method
from federation.reasons import Reason
from idp_sim.directory.model import Credentials, User
from idp_sim.headless.factors import Factors
from idp_sim.headless.stops import Stops
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones
from idp_sim.services.sign_in import Turn
from idp_sim.sign_in import steps
from idp_sim.sign_in.steps import Answer
from idp_sim.tenants.model import Tenant


@dataclass(frozen=True, kw_only=True)
class Willingness:
    """What the person is ready to do."""

    address: str
    redeem: bool
    direct_connect: bool = False
    mfa: bool
    mfa_method: Method | None = None


class Person:
    """Answers questions as product.md 6 says: accepts consent and permissions, registers TOTP, declines to stay."""

    def __init__(self, ports: Ports, mailroom: Mailroom, phones: Phones, willingness: Willingness) -> None:
        self._ports = ports
        self._mailroom = mailroom
        self._factors = Factors(ports, phones, mfa=willingness.mfa, wanted=willingness.mfa_method)
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
            case steps.AskPassword(new_account=True):
                return steps.Password(value=self._ports.ids.secret(12))
            case steps.AskPassword():
                return steps.Password(value=self._password(context, tenant, turn))
            case steps.AskPasscode(sent=False):
                return steps.SendPasscode()
            case steps.AskPasscode():
                return steps.EnteredPasscode(code=self._newest_passcode(context))
            case steps.AskGuestConsent():
                return (
                    steps.Willing()
                    if self._will.redeem or self._will.direct_connect
                    else Stops(reason=Reason.GUEST_PENDING)
                )
            case steps.RegisterSecondFactor():
                return self._factors.register(context, turn, question)
            case steps.AskSecondFactor():
                return self._factors.use(context, turn, question)
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
