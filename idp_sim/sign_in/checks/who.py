"""Who is it, and where does that person sign in?"""

from __future__ import annotations

from datetime import datetime, timedelta

from federation import home_realm
from federation.decisions import Decision
from federation.home_realm import ACCOUNT_TYPE_HINTS, AccountType
from federation.identity_providers.base import HomeRealm
from federation.model import HomeKind
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.sign_in.checks.common import PASSED, Checked, authenticated, refusing
from idp_sim.sign_in.facts import Account, SignInFacts
from idp_sim.sign_in.model import Purpose, SignInTransaction
from idp_sim.sign_in.steps import (
    AskPasscode,
    AskPassword,
    AskUserName,
    PickAccount,
    Refuse,
    SendHome,
    Step,
    UseAccount,
)
from idp_sim.tenants.model import TenantKind


def check_cancelled(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """The person gave up."""
    return Checked(step=Refuse(reason=Reason.USER_CANCELLED)) if transaction.cancelled else PASSED


def check_invitation(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Is there still the invitation whose link was opened? Deleting the guest withdraws it (2.2)."""
    if transaction.purpose is not Purpose.REDEMPTION or facts.invitation is not None:
        return PASSED
    decision = Decision(
        rule=Rule.INVITATION,
        result="withdrawn",
        reason="The invitation was withdrawn after its link had been opened.",
        source="entra-sign-in 2.2",
        refusal=Reason.INVITATION_INVALID,
    )
    return refusing(decision, transaction, facts)


def check_session(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Does an account that is signed in here answer the request (OpenID Connect Core 3.1.2.3)?"""
    if authenticated(transaction):
        return PASSED
    prompt = transaction.request.prompt if transaction.request else None
    if prompt == "select_account" and not transaction.account_chosen and facts.accounts:
        return Checked(step=PickAccount(accounts=facts.accounts))
    usable = () if transaction.forces_login else tuple(a for a in facts.accounts if _recent_enough(a, transaction, now))
    if transaction.address is not None:
        named = [a for a in usable if transaction.address in a.user.addresses]
        return _use(named[0]) if named else PASSED
    if transaction.account_chosen or not usable:
        return Checked(step=AskUserName())
    return _use(usable[0]) if len(usable) == 1 else Checked(step=PickAccount(accounts=usable))


def check_home_realm(transaction: SignInTransaction, facts: SignInFacts, now: datetime) -> Checked:
    """Where does the person sign in? Every registered kind of home was asked for candidates."""
    if authenticated(transaction) or facts.realm is None:
        return PASSED
    if (step := _new_account(transaction, facts)) is not None:
        return Checked(step=step)
    account = transaction.account or _account_hint(transaction)
    if account is None and (both := home_realm.two_accounts(facts.candidates, facts.realm)):
        return Checked(step=PickAccount(homes=both))
    realm, decision = home_realm.choose(facts.candidates, facts.realm, account)
    if realm is None:
        return Checked(step=AskUserName(problem=decision.refusal), decisions=(decision,))
    return Checked(step=_first_factor(realm, transaction), decisions=(decision,))


def _new_account(transaction: SignInTransaction, facts: SignInFacts) -> Step | None:
    """Personal accounts are made on the spot for whoever was sent with an address that has none (2.3 row 7).

    The address is proved first. One whose domain an organisation has verified can't have a personal account; a
    typed name that does not exist is a mistake and no wish.
    """
    request, realm = transaction.request, facts.realm
    if facts.tenant.kind is not TenantKind.MICROSOFT_ACCOUNT or realm is None or request is None:
        return None
    if realm.local or not realm.personal_possible or (request.login_hint or "").lower() != transaction.address:
        return None
    if not transaction.address_proved:
        return AskPasscode(sent=transaction.passcode_sent, new_account=True)
    return AskPassword(new_account=True)


def _account_hint(transaction: SignInTransaction) -> AccountType | None:
    """The kind of account that ``domain_hint`` asks for (entra-sign-in 6)."""
    hint = transaction.request.domain_hint if transaction.request else None
    return ACCOUNT_TYPE_HINTS.get((hint or "").lower())


def _first_factor(realm: HomeRealm, transaction: SignInTransaction) -> Step:
    if realm.kind is HomeKind.LOCAL:
        return AskPassword()
    if realm.kind is HomeKind.EMAIL_ONE_TIME_PASSCODE:
        return AskPasscode(sent=transaction.passcode_sent)
    return SendHome(realm=realm, force_login=transaction.forces_login or transaction.max_age is not None)


def _recent_enough(account: Account, transaction: SignInTransaction, now: datetime) -> bool:
    """``max_age`` (OpenID Connect Core 3.1.2.1) against the newest thing the person did."""
    max_age = transaction.max_age
    instant = account.session.authentication.instant
    return max_age is None or (instant is not None and now - instant <= timedelta(seconds=max_age))


def _use(account: Account) -> Checked:
    since = f"{account.session.signed_in:%Y-%m-%d %H:%M}Z"
    decision = Decision(
        rule=Rule.SESSION,
        result="single sign-on",
        reason=f"{account.user.sign_in_name} is already signed in here, since {since}.",
        source="entra-sign-in 10 step 3",
        inputs={"account": account.user.sign_in_name},
    )
    return Checked(step=UseAccount(account=account), decisions=(decision,))
