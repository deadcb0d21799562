"""What every second factor can do, and what is said of an answer to one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from federation.reasons import Reason
from idp_sim.directory.model import Credentials
from idp_sim.ports import NotFound
from idp_sim.services.answers.asked import Asked
from idp_sim.services.scene import Scene
from idp_sim.sign_in.model import Challenge, SignInTransaction


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``done`` when the factor was shown; else ``problem`` says why not, and ``wrong`` whether that was a wrong answer.

    Neither is set where the answer led to the next part of the same question. ``detail`` stands in the list of
    steps; ``authenticator`` names the model of a key.
    """

    transaction: SignInTransaction
    done: bool = False
    problem: Reason | None = None
    wrong: bool = False
    detail: str = ""
    authenticator: str | None = None


class SecondFactor:
    """One method. Methods that send or prepare nothing keep the defaults."""

    def ask(self, scene: Scene) -> SignInTransaction:
        """Send or prepare what the person is asked with; called when there is no challenge for the method."""
        return scene.transaction

    def enrol(self, scene: Scene) -> SignInTransaction:
        """Prepare the registration; called when there is no challenge for it."""
        return scene.transaction

    def send_again(self, asked: Asked) -> SignInTransaction:
        """Forget what was sent, so that the question sends anew."""
        return replace(asked.transaction, challenge=None)

    def use(self, asked: Asked) -> Verdict:
        """Judge an answer of a person who has registered the method."""
        raise NotImplementedError

    def register(self, asked: Asked) -> Verdict:
        """Judge an answer of a person who registers the method, and keep what they registered."""
        raise NotImplementedError


def wrong(transaction: SignInTransaction, problem: Reason = Reason.WRONG_SECOND_FACTOR) -> Verdict:
    """A wrong answer."""
    return Verdict(transaction=transaction, problem=problem, wrong=True)


def open_challenge(asked: Asked) -> Challenge | None:
    """The challenge that the answer is to, if it belongs to the method in hand."""
    challenge = asked.transaction.challenge
    if challenge is None or challenge.method is not asked.question.method:
        return None
    return challenge


def keep(scene: Scene, change: Callable[[Credentials], Credentials]) -> None:
    """Change what the person can prove here, in one transaction. ``change`` may raise: nothing is written then."""
    storage, world, tenant, user = scene.ports.storage, scene.context.world, scene.tenant.id, scene.user.id
    with storage.unit_of_work(world):
        try:
            storage.update(world, tenant, Credentials, user, change)
        except NotFound:
            storage.insert(world, tenant, change(Credentials(user=user)))
