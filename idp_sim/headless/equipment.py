"""Gives a simulated person what they are said to use: ``mfa_method`` names something that they have.

A person of flesh and blood would have registered it earlier, on the security info page; the record is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from federation.model import Method
from idp_sim.authentication_methods.registered import AuthenticatorApp, SimulatedKey
from idp_sim.directory.model import Credentials
from idp_sim.headless.software_authenticator import SoftwareKey
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services.second_factors.passkeys import (
    CHALLENGE_BYTES,
    relying_party,
    verify_attestation,
    with_passkey,
)

#: The number that everybody without a phone registers: one that is kept for fiction.
PHONE_NUMBER = "+1 5550100199"

Equip = Callable[[Ports, Context, Credentials, str], Credentials]


def _phone(ports: Ports, context: Context, known: Credentials, tenant: str) -> Credentials:
    return known if known.phone else replace(known, phone=PHONE_NUMBER)


def _authenticator_code(ports: Ports, context: Context, known: Credentials, tenant: str) -> Credentials:
    return replace(known, totp_secret=ports.ids.totp_secret())


def _authenticator_app(ports: Ports, context: Context, known: Credentials, tenant: str) -> Credentials:
    app = AuthenticatorApp(id=ports.ids.guid(), display_name="Simulated phone", created=context.now)
    return replace(known, authenticator_apps=(*known.authenticator_apps, app))


def _passkey(ports: Ports, context: Context, known: Credentials, tenant: str) -> Credentials:
    """Made and registered as a browser would: the same answer, through the same checks."""
    base_url, nonce = ports.settings.base_url, ports.ids.secret(CHALLENGE_BYTES)
    key = new_key(ports, context.world, tenant)
    options = {"rp": {"id": relying_party(base_url)}, "challenge": nonce}
    credential = key.register(options, origin=origin_of(base_url))
    passkey = verify_attestation(
        credential, nonce=nonce, base_url=base_url, now=context.now, name="Software authenticator"
    )
    return with_passkey(known, passkey)


def new_key(ports: Ports, world: str, tenant: str) -> SoftwareKey:
    """A new key of the person's software authenticator, kept for later sign-ins."""
    key = SimulatedKey(id=ports.ids.secret(16), secret=ports.ids.secret(32))
    ports.storage.insert(world, tenant, key)
    return SoftwareKey(id=key.id, secret=key.secret)


def origin_of(base_url: str) -> str:
    """The origin that a browser would name."""
    own = urlsplit(base_url)
    return f"{own.scheme}://{own.netloc}"


EQUIPMENT: Mapping[Method, Equip] = {
    Method.SMS: _phone,
    Method.VOICE: _phone,
    Method.SOFTWARE_OATH: _authenticator_code,
    Method.PUSH: _authenticator_app,
    Method.FIDO2: _passkey,
}


def equip(ports: Ports, context: Context, *, tenant: str, user: str, method: Method) -> None:
    """Register the method for the person at the tenant."""
    with ports.storage.unit_of_work(context.world):
        try:
            known = ports.storage.get(context.world, tenant, Credentials, user)
        except NotFound:
            known = Credentials(user=user)
        ports.storage.put(context.world, tenant, EQUIPMENT[method](ports, context, known, tenant))
