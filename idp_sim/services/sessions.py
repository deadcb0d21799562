"""Browser sessions: one record per tenant and browser, with any number of accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from idp_sim.directory.model import User
from idp_sim.ports import AlreadyExists, Context, NotFound, Ports
from idp_sim.sign_in.facts import Account
from idp_sim.sign_in.model import Session, SessionAccount, SignInTransaction
from idp_sim.tokens import lifetimes


def live_accounts(ports: Ports, context: Context, tenant: str, browser: str) -> tuple[Account, ...]:
    """Accounts that are signed in at the tenant in this browser, newest first, with their user objects."""
    try:
        session = ports.storage.get(context.world, tenant, Session, browser)
    except NotFound:
        return ()
    accounts = []
    for entry in session.accounts:
        if context.now >= entry.expires:
            continue
        try:
            user = ports.storage.get(context.world, tenant, User, entry.user)
        except NotFound:  # deleted since
            continue
        if user.tokens_valid_from is None or user.tokens_valid_from <= entry.signed_in:
            accounts.append(Account(session=entry, user=user))
    return tuple(sorted(accounts, key=lambda account: account.session.signed_in, reverse=True))


def remember(
    ports: Ports, context: Context, transaction: SignInTransaction, user: User, *, client_id: str
) -> SessionAccount:
    """Note in the session that ``user`` signed in, and that ``client_id`` took part (for front-channel logout)."""

    def change(session: Session) -> Session:
        others = tuple(a for a in session.accounts if a.user != user.id and context.now < a.expires)
        previous = next((a for a in session.accounts if a.user == user.id and context.now < a.expires), None)
        return replace(session, accounts=(*others, _account(ports, context, transaction, user, previous, client_id)))

    session = _upsert(ports, context, transaction.tenant, transaction.browser, change)
    return next(account for account in session.accounts if account.user == user.id)


def _account(
    ports: Ports,
    context: Context,
    transaction: SignInTransaction,
    user: User,
    previous: SessionAccount | None,
    client_id: str,
) -> SessionAccount:
    clients = tuple(dict.fromkeys((*(previous.clients if previous else ()), client_id)))
    if transaction.from_session and previous is not None:
        # Single sign-on does not lengthen a session; what was proved on top of it is kept.
        return replace(previous, clients=clients, authentication=transaction.authentication)
    lifetime = lifetimes.PERSISTENT_SESSION if transaction.stay_signed_in else lifetimes.SESSION
    return SessionAccount(
        user=user.id,
        sid=previous.sid if previous else ports.ids.guid(),
        signed_in=context.now,
        expires=context.now + lifetime,
        authentication=transaction.authentication,
        identity=transaction.identity,
        clients=clients,
    )


def sign_out(ports: Ports, context: Context, tenant: str, browser: str, sids: frozenset[str]) -> None:
    """End the accounts with these session ids; unknown ones are no error (sign-out can be repeated)."""

    def change(session: Session) -> Session:
        return replace(session, accounts=tuple(a for a in session.accounts if a.sid not in sids))

    try:
        ports.storage.update(context.world, tenant, Session, browser, change)
    except NotFound:
        return


def _upsert(ports: Ports, context: Context, tenant: str, browser: str, change: Callable[[Session], Session]) -> Session:
    try:
        return ports.storage.update(context.world, tenant, Session, browser, change)
    except NotFound:
        session = change(Session(browser=browser))
    try:
        ports.storage.insert(context.world, tenant, session)
    except AlreadyExists:  # another tab of the browser was first
        return ports.storage.update(context.world, tenant, Session, browser, change)
    return session
