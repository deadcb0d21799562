"""``/identity/conditionalAccess/policies`` and its recycle bin (graph-api 21)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from federation.authentication_strength import AuthenticationStrength
from idp_sim.conditional_access.book import PolicyBook
from idp_sim.conditional_access.model import ConditionalAccessPolicy
from idp_sim.conditional_access.parse import UnsupportedPolicy, merge_patch, policy_from_json
from idp_sim.conditional_access.strength_wire import strength_to_json
from idp_sim.conditional_access.wire import policy_to_json
from idp_sim.directory.audit import Activity
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of
from idp_sim.graph.resource import Call, Handler, Operation, PageSize, Property, Resource, Result, Type, by_creation
from idp_sim.ports import NotFound
from idp_sim.services import policies

_WRITE = "Policy.ReadWrite.ConditionalAccess"
_READ = ("Policy.Read.All", "Policy.Read.ConditionalAccess", _WRITE)
READ = Access(
    delegated=_READ,
    application=_READ,
    right=holders_of("Conditional Access Administrator", "Security Administrator", "Security Reader", "Global Reader"),
)
WRITE = Access(
    delegated=(_WRITE,),
    application=(_WRITE,),
    also=("Policy.Read.All", "Application.Read.All"),
    right=holders_of("Conditional Access Administrator", "Security Administrator"),
)
#: Things that policies refer to need no right to read applications.
WRITE_PARTS = replace(WRITE, also=("Policy.Read.All",))
EQ = frozenset({"eq", "in"})
MOST_POLICIES = 195


@dataclass(frozen=True)
class Shown:
    """A policy with what Graph expands in it."""

    policy: ConditionalAccessPolicy
    strength: AuthenticationStrength | None

    @property
    def id(self) -> str:
        """The policy's id."""
        return self.policy.id

    @property
    def json(self) -> dict[str, Any]:
        """The wire form; a strength is sent by id and returned whole."""
        body = policy_to_json(self.policy)
        if self.strength is not None and body["grantControls"] is not None:
            body["grantControls"]["authenticationStrength"] = strength_to_json(self.strength)
        return body


def shown(policy: ConditionalAccessPolicy, book: PolicyBook) -> Shown:
    """The policy as Graph shows it."""
    return Shown(policy, book.strengths.get(policy.grant_controls.authentication_strength or ""))


def book_of(call: Call) -> PolicyBook:
    """The policies of the caller's tenant."""
    return policies.policy_book(call.ports, call.world, call.tenant)


def refused(problem: str) -> GraphError:
    """400 with a sentence."""
    return GraphError(Problem.POLICY_INVALID, problem=problem)


def _wire(name: str, **rest: Any) -> Property:
    """A property of the wire form; the whole policy has one translation, in the policy's own package."""
    return Property(name=name, read=lambda one: one.json[name], **rest)


def _list(call: Call) -> list[Shown]:
    book = book_of(call)
    return [shown(policy, book) for policy in book.policies]


def _get(call: Call) -> Shown:
    book = book_of(call)
    return shown(_found(book.policies, call.key), book)


def _found(known: tuple[ConditionalAccessPolicy, ...], key: str) -> ConditionalAccessPolicy:
    found = next((policy for policy in known if policy.id == key.lower()), None)
    if found is None:
        raise NotFound(key)
    return found


def _create(call: Call) -> Shown:
    def act(book: PolicyBook) -> Shown:
        if len(book.policies) >= MOST_POLICIES:
            raise refused(f"a tenant has at most {MOST_POLICIES} conditional access policies")
        policy = _parsed(lambda: policy_from_json(call.body, id=call.ports.ids.guid(), now=call.context.now), book)
        call.ports.storage.insert(call.world, call.tenant, policy)
        return shown(policy, book)

    return policies.change(call.ports, call.world, call.tenant, act)


def _update(call: Call) -> None:
    def act(book: PolicyBook) -> None:
        policy = _found(book.policies, call.key)
        changed = _parsed(lambda: merge_patch(policy, call.body, call.context.now), book)
        call.ports.storage.put(call.world, call.tenant, changed)

    policies.change(call.ports, call.world, call.tenant, act)


def _delete(call: Call) -> None:
    def act(book: PolicyBook) -> None:
        deleted = replace(_found(book.policies, call.key), deleted=call.context.now)
        call.ports.storage.put(call.world, call.tenant, deleted)

    policies.change(call.ports, call.world, call.tenant, act)


