"""The composition root: chooses adapters, wires services and edges, starts and stops one simulator.

The only module that sees everything. Nothing here is global: two simulators live in one process.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from idp_sim import origin
from idp_sim.adapters.border import StorageBorder
from idp_sim.adapters.certificates import server_certificate
from idp_sim.adapters.clock import SystemClock, WorldClocks
from idp_sim.adapters.data_folder import DataFolder
from idp_sim.adapters.events import Listeners
from idp_sim.adapters.faults import NoFaults
from idp_sim.adapters.ids import RandomIds
from idp_sim.adapters.journal import MemoryJournal, StoredJournal
from idp_sim.adapters.keys import ServerKeys
from idp_sim.adapters.outbound_http import RequestsHttp
from idp_sim.adapters.shelf import MemoryShelf
from idp_sim.forwarded import networks
from idp_sim.options import CannotStart, ServeOptions
from idp_sim.ports import Ports, StorageUnavailable
from idp_sim.scenario.load import ScenarioLoader, source_named
from idp_sim.server import Server
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones
from idp_sim.services.worlds import DEFAULT_WORLD, OtherScenario, Worlds
from idp_sim.settings import Settings, user_data_folder
from idp_sim.storage.sqlite import SqliteStorage

if TYPE_CHECKING:
    import flask

    from idp_sim.adapters.key_file import KeyFile
    from idp_sim.edges import Protocol
    from idp_sim.events import Notice
    from idp_sim.http import Route


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The services of one simulator, before anything is served."""

    ports: Ports
    worlds: Worlds
    mailroom: Mailroom
    phones: Phones
    keys: ServerKeys
    listeners: Listeners
    close: Callable[[], None]


def build(
    settings: Settings,
    *,
    ca_files: tuple[str, ...] = (),
    data: DataFolder | None = None,
    secrets_root: str | None = None,
) -> Parts:
    """Adapters and services for ``settings``; ``secrets_root`` is what client secrets are derived from, if they are.

    ``ca_files`` are trusted for calls to other parties; without ``data`` everything is kept in memory. CannotStart
    when what lies in ``data`` can't be used.
    """
    wall = SystemClock()
    keys = ServerKeys(wall.now(), _kept_keys(data))
    storage = _storage(data)
    outbound = RequestsHttp(ca_files)
    listeners = Listeners()
    ports = Ports(
        settings=settings,
        storage=storage,
        clocks=WorldClocks(storage, wall),
        ids=RandomIds(),
        keys=keys,
        outbound=outbound,
        border=StorageBorder(storage, settings),
        journal=StoredJournal(storage) if data else MemoryJournal(),
        faults=NoFaults(),
        events=listeners,
        shelf=MemoryShelf(),
    )
    mailroom, phones = Mailroom(storage, events=listeners), Phones(storage, events=listeners)
    worlds = Worlds(ports, ScenarioLoader(secrets_root=secrets_root), mailroom, phones)
    listeners.subscribe(worlds.note)

    def close() -> None:
        outbound.close()
        storage.close()

    return Parts(
        ports=ports, worlds=worlds, mailroom=mailroom, phones=phones, keys=keys, listeners=listeners, close=close
    )


def _kept_keys(data: DataFolder | None) -> KeyFile | None:
    if data is None:
        return None
    from idp_sim.adapters.key_file import KeyFile

    return KeyFile(data.keys)


def _storage(data: DataFolder | None) -> SqliteStorage:
    if data is None:
        return SqliteStorage()
    from idp_sim.storage.folder import FolderHome
    from idp_sim.storage.upgrade import NewerData

    try:
        with data.usable():
            return SqliteStorage(home=FolderHome(data.worlds))
    except NewerData as error:
        raise CannotStart(
            f"The data in '{data.path}' are newer: {error}. Use that version, or name another folder with --data."
        ) from error


