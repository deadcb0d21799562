"""From a trace to the rows that the page shows. Pure: records in, plain text out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from federation.words import RULE_MEANING, STEP_MEANING, Rule, StepWord
from idp_sim.services import wire
from idp_sim.services.traces import Crossing, Event, Happening, Judgement, Party, Trace

#: What a person does at a tenant's page, in few words.
ACTS: Mapping[str, str] = {
    StepWord.HOME_REALM_DISCOVERY: "user name",
    StepWord.PASSWORD: "password",
    StepWord.PASSCODE: "one-time passcode",
    StepWord.MFA_REGISTRATION: "second factor registered",
    StepWord.MFA_CHALLENGE: "second factor",
    StepWord.CONSENT: "permissions reviewed",
    StepWord.TERMS_OF_USE: "terms of use",
    StepWord.APP_CONSENT: "app permissions",
}
#: Steps that a message or a decision beside them tells better.
TOLD_OTHERWISE = frozenset({StepWord.CONDITIONAL_ACCESS, StepWord.MFA_ACCEPTED})
#: Steps that a message tells, as long as the journal still has it.
TOLD_BY_MESSAGES = frozenset({StepWord.IDENTITY_PROVIDER, StepWord.TOKEN})
MAIL = "mail"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One decoded field; ``nested`` values are JSON over several lines."""

    name: str
    text: str
    nested: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the story. ``sender`` and ``receiver`` are the same where something happens at one place."""

    number: int
    kind: str  # message, act or rule
    sender: Party
    receiver: Party
    title: str
    text: str
    channel: str = ""  # how a message travelled
    answer: bool = False  # a message that answers one
    last_word: bool = False  # the decision at which a refused sign-in ended
    word: str = ""  # the fixed word of docs/words.md
    result: str = ""
    source: str = ""
    fields: tuple[Field, ...] = ()  # of a message, or the inputs of a decision
    raw: str = ""

    @property
    def place(self) -> str:
        """Where: ``Contoso``, or ``Contoso → Fabrikam``."""
        return self.sender.name if self.sender == self.receiver else f"{self.sender.name} → {self.receiver.name}"


def rows(trace: Trace) -> tuple[Row, ...]:
    """The story in order, without what another line tells already."""
    person = trace.parties[0]
    final = _final_judgement(trace)
    told = list(_told(trace))
    return tuple(_row(number, event, person, last_word=event is final) for number, event in enumerate(told, start=1))


def _told(trace: Trace) -> Iterable[Event]:
    heard = bool(trace.crossings)
    before: Event | None = None
    for event in trace.events:
        if isinstance(event, Happening):
            step = event.step.step
            mailed = step == StepWord.PASSCODE and isinstance(before, Crossing) and before.message.protocol == MAIL
            if step in TOLD_OTHERWISE or (heard and step in TOLD_BY_MESSAGES) or mailed:
                before = event
                continue
        before = event
        yield event


def _final_judgement(trace: Trace) -> Event | None:
    if trace.entry.error is None:
        return None
    return next((event for event in reversed(trace.events) if isinstance(event, Judgement)), None)


def _row(number: int, event: Event, person: Party, *, last_word: bool) -> Row:
    if isinstance(event, Crossing):
        return _message(number, event)
    if isinstance(event, Happening):
        return _act(number, event, person)
    decision = event.decision
    return Row(
        number=number,
        kind="rule",
        sender=event.tenant,
        receiver=event.tenant,
        title=RULE_MEANING.get(Rule(decision.rule), "") if decision.rule in set(Rule) else "",
        text=decision.reason,
        word=decision.rule,
        result=decision.result,
        source=decision.source,
        fields=tuple(_field(name, value) for name, value in decision.inputs.items()),
        last_word=last_word,
    )


def _message(number: int, event: Crossing) -> Row:
    message = event.message
    if message.protocol == MAIL:
        channel = "by mail"
    else:
        channel = "server to server" if message.name.startswith("token") else "through the browser"
    return Row(
        number=number,
        kind="message",
        sender=event.sender,
        receiver=event.receiver,
        title=message.name,
        text=f"{message.protocol}, {channel}" if message.protocol != MAIL else "captured: see Mail",
        channel=channel,
        answer=message.name.endswith("response"),
        fields=tuple(_field(name, value) for name, value in wire.decoded(message).items()),
        raw=wire.raw(message),
    )


def _act(number: int, event: Happening, person: Party) -> Row:
    step = event.step
    by_person = step.step in ACTS
    return Row(
        number=number,
        kind="act",
        sender=person if by_person else event.tenant,
        receiver=event.tenant,
        title=ACTS.get(step.step) or STEP_MEANING[StepWord(step.step)],
        text=step.detail,
        word=step.step,
    )


def _field(name: str, value: Any) -> Field:
    if isinstance(value, dict):
        return Field(name=name, text=json.dumps(value, indent=2, ensure_ascii=False), nested=True)
    if isinstance(value, list | tuple):
        return Field(name=name, text=", ".join(str(item) for item in value) or "none")
    if value is None or isinstance(value, bool):
        return Field(name=name, text={None: "none", True: "yes", False: "no"}[value])
    return Field(name=name, text=str(value))
