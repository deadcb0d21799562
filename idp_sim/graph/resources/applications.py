"""``/applications`` and ``/servicePrincipals`` (graph-api 17, 18). One stored record stands for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from idp_sim.applications.first_party import GRAPH_ID
from idp_sim.applications.model import Application, ClientSecret
from idp_sim.directory.audit import Activity
from idp_sim.directory.group import Relation
from idp_sim.directory.model import User
from idp_sim.graph.bodies import invalid
from idp_sim.graph.delta import delta
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.filter import instant
from idp_sim.graph.permissions import Access, holders_of, members_only
from idp_sim.graph.resource import Call, Handler, Operation, Property, Result, Type
from idp_sim.graph.resources.application_properties import APPLICATION, READ, SERVICE_PRINCIPAL, WRITE, credentials
from idp_sim.graph.resources.application_values import changed
from idp_sim.graph.resources.membership import MEMBERSHIP_ACTIONS
from idp_sim.graph.resources.references import linked
from idp_sim.graph.rights import is_owned
from idp_sim.graph.stored import stored
from idp_sim.ports import AlreadyExists, NotFound
from idp_sim.services.applications import graph_application
from idp_sim.services.deleted_items import remove_principal_of, soft_delete
from idp_sim.services.directory_objects import ServicePrincipal

_OWNED = ("Application.ReadWrite.OwnedBy",)
_READ = Access(delegated=READ, application=(*READ, *_OWNED))
_ADMINISTRATOR = holders_of("Application Administrator", "Cloud Application Administrator", owners=True)
_WRITE = Access(delegated=WRITE, application=WRITE, owned=_OWNED, right=_ADMINISTRATOR)
#: An application that may write only its own ones owns what it makes.
_CREATE = Access(delegated=WRITE, application=(*WRITE, *_OWNED), right=members_only)
#: How long a secret lives when nothing is said (graph-api 17.1).
SECRET_LIFETIME = timedelta(days=730)


def _list(call: Call) -> Iterable[object]:
    return stored(call, Application, APPLICATION.indexes)


def _get(call: Call) -> Application:
    return _application(call, call.key)


def owner(call: Call) -> Application:
    """The registration whose path it is; NotFound."""
    return _application(call, call.parent)


def _application(call: Call, id: str) -> Application:
    return call.ports.storage.get(call.world, call.tenant, Application, id.lower())


def _by_client_id(call: Call, client_id: str) -> str:
    found = call.ports.storage.find(call.world, call.tenant, Application, limit=1, client_id=client_id.lower())
    if not found:
        raise NotFound(client_id)
    return found[0].id


def _by_unique_name(call: Call, name: str) -> str:
    found = [a for a in call.ports.storage.find(call.world, call.tenant, Application) if a.unique_name == name]
    if not found:
        raise NotFound(name)
    return found[0].id


def _create(call: Call) -> Application:
    """The registration alone: its service principal is made by itself (graph-api 18)."""
    ids = call.ports.ids
    client = ids.guid()
    blank = Application(
        id=ids.guid(), client_id=client, service_principal="", name=client, display_name="", created=call.context.now
    )
    made = changed(blank, call.body)
    for asked in call.body.get("passwordCredentials") or ():
        made = replace(made, secrets=(*made.secrets, _secret(call, asked)))
    call.ports.storage.insert(call.world, call.tenant, made)
    if (maker := _owner_made(call)) is not None:
        call.directory.link(Relation.OWNER, made.id, maker)
    return made


def _owner_made(call: Call) -> str | None:
    """Who owns what this call makes: the user, or the application that may write its own ones only."""
    principal = call.principal
    if principal.user is not None:
        return principal.user.id
    if principal.permissions & set(WRITE):
        return None
    return _principal_of(call, principal.client_id)


def _update(call: Call) -> None:
    _change(call, lambda old: changed(old, call.body))


def _change(call: Call, change: Any) -> Application:
    return call.ports.storage.update(call.world, call.tenant, Application, _get(call).id, change)


# --- secrets -----------------------------------------------------------------------------------------


def _secret(call: Call, asked: Mapping[str, Any]) -> ClientSecret:
    starts = _instant(asked.get("startDateTime"), "startDateTime") or call.context.now
    expires = _instant(asked.get("endDateTime"), "endDateTime") or starts + SECRET_LIFETIME
    if expires <= starts:
        raise invalid(APPLICATION, "passwordCredential/endDateTime", "an instant after startDateTime")
    name = asked.get("displayName")
    return ClientSecret(
        id=call.ports.ids.guid(),
        value=call.ports.ids.secret(30),
        display_name=name if isinstance(name, str) else None,
        starts=starts,
        expires=expires,
    )


def _instant(value: Any, name: str) -> Any:
    if value is None:
        return None
    try:
        return instant(value if isinstance(value, str) else "")
    except GraphError as error:
        raise invalid(APPLICATION, f"passwordCredential/{name}", "a dateTimeOffset") from error


def _add_password(call: Call, application: Application) -> Result:
    secret = _secret(call, call.body.get("passwordCredential") or {})
    call.ports.storage.update(
        call.world,
        call.tenant,
        Application,
        application.id,
        lambda old: replace(old, secrets=(*old.secrets, secret)),
    )
    shown = credentials(replace(application, secrets=(secret,)))[0] | {"secretText": secret.value}
    return Result(value=shown, type="microsoft.graph.passwordCredential", raw=True)


def _remove_password(call: Call, application: Application) -> None:
    gone = str(call.body["keyId"]).lower()
    if gone not in {secret.id for secret in application.secrets}:
        raise GraphError(Problem.REFERENCE_REFUSED, problem=f"No credentials found to be removed with keyId '{gone}'.")
    call.ports.storage.update(
        call.world,
        call.tenant,
        Application,
        application.id,
        lambda old: replace(old, secrets=tuple(secret for secret in old.secrets if secret.id != gone)),
    )


def _nothing(_record: object) -> None:
    return None


_NEW_PASSWORD = (Property(name="passwordCredential", read=_nothing, type=Type.OBJECT),)
_KEY_ID = (Property(name="keyId", read=_nothing, required=True),)


def _password_actions(find: Any) -> dict[str, Handler]:
    return {
        "addPassword": Handler(
            run=lambda call: _add_password(call, find(call)),
            access=_WRITE,
            activity=Activity.UPDATE_CREDENTIALS,
            parameters=_NEW_PASSWORD,
        ),
        "removePassword": Handler(
            run=lambda call: _remove_password(call, find(call)),
            access=_WRITE,
            activity=Activity.UPDATE_CREDENTIALS,
            parameters=_KEY_ID,
        ),
    }


APPLICATIONS = replace(
    APPLICATION,
    alternates={"appId": _by_client_id, "uniqueName": _by_unique_name},
    operations={
        Operation.LIST: Handler(run=_list, access=_READ),
        Operation.GET: Handler(run=_get, access=_READ),
        Operation.CREATE: Handler(run=_create, access=_CREATE, activity=Activity.ADD_APPLICATION),
        Operation.UPDATE: Handler(run=_update, access=_WRITE, activity=Activity.UPDATE_APPLICATION),
        Operation.DELETE: Handler(
            run=lambda call: soft_delete(call.directory, _get(call)),
            access=_WRITE,
            activity=Activity.DELETE_APPLICATION,
        ),
    },
    actions=_password_actions(_get),
    collection_actions={"delta": delta(APPLICATION, Application, _READ, _list)},
)

APPLICATION_OWNERS = linked(
    "/applications/{application}/owners",
    Relation.OWNER,
    User,
    ServicePrincipal,
    owner=owner,
    described_by=APPLICATION,
    read=_READ,
    write=_WRITE,
    activities=(Activity.ADD_APPLICATION_OWNER, Activity.REMOVE_APPLICATION_OWNER),
)

# --- service principals ------------------------------------------------------------------------------


def principals(call: Call) -> list[ServicePrincipal]:
    """Every service principal of the tenant, Microsoft Graph's among them."""
    found = stored(call, Application, {"appId": "client_id", "id": "service_principal"})
    found = [application for application in found if application.service_principal]
    return [ServicePrincipal(a) for a in (graph_application(call.ports), *found)]


