"""Codes that are sent to a phone: text messages and voice calls."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from federation.model import Method
from federation.reasons import Reason
from idp_sim.directory.model import Credentials
from idp_sim.services.answers.asked import Asked
from idp_sim.services.scene import Scene
from idp_sim.services.second_factors.base import SecondFactor, Verdict, keep, open_challenge, wrong
from idp_sim.services.second_factors.ringing import ring
from idp_sim.sign_in.model import Challenge, SignInTransaction
from idp_sim.sign_in.steps import EnteredCode, EnteredPhone
from idp_sim.world import PhoneMessageKind

CODE_DIGITS = 6
#: How long a sent code is accepted, and how many wrong ones kill it; the real numbers are not documented.
VALID_FOR = timedelta(minutes=3)
WRONG_CODES = 5
_PHONE = re.compile(r"\+[0-9]{1,3} ?[0-9][0-9 ()x-]{3,23}")


def phone_number(text: str) -> str | None:
    """A phone number in the form ``+{country code} {number}`` (graph-api 11), or None when it can't be one."""
    compact = " ".join(text.split())
    if not _PHONE.fullmatch(compact) or sum(character.isdecimal() for character in compact) > 20:
        return None
    return compact


@dataclass(frozen=True, kw_only=True)
class PhoneCode(SecondFactor):
    """A code by one of the two ways; ``words`` is what the phone says."""

    method: Method
    kind: PhoneMessageKind
    words: Callable[[str, str], str]

    def ask(self, scene: Scene) -> SignInTransaction:
        """Send a code to the registered phone."""
        known = scene.credentials
        phone = known.phone or (None if self.kind is PhoneMessageKind.SMS else known.alternate_phone)
        phone = phone or known.office_phone or ""
        return self._send(scene, phone, registering=False)

    def send_again(self, asked: Asked) -> SignInTransaction:
        """A new code, to the same phone; the one before is no longer accepted."""
        challenge = open_challenge(asked)
        if challenge is None or not challenge.registering:
            return replace(asked.transaction, challenge=None)
        return self._send(asked, challenge.target, registering=True)

    def use(self, asked: Asked) -> Verdict:
        """A sent code is accepted once: the challenge ends with it."""
        return self._judge(asked)

    def register(self, asked: Asked) -> Verdict:
        """First the number, to which a code is sent, then the code."""
        if isinstance(asked.answer, EnteredPhone):
            phone = phone_number(asked.answer.number)
            if phone is None:
                return Verdict(transaction=asked.transaction, problem=Reason.PHONE_NUMBER_INVALID)
            return Verdict(transaction=self._send(asked, phone, registering=True))
        verdict = self._judge(asked)
        if verdict.done:
            phone = asked.transaction.challenge.target if asked.transaction.challenge else ""
            keep(asked, lambda credentials: _with_phone(credentials, phone))
        return verdict

    def _judge(self, asked: Asked) -> Verdict:
        challenge = open_challenge(asked)
        if challenge is None or not isinstance(asked.answer, EnteredCode):
            return Verdict(transaction=asked.transaction)
        if asked.context.now >= challenge.expires or challenge.wrong >= WRONG_CODES:
            return wrong(asked.transaction, Reason.SECOND_FACTOR_EXPIRED)
        given = asked.answer.code.strip().encode()
        if challenge.code is None or not hmac.compare_digest(challenge.code.encode(), given):
            counted = replace(challenge, wrong=challenge.wrong + 1)
            return wrong(replace(asked.transaction, challenge=counted))
        return Verdict(transaction=asked.transaction, done=True, detail=f"{self.method.value} code accepted")

    def _send(self, scene: Scene, phone: str, *, registering: bool) -> SignInTransaction:
        code, now = scene.ports.ids.digits(CODE_DIGITS), scene.context.now
        ring(
            scene,
            kind=self.kind,
            text=self.words(code, scene.tenant.display_name),
            expires=now + VALID_FOR,
            phone=phone,
            code=code,
        )
        challenge = Challenge(
            method=self.method,
            issued=now,
            expires=now + VALID_FOR,
            registering=registering,
            target=phone,
            code=code,
        )
        return replace(scene.transaction, challenge=challenge)


def _with_phone(credentials: Credentials, phone: str) -> Credentials:
    """A first number is the mobile phone; another one beside it the alternate mobile phone."""
    if credentials.phone is None or credentials.phone == phone:
        return replace(credentials, phone=phone)
    return replace(credentials, alternate_phone=phone)
