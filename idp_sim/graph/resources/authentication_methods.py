"""``/users/{id}/authentication``: how a user can prove who they are here (graph-api 11)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from idp_sim.directory.audit import Activity
from idp_sim.directory.model import Credentials
from idp_sim.graph.errors import Problem
from idp_sim.graph.permissions import Access, holders_of
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, field_of
from idp_sim.graph.resources.user_properties import USER
from idp_sim.graph.resources.user_relations import owner
from idp_sim.ports import NotFound

PASSWORD_ID = "28c10230-6103-485e-b985-444c60001490"  # noqa: S105 - a well-known id, no password
MOBILE_ID = "3179e48a-750b-4051-897c-87b9720928f7"

_ADMINISTRATOR = holders_of("Authentication Administrator", "Privileged Authentication Administrator")
_WRITE_WORDS = ("UserAuthenticationMethod.ReadWrite.All",)
_READ_WORDS = ("UserAuthenticationMethod.Read.All", *_WRITE_WORDS)
_OWN = ("UserAuthenticationMethod.Read", "UserAuthenticationMethod.ReadWrite")
_READ = Access(delegated=_READ_WORDS, application=_READ_WORDS, own=_OWN, right=_ADMINISTRATOR)
_WRITE = Access(
    delegated=_WRITE_WORDS,
    application=_WRITE_WORDS,
    own=("UserAuthenticationMethod.ReadWrite",),
    right=_ADMINISTRATOR,
)


@dataclass(frozen=True)
class PasswordMethod:
    """The password; it is never shown."""

    id: str = PASSWORD_ID


@dataclass(frozen=True)
class PhoneMethod:
    """The mobile phone that codes are sent to."""

    phone_number: str
    id: str = MOBILE_ID


@dataclass(frozen=True)
class OathMethod:
    """An authenticator app; the secret is never shown. The id is the user's own: one app each."""

    id: str


Method = PasswordMethod | PhoneMethod | OathMethod


def _credentials(call: Call) -> Credentials:
    user = owner(call).id
    with suppress(NotFound):
        return call.ports.storage.get(call.world, call.tenant, Credentials, user)
    return Credentials(user=user)


def _methods(*kinds: type) -> Callable[[Call], list[Method]]:
    def load(call: Call) -> list[Method]:
        known = _credentials(call)
        found: list[Method] = [PasswordMethod()] if known.password is not None else []
        if known.phone is not None:
            found.append(PhoneMethod(known.phone))
        if known.totp_secret is not None:
            found.append(OathMethod(known.user))
        return [method for method in found if isinstance(method, kinds)]

    return load


def _one(load: Callable[[Call], list[Method]]) -> Callable[[Call], Method]:
    def get(call: Call) -> Method:
        found = next((method for method in load(call) if method.id == call.key.lower()), None)
        if found is None:
            raise NotFound(call.key)
        return found

    return get


def _created(**rest: Any) -> Property:
    return Property(name="createdDateTime", read=lambda _method: None, **rest)


def _view(path: str, name: str, kind: type, *properties: Property, forgets: str | None = None) -> Resource:
    load = _methods(kind)
    get = _one(load)
    operations = {Operation.LIST: Handler(run=load, access=_READ), Operation.GET: Handler(run=get, access=_READ)}
    if forgets is not None:
        column = forgets

        def delete(call: Call) -> None:
            get(call)
            kept = replace(_credentials(call), **{column: None})
            call.ports.storage.put(call.world, call.tenant, kept)

        operations[Operation.DELETE] = Handler(run=delete, access=_WRITE, activity=Activity.DELETE_SECURITY_INFO)
    return Resource(
        path=f"/users/{{user}}/authentication/{path}",
        type_name=f"microsoft.graph.{name}",
        properties=(field_of("id"), *properties),
        operations=operations,
        not_found=Problem.OBJECT_NOT_FOUND,
        subject=owner,
        audited_as=lambda: USER,
    )


PASSWORDS = _view(
    "passwordMethods",
    "passwordAuthenticationMethod",
    PasswordMethod,
    _created(),
    Property(name="password", read=lambda _method: None),
)
PHONES = _view(
    "phoneMethods",
    "phoneAuthenticationMethod",
    PhoneMethod,
    field_of("phoneNumber"),
    Property(name="phoneType", read=lambda _method: "mobile"),
    Property(name="smsSignInState", read=lambda _method: "notAllowedByPolicy"),
    forgets="phone",
)
OATH = _view(
    "softwareOathMethods",
    "softwareOathAuthenticationMethod",
    OathMethod,
    Property(name="secretKey", read=lambda _method: None),
    forgets="totp_secret",
)
METHODS = replace(
    _view("methods", "authenticationMethod", object),
    properties=(),
    variants={PasswordMethod: PASSWORDS, PhoneMethod: PHONES, OathMethod: OATH},
)

AUTHENTICATION_RESOURCES = (METHODS, PASSWORDS, PHONES, OATH)
