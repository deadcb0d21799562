"""A simulated person's second factors: holds the phone, reads the authenticator, answers push requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from federation.model import Method
from federation.reasons import Reason
from idp_sim.authentication_methods.registered import SimulatedKey
from idp_sim.authentication_methods.registry import BY_METHOD
from idp_sim.headless.equipment import EQUIPMENT, PHONE_NUMBER, equip, new_key, origin_of
from idp_sim.headless.software_authenticator import SoftwareKey
from idp_sim.headless.stops import Stops
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services.phones import ApprovalRefused, Phones
from idp_sim.services.sign_in import Turn
from idp_sim.services.totp import totp_at
from idp_sim.sign_in import steps
from idp_sim.sign_in.checks import factors
from idp_sim.sign_in.model import Challenge
from idp_sim.sign_in.steps import Answer, AskSecondFactor, RegisterSecondFactor
from idp_sim.world import Approval


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One question about one method, as the person's devices see it."""

    ports: Ports
    phones: Phones
    context: Context
    turn: Turn

    @property
    def challenge(self) -> Challenge | None:
        """What was sent for the method in hand."""
        return self.turn.transaction.challenge


class Factors:
    """What the person does when a second factor is asked for or to be registered.

    ``wanted`` is the method that they would use; another one that is in hand is left for it.
    """

    def __init__(self, ports: Ports, phones: Phones, *, mfa: bool, wanted: Method | None) -> None:
        self._ports = ports
        self._phones = phones
        self._mfa = mfa
        self._wanted = wanted

    def use(self, context: Context, turn: Turn, question: AskSecondFactor) -> Answer | Stops:
        """The answer to a challenge."""
        if not self._mfa or question.method is None:
            return Stops(reason=Reason.MFA_REQUIRED)
        if not self._wants_another(turn, question):
            return USE[question.method](self._moment(context, turn))
        assert self._wanted is not None, "another method is wanted"
        if self._wanted not in question.offered:
            if not self._can_have(turn, question):
                return Stops(reason=Reason.MFA_REQUIRED)
            assert turn.facts.user is not None, "a second factor is asked of a known person"
            equip(self._ports, context, tenant=turn.facts.tenant.id, user=turn.facts.user.id, method=self._wanted)
        return steps.PickedFactor(method=self._wanted)

    def register(self, context: Context, turn: Turn, question: RegisterSecondFactor) -> Answer | Stops:
        """The answer to the page of a registration."""
        if not self._mfa or question.method is None:
            return Stops(reason=Reason.MFA_REGISTRATION_REQUIRED)
        if not self._wants_another(turn, question):
            return REGISTER[question.method](self._moment(context, turn))
        if self._wanted not in question.offered:
            return Stops(reason=Reason.MFA_REGISTRATION_REQUIRED)
        return steps.PickedFactor(method=self._wanted)

    def _wants_another(self, turn: Turn, question: AskSecondFactor | RegisterSecondFactor) -> bool:
        """Whether the wanted method is another than the one in hand.

        What no guest can use at a resource tenant (8.2) is meant for the home; here the person takes what there is.
        """
        if self._wanted is None or question.method is self._wanted:
            return False
        user = turn.facts.user
        return BY_METHOD[self._wanted].guests or user is None or not user.external

    def _can_have(self, turn: Turn, question: AskSecondFactor) -> bool:
        return self._wanted in EQUIPMENT and self._wanted in factors.registrable(turn.facts, question.acceptable)

    def _moment(self, context: Context, turn: Turn) -> Moment:
        return Moment(ports=self._ports, phones=self._phones, context=context, turn=turn)


def _authenticator_code(moment: Moment) -> Answer:
    credentials = moment.turn.facts.credentials
    secret = credentials.totp_secret if credentials else None
    return steps.EnteredCode(code=totp_at(secret or "", moment.context.now))


def _enrolment_code(moment: Moment) -> Answer:
    return steps.EnteredCode(code=totp_at(moment.turn.transaction.totp_enrolment or "", moment.context.now))


def _sent_code(moment: Moment) -> Answer:
    """The newest code on the phone, as a person reads it."""
    user = moment.turn.facts.user
    assert user is not None, "a second factor is asked of a known person"
    arrived = moment.phones.messages(moment.context.world, user=user.user_principal_name)
    return steps.EnteredCode(code=next((m.code for m in reversed(arrived) if m.code and m.user == user.id), ""))


def _phone_number(moment: Moment) -> Answer:
    if moment.challenge is not None:
        return _sent_code(moment)
    credentials = moment.turn.facts.credentials
    return steps.EnteredPhone(number=(credentials and credentials.phone) or PHONE_NUMBER)


def _approve(moment: Moment) -> Answer:
    """Enter the number that the page shows into the app, unless somebody answered the request already."""
    challenge = moment.challenge
    if challenge is not None and challenge.request is not None:
        with suppress(ApprovalRefused):
            moment.phones.decide(
                moment.context.world,
                challenge.request,
                Approval.APPROVE,
                matched=challenge.match,
                now=moment.context.now,
            )
    return steps.Continued()


def _access_pass(moment: Moment) -> Answer:
    credentials = moment.turn.facts.credentials
    known = credentials.access_pass if credentials else None
    return steps.EnteredCode(code=known.value if known else "")


def _sign(moment: Moment) -> Answer | Stops:
    """Sign with a key of the person's own software authenticator; a key that lives in a browser can't be used here."""
    challenge = moment.challenge
    assert challenge is not None, "there is something to sign"
    options, origin = json.loads(challenge.options), origin_of(moment.ports.settings.base_url)
    credentials, tenant = moment.turn.facts.credentials, moment.turn.facts.tenant.id
    for passkey in credentials.passkeys if credentials else ():
        try:
            kept = moment.ports.storage.get(moment.context.world, tenant, SimulatedKey, passkey.id)
        except NotFound:
            continue
        key = SoftwareKey(id=kept.id, secret=kept.secret)
        return steps.Signed(credential=key.sign(options, origin=origin, count=passkey.sign_count + 1))
    return Stops(reason=Reason.MFA_REQUIRED)


def _make_key(moment: Moment) -> Answer:
    challenge = moment.challenge
    assert challenge is not None, "there is something to sign"
    key = new_key(moment.ports, moment.context.world, moment.turn.facts.tenant.id)
    options, origin = json.loads(challenge.options), origin_of(moment.ports.settings.base_url)
    return steps.Signed(credential=key.register(options, origin=origin))


Device = Callable[[Moment], Answer | Stops]
USE: Mapping[Method, Device] = {
    Method.TEMPORARY_ACCESS_PASS_ONE_TIME: _access_pass,
    Method.TEMPORARY_ACCESS_PASS_MULTI_USE: _access_pass,
    Method.FIDO2: _sign,
    Method.PUSH: _approve,
    Method.SOFTWARE_OATH: _authenticator_code,
    Method.SMS: _sent_code,
    Method.VOICE: _sent_code,
}
REGISTER: Mapping[Method, Device] = {
    Method.FIDO2: _make_key,
    Method.PUSH: _approve,
    Method.SOFTWARE_OATH: _enrolment_code,
    Method.SMS: _phone_number,
    Method.VOICE: _phone_number,
}
