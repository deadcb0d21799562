"""``signInActivity`` of users, looked up in the sign-in log when a request asks for it (graph-api 10.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from idp_sim.directory.model import User
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.resource import Call
from idp_sim.graph.resources.user_properties import ActiveUser
from idp_sim.graph.stored import Stored
from idp_sim.sign_in.model import Outcome, SignInRow

_PROPERTY, _PERMISSION = "signInActivity", "AuditLog.Read.All"
#: Users of a page when the activity is asked for (graph-api 3).
_MOST = 500
#: Rows of one user that are looked at, newest first.
_ROWS = 100


def with_activity(call: Call, users: Iterable[User]) -> Iterable[User]:
    """The users, with their activity if the query selects or filters by it.

    GraphError: ACCESS_DENIED without the permission that reads the log, OPTION_INVALID for a page that is too
    large, FILTER_UNSUPPORTED when the filter asks for other properties besides.
    """
    filtered = {path for path in call.query.filtered if path.startswith(f"{_PROPERTY}/")}
    if not filtered and _PROPERTY not in (call.query.select or ()):
        return users
    if _PERMISSION not in call.principal.permissions:
        raise GraphError(Problem.ACCESS_DENIED)
    if call.query.top is not None and call.query.top > _MOST:
        expected = f"at most {_MOST} when {_PROPERTY} is asked for"
        raise GraphError(Problem.OPTION_INVALID, option="$top", value=call.query.top, expected=expected)
    if filtered and filtered != call.query.filtered:
        problem = "it cannot be combined with other properties"
        raise GraphError(Problem.FILTER_UNSUPPORTED, property=_PROPERTY, resource="User", problem=problem)
    if isinstance(users, Stored):
        return replace(users, seen_as=lambda user: active(call, user))
    return [active(call, user) for user in users]


def active(call: Call, user: User) -> ActiveUser:
    """The user with what the sign-in log says of the last sign-ins."""
    rows = call.ports.storage.find(call.world, call.tenant, SignInRow, limit=_ROWS, newest_first=True, user=user.id)
    finished = [row for row in rows if row.outcome is not Outcome.IN_PROGRESS]
    values = {field.name: getattr(user, field.name) for field in fields(User)}
    return ActiveUser(**values, activity=_activity(finished) if finished else None)


def _activity(rows: list[SignInRow]) -> dict[str, Any]:
    def last(prefix: str, found: Iterable[SignInRow]) -> dict[str, Any]:
        row = next(iter(found), None)
        return {f"{prefix}DateTime": row and row.created, f"{prefix}RequestId": row and row.id}

    return {
        **last("lastSignIn", (row for row in rows if row.interactive)),
        **last("lastNonInteractiveSignIn", (row for row in rows if not row.interactive)),
        **last("lastSuccessfulSignIn", (row for row in rows if row.outcome is Outcome.SUCCESS)),
    }