def _parsed(parse: Callable[[], ConditionalAccessPolicy], book: PolicyBook) -> ConditionalAccessPolicy:
    try:
        policy = parse()
    except UnsupportedPolicy as error:
        raise refused("; ".join(error.problems)) from error
    if problems := tuple(book.unknown_references(policy)):
        raise refused("; ".join(problems))
    return policy


POLICY_PROPERTIES = (
    _wire("id", operators=EQ),
    _wire("templateId"),
    _wire("displayName", writable=True, operators=EQ | {"startsWith"}, orderable=True),
    _wire("description", writable=True),
    Property(name="createdDateTime", read=lambda one: one.policy.created, type=Type.DATE_TIME),
    Property(name="modifiedDateTime", read=lambda one: one.policy.modified, type=Type.DATE_TIME),
    _wire("state", writable=True, operators=EQ),
    _wire("conditions", type=Type.OBJECT, writable=True),
    _wire("grantControls", type=Type.OBJECT, writable=True),
    _wire("sessionControls", type=Type.OBJECT, writable=True),
)


def _order(one: Shown) -> tuple[Any, ...]:
    return by_creation(one.policy)


CONDITIONAL_ACCESS_POLICIES = Resource(
    path="/identity/conditionalAccess/policies",
    type_name="microsoft.graph.conditionalAccessPolicy",
    properties=POLICY_PROPERTIES,
    target_type="Policy",
    operations={
        Operation.LIST: Handler(run=_list, access=READ),
        Operation.GET: Handler(run=_get, access=READ),
        Operation.CREATE: Handler(run=_create, access=WRITE, activity=Activity.ADD_CONDITIONAL_ACCESS),
        Operation.UPDATE: Handler(run=_update, access=WRITE, activity=Activity.UPDATE_CONDITIONAL_ACCESS),
        Operation.DELETE: Handler(run=_delete, access=WRITE, activity=Activity.DELETE_CONDITIONAL_ACCESS),
    },
    # Everything comes in one answer unless $top asks for less (graph-api 3).
    page=PageSize(default=999, maximum=999),
    order=_order,
    beta=True,
)

# --- deleted policies --------------------------------------------------------------------------------


def _deleted(call: Call) -> list[Shown]:
    book = book_of(call)
    every = call.ports.storage.find(call.world, call.tenant, ConditionalAccessPolicy)
    return [shown(policy, book) for policy in every if policy.deleted is not None]


def _one_deleted(call: Call) -> Shown:
    found = next((one for one in _deleted(call) if one.id == call.key.lower()), None)
    if found is None:
        raise NotFound(call.key)
    return found


def _erase(call: Call) -> None:
    call.ports.storage.delete(call.world, call.tenant, ConditionalAccessPolicy, _one_deleted(call).id)


def _restore(call: Call) -> Result:
    policy = _one_deleted(call).policy

    def act(book: PolicyBook) -> Shown:
        if len(book.policies) >= MOST_POLICIES:
            raise refused(f"a tenant has at most {MOST_POLICIES} conditional access policies")
        if problems := tuple(book.unknown_references(policy)):
            raise refused("; ".join(problems))
        back = replace(policy, deleted=None)
        call.ports.storage.put(call.world, call.tenant, back)
        return shown(back, book)

    restored = policies.change(call.ports, call.world, call.tenant, act)
    return Result(value=restored, resource=CONDITIONAL_ACCESS_POLICIES)


DELETED_POLICIES = replace(
    CONDITIONAL_ACCESS_POLICIES,
    path="/identity/conditionalAccess/deletedItems/policies",
    properties=(
        *(replace(known, writable=False) for known in POLICY_PROPERTIES),
        Property(name="deletedDateTime", read=lambda one: one.policy.deleted, type=Type.DATE_TIME),
    ),
    operations={
        Operation.LIST: Handler(run=_deleted, access=READ),
        Operation.GET: Handler(run=_one_deleted, access=READ),
        Operation.DELETE: Handler(run=_erase, access=WRITE, activity=Activity.HARD_DELETE_CONDITIONAL_ACCESS),
    },
    actions={"restore": Handler(run=_restore, access=WRITE, activity=Activity.RESTORE_CONDITIONAL_ACCESS)},
)

POLICY_RESOURCES = (CONDITIONAL_ACCESS_POLICIES, DELETED_POLICIES)
