"""From an open second factor to its page: one row for each method, to use it and to register it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from federation.model import Method
from idp_sim.authentication_methods.registry import BY_METHOD, masked
from idp_sim.pages import model as pages
from idp_sim.services.sign_in import Turn
from idp_sim.services.totp import provisioning_uri
from idp_sim.sign_in.steps import AskSecondFactor, RegisterSecondFactor

MakePage = Callable[[Turn, str | None], pages.Page]


def second_factor(turn: Turn, problem: str | None) -> pages.Page:
    """The page that asks for the method in hand, or for which one."""
    assert isinstance(turn.question, AskSecondFactor)
    if turn.question.method is None:
        return _pick(turn, turn.question.offered, registering=False)
    return USE[turn.question.method](turn, problem)


def register(turn: Turn, problem: str | None) -> pages.Page:
    """The page that registers the method in hand, or asks for which one."""
    assert isinstance(turn.question, RegisterSecondFactor)
    if turn.question.method is None:
        return _pick(turn, turn.question.offered, registering=True)
    return REGISTER[turn.question.method](turn, problem)


def address_of(turn: Turn) -> str:
    """The name that the person signs in with."""
    return turn.transaction.address or (turn.facts.user.sign_in_name if turn.facts.user else "")


def _others(turn: Turn) -> bool:
    return isinstance(turn.question, AskSecondFactor | RegisterSecondFactor) and len(turn.question.offered) > 1


def _registering(turn: Turn) -> bool:
    return isinstance(turn.question, RegisterSecondFactor)


def _pick(turn: Turn, offered: tuple[Method, ...], *, registering: bool) -> pages.Page:
    credentials = turn.facts.credentials
    choices = []
    for method in offered:
        row = BY_METHOD[method]
        named = row.registered(credentials) if credentials and not registering else ()
        label = row.register_label if registering else row.label
        choices.append(pages.MethodChoice(method=method.value, label=label, detail=named[0] if named else ""))
    return pages.PickMethodPage(address=address_of(turn), methods=tuple(choices), registering=registering)


def _authenticator_code(turn: Turn, problem: str | None) -> pages.Page:
    return pages.AuthenticatorCodePage(address=address_of(turn), others=_others(turn), error=problem)


def _register_authenticator(turn: Turn, problem: str | None) -> pages.Page:
    secret, account = turn.transaction.totp_enrolment or "", address_of(turn)
    return pages.RegisterAuthenticatorPage(
        account=account,
        secret=secret,
        otpauth_uri=provisioning_uri(secret, account=account, issuer=turn.facts.tenant.display_name),
        others=_others(turn),
        error=problem,
    )


def _access_pass(turn: Turn, problem: str | None) -> pages.Page:
    return pages.AccessPassPage(address=address_of(turn), others=_others(turn), error=problem)


def _sent_code(turn: Turn, problem: str | None) -> pages.Page:
    challenge = turn.transaction.challenge
    assert challenge is not None, "the code was sent"
    return pages.SentCodePage(
        address=address_of(turn),
        phone=challenge.target if challenge.registering else masked(challenge.target),
        called=challenge.method is Method.VOICE,
        registering=challenge.registering,
        others=_others(turn),
        error=problem,
    )


def _register_phone(turn: Turn, problem: str | None) -> pages.Page:
    if turn.transaction.challenge is not None:
        return _sent_code(turn, problem)
    assert isinstance(turn.question, RegisterSecondFactor)
    called = turn.question.method is Method.VOICE
    return pages.RegisterPhonePage(address=address_of(turn), called=called, others=_others(turn), error=problem)


def _approve_request(turn: Turn, problem: str | None) -> pages.Page:
    challenge = turn.transaction.challenge
    assert challenge is not None, "the request was sent"
    assert challenge.match is not None, "it wants to be told a number"
    return pages.ApproveRequestPage(
        address=address_of(turn),
        number=challenge.match,
        poll_url=f"/login/{turn.transaction.id}/approval",
        registering=_registering(turn),
        others=_others(turn),
        error=problem,
    )


def _pair_authenticator(turn: Turn, problem: str | None) -> pages.Page:
    if turn.transaction.challenge is not None:
        return _approve_request(turn, problem)
    return pages.PairAuthenticatorPage(address=address_of(turn), others=_others(turn), error=problem)


def _passkey(turn: Turn, problem: str | None) -> pages.Page:
    challenge = turn.transaction.challenge
    assert challenge is not None, "there is something to sign"
    return pages.PasskeyPage(
        address=address_of(turn),
        options=challenge.options,
        creating=challenge.registering,
        others=_others(turn),
        error=problem,
    )


USE: Mapping[Method, MakePage] = {
    Method.TEMPORARY_ACCESS_PASS_ONE_TIME: _access_pass,
    Method.TEMPORARY_ACCESS_PASS_MULTI_USE: _access_pass,
    Method.FIDO2: _passkey,
    Method.PUSH: _approve_request,
    Method.SOFTWARE_OATH: _authenticator_code,
    Method.SMS: _sent_code,
    Method.VOICE: _sent_code,
}
REGISTER: Mapping[Method, MakePage] = {
    Method.FIDO2: _passkey,
    Method.PUSH: _pair_authenticator,
    Method.SOFTWARE_OATH: _register_authenticator,
    Method.SMS: _register_phone,
    Method.VOICE: _register_phone,
}
