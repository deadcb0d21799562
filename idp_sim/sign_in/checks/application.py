"""May the application have this person, and what it asks for? And what comes after it."""

from __future__ import annotations

from datetime import datetime

from federation.decisions import Decision
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.directory.roles import GLOBAL_ADMINISTRATOR
from idp_sim.sign_in.checks.common import PASSED, Checked, refusing, sentence_values
from idp_sim.sign_in.checks.policy import persistence
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import AskApplicationConsent, AskStaySignedIn, Refuse
from idp_sim.tenants.model import TenantKind

#: Kinds of tenant that ask *Stay signed in?* on a page of its own.
ASKS_TO_STAY = frozenset({TenantKind.ENTRA, TenantKind.MICROSOFT_ACCOUNT})


def check_assignment(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Is the person assigned, where the application demands it (50105)?"""
    if not facts.application.assignment_required:
        return PASSED
    decision = Decision(
        rule=Rule.ASSIGNMENT,
        result="assigned" if facts.assigned else "not assigned",
        reason=f"The application {facts.application.display_name} admits assigned people only.",
        source="entra-sign-in 10 step 11",
        refusal=None if facts.assigned else Reason.NOT_ASSIGNED,
    )
    return refusing(decision, transaction, facts)


def check_application_consent(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """May the application have what it asks for (13.5)? Not the same as the guest's consent to the organisation."""
    missing = facts.missing_consent
    if not missing:
        return PASSED
    names = tuple(permission for entry in missing for permission in entry.permissions)
    admin_only = tuple(permission for entry in missing for permission in entry.admin_only)
    administrator = facts.user is not None and GLOBAL_ADMINISTRATOR in facts.user.directory_roles
    refusal = None
    if admin_only and not administrator:
        refusal, result = Reason.ADMIN_CONSENT_REQUIRED, "administrator needed"
    elif transaction.app_consent is False:
        refusal, result = Reason.CONSENT_DECLINED, "declined"
    else:
        result = "asked"
    decision = Decision(
        rule=Rule.APP_CONSENT,
        result=result,
        reason=f"{facts.application.display_name} has not been granted: {', '.join(names)}.",
        source="entra-sign-in 13.5",
        inputs={"permissions": names},
        refusal=refusal,
    )
    if refusal is not None:
        values = sentence_values(transaction, facts) | {"permission": ", ".join(admin_only)}
        return Checked(step=Refuse(reason=refusal, values=values), decisions=(decision,))
    return Checked(step=AskApplicationConsent(missing=missing), decisions=(decision,))


def check_stay_signed_in(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """After a password was typed here, ask once whether the session outlives the browser (50140).

    Homes that are no Microsoft product's own ask on their password page, or not at all.
    """
    local = transaction.identity is None and facts.tenant.kind in ASKS_TO_STAY
    if not transaction.fresh or not local or transaction.stay_signed_in is not None:
        return PASSED
    if persistence(transaction, facts) is not None:  # a policy answers in the person's place (9.5)
        return PASSED
    return Checked(step=AskStaySignedIn())
