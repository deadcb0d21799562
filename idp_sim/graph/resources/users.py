"""``/users`` and ``/me`` (graph-api 10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from idp_sim.directory.audit import Activity
from idp_sim.directory.model import Credentials, User
from idp_sim.graph.delta import delta
from idp_sim.graph.errors import Detail, GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of, of, reads_directory, reads_others
from idp_sim.graph.resource import Call, Expansion, Handler, Operation, Property, Resource, Result
from idp_sim.graph.resources.membership import MEMBERSHIP_ACTIONS
from idp_sim.graph.resources.user_activity import with_activity
from idp_sim.graph.resources.user_conversion import CONVERSION
from idp_sim.graph.resources.user_licences import ASSIGN_LICENSE
from idp_sim.graph.resources.user_properties import OWN, READ, USER, WRITE
from idp_sim.graph.resources.user_relations import DIRECT_REPORTS, MANAGER, MEMBER_OF, SPONSORS, TRANSITIVE_MEMBER_OF
from idp_sim.graph.resources.user_values import changed, password_of
from idp_sim.graph.stored import stored
from idp_sim.ports import AlreadyExists, NotFound
from idp_sim.services.deleted_items import soft_delete
from idp_sim.services.users import change_user, create_user, find_user, revoke_sessions, set_password

_DELETE = ("User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
_REVOKE = ("User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
_ENABLE = {"User.EnableDisableAccount.All": frozenset({"accountEnabled"})}
_ADMINISTRATOR = holders_of("User Administrator")


def _list(call: Call) -> Iterable[object]:
    return with_activity(call, stored(call, User, USER.indexes))


def _get(call: Call) -> User:
    found = find_user(call.key, ports=call.ports, context=call.context, tenant=call.tenant)
    return next(iter(with_activity(call, [found])))


def _create(call: Call) -> User:
    body = dict(call.body)
    password = password_of(body.pop("passwordProfile"), resource=USER)
    blank = User(id=call.ports.ids.guid(), user_principal_name="", display_name="", created=call.context.now)
    user = changed(blank, body, resource=USER, domains=call.principal.tenant.domains)
    try:
        return create_user(user, password, ports=call.ports, context=call.context, tenant=call.tenant)
    except AlreadyExists as error:
        raise name_taken() from error


def _update(call: Call) -> None:
    body, domains = dict(call.body), call.principal.tenant.domains
    profile = body.pop("passwordProfile", None)
    password = None if profile is None else password_of(profile, resource=USER)
    ports, context, tenant = call.ports, call.context, call.tenant
    try:
        with ports.storage.unit_of_work(call.world):
            user = change_user(
                _get(call).id,
                lambda old: changed(old, body, resource=USER, domains=domains),
                ports=ports,
                context=context,
                tenant=tenant,
            )
            if password is not None:
                set_password(user.id, password, ports=ports, context=context, tenant=tenant)
    except AlreadyExists as error:
        raise name_taken() from error


def _delete(call: Call) -> None:
    soft_delete(call.directory, _get(call))


def _update_activities(call: Call, _before: User) -> tuple[Activity, ...]:
    """Blocking and a new password have rows of their own beside the update (graph-api 28.2)."""
    found = [Activity.UPDATE_USER]
    if "accountEnabled" in call.body:
        found.append(Activity.ENABLE_ACCOUNT if call.body["accountEnabled"] else Activity.DISABLE_ACCOUNT)
    if call.body.get("passwordProfile"):
        found.append(Activity.RESET_PASSWORD)
    return tuple(found)


def _revoke(call: Call) -> Result:
    revoke_sessions(_get(call).id, ports=call.ports, context=call.context, tenant=call.tenant)
    return Result(value=True, type="Edm.Boolean")


def _change_password(call: Call) -> None:
    """The person's own new password, given the one until now (graph-api 10.1)."""
    user = _get(call)
    with call.ports.storage.unit_of_work(call.world):
        try:
            known = call.ports.storage.get(call.world, call.tenant, Credentials, user.id).password
        except NotFound:
            known = None
        if known is None or user.external:
            problem = "The password of this user is not kept by this organization and cannot be changed here."
            raise GraphError(Problem.REFERENCE_REFUSED, problem=problem)
        if call.body["currentPassword"] != known:
            raise GraphError(Problem.REFERENCE_REFUSED, problem="The specified current password is not right.")
        set_password(user.id, call.body["newPassword"], ports=call.ports, context=call.context, tenant=call.tenant)


