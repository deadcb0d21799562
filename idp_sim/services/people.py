"""People of a tenant, made and changed by the control API (product.md 3, ``users``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from idp_sim.directory.addresses import address_problem
from idp_sim.directory.members import ATTRIBUTES, attribute_fields, new_member, personal_id
from idp_sim.directory.model import Credentials, User
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services.users import change_user
from idp_sim.tenants.model import Tenant, TenantKind

#: Kinds of tenant whose people can sign in.
KINDS_OF_PEOPLE = frozenset({TenantKind.ENTRA, TenantKind.GOOGLE, TenantKind.MICROSOFT_ACCOUNT})
_BASE32 = re.compile(r"[A-Z2-7]{8,}")


class InvalidPerson(ValueError):
    """A person can't be as asked for; the message says what was expected where."""


@dataclass(frozen=True, kw_only=True)
class PersonChange:
    """What to change: fields of ``User`` and of ``Credentials`` by name, and attributes by Graph's names."""

    user: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, str | None] = field(default_factory=dict)


def create_person(
    ports: Ports,
    context: Context,
    tenant: Tenant,
    *,
    user_principal_name: str,
    display_name: str | None = None,
    credentials: Mapping[str, Any],
    mfa: str | None = None,
    attributes: Mapping[str, str | None],
) -> tuple[User, Credentials]:
    """A new person of the tenant; InvalidPerson, AlreadyExists.

    ``mfa`` None means ``registered`` with an authenticator secret and ``none`` without. A person who is to
    have a second factor registered, and brings none, gets one.
    """
    if tenant.kind not in KINDS_OF_PEOPLE:
        raise InvalidPerson(f"tenant: people of kind '{tenant.kind.value}' can't sign in yet")
    _check_name(user_principal_name, tenant)
    _check_attributes(attributes)
    secret = _totp_secret(credentials.get("totp_secret"))
    wanted = mfa or ("registered" if secret else "none")
    if wanted == "registered" and secret is None:
        secret = ports.ids.totp_secret()
    if wanted == "none" and secret is not None:
        raise InvalidPerson("mfa: expected 'registered' or 'always' together with totp_secret (got 'none')")
    identifier = ports.ids.guid()
    user = new_member(
        id=personal_id(identifier) if tenant.kind is TenantKind.MICROSOFT_ACCOUNT else identifier,
        user_principal_name=user_principal_name,
        now=context.now,
        display_name=display_name,
        mfa=wanted,
        attributes=attributes,
    )
    kept = Credentials(user=user.id, **{**credentials, "totp_secret": secret})
    with ports.storage.unit_of_work(context.world):
        ports.storage.insert(context.world, tenant.id, user)
        ports.storage.insert(context.world, tenant.id, kept)
    return user, kept


def make_personal_account(ports: Ports, context: Context, tenant: Tenant, address: str, password: str) -> User:
    """An account of somebody who proved that the address is theirs; AlreadyExists."""
    user = new_member(id=personal_id(ports.ids.guid()), user_principal_name=address, now=context.now)
    with ports.storage.unit_of_work(context.world):
        ports.storage.insert(context.world, tenant.id, user)
        ports.storage.insert(context.world, tenant.id, Credentials(user=user.id, password=password))
    return user


def change_person(
    ports: Ports, context: Context, tenant: Tenant, user_id: str, change: PersonChange
) -> tuple[User, Credentials]:
    """The person with ``change`` applied; NotFound, InvalidPerson, AlreadyExists for a name that is taken.

    A new password also ends a lock-out.
    """
    _check_attributes(change.attributes)
    fields = {**change.user, **attribute_fields(change.attributes)}
    if "user_principal_name" in fields:
        _check_name(fields["user_principal_name"], tenant)
    secrets = dict(change.credentials)
    if "totp_secret" in secrets:
        secrets["totp_secret"] = _totp_secret(secrets["totp_secret"])
    if "password" in secrets:
        secrets |= {"failed_passwords": 0, "locked_until": None}
    storage, world = ports.storage, context.world
    with storage.unit_of_work(world):
        user = change_user(user_id, lambda old: replace(old, **fields), ports=ports, context=context, tenant=tenant.id)
        kept = replace(_credentials(ports, world, tenant, user_id), **secrets)
        if user.mfa == "registered" and kept.totp_secret is None and not user.external:
            kept = replace(kept, totp_secret=ports.ids.totp_secret())
        storage.put(world, tenant.id, kept)
    return user, kept


def tenant_of_person(ports: Ports, world: str, tenants: Iterable[Tenant], user_id: str) -> Tenant:
    """The tenant whose directory has that object; NotFound."""
    for tenant in tenants:
        try:
            ports.storage.get(world, tenant.id, User, user_id)
        except NotFound:
            continue
        return tenant
    raise NotFound(f"user '{user_id}'")


def _credentials(ports: Ports, world: str, tenant: Tenant, user_id: str) -> Credentials:
    try:
        return ports.storage.get(world, tenant.id, Credentials, user_id)
    except NotFound:
        return Credentials(user=user_id)


def _check_name(name: str, tenant: Tenant) -> None:
    if (problem := address_problem(name)) is not None:
        raise InvalidPerson(f"user_principal_name: '{name}' is not a valid user name: {problem}")
    if not tenant.owns(name) and tenant.kind is not TenantKind.MICROSOFT_ACCOUNT:  # those can have any address
        domains = ", ".join(tenant.domains)
        raise InvalidPerson(f"user_principal_name: expected a name in the tenant's domains ({domains}), got '{name}'")


def _check_attributes(attributes: Mapping[str, str | None]) -> None:
    for name in attributes:
        if name not in ATTRIBUTES:
            raise InvalidPerson(f"attributes.{name}: unknown attribute; known: {', '.join(ATTRIBUTES)}")


def _totp_secret(text: str | None) -> str | None:
    if text is None:
        return None
    secret = text.replace(" ", "").upper().rstrip("=")
    if not _BASE32.fullmatch(secret) or len(secret) % 8 in (1, 3, 6):
        expected = "a base32 secret (letters and the digits 2 to 7, at least 8 of them)"
        raise InvalidPerson(f"totp_secret: expected {expected}, got '{text}'")
    return secret
