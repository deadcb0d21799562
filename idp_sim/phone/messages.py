"""The messages of the phones page: what reached whom, newest first, and the answers to push requests."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from idp_sim.http import Params
from idp_sim.services.phones import ApprovalRefused, Phones, state_of
from idp_sim.world import Approval, PhoneMessage

#: More than anybody reads.
MOST = 50
KINDS = {"sms": "Text message", "voice": "Call", "push": "Authenticator request"}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One message as the page shows it; only a ``pending`` push request has a form."""

    message: PhoneMessage
    kind: str
    state: str

    @property
    def pending(self) -> bool:
        """Whether the person can answer it now."""
        return self.state == "pending"


def shown(messages: Iterable[PhoneMessage], now: datetime, *, words: str = "") -> tuple[Shown, ...]:
    """The newest messages; with ``words`` those whose receiver's name holds every one of them."""
    wanted = words.lower().split()
    found = [m for m in messages if all(word in f"{m.address} {m.user_principal_name}" for word in wanted)]
    return tuple(
        Shown(message=message, kind=KINDS[message.kind.value], state=state_of(message, now))
        for message in reversed(found[-MOST:])
    )


def version(messages: Iterable[Shown]) -> str:
    """Changes whenever the list has to be drawn anew."""
    return next((f"{m.message.number}." for m in messages), "none") + "".join(m.state[0] for m in messages)


def answer(phones: Phones, world: str, number: int, form: Params, now: datetime) -> str | None:
    """Take the posted answer to a push request; a sentence when it can't be taken. NotFound.

    The form carries the request's own secret: another site that makes a browser post here does not know it.
    """
    message = phones.get(world, number)
    if not hmac.compare_digest((form.get("canary") or "").encode(), message.secret.encode()):
        return "That form is not the phone's own. Open the phone again."
    approving = form.get("decision") != "deny"
    typed = (form.get("number") or "").strip()
    matched = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else None
    try:
        phones.decide(world, number, Approval.APPROVE if approving else Approval.DENY, matched=matched, now=now)
    except ApprovalRefused as refused:
        return f"{str(refused)[:1].upper()}{str(refused)[1:]}."
    return None
