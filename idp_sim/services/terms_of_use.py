"""Acceptance and refusal of terms of use: recorded, audited, valid until the agreement says so (entra-sign-in 16.3)."""

from __future__ import annotations

from dataclasses import replace

from federation.words import StepWord
from idp_sim.conditional_access.terms_of_use import Agreement, AgreementAcceptance, AgreementDocument, AgreementFile
from idp_sim.directory.audit import Activity, AuditTarget, Initiator
from idp_sim.directory.model import User
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services import audit
from idp_sim.services.transactions import with_step
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import AskTermsOfUse


def answer(
    ports: Ports, context: Context, user: User, transaction: SignInTransaction, asked: AskTermsOfUse, *, accepts: bool
) -> SignInTransaction:
    """The transaction after the person answered; the answer is kept for the life of the agreement.

    An agreement that must be opened before it is accepted stays open until that was done.
    """
    agreement, file = asked.agreement, asked.file
    if accepts and agreement.view_before_acceptance and file.id not in transaction.viewed_terms:
        return transaction
    record(ports, context, transaction.tenant, user, agreement, file, accepts=accepts)
    word = "accepted" if accepts else "declined"
    transaction = with_step(ports, transaction, StepWord.TERMS_OF_USE, f"{agreement.display_name}: {word}")
    if accepts:
        return replace(transaction, accepted_terms=(*transaction.accepted_terms, agreement.id))
    return replace(transaction, declined_terms=agreement.id)


def record(
    ports: Ports,
    context: Context,
    tenant: str,
    user: User,
    agreement: Agreement,
    file: AgreementFile,
    *,
    accepts: bool,
) -> AgreementAcceptance:
    """Write down one answer, with its row of the audit log."""
    made = AgreementAcceptance(
        id=ports.ids.guid(),
        agreement=agreement.id,
        file=file.id,
        user=user.id,
        state="accepted" if accepts else "declined",
        recorded=context.now,
        expires=agreement.expiration(context.now) if accepts else None,
        user_display_name=user.display_name,
        user_principal_name=user.user_principal_name,
        user_email=user.mail,
    )
    activity = Activity.ACCEPT_TERMS_OF_USE if accepts else Activity.DECLINE_TERMS_OF_USE
    with ports.storage.unit_of_work(context.world):
        ports.storage.insert(context.world, tenant, made)
        audit.note(
            activity,
            AuditTarget(id=agreement.id, display_name=agreement.display_name, type="Policy"),
            by=Initiator(user=user.id, user_principal_name=user.user_principal_name, display_name=user.display_name),
            ports=ports,
            context=context,
            tenant=tenant,
        )
    return made


def document(ports: Ports, world: str, tenant: str, file: str) -> AgreementDocument | None:
    """The bytes behind a file of an agreement, or None."""
    try:
        return ports.storage.get(world, tenant, AgreementDocument, file)
    except NotFound:
        return None
