"""Codes that the person reads from something of their own: an authenticator app, a Temporary Access Pass."""

from __future__ import annotations

from dataclasses import replace

from federation.reasons import Reason
from idp_sim.directory.model import Credentials
from idp_sim.ports import Conflict
from idp_sim.services.answers.asked import Asked
from idp_sim.services.scene import Scene
from idp_sim.services.second_factors.access_pass import matching_pass, used
from idp_sim.services.second_factors.base import SecondFactor, Verdict, keep, wrong
from idp_sim.services.totp import verify_totp
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import EnteredCode


class SoftwareOath(SecondFactor):
    """The six digits of an authenticator app (RFC 6238)."""

    def enrol(self, scene: Scene) -> SignInTransaction:
        """The secret that the page shows stays the same until it is registered."""
        if scene.transaction.totp_enrolment is not None:
            return scene.transaction
        return replace(scene.transaction, totp_enrolment=scene.ports.ids.totp_secret())

    def use(self, asked: Asked) -> Verdict:
        """A code may be used again within its window (product.md 5.5)."""
        secret = asked.credentials.totp_secret
        if secret is None or not isinstance(asked.answer, EnteredCode):
            return Verdict(transaction=asked.transaction)
        if not verify_totp(secret, asked.answer.code, asked.context.now):
            return wrong(asked.transaction)
        return Verdict(transaction=asked.transaction, done=True, detail="authenticator code accepted")

    def register(self, asked: Asked) -> Verdict:
        """Keep the secret; Conflict when another sign-in registered one since the page was shown."""
        secret = asked.transaction.totp_enrolment
        if secret is None or not isinstance(asked.answer, EnteredCode):
            return Verdict(transaction=asked.transaction)
        if not verify_totp(secret, asked.answer.code, asked.context.now):
            return wrong(asked.transaction)

        def change(credentials: Credentials) -> Credentials:
            if credentials.totp_secret is not None:
                raise Conflict(asked.user.id)
            return replace(credentials, totp_secret=secret)

        keep(asked, change)
        registered = replace(asked.transaction, totp_enrolment=None)
        return Verdict(transaction=registered, done=True, detail="authenticator code accepted")


class AccessPass(SecondFactor):
    """A Temporary Access Pass, which an administrator issued (graph-api 11)."""

    def use(self, asked: Asked) -> Verdict:
        """Compare, and use up a pass for one time: of two at once one wins."""
        if not isinstance(asked.answer, EnteredCode):
            return Verdict(transaction=asked.transaction)
        problem: Reason | None = Reason.WRONG_ACCESS_PASS

        def change(credentials: Credentials) -> Credentials:
            nonlocal problem
            if matching_pass(credentials, asked.answer.code, asked.context.now) is None:
                return credentials
            problem = None
            return used(credentials, asked.context.now)

        keep(asked, change)
        if problem is not None:
            return wrong(asked.transaction, problem)
        return Verdict(transaction=asked.transaction, done=True, detail="Temporary Access Pass accepted")