def _open_worlds(worlds: Worlds, scenario: str, data: DataFolder | None) -> None:
    """Know the worlds that were kept, and make the default one if it wasn't; CannotStart, ScenarioError."""
    try:
        worlds.open(source_named(scenario))
    except OtherScenario as error:
        folder = data.path if data else ""
        if error.changed:
            raise CannotStart(
                f"The scenario '{scenario}' is not what it was when the data in '{folder}' were made from it; "
                "name another folder with --data, or remove this one to begin anew."
            ) from error
        raise CannotStart(
            f"The data in '{folder}' were made from the scenario '{error.made_from}', not from '{error.wanted}'; "
            f"start with that one, or name another folder with --data."
        ) from error


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
    application = create_app([health_route(parts.ports.settings.server_id), *late.mounts()], error_answer=error_answer)
    application.wsgi_app = Gate(application.wsgi_app, parts.ports.settings, late.match)  # type: ignore[method-assign]

    def warm() -> None:
        late.warm()
        parts.keys.begin()

    return Mounted(application=application, warm=warm)


def _routes(parts: Parts) -> list[Route]:
    from idp_sim.edges import protocol_routes

    protocol = protocol_routes(parts.ports, parts.worlds, parts.mailroom, parts.phones)
    return [*protocol.routes, *_graph_routes(parts), *_control_routes(parts, protocol), *_site_routes(parts)]


def _graph_routes(parts: Parts) -> list[Route]:
    from idp_sim.graph import endpoint

    return endpoint.routes(ports=parts.ports, worlds=parts.worlds, mailroom=parts.mailroom)


def _site_routes(parts: Parts) -> list[Route]:
    from idp_sim.site import site_routes

    return site_routes(parts.ports, parts.worlds, parts.mailroom, parts.phones)


def _control_routes(parts: Parts, protocol: Protocol) -> list[Route]:
    from idp_sim.control import routes
    from idp_sim.headless import sign_in

    person = sign_in.Parts(
        ports=parts.ports,
        worlds=parts.worlds,
        mailroom=parts.mailroom,
        phones=parts.phones,
        sign_ins=protocol.sign_ins,
        token_endpoint=protocol.token_endpoint,
    )
    return routes.routes(
        ports=parts.ports,
        worlds=parts.worlds,
        mailroom=parts.mailroom,
        phones=parts.phones,
        headless=lambda context, wanted: sign_in.sign_in(person, context, wanted),
    )


