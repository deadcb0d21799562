"""What every collection below ``/users/{id}/authentication`` shares: whose it is, who may see it, how it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from idp_sim.directory.audit import Activity
from idp_sim.directory.model import Credentials
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, field_of
from idp_sim.graph.resources.user_properties import USER
from idp_sim.graph.resources.user_relations import owner
from idp_sim.ports import NotFound

_ADMINISTRATOR = holders_of("Authentication Administrator", "Privileged Authentication Administrator")
_WRITE_WORDS = ("UserAuthenticationMethod.ReadWrite.All",)
_READ_WORDS = ("UserAuthenticationMethod.Read.All", *_WRITE_WORDS)
READ = Access(
    delegated=_READ_WORDS,
    application=_READ_WORDS,
    own=("UserAuthenticationMethod.Read", "UserAuthenticationMethod.ReadWrite"),
    right=_ADMINISTRATOR,
)
WRITE = Access(
    delegated=_WRITE_WORDS,
    application=_WRITE_WORDS,
    own=("UserAuthenticationMethod.ReadWrite",),
    right=_ADMINISTRATOR,
)
#: What only an administrator does to somebody.
ISSUE = Access(delegated=_WRITE_WORDS, application=_WRITE_WORDS, right=_ADMINISTRATOR)

CREATED = Property(name="createdDateTime", read=lambda _method: None)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Base of the records that the collections show."""

    id: str


Load = Callable[[Call], list[Any]]


def credentials_of(call: Call) -> Credentials:
    """What the user of the path can prove here; empty where nothing is kept. NotFound without such a user."""
    user = owner(call).id
    with suppress(NotFound):
        return call.ports.storage.get(call.world, call.tenant, Credentials, user)
    return Credentials(user=user)


def change(call: Call, new: Callable[[Credentials], Credentials]) -> Credentials:
    """The user's credentials changed in one transaction; ``new`` may raise: nothing is written then."""
    user, storage = owner(call).id, call.ports.storage
    with storage.unit_of_work(call.world):
        try:
            return storage.update(call.world, call.tenant, Credentials, user, new)
        except NotFound:
            made = new(Credentials(user=user))
            storage.insert(call.world, call.tenant, made)
            return made


def one_of(load: Load) -> Callable[[Call], Any]:
    """The record of the key among those that ``load`` gives; ids of keys are compared as they are written."""

    def get(call: Call) -> Any:
        found = next((shown for shown in load(call) if shown.id in (call.key, call.key.lower())), None)
        if found is None:
            raise NotFound(call.key)
        return found

    return get


def refused(problem: str) -> GraphError:
    """400 with a sentence of its own."""
    return GraphError(Problem.POLICY_INVALID, problem=problem)


def collection(
    path: str,
    type_name: str,
    load: Load,
    *properties: Property,
    create: Callable[[Call], Any] | None = None,
    update: Callable[[Call], None] | None = None,
    delete: Callable[[Call], None] | None = None,
    create_access: Access = WRITE,
    actions: Mapping[str, Handler] | None = None,
    collection_actions: Mapping[str, Handler] | None = None,
) -> Resource:
    """One collection of methods; what it can't do is left out."""
    operations = {
        Operation.LIST: Handler(run=load, access=READ),
        Operation.GET: Handler(run=one_of(load), access=READ),
    }
    if create is not None:
        operations[Operation.CREATE] = Handler(run=create, access=create_access, activity=Activity.ADD_SECURITY_INFO)
    if update is not None:
        operations[Operation.UPDATE] = Handler(run=update, access=WRITE, activity=Activity.UPDATE_SECURITY_INFO)
    if delete is not None:
        operations[Operation.DELETE] = Handler(run=delete, access=WRITE, activity=Activity.DELETE_SECURITY_INFO)
    return Resource(
        path=f"/users/{{user}}/authentication/{path}",
        type_name=f"microsoft.graph.{type_name}",
        properties=(field_of("id"), *properties),
        operations=operations,
        actions=actions or {},
        collection_actions=collection_actions or {},
        not_found=Problem.OBJECT_NOT_FOUND,
        subject=owner,
        audited_as=lambda: USER,
    )
