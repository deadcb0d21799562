"""From the form of a page to the person's answer, in the field names of the imitated product (product.md 3)."""

from __future__ import annotations

from collections.abc import Callable

from federation.words import StepWord
from idp_sim.http import Params
from idp_sim.sign_in import steps
from idp_sim.sign_in.steps import Answer

MAX_FIELD = 1024


def read_answer(step: StepWord, form: Params) -> Answer | None:
    """What the person answered on the page of ``step``; None when the form holds no answer."""
    decision = form.get("decision")
    if decision == "decline":
        return steps.Declined()
    if decision == "back":
        return steps.Back()
    reader = READERS.get(step)
    return reader(form) if reader else None


def _typed(form: Params, name: str) -> str:
    return (form.raw(name) or "")[:MAX_FIELD]


def _user_name(form: Params) -> Answer:
    return steps.UserName(address=_typed(form, "loginfmt"))


def _account(form: Params) -> Answer:
    chosen = form.get("account")
    return steps.ChosenAccount(user=None if chosen in (None, "other") else chosen)


def _password(form: Params) -> Answer:
    return steps.Password(value=_typed(form, "passwd"))


def _passcode(form: Params) -> Answer:
    if form.get("decision") == "resend" or form.raw("otc") is None:
        return steps.SendPasscode()
    return steps.EnteredPasscode(code=_typed(form, "otc"))


def _code(form: Params) -> Answer:
    return steps.EnteredCode(code=_typed(form, "otc"))


def _willing(form: Params) -> Answer:
    return steps.Willing()


READERS: dict[StepWord, Callable[[Params], Answer]] = {
    StepWord.HOME_REALM_DISCOVERY: _user_name,
    StepWord.ACCOUNT_PICKER: _account,
    StepWord.PASSWORD: _password,
    StepWord.PASSCODE: _passcode,
    StepWord.CONSENT: _willing,
    StepWord.MFA_REGISTRATION: _code,
    StepWord.MFA_CHALLENGE: _code,
    StepWord.APP_CONSENT: _willing,
    StepWord.STAY_SIGNED_IN: _willing,
}
