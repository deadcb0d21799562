"""Who is it: the user name, the account picker, and the way back to them."""

from __future__ import annotations

from dataclasses import replace

from federation.home_realm import AccountType
from federation.model import HomeKind
from federation.reasons import Reason
from idp_sim.services.answers.asked import Asked, Taken
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.tenants.model import Tenant, TenantKind


def user_name(asked: Asked) -> Taken:
    """An address, if it can be one."""
    address = _with_domain(asked.answer.address.strip().lower(), asked.tenant)
    if address.count("@") != 1 or len(address) > 320 or not all(address.split("@")):
        return _forgotten(asked), Reason.USER_UNKNOWN
    return replace(
        asked.transaction, address=address, account=None, passcode_sent=False, address_proved=False, pending=None
    ), None


def chosen_account(asked: Asked) -> Taken:
    """One of the signed-in accounts, or another one."""
    if asked.question.homes:
        return _chosen_home(asked), None
    chosen = next((a for a in asked.question.accounts if a.user.id == asked.answer.user), None)
    transaction = replace(asked.transaction, account_chosen=True)
    if chosen is None:
        return replace(transaction, address=None), None
    return replace(transaction, address=chosen.user.sign_in_name.lower()), None


def _chosen_home(asked: Asked) -> SignInTransaction:
    """One of the two accounts of an address; what is neither asks for another address."""
    chosen = next((home for home in asked.question.homes if home.kind.value == asked.answer.user), None)
    if chosen is None:
        return replace(asked.transaction, address=None, account=None)
    personal = chosen.kind is HomeKind.MICROSOFT_ACCOUNT
    return replace(asked.transaction, account=AccountType.PERSONAL if personal else AccountType.WORK)


def back(asked: Asked) -> Taken:
    """Name somebody else."""
    return replace(
        asked.transaction, address=None, account=None, account_chosen=True, passcode_sent=False, address_proved=False
    ), None


def cancel(asked: Asked) -> Taken:
    """The person gives up."""
    return replace(asked.transaction, cancelled=True), None


def _with_domain(name: str, tenant: Tenant) -> str:
    """``DOMAIN\\user``, as AD FS takes it too, as an address in the tenant's domain of that name."""
    short, backslash, user = name.partition("\\")
    if not backslash or tenant.kind is not TenantKind.ADFS:
        return name
    domain = next((d for d in tenant.domains if short in (d, d.partition(".")[0])), None)
    return f"{user}@{domain}" if domain else name


def _forgotten(asked: Asked) -> SignInTransaction:
    """The sign-in without the address that was named before, and all that was true of that one only."""
    return replace(
        asked.transaction, address=None, account=None, passcode_sent=False, address_proved=False, pending=None
    )
