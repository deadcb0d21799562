"""First factors that are checked at this tenant: passwords and mailed passcodes."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import timedelta

from federation import one_time_passcode
from federation.model import ExternalIdentity, HomeKind, Method, PerformedMethod
from federation.one_time_passcode import Passcode, Verdict
from federation.reasons import Reason
from federation.words import StepWord
from idp_sim.directory.model import Credentials, User
from idp_sim.ports import AlreadyExists, NotFound
from idp_sim.services.answers.asked import Asked, Taken
from idp_sim.services.journal import MAIL, note
from idp_sim.services.mail import send_passcode
from idp_sim.services.people import make_personal_account
from idp_sim.services.second_factors.access_pass import access_pass_method, matching_pass, used
from idp_sim.services.transactions import with_step
from idp_sim.sign_in.model import SignInTransaction

#: Ten wrong passwords lock the account for a minute of the world's time (product.md 6).
WRONG_PASSWORDS = 10
LOCKED_FOR = timedelta(seconds=60)
PASSCODE_DIGITS = 8


def password(asked: Asked) -> Taken:
    """The password of a person of this tenant, or the one of an account that is being made."""
    if asked.question.new_account:
        return _new_account(asked)
    user = _local_user(asked)
    if user is None:
        return asked.transaction, Reason.USER_UNKNOWN
    shown, problem = _check_password(asked, user)
    if problem is not None:
        return asked.transaction, problem
    method = PerformedMethod(method=shown, instant=asked.context.now, tenant=asked.tenant.id)
    what = "password" if shown is Method.PASSWORD else "Temporary Access Pass"
    transaction = with_step(
        asked.ports, asked.transaction, StepWord.PASSWORD, f"{what} of {user.user_principal_name} accepted"
    )
    stay = asked.answer.stay_signed_in
    return replace(
        transaction,
        user=user.id,
        authentication=transaction.authentication.adding(method),
        fresh=True,
        stay_signed_in=transaction.stay_signed_in if stay is None else stay,
    ), None


def _new_account(asked: Asked) -> Taken:
    """Make the account of the proved address; whoever makes the same one first, has it."""
    address = asked.transaction.address or ""
    if not asked.answer.value:
        return asked.transaction, Reason.NO_PASSWORD
    try:
        user = make_personal_account(asked.ports, asked.context, asked.tenant, address, asked.answer.value)
    except AlreadyExists:
        return asked.transaction, Reason.WRONG_PASSWORD
    method = PerformedMethod(method=Method.PASSWORD, instant=asked.context.now, tenant=asked.tenant.id)
    transaction = with_step(asked.ports, asked.transaction, StepWord.PASSWORD, f"account {address} was made")
    authentication = transaction.authentication.adding(method)
    return replace(transaction, user=user.id, authentication=authentication, fresh=True), None


def _local_user(asked: Asked) -> User | None:
    users = asked.ports.storage.find(
        asked.context.world, asked.tenant.id, User, user_principal_name=asked.transaction.address
    )
    return next((user for user in users if not user.external), None)


def _check_password(asked: Asked, user: User) -> tuple[Method, Reason | None]:
    """What was shown, and why it does not count; a right password while the account is locked is still refused.

    A Temporary Access Pass stands in for the password of who has one, so that a newcomer needs none.
    """
    now, problem, shown = asked.context.now, None, Method.PASSWORD
    passes = asked.tenant.authentication_methods.allows("TemporaryAccessPass", user.groups)

    def change(credentials: Credentials) -> Credentials:
        nonlocal problem, shown
        if credentials.locked_until is not None and now < credentials.locked_until:
            problem = Reason.ACCOUNT_LOCKED
            return credentials
        if passes and (known := matching_pass(credentials, asked.answer.value, now)) is not None:
            shown = access_pass_method(known)
            return replace(used(credentials, now), failed_passwords=0, locked_until=None)
        if credentials.password is None:
            problem = Reason.NO_PASSWORD
            return credentials
        if hmac.compare_digest(credentials.password.encode(), asked.answer.value.encode()):
            return replace(credentials, failed_passwords=0, locked_until=None)
        failed = credentials.failed_passwords + 1
        problem = Reason.WRONG_PASSWORD
        if failed < WRONG_PASSWORDS:
            return replace(credentials, failed_passwords=failed)
        return replace(credentials, failed_passwords=0, locked_until=now + LOCKED_FOR)

    try:
        asked.ports.storage.update(asked.context.world, asked.tenant.id, Credentials, user.id, change)
    except NotFound:
        return shown, Reason.NO_PASSWORD
    return shown, problem


def send_new_passcode(asked: Asked) -> Taken:
    """Mail a passcode; an earlier one is no longer accepted."""
    address, tenant, now = asked.transaction.address or "", asked.tenant, asked.context.now
    passcode = one_time_passcode.issue(address, asked.ports.ids.digits(PASSCODE_DIGITS), now)
    with asked.ports.storage.unit_of_work(asked.context.world):
        asked.ports.storage.put(asked.context.world, tenant.id, passcode)
        send_passcode(asked.mailroom, asked.context.world, tenant=tenant, to=address, code=passcode.code, now=now)
    note(
        asked.ports,
        asked.context,
        tenant=tenant.name,
        sender=tenant.display_name,
        receiver=address,
        name="one-time passcode",
        fields={"to": address, "passcode": passcode.code},
        protocol=MAIL,
    )
    transaction = with_step(asked.ports, asked.transaction, StepWord.PASSCODE, f"passcode mailed to {address}")
    return replace(transaction, passcode_sent=True), None


def entered_passcode(asked: Asked) -> Taken:
    """The mailed passcode, which is used up by being right or by too many wrong ones."""
    if not asked.transaction.passcode_sent:
        return asked.transaction, None
    address, storage, world = asked.transaction.address or "", asked.ports.storage, asked.context.world
    with storage.unit_of_work(world):
        try:
            passcode = storage.get(world, asked.tenant.id, Passcode, address)
        except NotFound:
            passcode = None
        tried, verdict = one_time_passcode.attempt(passcode, asked.answer.code.strip(), asked.context.now)
        if tried is not None:
            storage.put(world, asked.tenant.id, tried)
    if verdict is not Verdict.ACCEPTED:
        return asked.transaction, Reason.WRONG_PASSCODE
    if asked.question.new_account:
        proved = with_step(asked.ports, asked.transaction, StepWord.PASSCODE, f"{address} is the person's own")
        return replace(proved, address_proved=True), None
    return _signed_in_by_passcode(asked, address), None


def _signed_in_by_passcode(asked: Asked, address: str) -> SignInTransaction:
    method = PerformedMethod(method=Method.EMAIL, instant=asked.context.now, tenant=asked.tenant.id)
    transaction = with_step(asked.ports, asked.transaction, StepWord.PASSCODE, f"passcode of {address} accepted")
    context = transaction.authentication.adding(method)
    identity = ExternalIdentity(
        kind=HomeKind.EMAIL_ONE_TIME_PASSCODE, issuer="mail", subject=address, addresses=(address,), context=context
    )
    return replace(transaction, identity=identity, authentication=context, fresh=True)
