"""One row for each method of ``authentication_methods.registry``: what carries it out."""

from __future__ import annotations

from collections.abc import Mapping

from federation.model import Method
from idp_sim.services.scene import Scene
from idp_sim.services.second_factors.base import SecondFactor
from idp_sim.services.second_factors.passkeys import Passkeys
from idp_sim.services.second_factors.push import Push
from idp_sim.services.second_factors.sent import PhoneCode
from idp_sim.services.second_factors.typed import AccessPass, SoftwareOath
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import AskSecondFactor, Question, RegisterSecondFactor
from idp_sim.world import PhoneMessageKind

SECOND_FACTORS: Mapping[Method, SecondFactor] = {
    Method.SOFTWARE_OATH: SoftwareOath(),
    Method.SMS: PhoneCode(
        method=Method.SMS,
        kind=PhoneMessageKind.SMS,
        words=lambda code, tenant: f"Use verification code {code} for {tenant} authentication.",
    ),
    Method.VOICE: PhoneCode(
        method=Method.VOICE,
        kind=PhoneMessageKind.VOICE,
        words=lambda code, tenant: f"This is {tenant}. Your verification code is {', '.join(code)}.",
    ),
    Method.PUSH: Push(),
    Method.FIDO2: Passkeys(),
    Method.TEMPORARY_ACCESS_PASS_ONE_TIME: AccessPass(),
    Method.TEMPORARY_ACCESS_PASS_MULTI_USE: AccessPass(),
}


def opened(scene: Scene, question: Question) -> SignInTransaction:
    """The transaction with what the question needs: a code that was sent, a secret to show, something to sign.

    What is there already stays, so that a page can be looked at again.
    """
    if not isinstance(question, AskSecondFactor | RegisterSecondFactor) or question.method is None:
        return scene.transaction
    registering = isinstance(question, RegisterSecondFactor)
    challenge = scene.transaction.challenge
    if challenge is not None and (challenge.method, challenge.registering) == (question.method, registering):
        return scene.transaction
    factor = SECOND_FACTORS[question.method]
    return factor.enrol(scene) if registering else factor.ask(scene)
