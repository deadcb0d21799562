"""Takes a person's answer to an open question: one row for each pair of question and answer that fit each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from idp_sim.ports import Context, Ports
from idp_sim.services.answers import consents, first_factor, second_factor, who
from idp_sim.services.answers.asked import Asked, Taken
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones
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
    AskTermsOfUse,
    AskUserName,
    Back,
    ChosenAccount,
    Continued,
    Declined,
    EnteredCode,
    EnteredPasscode,
    EnteredPhone,
    Password,
    PickAccount,
    PickedFactor,
    Question,
    RegisterSecondFactor,
    SendAgain,
    SendPasscode,
    Signed,
    UserName,
    Willing,
)

#: Every other pair changes nothing.
ROWS: Mapping[tuple[type, type], Callable[[Asked], Taken]] = {
    (AskUserName, UserName): who.user_name,
    (AskUserName, Declined): who.cancel,
    (PickAccount, ChosenAccount): who.chosen_account,
    (AskPassword, Password): first_factor.password,
    (AskPassword, Back): who.back,
    (AskPassword, Declined): who.cancel,
    (AskPasscode, SendPasscode): first_factor.send_new_passcode,
    (AskPasscode, EnteredPasscode): first_factor.entered_passcode,
    (AskPasscode, Back): who.back,
    (AskPasscode, Declined): who.cancel,
    (AskGuestConsent, Willing): consents.guest_consent,
    (AskGuestConsent, Declined): consents.guest_consent,
    **{(AskSecondFactor, answer): second_factor.use for answer in (EnteredCode, Continued, Signed)},
    **{(RegisterSecondFactor, a): second_factor.register for a in (EnteredCode, EnteredPhone, Continued, Signed)},
    **{(asked, PickedFactor): second_factor.pick for asked in (AskSecondFactor, RegisterSecondFactor)},
    **{(asked, SendAgain): second_factor.send_again for asked in (AskSecondFactor, RegisterSecondFactor)},
    **{(asked, Declined): who.cancel for asked in (AskSecondFactor, RegisterSecondFactor)},
    (AskTermsOfUse, Willing): consents.terms,
    (AskTermsOfUse, Declined): consents.terms,
    (AskApplicationConsent, Willing): consents.grant,
    (AskApplicationConsent, Declined): consents.decline_application,
    (AskStaySignedIn, Willing): consents.stay,
    (AskStaySignedIn, Declined): consents.stay,
}


class Answers:
    """Judges answers with the help of the mailroom and the phones."""

    def __init__(self, ports: Ports, mailroom: Mailroom, phones: Phones) -> None:
        self._ports = ports
        self._mailroom = mailroom
        self._phones = phones

    def take(
        self, context: Context, facts: SignInFacts, transaction: SignInTransaction, question: Question, answer: Answer
    ) -> Taken:
        """The transaction after the answer, and what was wrong with it if the question must be asked again."""
        row = ROWS.get((type(question), type(answer)))
        if row is None:
            return transaction, None
        return row(
            Asked(
                ports=self._ports,
                mailroom=self._mailroom,
                phones=self._phones,
                context=context,
                facts=facts,
                transaction=transaction,
                question=question,
                answer=answer,
            )
        )