def _principal(call: Call) -> ServicePrincipal:
    return call.directory.service_principal(call.key)


def _own_application(call: Call) -> Application:
    """The stored record; Microsoft's own applications cannot be changed."""
    application = _principal(call).application
    if application.first_party:
        raise GraphError(Problem.ACCESS_DENIED)
    return application


def _principal_of(call: Call, client_id: str) -> str:
    if client_id.lower() == GRAPH_ID:
        return graph_application(call.ports).service_principal
    found = call.ports.storage.find(call.world, call.tenant, Application, limit=1, client_id=client_id.lower())
    if not found or not found[0].service_principal:
        raise NotFound(client_id)
    return found[0].service_principal


def _create_principal(call: Call) -> ServicePrincipal:
    application = _application(call, _by_client_id(call, str(call.body["appId"])))
    if call.principal.app_only and not call.principal.permissions & set(WRITE) and not is_owned(call, application.id):
        raise GraphError(SERVICE_PRINCIPAL.denied)
    if application.service_principal:
        raise AlreadyExists(application.client_id)
    made = changed(replace(application, service_principal=call.ports.ids.guid()), _without_id(call.body))
    call.ports.storage.put(call.world, call.tenant, made)
    return ServicePrincipal(made)


def _update_principal(call: Call) -> None:
    application = _own_application(call)
    call.ports.storage.update(
        call.world, call.tenant, Application, application.id, lambda old: changed(old, _without_id(call.body))
    )


def _without_id(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "appId"}


def _delete_principal(call: Call) -> None:
    application = _own_application(call)
    with call.ports.storage.unit_of_work(call.world):
        remove_principal_of(call.directory, application)
        call.directory.unlink_all(application.service_principal)
        call.ports.storage.put(call.world, call.tenant, replace(application, service_principal=""))


_CREATE_PRINCIPAL = Access(delegated=WRITE, application=(*WRITE, *_OWNED), right=_ADMINISTRATOR)
SERVICE_PRINCIPALS = replace(
    SERVICE_PRINCIPAL,
    alternates={"appId": _principal_of},
    operations={
        Operation.LIST: Handler(run=principals, access=_READ),
        Operation.GET: Handler(run=_principal, access=_READ),
        Operation.CREATE: Handler(
            run=_create_principal, access=_CREATE_PRINCIPAL, activity=Activity.ADD_SERVICE_PRINCIPAL
        ),
        Operation.UPDATE: Handler(run=_update_principal, access=_WRITE, activity=Activity.UPDATE_SERVICE_PRINCIPAL),
        Operation.DELETE: Handler(run=_delete_principal, access=_WRITE, activity=Activity.REMOVE_SERVICE_PRINCIPAL),
    },
    actions={**_password_actions(_own_application), **MEMBERSHIP_ACTIONS},
)

APPLICATION_RESOURCES = (APPLICATIONS, APPLICATION_OWNERS, SERVICE_PRINCIPALS)
