"""The composition root: chooses adapters, wires services and edges, starts and stops one simulator.

The only module that sees everything. Nothing here is global: two simulators live in one process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from idp_sim.adapters.border import StorageBorder
from idp_sim.adapters.certificates import server_certificate
from idp_sim.adapters.clock import SystemClock, WorldClocks
from idp_sim.adapters.faults import NoFaults
from idp_sim.adapters.ids import RandomIds
from idp_sim.adapters.journal import MemoryJournal
from idp_sim.adapters.keys import ServerKeys
from idp_sim.adapters.outbound_http import RequestsHttp
from idp_sim.options import ServeOptions
from idp_sim.ports import Ports
from idp_sim.scenario.load import ScenarioLoader, source_named
from idp_sim.server import Server
from idp_sim.services.inbox import Mailroom
from idp_sim.services.worlds import DEFAULT_WORLD, Worlds
from idp_sim.settings import Settings, user_data_folder
from idp_sim.storage.sqlite import SqliteStorage

if TYPE_CHECKING:
    import flask

    from idp_sim.edges import Protocol
    from idp_sim.http import Route


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The services of one simulator, before anything is served."""

    ports: Ports
    worlds: Worlds
    mailroom: Mailroom
    keys: ServerKeys
    close: Callable[[], None]


def build(settings: Settings, *, ca_files: tuple[str, ...] = ()) -> Parts:
    """Adapters and services for ``settings``; ``ca_files`` are trusted for calls to other parties."""
    wall = SystemClock()
    storage = SqliteStorage()
    outbound = RequestsHttp(ca_files)
    keys = ServerKeys(wall.now())
    ports = Ports(
        settings=settings,
        storage=storage,
        clocks=WorldClocks(storage, wall),
        ids=RandomIds(),
        keys=keys,
        outbound=outbound,
        border=StorageBorder(storage, settings),
        journal=MemoryJournal(),
        faults=NoFaults(),
    )
    mailroom = Mailroom(storage)
    worlds = Worlds(ports, ScenarioLoader(), mailroom)

    def close() -> None:
        outbound.close()
        storage.close()

    return Parts(ports=ports, worlds=worlds, mailroom=mailroom, keys=keys, close=close)


@dataclass(frozen=True, kw_only=True)
class Mounted:
    """The WSGI application, and what it can import and build once it serves."""

    application: flask.Flask
    warm: Callable[[], None]


def mount(parts: Parts) -> Mounted:
    """Health at once; every other route behind one mount that is built as soon as the server listens."""
    from idp_sim.web.error_answers import error_answer
    from idp_sim.web.flask_adapter import create_app
    from idp_sim.web.gate import Gate
    from idp_sim.web.health import health_route
    from idp_sim.web.late_routes import LateRoutes

    late = LateRoutes(lambda: _routes(parts))
    application = create_app([health_route(), *late.mounts()], error_answer=error_answer)
    application.wsgi_app = Gate(application.wsgi_app, parts.ports.settings, late.endpoint)  # type: ignore[method-assign]

    def warm() -> None:
        late.warm()
        parts.keys.begin()

    return Mounted(application=application, warm=warm)


def _routes(parts: Parts) -> list[Route]:
    from idp_sim.edges import protocol_routes

    protocol = protocol_routes(parts.ports, parts.worlds, parts.mailroom)
    return [*protocol.routes, *_graph_routes(parts), *_control_routes(parts, protocol)]


def _graph_routes(parts: Parts) -> list[Route]:
    from idp_sim.graph import endpoint

    return endpoint.routes(ports=parts.ports, worlds=parts.worlds, mailroom=parts.mailroom)


def _control_routes(parts: Parts, protocol: Protocol) -> list[Route]:
    from idp_sim.control import routes
    from idp_sim.headless import sign_in

    person = sign_in.Parts(
        ports=parts.ports,
        worlds=parts.worlds,
        mailroom=parts.mailroom,
        sign_ins=protocol.sign_ins,
        token_endpoint=protocol.token_endpoint,
    )
    return routes.routes(
        ports=parts.ports,
        worlds=parts.worlds,
        mailroom=parts.mailroom,
        headless=lambda context, wanted: sign_in.sign_in(person, context, wanted),
    )


class Simulator:
    """A running simulator: a server in threads of this process."""

    def __init__(self, server: Server, parts: Parts, ca_file: str | None, mounted: Mounted) -> None:
        self._server = server
        self._parts = parts
        self.ca_file = ca_file
        self.application = mounted.application  # what is served, for callers in this process that need no socket
        self._warmer = threading.Thread(target=mounted.warm, name="warm-up", daemon=True)
        self._warmer.start()

    @classmethod
    def start(cls, options: ServeOptions) -> Simulator:
        """Make certificates, take the port, load the scenario, answer requests.

        CannotStart when something a person can mend is in the way: port, folder, scenario.
        """
        wall = SystemClock()
        names = tuple(name for name in (options.host, _host_of(options.public_url)) if name)
        certificate = server_certificate(user_data_folder(), names, wall.now()) if options.tls else None
        server = Server(host=options.host, port=options.port, certificate=certificate.file if certificate else None)
        server.bind()
        try:
            parts = build(
                _settings(options, server.port, str(certificate.ca_file) if certificate else None),
                ca_files=_trusted(options, str(certificate.ca_file) if certificate else None),
            )
            parts.worlds.create(source_named(options.scenario), DEFAULT_WORLD)
            mounted = mount(parts)
            server.serve(mounted.application)
            return cls(server, parts, str(certificate.ca_file) if certificate else None, mounted)
        except BaseException:
            server.stop()
            raise

    @property
    def ready(self) -> dict[str, Any]:
        """The ready document of the default world (product.md 3)."""
        return self._parts.worlds.ready(DEFAULT_WORLD)

    @property
    def base_url(self) -> str:
        """Origin of every URL of this simulator."""
        return self._parts.ports.settings.base_url

    @property
    def ports(self) -> Ports:
        """The ports, for tests that look behind the HTTP surface."""
        return self._parts.ports

    def stop(self) -> None:
        """Close the port, end every thread, release the storage."""
        self._parts.mailroom.close()  # who waits for mail is answered now
        self._server.stop()
        self._warmer.join()
        self._parts.close()

    def __enter__(self) -> Simulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def _settings(options: ServeOptions, port: int, ca_file: str | None) -> Settings:
    scheme = "https" if options.tls else "http"
    host = "localhost" if options.host in ("127.0.0.1", "::1", "0.0.0.0", "::") else options.host  # noqa: S104
    base_url = options.public_url or f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    return Settings(
        base_url=base_url.rstrip("/"),
        control_token=options.control_token or RandomIds().secret(24),
        scenario=options.scenario,
        ca_file=ca_file,
    )


def _trusted(options: ServeOptions, ca_file: str | None) -> tuple[str, ...]:
    """Whom outgoing calls trust: this simulator's own CA and those of ``--trust``."""
    return (*([ca_file] if ca_file else []), *(str(path) for path in options.trust))


def _host_of(public_url: str | None) -> str | None:
    from urllib.parse import urlsplit

    return urlsplit(public_url).hostname if public_url else None
