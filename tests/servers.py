"""Servers of this process for tests: the simulator's own server, and ones that misbehave on purpose."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from idp_sim.adapters.certificates import ServerCertificate, server_certificate
from idp_sim.server import Server
from idp_sim.settings import user_data_folder


def certificate() -> ServerCertificate:
    """The certificate of this test run, made once."""
    return server_certificate(user_data_folder(), (), datetime.now(UTC))


@contextlib.contextmanager
def serving(application: Callable[..., Iterable[bytes]], *, tls: bool = True) -> Iterator[Server]:
    """A running server at a free port."""
    with Server(host="127.0.0.1", port=0, certificate=certificate().file if tls else None) as server:
        server.start(application)
        yield server


def answering(
    body: bytes = b"ok", status: str = "200 OK", headers: Iterable[tuple[str, str]] = ()
) -> Callable[[dict[str, Any], Callable[..., Any]], list[bytes]]:
    """An application that always answers that."""

    def application(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), *headers])
        return [body]

    return application


@contextlib.contextmanager
def raw_server(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """A plain TCP server that does ``talk`` with every client; the event says that the test is over."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def converse(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            talk(client, over)

    def accept(listening: socket.socket) -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = listening.accept()
                client.settimeout(5)
                threads.append(threading.Thread(target=converse, args=(client,)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.02)
        acceptor = threading.Thread(target=accept, args=(listening,))
        acceptor.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            for thread in (acceptor, *threads):
                thread.join(10)


def ca_file() -> Path:
    """What clients of ``serving`` trust."""
    return certificate().ca_file