class Simulator:
    """A running simulator: a server in threads of this process."""

    def __init__(
        self,
        server: Server,
        parts: Parts,
        ca_file: str | None,
        mounted: Mounted,
        held: contextlib.ExitStack,
        options: ServeOptions,
    ) -> None:
        self._server = server
        self._parts = parts
        self._held = held
        self._options = options
        self.ca_file = ca_file
        self.application = mounted.application  # what is served, for callers in this process that need no socket
        self._warmer = threading.Thread(target=mounted.warm, name="warm-up", daemon=True)
        self._warmer.start()

    @classmethod
    def start(cls, options: ServeOptions) -> Simulator:
        """Make certificates, take the port, load the scenario, answer requests.

        CannotStart when something a person can mend is in the way: port, folder, scenario.
        """
        with contextlib.ExitStack() as held, _refusals_of(options.data):
            data = DataFolder(options.data) if options.data else None
            if data:
                held.callback(data.release)
            names = tuple(name for name in (options.host, _host_of(options.public_url)) if name)
            certificate = server_certificate(user_data_folder(), names, SystemClock().now()) if options.tls else None
            ca_file = str(certificate.ca_file) if certificate else None
            server = Server(host=options.host, port=options.port, certificate=certificate.file if certificate else None)
            held.callback(server.stop)
            server.bind()
            settings = _settings(options, server.port, ca_file)
            if data:
                data.announce(settings.base_url)
            trusted = _trusted(options, ca_file)
            parts = build(settings, ca_files=trusted, data=data, secrets_root=options.control_token)
            held.callback(parts.close)
            _open_worlds(parts.worlds, options.scenario, data)
            mounted = mount(parts)
            server.serve(mounted.application)
            return cls(server, parts, ca_file, mounted, held.pop_all(), options)

    @property
    def ready(self) -> dict[str, Any]:
        """The ready document of the default world (product.md 3)."""
        return self._parts.worlds.ready(DEFAULT_WORLD)

    @property
    def base_url(self) -> str:
        """Origin of every URL of this simulator."""
        return self._parts.ports.settings.base_url

    @property
    def listening(self) -> origin.Listening:
        """Where the server itself listens."""
        return origin.Listening(host=self._options.host, port=self._server.port, tls=self._options.tls)

    def obstacle(self) -> str | None:
        """One sentence about why the base URL does not lead to this server; None when it does. Takes seconds."""
        from idp_sim.adapters import reachability

        settings = self._parts.ports.settings
        return reachability.obstacle(
            settings.base_url, server=settings.server_id, ca_files=_trusted(self._options, self.ca_file)
        )

    @property
    def ports(self) -> Ports:
        """The ports, for tests that look behind the HTTP surface."""
        return self._parts.ports

    def watch(self, show: Callable[[Notice], None], *, detailed: bool = True) -> Callable[[float], None]:
        """Hand every sign-in, refusal and mail to ``show`` in a thread of its own; ``detailed`` as in ``Watch``.

        Returns what ends that: it waits until all that happened was shown, at most the given seconds.
        """
        from idp_sim.services.watch import Watch

        watch = Watch(self._parts.ports, self._parts.worlds, detailed=detailed)
        follower = threading.Thread(target=watch.follow, args=(show,), name="watch", daemon=True)
        follower.start()
        unsubscribe = self._parts.listeners.subscribe(watch.note)

        def end(seconds: float) -> None:
            unsubscribe()
            watch.close()
            follower.join(seconds)

        return end

    def stop(self) -> None:
        """Close the port, end every thread, release the storage."""
        self._parts.mailroom.close()  # who waits for mail is answered now
        self._parts.phones.close()
        self._server.stop()
        self._warmer.join()
        self._held.close()

    def __enter__(self) -> Simulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


@contextlib.contextmanager
def _refusals_of(folder: Path | None) -> Iterator[None]:
    """A disk that refuses while starting is something a person can mend: CannotStart."""
    try:
        yield
    except StorageUnavailable as error:
        raise CannotStart(f"The data folder '{folder}' can't be used: {error}.") from error


def _settings(options: ServeOptions, port: int, ca_file: str | None) -> Settings:
    host = options.host.strip("[]").lower()
    own = "localhost" if host in ("127.0.0.1", "::1", "0.0.0.0", "::") else host  # noqa: S104
    here = f"{'https' if options.tls else 'http'}://{f'[{own}]' if ':' in own else own}:{port}"
    return Settings(
        base_url=_public(options, port) or here,
        control_token=options.control_token or RandomIds().secret(24),
        scenario=options.scenario,
        ca_file=ca_file,
        also_called=frozenset({own}),
        proxies=networks(options.trusted_proxies),
        server_id=RandomIds().secret(12),
    )


def _public(options: ServeOptions, port: int) -> str | None:
    """The public URL, if there is one that can lead here; CannotStart."""
    if options.public_url is None:
        return None
    try:
        public = origin.parse(options.public_url)
    except origin.NoOrigin as error:
        raise CannotStart(f"The public URL can't be used: {error}.") from error
    wrong = origin.contradiction(public, origin.Listening(host=options.host, port=port, tls=options.tls))
    if wrong:
        raise CannotStart(f"The public URL can't be used: {wrong}.")
    return public


def _trusted(options: ServeOptions, ca_file: str | None) -> tuple[str, ...]:
    """Whom outgoing calls trust: this simulator's own CA and those of ``--trust``."""
    return (*([ca_file] if ca_file else []), *(str(path) for path in options.trust))


def _host_of(public_url: str | None) -> str | None:
    from urllib.parse import urlsplit

    return urlsplit(public_url).hostname if public_url else None
