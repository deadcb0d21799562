"""Push requests to the Authenticator app, with number matching."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from federation.model import Method
from federation.reasons import Reason
from idp_sim.authentication_methods.registered import AuthenticatorApp
from idp_sim.ports import NotFound
from idp_sim.services.answers.asked import Asked
from idp_sim.services.phones import state_of
from idp_sim.services.scene import Scene
from idp_sim.services.second_factors.base import SecondFactor, Verdict, keep, open_challenge, wrong
from idp_sim.services.second_factors.ringing import ring
from idp_sim.sign_in.model import Challenge, SignInTransaction
from idp_sim.sign_in.steps import Continued
from idp_sim.world import PhoneMessageKind

#: How long a request waits for its answer; the real number is not documented.
VALID_FOR = timedelta(minutes=1)
DEVICE = "Simulated phone"


class Push(SecondFactor):
    """The sign-in shows a number; the person tells it to the app on their phone."""

    def ask(self, scene: Scene) -> SignInTransaction:
        """Send a request to the phone."""
        return _send(scene, registering=False)

    def use(self, asked: Asked) -> Verdict:
        """See what the phone answered."""
        return _judge(asked)

    def register(self, asked: Asked) -> Verdict:
        """The app is on the simulated phone already: pairing it is one request that must be approved."""
        challenge = open_challenge(asked)
        if challenge is None:
            if not isinstance(asked.answer, Continued):
                return Verdict(transaction=asked.transaction)
            return Verdict(transaction=_send(asked, registering=True))
        verdict = _judge(asked)
        if verdict.done:
            app = AuthenticatorApp(id=asked.ports.ids.guid(), display_name=DEVICE, created=asked.context.now)
            keep(asked, lambda known: replace(known, authenticator_apps=(*known.authenticator_apps, app)))
        return verdict


def _judge(asked: Asked) -> Verdict:
    challenge = open_challenge(asked)
    if challenge is None or challenge.request is None or not isinstance(asked.answer, Continued):
        return Verdict(transaction=asked.transaction)
    try:
        message = asked.phones.get(asked.context.world, challenge.request)
    except NotFound:
        return Verdict(transaction=asked.transaction, problem=Reason.SECOND_FACTOR_EXPIRED)
    state = state_of(message, asked.context.now)
    if state == "approved" and asked.context.now < challenge.expires + VALID_FOR:
        return Verdict(transaction=asked.transaction, done=True, detail="push request approved")
    if state == "denied":  # the request is used up; the next page sends another one if the person wants it
        return wrong(asked.transaction, Reason.SECOND_FACTOR_DENIED)
    problem = Reason.SECOND_FACTOR_PENDING if state == "pending" else Reason.SECOND_FACTOR_EXPIRED
    return Verdict(transaction=asked.transaction, problem=problem)


def _send(scene: Scene, *, registering: bool) -> SignInTransaction:
    now, tenant = scene.context.now, scene.tenant.display_name
    match = int(scene.ports.ids.digits(4)) % 90 + 10
    message = ring(
        scene,
        kind=PhoneMessageKind.PUSH,
        text=f"Are you trying to sign in to {tenant}? Enter the number shown to sign in.",
        expires=now + VALID_FOR,
        match=match,
    )
    challenge = Challenge(
        method=Method.PUSH,
        issued=now,
        expires=now + VALID_FOR,
        registering=registering,
        request=message.number,
        match=match,
    )
    return replace(scene.transaction, challenge=challenge)
