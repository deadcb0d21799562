"""Gives a simulated person what they are said to use: ``mfa_method`` names something that they have.

A person of flesh and blood would have registered it earlier, on the security info page; the record is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from federation.model import Method
from idp_sim.authentication_methods.registered import AuthenticatorApp
from idp_sim.directory.model import Credentials
from idp_sim.ports import Context, NotFound, Ports

#: The number that everybody without a phone registers: one that is kept for fiction.
PHONE_NUMBER = "+1 5550100199"

Equip = Callable[[Ports, Context, Credentials], Credentials]


def _phone(ports: Ports, context: Context, known: Credentials) -> Credentials:
    return known if known.phone else replace(known, phone=PHONE_NUMBER)


def _authenticator_code(ports: Ports, context: Context, known: Credentials) -> Credentials:
    return replace(known, totp_secret=ports.ids.totp_secret())


def _authenticator_app(ports: Ports, context: Context, known: Credentials) -> Credentials:
    app = AuthenticatorApp(id=ports.ids.guid(), display_name="Simulated phone", created=context.now)
    return replace(known, authenticator_apps=(*known.authenticator_apps, app))


EQUIPMENT: Mapping[Method, Equip] = {
    Method.SMS: _phone,
    Method.VOICE: _phone,
    Method.SOFTWARE_OATH: _authenticator_code,
    Method.PUSH: _authenticator_app,
}


def equip(ports: Ports, context: Context, *, tenant: str, user: str, method: Method) -> None:
    """Register the method for the person at the tenant."""
    with ports.storage.unit_of_work(context.world):
        try:
            known = ports.storage.get(context.world, tenant, Credentials, user)
        except NotFound:
            known = Credentials(user=user)
        ports.storage.put(context.world, tenant, EQUIPMENT[method](ports, context, known))
