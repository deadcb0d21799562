"""``/identity/conditionalAccess/authenticationContextClassReferences`` (graph-api 21)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from idp_sim.conditional_access.authentication_context import AuthenticationContextClassReference, is_context
from idp_sim.conditional_access.book import PolicyBook
from idp_sim.directory.audit import Activity
from idp_sim.graph.bodies import invalid
from idp_sim.graph.resource import Call, Handler, Operation, Resource, Type, field_of
from idp_sim.graph.resources.conditional_access_policies import EQ, READ, WRITE_PARTS, book_of, refused
from idp_sim.ports import AlreadyExists, NotFound
from idp_sim.services import policies

_ATTRIBUTES = {"displayName": "display_name", "description": "description", "isAvailable": "available"}


def _list(call: Call) -> list[AuthenticationContextClassReference]:
    return list(book_of(call).authentication_contexts)


def _get(call: Call) -> AuthenticationContextClassReference:
    return _found(book_of(call), call.key)


def _found(book: PolicyBook, key: str) -> AuthenticationContextClassReference:
    found = next((context for context in book.authentication_contexts if context.id == key.lower()), None)
    if found is None:
        raise NotFound(key)
    return found


def _create(call: Call) -> AuthenticationContextClassReference:
    id = str(call.body.get("id", "")).lower()

    def act(book: PolicyBook) -> AuthenticationContextClassReference:
        if any(context.id == id for context in book.authentication_contexts):
            raise AlreadyExists(id)
        return _write(call, AuthenticationContextClassReference(id=_checked(id), display_name=""))

    return policies.change(call.ports, call.world, call.tenant, act)


def _update(call: Call) -> None:
    """A context that is not there yet is made: the product has no other way in its portal."""

    def act(book: PolicyBook) -> None:
        try:
            old = _found(book, call.key)
        except NotFound:
            if not is_context(call.key.lower()):
                raise
            old = AuthenticationContextClassReference(id=call.key.lower(), display_name="")
        _write(call, old)

    policies.change(call.ports, call.world, call.tenant, act)


def _write(call: Call, old: AuthenticationContextClassReference) -> AuthenticationContextClassReference:
    values: dict[str, Any] = {_ATTRIBUTES[name]: value for name, value in call.body.items() if name in _ATTRIBUTES}
    new = replace(old, **values)
    if not new.display_name.strip():
        raise invalid(AUTHENTICATION_CONTEXTS, "displayName", "a text that is not empty")
    call.ports.storage.put(call.world, call.tenant, new)
    return new


def _delete(call: Call) -> None:
    def act(book: PolicyBook) -> None:
        context = _found(book, call.key)
        if context.available:
            raise refused("an authentication context that is available to apps cannot be deleted")
        if users := book.users_of_context(context.id):
            raise refused(f"the authentication context is used by the policy '{users[0].display_name}'")
        call.ports.storage.delete(call.world, call.tenant, AuthenticationContextClassReference, context.id)

    policies.change(call.ports, call.world, call.tenant, act)


def _subject(call: Call) -> AuthenticationContextClassReference:
    """What the audit log names: the context, or what an update is about to make."""
    try:
        return _get(call)
    except NotFound:
        if not is_context(call.key.lower()):
            raise
        return AuthenticationContextClassReference(id=call.key.lower(), display_name="")


def _activity(_call: Call, before: AuthenticationContextClassReference) -> tuple[Activity, ...]:
    new = not before.display_name
    return (Activity.ADD_AUTHENTICATION_CONTEXT if new else Activity.UPDATE_AUTHENTICATION_CONTEXT,)


def _checked(id: str) -> str:
    if not is_context(id):
        raise invalid(AUTHENTICATION_CONTEXTS, "id", "'c1' to 'c99'")
    return id


AUTHENTICATION_CONTEXTS = Resource(
    path="/identity/conditionalAccess/authenticationContextClassReferences",
    type_name="microsoft.graph.authenticationContextClassReference",
    properties=(
        field_of("id", creatable=True, required=True, nullable=False, operators=EQ),
        field_of("displayName", writable=True, nullable=False, operators=EQ, orderable=True),
        field_of("description", writable=True),
        field_of("isAvailable", "available", type=Type.BOOLEAN, writable=True, nullable=False, operators=EQ),
    ),
    target_type="AuthenticationContextClassReference",
    operations={
        Operation.LIST: Handler(run=_list, access=READ),
        Operation.GET: Handler(run=_get, access=READ),
        Operation.CREATE: Handler(run=_create, access=WRITE_PARTS, activity=Activity.ADD_AUTHENTICATION_CONTEXT),
        Operation.UPDATE: Handler(run=_update, access=WRITE_PARTS, activity=_activity),
        Operation.DELETE: Handler(run=_delete, access=WRITE_PARTS, activity=Activity.DELETE_AUTHENTICATION_CONTEXT),
    },
    # What an update finds may not be there yet.
    subject=_subject,
    beta=True,
)
