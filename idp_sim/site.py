"""The pages for people put together: start, mail, phone, sign-ins, sample app. What ``edges`` is to protocols."""

from __future__ import annotations

from urllib.parse import urlsplit

from federation.errors import FederationError
from idp_sim.applications.model import Application
from idp_sim.explain import routes as explain
from idp_sim.http import Route
from idp_sim.inbox import routes as inbox
from idp_sim.look import files
from idp_sim.phone import routes as phone
from idp_sim.ports import Ports
from idp_sim.sample import registration
from idp_sim.sample.portal import sample_routes
from idp_sim.sample.registration import Environment, Registration
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones
from idp_sim.services.worlds import DEFAULT_WORLD, Worlds
from idp_sim.tenants.endpoints import Endpoints
from idp_sim.tenants.model import Tenant
from idp_sim.ui.door import Door
from idp_sim.ui.start import start_routes


def site_routes(ports: Ports, worlds: Worlds, mailroom: Mailroom, phones: Phones) -> list[Route]:
    """Every page for people that is no sign-in page."""
    door = Door(ports)
    return [
        *files.routes((explain.STYLE, inbox.STYLE, phone.STYLE)),
        *door.routes(),
        *start_routes(ports, worlds, door),
        *door.guarded(inbox.inbox_routes(ports, worlds)),
        *door.guarded(phone.phone_routes(ports, worlds, phones)),
        *door.guarded(explain.explain_routes(ports, worlds)),
        *sample_routes(_environment(ports), _registrations(ports, worlds)),
    ]


def _environment(ports: Ports) -> Environment:
    settings = ports.settings
    return Environment(base_url=settings.base_url, ca_file=settings.ca_file, secret=ports.ids.secret)


def _registrations(ports: Ports, worlds: Worlds) -> registration.Registrations:
    """What an administrator would copy from the tenant into the app's settings."""

    def find(issuer: str | None) -> Registration | None:
        for world, tenant in _candidates(worlds, issuer):
            found = ports.storage.find(world, tenant.id, Application)
            application = next((a for a in found if a.name == registration.NAME and a.secrets), None)
            if application is not None:
                return _registration(ports, world, tenant, application)
        return None

    return find


def _registration(ports: Ports, world: str, tenant: Tenant, application: Application) -> Registration:
    return Registration(
        issuer=Endpoints(ports.settings.base_url, tenant.id).issuer,
        tenant=tenant.id,
        client_id=application.client_id,
        client_secret=application.secrets[0].value,
        graph_url=f"{ports.settings.base_url}/v1.0",
        now=lambda: ports.clocks.now(world),
    )


def _candidates(worlds: Worlds, issuer: str | None) -> list[tuple[str, Tenant]]:
    """The tenant of an issuer; without one, the tenants of the default world in the scenario's order."""
    if issuer is None:
        return [(DEFAULT_WORLD, tenant) for tenant in worlds.tenants(DEFAULT_WORLD)]
    try:
        return [worlds.of_tenant(urlsplit(issuer).path.strip("/").partition("/")[0])]
    except (FederationError, ValueError):
        return []
