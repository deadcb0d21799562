"""Who may do what at Graph (graph-api 8): permissions of the token, and rights of the signed-in user.

An app-only token needs the application permission. A delegated token needs the delegated permission, and
the user must be allowed to do it: by being a member, by owning the object, or by a directory role.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from idp_sim.directory.model import GUEST, User
from idp_sim.directory.roles import GLOBAL_ADMINISTRATOR, ROLE_TEMPLATE_IDS
from idp_sim.services.authenticate_call import Principal

#: Does this user (first) have the right to it, the object in the path having this key (second)?
Right = Callable[[User, str], bool]

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


def anyone(_user: User, _key: str) -> bool:
    """Members and guests alike."""
    return True


def reads_directory(user: User, _key: str = "") -> bool:
    """Members, and guests with a role that reads the directory; guests may not enumerate (8.3, default level)."""
    return user.user_type != GUEST or bool(DIRECTORY_READING_ROLES & set(user.directory_roles))


def holders_of(*names: str) -> Right:
    """Users with one of the directory roles, by display name; a Global Administrator always."""
    accepted = frozenset(ROLE_TEMPLATE_IDS[name] for name in names) | {GLOBAL_ADMINISTRATOR}
    return lambda user, _key: bool(accepted & set(user.directory_roles))


def names_self(user: User, key: str) -> bool:
    """Whether ``key`` is the user's own id or user principal name."""
    return key.lower() in (user.id.lower(), user.user_principal_name.lower())


@dataclass(frozen=True, kw_only=True)
class Access:
    """Permissions that open an operation; any one of a tuple is enough, all of ``also`` are needed besides.

    ``own``: delegated permissions that are enough for the caller's own object. ``narrow``: permissions that
    are enough when the body holds no other property than these. ``user_only``: means nothing without a
    signed-in user.
    """

    delegated: tuple[str, ...] = ()
    application: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    narrow: Mapping[str, frozenset[str]] | None = None
    right: Right = anyone
    user_only: bool = False


def allowed(access: Access, principal: Principal, *, key: str = "", body: Mapping[str, Any] | None = None) -> bool:
    """Whether the principal may do it to the object named ``key`` with ``body``."""
    granted = principal.permissions
    if not granted.issuperset(access.also):
        return False
    if principal.user is None:
        return _opens(access.application, access, granted, body)
    if names_self(principal.user, key) and granted & set(access.own):
        return True
    return _opens(access.delegated, access, granted, body) and access.right(principal.user, key)


def _opens(accepted: tuple[str, ...], access: Access, granted: frozenset[str], body: Mapping[str, Any] | None) -> bool:
    if granted & set(accepted):
        return True
    return bool(body) and any(
        permission in granted and properties.issuperset(body or ())
        for permission, properties in (access.narrow or {}).items()
    )
