"""``users``: people of any home kind, made, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict

from idp_sim.control.errors import ControlError
from idp_sim.control.messages import NewPerson, Person, PersonChange
from idp_sim.control.operation import Call, Operation
from idp_sim.directory.audit import Activity
from idp_sim.directory.members import ATTRIBUTES
from idp_sim.directory.model import Credentials, User
from idp_sim.http import Response, json_response
from idp_sim.ports import AlreadyExists
from idp_sim.services import audit, people
from idp_sim.services.ready import user_entry
from idp_sim.services.users import delete_user
from idp_sim.tenants.model import Tenant, TenantKind

_CREDENTIALS = ("password", "totp_secret", "phone")
_USER = ("user_principal_name", "display_name", "mfa", "account_enabled")


def create(call: Call) -> Response:
    """A new person; the answer has the id and everything needed to sign in."""
    body: NewPerson = call.body
    tenant = call.control.worlds.tenant_named(call.world, body.tenant)
    password = call.control.ports.ids.secret(12) if body.password is UNSET else body.password
    with _name_taken(tenant), _one_change(call):
        user, credentials = people.create_person(
            call.control.ports,
            call.context,
            tenant,
            user_principal_name=body.user_principal_name,
            display_name=body.display_name,
            credentials={"password": password, "totp_secret": body.totp_secret, "phone": body.phone},
            mfa=body.mfa,
            attributes=body.attributes,
        )
        _note(call, tenant, user, Activity.ADD_USER)
    return json_response(person_entry(tenant, user, credentials), 201)


def change(call: Call) -> Response:
    """The person after the change; also takes a guest's object id."""
    tenant, user_id = _tenant(call), call.args["id"].lower()
    given = {name: value for name, value in asdict(call.body).items() if value is not UNSET}
    wanted = people.PersonChange(
        user={name: given[name] for name in _USER if name in given},
        credentials={name: given[name] for name in _CREDENTIALS if name in given},
        attributes=given["attributes"],
    )
    with _name_taken(tenant), _one_change(call):
        user, credentials = people.change_person(call.control.ports, call.context, tenant, user_id, wanted)
        _note(call, tenant, user, *_activities(given))
    return json_response(person_entry(tenant, user, credentials))


def delete(call: Call) -> Response:
    """Remove a person or a guest."""
    tenant = _tenant(call)
    with _one_change(call):
        user = call.control.ports.storage.get(call.world, tenant.id, User, call.args["id"].lower())
        delete_user(user.id, ports=call.control.ports, context=call.context, tenant=tenant.id)
        _note(call, tenant, user, Activity.DELETE_USER)
    return Response(status=204)


def person_entry(tenant: Tenant, user: User, credentials: Credentials) -> dict[str, Any]:
    """The person on the wire: the ready document's entry and what else can be set."""
    attributes = {name: getattr(user, field) for name, field in ATTRIBUTES.items()}
    return {
        **user_entry(tenant, user, credentials),
        "display_name": user.display_name,
        "account_enabled": user.account_enabled,
        "attributes": {name: value for name, value in attributes.items() if value is not None},
    }


def _one_change(call: Call) -> AbstractContextManager[None]:
    """A change and its rows of the audit log, together or not at all."""
    return call.control.ports.storage.unit_of_work(call.world)


def _activities(given: Mapping[str, Any]) -> tuple[Activity, ...]:
    """The rows of a change: blocking and a new password have their own, as at Graph (graph-api 28.2)."""
    found = [Activity.UPDATE_USER]
    if "account_enabled" in given:
        found.append(Activity.ENABLE_ACCOUNT if given["account_enabled"] else Activity.DISABLE_ACCOUNT)
    if "password" in given:
        found.append(Activity.RESET_PASSWORD)
    return tuple(found)


def _note(call: Call, tenant: Tenant, user: User, *activities: Activity) -> None:
    """Rows in the directory's log, which homes of other kinds do not have."""
    if tenant.kind is not TenantKind.ENTRA:
        return
    for activity in activities:
        audit.note(
            activity,
            audit.user_target(user),
            by=audit.CONTROL_API,
            ports=call.control.ports,
            context=call.context,
            tenant=tenant.id,
        )


@contextmanager
def _name_taken(tenant: Tenant) -> Iterator[None]:
    """The only thing about a person that must be unique is the name."""
    try:
        yield
    except AlreadyExists:
        problem = f"body: user_principal_name: another user of '{tenant.name}' has that name"
        raise ControlError(409, "already_exists", problem) from None


def _tenant(call: Call) -> Tenant:
    worlds = call.control.worlds
    return people.tenant_of_person(call.control.ports, call.world, worlds.tenants(call.world), call.args["id"].lower())


OPERATIONS = (
    Operation(
        method="POST",
        path="/users",
        name="create_user",
        summary="Make a person who can sign in at a tenant.",
        handler=create,
        answers=(201, Person),
        body=NewPerson,
        example={
            "tenant": "fabrikam",
            "user_principal_name": "dora@fabrikam.example",
            "password": "Dora-flies-4-kites",
            "display_name": "Dora Novak",
            "mfa": "none",
            "attributes": {"department": "Sales"},
        },
        refusals={404: "No such tenant.", 409: "The name is taken."},
    ),
    Operation(
        method="PATCH",
        path="/users/<id>",
        name="change_user",
        summary="Change a person or a guest; absent keys stay as they are.",
        handler=change,
        answers=(200, Person),
        body=PersonChange,
        example={"password": "Dora-flies-5-kites"},
        refusals={404: "No such user.", 409: "The name is taken."},
    ),
    Operation(
        method="DELETE",
        path="/users/<id>",
        name="delete_user",
        summary="Remove a person or a guest.",
        handler=delete,
        answers=(204, None),
        refusals={404: "No such user."},
    ),
)
