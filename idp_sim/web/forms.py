"""From the form of a page to the person's answer, in the field names of the imitated product (product.md 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from federation.model import Method
from federation.words import StepWord
from idp_sim.http import Params
from idp_sim.sign_in import steps
from idp_sim.sign_in.steps import Answer
from idp_sim.tenants.model import TenantKind

MAX_FIELD = 1024
#: A key's answer is longer than what people type.
MAX_CREDENTIAL = 16 * 1024
#: Buttons beside the willing one that mean the same wherever they stand.
DECISIONS: Mapping[str, Answer] = {
    "decline": steps.Declined(),
    "back": steps.Back(),
    "other": steps.PickedFactor(method=None),
}


def read_answers(step: StepWord, form: Params, kind: TenantKind = TenantKind.ENTRA) -> tuple[Answer, ...]:
    """What the person answered on the page of ``step``, in order; nothing when the form holds no answer.

    Where a kind of tenant asks several questions on one page, there are several answers.
    """
    decision = form.get("decision") or ""
    if decision in DECISIONS:
        return (DECISIONS[decision],)
    if (several := READERS_OF_KIND.get((kind, step))) is not None:
        return several(form)
    reader = READERS.get(step)
    return (reader(form),) if reader else ()


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


def _factor(form: Params) -> Answer:
    """Whatever a second factor is answered with; the method in hand knows what fits it."""
    if form.get("decision") == "resend":
        return steps.SendAgain()
    if (picked := form.get("method")) is not None:
        return steps.PickedFactor(method=Method(picked) if picked in _METHODS else None)
    if form.raw("credential"):
        return steps.Signed(credential=(form.raw("credential") or "")[:MAX_CREDENTIAL])
    if form.raw("phone") is not None:
        return steps.EnteredPhone(number=_typed(form, "phone"))
    for field in ("otc", "accesspass"):
        if form.raw(field) is not None:
            return steps.EnteredCode(code=_typed(form, field))
    return steps.Continued()


_METHODS = frozenset(Method)


def _willing(form: Params) -> Answer:
    return steps.Willing()


READERS: dict[StepWord, Callable[[Params], Answer]] = {
    StepWord.HOME_REALM_DISCOVERY: _user_name,
    StepWord.ACCOUNT_PICKER: _account,
    StepWord.PASSWORD: _password,
    StepWord.PASSCODE: _passcode,
    StepWord.CONSENT: _willing,
    StepWord.MFA_REGISTRATION: _factor,
    StepWord.MFA_CHALLENGE: _factor,
    StepWord.TERMS_OF_USE: _willing,
    StepWord.APP_CONSENT: _willing,
    StepWord.STAY_SIGNED_IN: _willing,
}


def _forms_sign_in(form: Params) -> tuple[Answer, ...]:
    """User name and password of AD FS's form; *Keep me signed in* is a box on it."""
    password = steps.Password(value=_typed(form, "Password"), stay_signed_in=form.get("Kmsi") == "true")
    return steps.UserName(address=_typed(form, "UserName")), password


def _identifier(form: Params) -> tuple[Answer, ...]:
    """The address on Google's first page."""
    return (steps.UserName(address=_typed(form, "identifier")),)


def _google_password(form: Params) -> tuple[Answer, ...]:
    """The password on its second page."""
    return (steps.Password(value=_typed(form, "Passwd")),)


def _saml_sign_in(form: Params) -> tuple[Answer, ...]:
    """User name and password of the SAML home's form."""
    return steps.UserName(address=_typed(form, "username")), steps.Password(value=_typed(form, "password"))


READERS_OF_KIND: dict[tuple[TenantKind, StepWord], Callable[[Params], tuple[Answer, ...]]] = {
    (TenantKind.ADFS, StepWord.HOME_REALM_DISCOVERY): _forms_sign_in,
    (TenantKind.ADFS, StepWord.PASSWORD): _forms_sign_in,
    (TenantKind.GOOGLE, StepWord.HOME_REALM_DISCOVERY): _identifier,
    (TenantKind.GOOGLE, StepWord.PASSWORD): _google_password,
    (TenantKind.SAML, StepWord.HOME_REALM_DISCOVERY): _saml_sign_in,
    (TenantKind.SAML, StepWord.PASSWORD): _saml_sign_in,
}
