"""Who may do what at Graph (graph-api 8): permissions of the token, and rights of the signed-in user.

An app-only token needs the application permission. A delegated token needs the delegated permission, and
the user must be allowed to do it: by being a member, by owning the object, or by a directory role, over the
whole directory or over an administrative unit that the object is in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from idp_sim.directory.model import User
from idp_sim.directory.roles import GLOBAL_ADMINISTRATOR, ROLE_TEMPLATE_IDS
from idp_sim.services.authenticate_call import Principal

#: Directory roles that read the whole directory, whatever the guest level (graph-api 8.3).
DIRECTORY_READING_ROLES = frozenset(
    ROLE_TEMPLATE_IDS[name]
    for name in (
        "Global Administrator",
        "Global Reader",
        "User Administrator",
        "Guest Inviter",
        "Helpdesk Administrator",
        "Directory Readers",
        "Directory Writers",
    )
)


@dataclass(frozen=True)
class Right:
    """What a signed-in user must be. ``roles`` also count when held over a unit that the object is in;
    ``owners`` of the object have the right too."""

    test: Callable[[Principal, str], bool]
    roles: frozenset[str] = frozenset()
    owners: bool = False

    def __call__(self, principal: Principal, key: str = "") -> bool:
        """Whether the principal has the right over everything of the kind, or over the object ``key``."""
        return self.test(principal, key)


def _reads_directory(principal: Principal, _key: str) -> bool:
    open_to_guests = not principal.guest or principal.tenant.guests_read_like_members
    return open_to_guests or bool(DIRECTORY_READING_ROLES & principal.directory_roles)


def _reads_others(principal: Principal, key: str) -> bool:
    if _reads_directory(principal, key) or not principal.tenant.guests_are_restricted:
        return True
    return principal.user is not None and names_self(principal.user, key)


#: Members and guests alike.
anyone = Right(lambda _principal, _key: True)
#: Members, and guests of the most open level or with a role that reads the directory.
reads_directory = Right(_reads_directory)
#: Everybody but restricted guests, who read themselves alone.
reads_others = Right(_reads_others)
#: Members only.
members_only = Right(lambda principal, _key: not principal.guest)


def holders_of(*names: str, owners: bool = False) -> Right:
    """Users with one of the directory roles, by display name; a Global Administrator always."""
    accepted = frozenset(ROLE_TEMPLATE_IDS[name] for name in names) | {GLOBAL_ADMINISTRATOR}
    return Right(lambda principal, _key: bool(accepted & principal.directory_roles), accepted, owners)


def names_self(user: User, key: str) -> bool:
    """Whether ``key`` is the user's own id or user principal name."""
    return key.lower() in (user.id.lower(), user.user_principal_name.lower())


@dataclass(frozen=True, kw_only=True)
class Access:
    """Permissions that open an operation; any one of a tuple is enough, all of ``also`` are needed besides.

    ``own``: delegated permissions that are enough for the caller's own object. ``owned``: application permissions
    that are enough for an object that the calling application owns. ``narrow``: permissions that
    are enough when the body holds no other property than these. ``user_only``: means nothing without a
    signed-in user.
    """

    delegated: tuple[str, ...] = ()
    application: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    narrow: Mapping[str, frozenset[str]] | None = None
    right: Right = anyone
    user_only: bool = False


def of(*permissions: str, right: Right = anyone, own: tuple[str, ...] = ()) -> Access:
    """The same permissions for both kinds of token."""
    return Access(delegated=permissions, application=permissions, right=right, own=own)


def allowed(
    access: Access,
    principal: Principal,
    *,
    key: str = "",
    body: Mapping[str, Any] | None = None,
    over_object: Callable[[Right], bool] = lambda _right: False,
    owned: Callable[[], bool] = lambda: False,
) -> bool:
    """Whether the principal may do it to the object named ``key`` with ``body``.

    ``over_object`` is asked whether the user has the right over that one object: as an owner, or by a role
    over an administrative unit; ``owned`` whether the calling application owns it.
    """
    granted = principal.permissions
    if not granted.issuperset(access.also):
        return False
    if principal.user is None:
        return _opens(access.application, access, granted, body) or (bool(granted & set(access.owned)) and owned())
    if names_self(principal.user, key) and granted & set(access.own):
        return True
    if not _opens(access.delegated, access, granted, body):
        return False
    return access.right(principal, key) or over_object(access.right)


def _opens(accepted: tuple[str, ...], access: Access, granted: frozenset[str], body: Mapping[str, Any] | None) -> bool:
    if granted & set(accepted):
        return True
    return bool(body) and any(
        permission in granted and properties.issuperset(body or ())
        for permission, properties in (access.narrow or {}).items()
    )
