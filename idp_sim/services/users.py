"""Users of an Entra-kind tenant found, made, changed and deleted (graph-api 10.1, 10.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from federation.one_time_passcode import Passcode
from idp_sim.applications.model import AppRoleAssignment, OAuth2PermissionGrant
from idp_sim.directory.group import RoleAssignment
from idp_sim.directory.guests import USER_PRINCIPAL_NAME, made_internal
from idp_sim.directory.model import Credentials, Invitation, ObjectIdentity, User
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services.directory_objects import Directory


def find_user(name: str, *, ports: Ports, context: Context, tenant: str) -> User:
    """The user with that object id or user principal name, any case; NotFound."""
    try:
        return ports.storage.get(context.world, tenant, User, name.lower())
    except NotFound:
        named = ports.storage.find(context.world, tenant, User, limit=1, user_principal_name=name.lower())
        if not named:
            raise
        return named[0]


def user_with_address(address: str, *, ports: Ports, context: Context, tenant: str) -> User | None:
    """The user whom the address names: by mail, sign-in name, other mails or proxy addresses."""
    wanted, find = address.lower(), ports.storage.find
    found = find(context.world, tenant, User, limit=1, mail=wanted)
    found = found or find(context.world, tenant, User, limit=1, user_principal_name=wanted)
    if found:
        return found[0]
    everyone = ports.storage.find(context.world, tenant, User)
    return next((user for user in everyone if wanted in user.addresses), None)


def create_user(user: User, password: str, *, ports: Ports, context: Context, tenant: str) -> User:
    """Store a new internal user with a password; AlreadyExists when the user principal name is taken."""
    user = replace(
        user,
        identities=(_own_identity(user),),
        proxy_addresses=_with_primary(user),
        last_password_change=context.now,
    )
    with ports.storage.unit_of_work(context.world):
        ports.storage.insert(context.world, tenant, user)
        ports.storage.insert(context.world, tenant, Credentials(user=user.id, password=password))
    return user


def change_user(user: str, change: Callable[[User], User], *, ports: Ports, context: Context, tenant: str) -> User:
    """Apply ``change`` in one transaction; NotFound, AlreadyExists for a taken user principal name.

    What follows from the change follows here: proxy addresses from the mail address, the identity entry of
    the user principal name from that name.
    """

    def changed(old: User) -> User:
        new = change(old)
        if new.mail != old.mail:
            new = replace(new, proxy_addresses=_with_primary(new))
        if new.user_principal_name != old.user_principal_name:
            others = tuple(i for i in new.identities if i.sign_in_type != USER_PRINCIPAL_NAME)
            new = replace(new, identities=(*others, _own_identity(new)))
        return new

    return ports.storage.update(context.world, tenant, User, user, changed)


def set_password(user: str, password: str, *, ports: Ports, context: Context, tenant: str) -> None:
    """Give the user another password; the second factors stay."""
    with ports.storage.unit_of_work(context.world):
        try:
            known = ports.storage.get(context.world, tenant, Credentials, user)
        except NotFound:
            known = Credentials(user=user)
        ports.storage.put(
            context.world,
            tenant,
            replace(known, password=password, failed_passwords=0, locked_until=None),
        )
        ports.storage.update(
            context.world, tenant, User, user, lambda old: replace(old, last_password_change=context.now)
        )


def revoke_sessions(user: str, *, ports: Ports, context: Context, tenant: str) -> User:
    """End every session and refresh token that this tenant issued to the user; NotFound.

    What a guest has at home lives on (graph-api 10.3).
    """
    return ports.storage.update(
        context.world, tenant, User, user, lambda old: replace(old, tokens_valid_from=context.now)
    )


def delete_user(user: str, *, ports: Ports, context: Context, tenant: str) -> None:
    """Remove the user with everything that hangs on it: this is also how an invitation is revoked; NotFound.

    Refresh tokens stay, for the answer that their user is gone (50034); a user of the same id who comes back has
    to sign in anew (``deleted_items.restore``).

    The home account of a guest stays as it is.
    """
    storage, world = ports.storage, context.world
    with storage.unit_of_work(world):
        gone = storage.get(world, tenant, User, user)
        storage.delete(world, tenant, User, user)
        storage.purge(world, tenant, Invitation, user=user)
        storage.purge(world, tenant, AppRoleAssignment, principal=user)
        storage.purge(world, tenant, OAuth2PermissionGrant, principal=user)
        storage.purge(world, tenant, RoleAssignment, principal=user)
        Directory(ports=ports, context=context, tenant=tenant).unlink_all(user)
        _discard(ports, world, tenant, Credentials, user)
        if gone.mail:
            _discard(ports, world, tenant, Passcode, gone.mail.lower())


def _own_identity(user: User) -> ObjectIdentity:
    return ObjectIdentity(
        sign_in_type=USER_PRINCIPAL_NAME,
        issuer=user.user_principal_name.rpartition("@")[2],
        issuer_assigned_id=user.user_principal_name,
    )


def _discard(ports: Ports, world: str, tenant: str, record: type, key: str) -> None:
    try:
        ports.storage.delete(world, tenant, record, key)
    except NotFound:
        return


def _with_primary(user: User) -> tuple[str, ...]:
    """``proxyAddresses`` with the mail address as the primary one (graph-api 10.2)."""
    mail = (user.mail or "").lower()
    others = tuple(
        f"smtp:{address.partition(':')[2]}"
        for address in user.proxy_addresses
        if address.partition(":")[2].lower() != mail
    )
    return (f"SMTP:{user.mail}", *others) if user.mail else others


def forget_password(user: str, *, ports: Ports, context: Context, tenant: str) -> None:
    """Who signs in elsewhere from now on has no password here; methods that were registered stay."""
    try:
        ports.storage.update(context.world, tenant, Credentials, user, lambda old: replace(old, password=None))
    except NotFound:
        return


def convert_to_internal(
    user: str,
    user_principal_name: str,
    password: str,
    mail: str | None,
    *,
    ports: Ports,
    context: Context,
    tenant: str,
) -> User:
    """A guest who signs in here from now on; AlreadyExists for a name that is taken. Links of invitations die."""
    with ports.storage.unit_of_work(context.world):
        changed = ports.storage.update(
            context.world,
            tenant,
            User,
            user,
            lambda old: _converted(old, user_principal_name, mail, context),
        )
        ports.storage.purge(context.world, tenant, Invitation, user=user)
        try:
            ports.storage.update(context.world, tenant, Credentials, user, lambda old: replace(old, password=password))
        except NotFound:
            ports.storage.insert(context.world, tenant, Credentials(user=user, password=password))
    return changed


def _converted(user: User, user_principal_name: str, mail: str | None, context: Context) -> User:
    new = made_internal(user, user_principal_name, mail, context.now)
    return replace(new, proxy_addresses=_with_primary(new))
