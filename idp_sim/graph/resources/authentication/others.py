"""Methods that Graph shows and removes, but does not register: password, authenticator apps, Windows Hello."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from idp_sim.directory.model import Credentials
from idp_sim.graph.resource import Call, Property, Type, field_of
from idp_sim.graph.resources.authentication.common import CREATED, Shown, change, collection, credentials_of, one_of

PASSWORD_ID = "28c10230-6103-485e-b985-444c60001490"  # noqa: S105 - a well-known id, no password


@dataclass(frozen=True, kw_only=True)
class Password(Shown):
    """The password; it is never shown."""

    created: None = None


@dataclass(frozen=True, kw_only=True)
class Authenticator(Shown):
    """A phone with the Authenticator app that takes push requests."""

    display_name: str
    device_tag: str
    phone_app_version: str
    created: datetime


@dataclass(frozen=True, kw_only=True)
class Oath(Shown):
    """An authenticator app with codes; the secret is never shown. The id is the user's own: one app each."""

    created: None = None


def passwords(call: Call) -> list[Password]:
    """The password, where there is one."""
    return [Password(id=PASSWORD_ID)] if credentials_of(call).password is not None else []


def authenticators(call: Call) -> list[Authenticator]:
    """The phones that take push requests."""
    return [
        Authenticator(
            id=app.id,
            display_name=app.display_name,
            device_tag=app.device_tag,
            phone_app_version=app.phone_app_version,
            created=app.created,
        )
        for app in credentials_of(call).authenticator_apps
    ]


def oath(call: Call) -> list[Oath]:
    """The authenticator app with codes, where there is one."""
    known = credentials_of(call)
    return [Oath(id=known.user)] if known.totp_secret is not None else []


def _delete_app(call: Call) -> None:
    app = one_of(authenticators)(call)

    def new(known: Credentials) -> Credentials:
        return replace(known, authenticator_apps=tuple(a for a in known.authenticator_apps if a.id != app.id))

    change(call, new)


def _delete_oath(call: Call) -> None:
    one_of(oath)(call)
    change(call, lambda known: replace(known, totp_secret=None))


PASSWORDS = collection(
    "passwordMethods",
    "passwordAuthenticationMethod",
    passwords,
    CREATED,
    Property(name="password", read=lambda _method: None),
)
AUTHENTICATORS = collection(
    "microsoftAuthenticatorMethods",
    "microsoftAuthenticatorAuthenticationMethod",
    authenticators,
    Property(name="createdDateTime", read=lambda app: app.created, type=Type.DATE_TIME),
    field_of("displayName"),
    field_of("deviceTag"),
    field_of("phoneAppVersion"),
    delete=_delete_app,
)
OATH = collection(
    "softwareOathMethods",
    "softwareOathAuthenticationMethod",
    oath,
    CREATED,
    Property(name="secretKey", read=lambda _method: None),
    delete=_delete_oath,
)
