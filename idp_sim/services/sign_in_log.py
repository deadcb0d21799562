"""Sign-ins of a world as the control API shows them, and why they ended as they did.

An attempt leaves a row in every tenant it passed. It is called by the row of the tenant whose application
was wanted; the home's row shares its ``correlation_id`` (product.md 6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp_sim.applications.model import Application
from idp_sim.ports import NotFound, Ports
from idp_sim.sign_in.model import DecisionRecord, Outcome, SignInRow, SignInTransaction, StepRecord
from idp_sim.tenants.model import Tenant


@dataclass(frozen=True, kw_only=True)
class SignInEntry:
    """One line of the list. ``tenant`` is a name; ``code`` is 0 for success."""

    id: str
    tenant: str
    user: str
    application: str
    created: datetime
    outcome: str
    code: int
    correlation_id: str
    error: tuple[int, str, str] | None = None  # code, name, message


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What one tenant knows of an attempt."""

    tenant: Tenant
    correlation_id: str
    steps: tuple[StepRecord, ...]
    decisions: tuple[DecisionRecord, ...]


def entries(ports: Ports, world: str, tenants: Iterable[Tenant]) -> list[SignInEntry]:
    """Finished and refused sign-ins, newest first.

    A home's row is listed only where the home refused and no other row tells of the attempt; where the home
    let the person go on, the sign-in is not over.
    """
    rows = [
        (row, tenant)
        for tenant in tenants
        for row in ports.storage.find(world, tenant.id, SignInRow)
        if row.interactive and row.outcome is not Outcome.IN_PROGRESS
    ]
    told = {row.correlation_id for row, _ in rows if _is_own(row)}
    shown = [
        (row, tenant)
        for row, tenant in rows
        if _is_own(row) or (row.outcome is Outcome.REFUSED and row.correlation_id not in told)
    ]
    shown.sort(key=lambda pair: pair[0].order, reverse=True)
    return [_entry(ports, world, tenant, row) for row, tenant in shown]


def is_told(ports: Ports, world: str, tenant: str, row_id: str) -> bool:
    """Whether a row is one of those that ``entries`` lists; NotFound."""
    row = ports.storage.get(world, tenant, SignInRow, row_id)
    if not row.interactive or row.outcome is Outcome.IN_PROGRESS:
        return False
    return _is_own(row) or row.outcome is Outcome.REFUSED


def entry(ports: Ports, world: str, tenants: Iterable[Tenant], sign_in: str) -> SignInEntry:
    """One sign-in by the id of any of its rows; NotFound."""
    tenant, found = _found(ports, world, tenants, sign_in)
    if isinstance(found, SignInRow):
        return _entry(ports, world, tenant, found)
    refusal = found.refusal
    return SignInEntry(
        id=found.sign_in_id,
        tenant=tenant.name,
        user=found.address or "",
        application=_application_name(ports, world, tenant, found.application, found.application),
        created=found.created,
        outcome=found.outcome.value,
        code=refusal.code if refusal else 0,
        correlation_id=found.correlation_id,
        error=(refusal.code, refusal.name, refusal.message) if refusal else None,
    )


def steps(ports: Ports, world: str, tenants: Iterable[Tenant], sign_in: str) -> list[dict[str, Any]]:
    """What happened, in every tenant the attempt passed, in order; NotFound."""
    known = list(tenants)
    found = [
        (step.order, {"tenant": piece.tenant.name, "step": step.step, "detail": step.detail})
        for piece in pieces(ports, world, known, sign_in)
        for step in piece.steps
    ]
    return [step for _, step in sorted(found, key=lambda pair: pair[0])]


def explanation(ports: Ports, world: str, tenants: Iterable[Tenant], sign_in: str) -> list[dict[str, Any]]:
    """Every decision of the attempt, of both tenants, in order; NotFound."""
    known = list(tenants)
    found = {
        (decision.order, piece.tenant.name, decision.rule): {
            "tenant": piece.tenant.name,
            "rule": decision.rule,
            "inputs": dict(decision.inputs),
            "result": decision.result,
            "reason": decision.reason,
            "source": decision.source,
        }
        for piece in pieces(ports, world, known, sign_in)
        for decision in piece.decisions
    }
    return [found[key] for key in sorted(found)]


def pieces(ports: Ports, world: str, tenants: list[Tenant], sign_in: str) -> list[Piece]:
    """All rows of the attempt and, where a tenant has none yet, its transaction; NotFound."""
    _, asked = _found(ports, world, tenants, sign_in)
    correlation, told = asked.correlation_id, []
    for tenant in tenants:
        rows = ports.storage.find(world, tenant.id, SignInRow, correlation_id=correlation)
        logged = {row.id for row in rows}
        unfinished = [
            transaction
            for transaction in ports.storage.find(world, tenant.id, SignInTransaction)
            if transaction.correlation_id == correlation and transaction.sign_in_id not in logged
        ]
        told += [
            Piece(tenant=tenant, correlation_id=correlation, steps=one.steps, decisions=one.decisions)
            for one in (*rows, *unfinished)
        ]
    return told


def _found(
    ports: Ports, world: str, tenants: Iterable[Tenant], sign_in: str
) -> tuple[Tenant, SignInRow | SignInTransaction]:
    for tenant in tenants:
        try:
            return tenant, ports.storage.get(world, tenant.id, SignInRow, sign_in)
        except NotFound:
            pending = ports.storage.find(world, tenant.id, SignInTransaction, limit=1, sign_in_id=sign_in)
        if pending:
            return tenant, pending[0]
    raise NotFound(f"sign-in '{sign_in}'")


def _is_own(row: SignInRow) -> bool:
    """Whether the row is of the tenant whose application was wanted, not of a home on the way."""
    return row.resource_tenant in ("", row.tenant)


def _entry(ports: Ports, world: str, tenant: Tenant, row: SignInRow) -> SignInEntry:
    failed = row.outcome is Outcome.REFUSED
    return SignInEntry(
        id=row.id,
        tenant=tenant.name,
        user=row.user_principal_name,
        application=_application_name(ports, world, tenant, row.application, row.application_name),
        created=row.created,
        outcome=row.outcome.value,
        code=row.error_code,
        correlation_id=row.correlation_id,
        error=(row.error_code, row.error_name, row.failure_reason) if failed else None,
    )


def _application_name(ports: Ports, world: str, tenant: Tenant, client_id: str, otherwise: str) -> str:
    """The scenario's name of an application; first-party ones and those of other tenants have only theirs."""
    found = ports.storage.find(world, tenant.id, Application, limit=1, client_id=client_id)
    return found[0].name if found else otherwise
