"""``/directory/deletedItems``: restore, and delete for good (graph-api 12)."""

from __future__ import annotations

from dataclasses import replace

from idp_sim.applications.model import Application
from idp_sim.directory.audit import Activity
from idp_sim.directory.deleted import DeletedItem
from idp_sim.directory.group import AdministrativeUnit, Group
from idp_sim.directory.model import User
from idp_sim.graph.errors import Detail, GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of, of, reads_directory
from idp_sim.graph.resource import Call, Handler, Operation, Property, Result, Type
from idp_sim.graph.resources.references import mixed
from idp_sim.ports import AlreadyExists
from idp_sim.services import deleted_items
from idp_sim.services.deleted_items import Deletable

_READ = ("User.Read.All", "User.ReadWrite.All", "Group.Read.All", "Application.Read.All", "Directory.Read.All")
_WRITE = ("User.DeleteRestore.All", "User.ReadWrite.All", "Group.ReadWrite.All", "Application.ReadWrite.All")
#: Which of the permissions to change is for which kind of object.
_WRITE_BY_TYPE: dict[type, frozenset[str]] = {
    User: frozenset({"User.DeleteRestore.All", "User.ReadWrite.All"}),
    Group: frozenset({"Group.ReadWrite.All"}),
    Application: frozenset({"Application.ReadWrite.All"}),
    AdministrativeUnit: frozenset({"AdministrativeUnit.ReadWrite.All"}),
}
_RESTORED: dict[type, Activity] = {
    User: Activity.RESTORE_USER,
    Group: Activity.RESTORE_GROUP,
    Application: Activity.RESTORE_APPLICATION,
    AdministrativeUnit: Activity.UPDATE_UNIT,
}
_GONE: dict[type, Activity] = {
    User: Activity.HARD_DELETE_USER,
    Group: Activity.HARD_DELETE_GROUP,
    Application: Activity.HARD_DELETE_APPLICATION,
    AdministrativeUnit: Activity.DELETE_UNIT,
}


def _shown(kept: DeletedItem) -> Deletable:
    """The object as it lies there: a user's name begins with the id, so that the name itself is free."""
    item = kept.item
    if isinstance(item, User):
        return replace(item, user_principal_name=f"{item.id.replace('-', '')}{item.user_principal_name}")
    return item


def _list(call: Call) -> list[Deletable]:
    return [_shown(kept) for kept in deleted_items.deleted_items(call.directory)]


def _get(call: Call) -> Deletable:
    return _shown(deleted_items.deleted_item(call.directory, call.key))


def _check_type(call: Call) -> None:
    accepted = _WRITE_BY_TYPE[type(deleted_items.deleted_item(call.directory, call.key).item)]
    if not accepted & call.principal.permissions:
        raise GraphError(Problem.ACCESS_DENIED)


def _restore(call: Call) -> Result:
    _check_type(call)
    try:
        item = deleted_items.restore(call.directory, call.key, new_name=call.body.get("newUserPrincipalName"))
    except AlreadyExists as error:
        message = Problem.NAME_TAKEN.value.sentence.format(property="userPrincipalName")
        detail = Detail(code="ObjectConflict", message=message, target="userPrincipalName")
        raise GraphError(Problem.NAME_TAKEN, property="userPrincipalName", details=(detail,)) from error
    return Result(value=item, resource=DELETED_ITEMS)


def _delete(call: Call) -> None:
    _check_type(call)
    deleted_items.hard_delete(call.directory, call.key)


def _nothing(_record: object) -> None:
    return None


_RIGHT = holders_of("User Administrator", "Groups Administrator", "Application Administrator")
DELETED_ITEMS = mixed(
    "/directory/deletedItems",
    User,
    Group,
    Application,
    AdministrativeUnit,
    load=_list,
    access=of(*_READ, right=reads_directory),
    operations={
        Operation.GET: Handler(run=_get, access=of(*_READ, right=reads_directory)),
        Operation.DELETE: Handler(
            run=_delete,
            access=Access(delegated=_WRITE, application=_WRITE, right=_RIGHT),
            activity=lambda _call, item: (_GONE[type(item)],),
        ),
    },
    actions={
        "restore": Handler(
            run=_restore,
            access=Access(delegated=_WRITE, application=_WRITE, right=_RIGHT),
            activity=lambda _call, item: (_RESTORED[type(item)],),
            parameters=(
                Property(name="autoReconcileProxyConflict", read=_nothing, type=Type.BOOLEAN),
                Property(name="newUserPrincipalName", read=_nothing),
            ),
        )
    },
)
