"""Registering an application, as the app registrations page of the real portal does (entra-sign-in 13.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from idp_sim.applications.model import Application, ClientSecret, RedirectUri
from idp_sim.ports import AlreadyExists, Context, Ports
from idp_sim.tenants.model import Tenant, TenantKind

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ODD = re.compile(r"[\x00-\x20\x7f\\*#]")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class InvalidRegistration(ValueError):
    """An application can't be as asked for; the message says what was expected where."""


def register(
    ports: Ports, context: Context, tenant: Tenant, *, name: str, platform: str, redirect_uris: Iterable[str]
) -> Application:
    """A new application of the tenant; InvalidRegistration, AlreadyExists for a name that is taken.

    ``platform`` is ``web``, which has a client secret, or ``spa`` or ``publicClient``, which have none. Nothing
    is consented to yet: people are asked when they first sign in.
    """
    if tenant.kind is not TenantKind.ENTRA:
        raise InvalidRegistration(f"tenant: expected one of kind 'entra' (got '{tenant.kind.value}')")
    if not _NAME.fullmatch(name):
        raise InvalidRegistration(f"name: expected letters, digits and . _ - (got '{name}')")
    uris = tuple(dict.fromkeys(redirect_uris))
    for uri in uris:
        if problem := redirect_uri_problem(uri, platform):
            raise InvalidRegistration(f"redirect_uris: {problem} (got '{uri}')")
    application = Application(
        id=ports.ids.guid(),
        client_id=ports.ids.guid(),
        service_principal=ports.ids.guid(),
        name=name,
        display_name=name,
        redirect_uris=tuple(RedirectUri(uri=uri, type=platform) for uri in uris),
        secrets=(ClientSecret(id=ports.ids.guid(), value=ports.ids.secret(30)),) if platform == "web" else (),
        public_client=platform == "publicClient",
        access_token_version=2,
        created=context.now,
    )
    with ports.storage.unit_of_work(context.world):
        if ports.storage.find(context.world, tenant.id, Application, limit=1, name=name):
            raise AlreadyExists(f"an application '{name}' in '{tenant.name}'")
        ports.storage.insert(context.world, tenant.id, application)
    return application


def redirect_uri_problem(uri: str, platform: str) -> str | None:
    """What was expected of a redirect URI, or None when it can be registered.

    Web and single-page applications: https, or http on this machine. Native ones: any scheme of their own too.
    """
    expected = "expected an absolute URL without wildcard, fragment and spaces"
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return expected
    if not parts.scheme or _ODD.search(uri):
        return expected
    if parts.scheme not in ("http", "https"):
        return (
            None if platform == "publicClient" else f"expected https, or http on localhost, for the platform {platform}"
        )
    if not host:
        return expected
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "expected https, or http on localhost"
    return None