def _nothing(_record: object) -> None:
    return None


def name_taken() -> GraphError:
    """The refusal of a user principal name that somebody has."""
    message = Problem.NAME_TAKEN.value.sentence.format(property="userPrincipalName")
    detail = Detail(code="ObjectConflict", message=message, target="userPrincipalName")
    return GraphError(Problem.NAME_TAKEN, property="userPrincipalName", details=(detail,))


def _me(call: Call) -> User | None:
    user = call.principal.user
    return user and next(iter(with_activity(call, [user])))


def _expansion(resource: Resource, *, many: bool = True) -> Expansion:
    """A navigation shown along with the user; it reads by the user's id as its own path does."""
    reading = resource.operations[Operation.LIST if many else Operation.GET]

    def load(call: Call, user: User) -> object:
        below = replace(call, parents=(user.id,), key="")
        return list(reading.run(below)) if many else below.directory.manager_of(user.id)

    return Expansion(load=load, resource=lambda: resource, access=reading.access, many=many)


_EXPANSIONS = {
    "manager": _expansion(MANAGER, many=False),
    "directReports": _expansion(DIRECT_REPORTS),
    "memberOf": _expansion(MEMBER_OF),
    "transitiveMemberOf": _expansion(TRANSITIVE_MEMBER_OF),
    "sponsors": _expansion(SPONSORS),
}
_LIST_ACCESS = of(*READ, right=reads_directory)

USERS = replace(
    USER,
    beta=True,
    expansions=_EXPANSIONS,
    operations={
        Operation.LIST: Handler(run=_list, access=_LIST_ACCESS),
        Operation.GET: Handler(run=_get, access=Access(delegated=READ, application=READ, own=OWN, right=reads_others)),
        Operation.CREATE: Handler(run=_create, access=of(*WRITE, right=_ADMINISTRATOR), activity=Activity.ADD_USER),
        Operation.UPDATE: Handler(
            run=_update,
            access=Access(delegated=WRITE, application=WRITE, narrow=_ENABLE, right=_ADMINISTRATOR),
            activity=_update_activities,
        ),
        Operation.DELETE: Handler(
            run=_delete, access=of(*_DELETE, right=_ADMINISTRATOR), activity=Activity.DELETE_USER
        ),
    },
    actions={
        "revokeSignInSessions": Handler(
            run=_revoke,
            access=of(*_REVOKE, right=_ADMINISTRATOR, own=("User.RevokeSessions.All", "User.ReadWrite")),
            activity=Activity.REVOKE_TOKENS,
        ),
        **CONVERSION,
        "changePassword": Handler(
            run=_change_password,
            access=Access(own=("Directory.AccessAsUser.All",), user_only=True),
            activity=Activity.CHANGE_PASSWORD,
            parameters=(
                Property(name="currentPassword", read=_nothing, required=True),
                Property(name="newPassword", read=_nothing, required=True),
            ),
        ),
        "assignLicense": ASSIGN_LICENSE,
        **MEMBERSHIP_ACTIONS,
    },
    collection_actions={"delta": delta(USER, User, _LIST_ACCESS, _list)},
)

ME = replace(
    USER,
    path="/me",
    collection=False,
    context_set="users",
    expansions=_EXPANSIONS,
    operations={Operation.GET: Handler(run=_me, access=Access(delegated=(*OWN, *READ), user_only=True))},
)
