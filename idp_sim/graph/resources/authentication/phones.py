"""Phones that codes are sent to, and the address for resetting the password (graph-api 11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from idp_sim.directory.model import Credentials
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.resource import Call, Handler, Property, field_of
from idp_sim.graph.resources.authentication.common import (
    CREATED,
    WRITE,
    Shown,
    change,
    collection,
    credentials_of,
    one_of,
)
from idp_sim.services.second_factors.sent import phone_number


@dataclass(frozen=True)
class PhoneKind:
    """One of the three phones: its fixed id, and where it is kept."""

    id: str
    type: str
    field: str


KINDS = (
    PhoneKind("3179e48a-750b-4051-897c-87b9720928f7", "mobile", "phone"),
    PhoneKind("b6332ec1-7057-4abe-9331-3d72feddfe41", "alternateMobile", "alternate_phone"),
    PhoneKind("e37fc753-ff3b-4958-9484-eaa9425c82bc", "office", "office_phone"),
)
EMAIL_ID = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"


@dataclass(frozen=True, kw_only=True)
class Phone(Shown):
    """One registered phone."""

    phone_number: str
    phone_type: str
    created: None = None


@dataclass(frozen=True, kw_only=True)
class Email(Shown):
    """The address for resetting the password."""

    email_address: str
    created: None = None


def phones(call: Call) -> list[Phone]:
    """The registered phones, the mobile one first."""
    known = credentials_of(call)
    numbers = ((kind, getattr(known, kind.field)) for kind in KINDS)
    return [Phone(id=kind.id, phone_number=number, phone_type=kind.type) for kind, number in numbers if number]


def _kind(text: Any) -> PhoneKind:
    found = next((kind for kind in KINDS if kind.type == text), None)
    if found is None:
        raise invalid(PHONES, "phoneType", f"one of {', '.join(kind.type for kind in KINDS)}")
    return found


def _number(text: Any) -> str:
    number = phone_number(text) if isinstance(text, str) else None
    if number is None:
        raise invalid(PHONES, "phoneNumber", "a number such as '+1 5550100123': a plus sign, country code, number")
    return number


def _create(call: Call) -> Phone:
    kind, number = _kind(call.body.get("phoneType")), _number(call.body.get("phoneNumber"))

    def new(known: Credentials) -> Credentials:
        if getattr(known, kind.field) is not None:
            raise GraphError(Problem.NAME_TAKEN, property="phoneType")
        return replace(known, **{kind.field: number})

    change(call, new)
    return Phone(id=kind.id, phone_number=number, phone_type=kind.type)


def _update(call: Call) -> None:
    old = one_of(phones)(call)
    kind = _kind(call.body.get("phoneType", old.phone_type))
    number = _number(call.body.get("phoneNumber", old.phone_number))

    def new(known: Credentials) -> Credentials:
        if kind.type != old.phone_type and getattr(known, kind.field) is not None:
            raise GraphError(Problem.NAME_TAKEN, property="phoneType")
        freed = replace(known, **{_kind(old.phone_type).field: None})
        return replace(freed, **{kind.field: number})

    change(call, new)


def _delete(call: Call) -> None:
    kind = _kind(one_of(phones)(call).phone_type)
    change(call, lambda known: replace(known, **{kind.field: None}))


def _sms_sign_in(call: Call) -> None:
    one_of(phones)(call)
    raise GraphError(Problem.NOT_BUILT, what="signing in with a text message alone")


PHONES = collection(
    "phoneMethods",
    "phoneAuthenticationMethod",
    phones,
    CREATED,
    field_of("phoneNumber", writable=True, required=True, nullable=False),
    field_of("phoneType", writable=True, required=True, nullable=False),
    Property(name="smsSignInState", read=lambda _phone: "notAllowedByPolicy"),
    create=_create,
    update=_update,
    delete=_delete,
    actions={name: Handler(run=_sms_sign_in, access=WRITE) for name in ("enableSmsSignIn", "disableSmsSignIn")},
)


def emails(call: Call) -> list[Email]:
    """The one address, if there is one."""
    known = credentials_of(call)
    return [Email(id=EMAIL_ID, email_address=known.email)] if known.email else []


def _address(call: Call) -> str:
    address = str(call.body.get("emailAddress") or "").strip()
    if address.count("@") != 1 or not all(address.split("@")) or len(address) > 320:
        raise invalid(EMAILS, "emailAddress", "an address such as 'megan@proseware.example'")
    return address


def _create_email(call: Call) -> Email:
    address = _address(call)

    def new(known: Credentials) -> Credentials:
        if known.email is not None:
            raise GraphError(Problem.NAME_TAKEN, property="emailAddress")
        return replace(known, email=address)

    change(call, new)
    return Email(id=EMAIL_ID, email_address=address)


def _update_email(call: Call) -> None:
    one_of(emails)(call)
    address = _address(call)
    change(call, lambda known: replace(known, email=address))


def _delete_email(call: Call) -> None:
    one_of(emails)(call)
    change(call, lambda known: replace(known, email=None))


EMAILS = collection(
    "emailMethods",
    "emailAuthenticationMethod",
    emails,
    CREATED,
    field_of("emailAddress", writable=True, required=True, nullable=False),
    create=_create_email,
    update=_update_email,
    delete=_delete_email,
)
