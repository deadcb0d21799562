"""Keeping a sign-in transaction: its handle, its browser, its steps and decisions."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace

from federation.decisions import Decision
from federation.words import StepWord
from idp_sim.ports import Conflict, Context, NotFound, Ports
from idp_sim.sign_in.model import DecisionRecord, Outcome, SignInTransaction, StepRecord


@dataclass(frozen=True, kw_only=True)
class Handle:
    """The opaque name of a transaction in URLs and in ``state``: it finds world and tenant, never a cookie."""

    world: str
    tenant: str
    secret: str

    def __str__(self) -> str:
        return f"{self.world}.{self.tenant.replace('-', '')}.{self.secret}"


def parse_handle(text: str) -> Handle | None:
    """The handle of a URL, or None when it can't be one."""
    world, first, rest = text.partition(".")
    tenant, second, secret = rest.partition(".")
    if not (first and second and secret and len(tenant) == 32 and tenant.isalnum()):
        return None
    dashed = "-".join((tenant[:8], tenant[8:12], tenant[12:16], tenant[16:20], tenant[20:]))
    return Handle(world=world, tenant=dashed, secret=secret)


def load(ports: Ports, context: Context, tenant: str, handle: str, browser: str) -> SignInTransaction | None:
    """The transaction behind a handle if it belongs to this browser and has not run out, else None."""
    try:
        transaction = ports.storage.get(context.world, tenant, SignInTransaction, handle)
    except NotFound:
        return None
    if not hmac.compare_digest(transaction.browser, browser) or context.now >= transaction.expires:
        return None
    return transaction


def store(ports: Ports, context: Context, transaction: SignInTransaction) -> SignInTransaction:
    """Write the next version, the first one too; Conflict when another answer was faster."""
    following = replace(transaction, version=transaction.version + 1)
    if transaction.version == 0:
        ports.storage.insert(context.world, transaction.tenant, following)
        return following

    def change(stored: SignInTransaction) -> SignInTransaction:
        if stored.version != transaction.version:
            raise Conflict(transaction.id)
        return following

    return ports.storage.update(context.world, transaction.tenant, SignInTransaction, transaction.id, change)


def canary(transaction: SignInTransaction, step: str) -> str:
    """The anti-forgery value of a form: a MAC over the transaction and the step it belongs to."""
    message = f"{transaction.id}\n{step}".encode()
    return hmac.new(transaction.secret.encode(), message, hashlib.sha256).hexdigest()


def with_step(ports: Ports, transaction: SignInTransaction, step: StepWord, detail: str) -> SignInTransaction:
    """The transaction with one more thing that happened."""
    record = StepRecord(order=ports.clocks.sequence(), step=step.value, detail=detail)
    return replace(transaction, steps=(*transaction.steps, record))


def has_step(transaction: SignInTransaction, step: StepWord) -> bool:
    """Whether the step happened already."""
    return any(record.step == step.value for record in transaction.steps)


def with_decisions(ports: Ports, transaction: SignInTransaction, decisions: Iterable[Decision]) -> SignInTransaction:
    """The transaction with new decisions; one that was made before in the same way is not repeated.

    The dispatcher runs again at every answer, so most decisions come back unchanged.
    """
    known = {_content(record) for record in transaction.decisions}
    added = []
    for decision in decisions:
        record = DecisionRecord(
            order=ports.clocks.sequence(),
            rule=decision.rule.value,
            result=decision.result,
            reason=decision.reason,
            source=decision.source,
            inputs=dict(decision.inputs),
        )
        if _content(record) not in known:
            known.add(_content(record))
            added.append(record)
    return replace(transaction, decisions=(*transaction.decisions, *added))


def _content(record: DecisionRecord) -> tuple[str, str, str]:
    return record.rule, record.result, record.reason


def ended(transaction: SignInTransaction) -> bool:
    """Whether the sign-in has its outcome."""
    return transaction.outcome is not Outcome.IN_PROGRESS
