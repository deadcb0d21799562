"""The one server: quick to start and stop, never stalled by a client, one sentence when it can't listen."""

from __future__ import annotations

import contextlib
import http.client
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from federation.http import HttpRequest
from idp_sim.adapters.outbound_http import RequestsHttp
from idp_sim.server import MAX_BODY, Server, ServerError
from tests.servers import answering, ca_file, certificate, serving

Application = Callable[[dict[str, Any], Callable[..., Any]], list[bytes]]


@contextlib.contextmanager
def client(server: Server) -> Iterator[http.client.HTTPSConnection]:
    context = ssl.create_default_context(cafile=str(ca_file()))
    connection = http.client.HTTPSConnection("localhost", server.port, context=context, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def fetch(server: Server, path: str = "/", **values: Any) -> tuple[int, bytes]:
    with client(server) as connection:
        connection.request(values.pop("method", "GET"), path, **values)
        answer = connection.getresponse()
        return answer.status, answer.read()


def describe(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    body = f"{environ['wsgi.url_scheme']} {environ['PATH_INFO']} {environ['REMOTE_PORT']}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


def test_the_port_is_known_before_there_is_an_application() -> None:
    with Server(host="127.0.0.1", port=0, certificate=certificate().file) as server:
        server.bind()
        base_url = f"https://localhost:{server.port}"
        server.serve(answering(base_url.encode()))
        assert fetch(server) == (200, base_url.encode())


def test_who_connects_between_bind_and_serve_waits_and_is_served() -> None:
    with Server(host="127.0.0.1", port=0) as server:
        server.bind()
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as early:
            early.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            server.serve(answering(b"served"))
            assert early.makefile("rb").read().endswith(b"served")


@pytest.mark.parametrize(("tls", "scheme"), [(True, b"https"), (False, b"http")])
def test_the_application_is_told_the_scheme(tls: bool, scheme: bytes) -> None:
    with serving(describe, tls=tls) as server:
        if tls:
            _, body = fetch(server, "/a/b")
        else:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            connection.request("GET", "/a/b")
            body = connection.getresponse().read()
            connection.close()
    assert body.split()[:2] == [scheme, b"/a/b"]


def test_a_connection_is_kept_for_further_requests() -> None:
    with serving(describe) as server, client(server) as connection:
        ports = set()
        for _ in range(5):
            connection.request("GET", "/")
            ports.add(connection.getresponse().read().split()[2])
    assert len(ports) == 1


def test_a_hundred_silent_clients_stall_nobody() -> None:
    """More of them than there are threads: some say nothing at all, some fall silent after the handshake."""
    context = ssl.create_default_context(cafile=str(ca_file()))
    with serving(describe) as server, contextlib.ExitStack() as silent:
        for _ in range(80):
            silent.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
        for _ in range(20):
            plain = silent.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            silent.enter_context(context.wrap_socket(plain, server_hostname="localhost"))
        begun = time.monotonic()
        assert fetch(server)[0] == 200
        assert time.monotonic() - begun < 2


def test_clients_that_stop_in_the_middle_of_a_request_stall_nobody() -> None:
    with serving(answering(b"here")) as server, contextlib.ExitStack() as stack:
        context = ssl.create_default_context(cafile=str(ca_file()))
        for _ in range(20):
            raw = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            slow = stack.enter_context(context.wrap_socket(raw, server_hostname="localhost"))
            slow.sendall(b"GET / HTTP/1.1\r\nHost: lo")
        begun = time.perf_counter()
        assert fetch(server) == (200, b"here")
        assert time.perf_counter() - begun < 5


def test_requests_sent_together_are_answered_in_turn() -> None:
    with serving(describe) as server, client(server) as connection:
        connection.connect()
        connection.sock.sendall(
            b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        answers = b"".join(iter(lambda: connection.sock.recv(65536), b""))
        assert answers.count(b"200 OK") == 2
        assert answers.index(b"https /1") < answers.index(b"https /2")


def test_thirty_requests_at_once_can_each_call_back_into_the_server() -> None:
    """A guest's sign-in does: the resource tenant redeems the code at the home tenant in the same process."""
    outbound = RequestsHttp([ca_file()])
    statuses: list[int] = []
    together = threading.Barrier(30)

    def calling_back(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if environ["PATH_INFO"] == "/outer":
            url = f"https://localhost:{server.port}/inner"
            inner = outbound.send(HttpRequest(method="GET", url=url, partner="home"))
            assert inner.body.split()[1] == b"/inner"
        return describe(environ, start_response)

    def call() -> None:
        together.wait(20)
        statuses.append(fetch(server, "/outer")[0])

    with serving(calling_back) as server:
        threads = [threading.Thread(target=call) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    outbound.close()
    assert statuses == [200] * 30


def test_plain_http_at_a_tls_port_is_told_so() -> None:
    with serving(describe) as server, socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = plain.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"This server speaks https only on this port.\n")


@pytest.mark.parametrize(
    "opening",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x16\x03\x01\x02", id="the beginning of a handshake"),
        pytest.param(b"\x00" * 600, id="rubbish"),
    ],
)
def test_a_client_that_drops_the_connection_is_not_worth_a_word(
    opening: bytes, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with serving(describe) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as rude:
            rude.sendall(opening)
        assert fetch(server)[0] == 200
    assert capfd.readouterr() == ("", "")
    assert not [record for record in caplog.records if record.name.startswith("idp_sim")]


def test_a_body_beyond_the_bound_is_refused() -> None:
    def reading(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        return describe(environ, start_response)

    with serving(reading) as server:
        assert fetch(server, method="POST", body=b"x" * 1000)[0] == 200
        with client(server) as connection:
            connection.putrequest("POST", "/")
            connection.putheader("Content-Length", str(MAX_BODY + 1))
            connection.endheaders()
            assert connection.getresponse().status == 413


def test_a_header_beyond_the_bound_is_refused() -> None:
    with serving(describe) as server:
        assert fetch(server, headers={"X-Long": "x" * 70_000})[0] == 413


def test_stopping_is_quick_and_leaves_neither_thread_nor_port() -> None:
    before = set(threading.enumerate())
    with serving(describe) as server, contextlib.ExitStack() as kept:
        port = server.port
        connections = [kept.enter_context(client(server)) for _ in range(3)]
        for connection in connections:
            connection.request("GET", "/")
            connection.getresponse().read()
        silent = kept.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        begun = time.monotonic()
        server.stop()
        took = time.monotonic() - begun
        assert silent.recv(1) == b""
    assert took < 0.5
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)


def test_it_can_be_stopped_twice_and_without_ever_having_served() -> None:
    for prepare in (lambda _: None, Server.bind):
        server = Server(host="127.0.0.1", port=0)
        prepare(server)
        server.stop()
        server.stop()


def test_a_stopped_server_leaves_no_entry_in_the_registry_of_its_library() -> None:
    with serving(describe):
        during = len(getattr(logging, "statistics", {}))
    assert len(getattr(logging, "statistics", {})) == during - 1


def test_a_port_in_use_is_one_sentence() -> None:
    with serving(describe) as server, pytest.raises(ServerError) as raised:
        Server(host="127.0.0.1", port=server.port).bind()
    assert raised.value.problems == (
        f"Port {server.port} at 127.0.0.1 is in use by another program; choose another one with --port, or 0.",
    )


def test_an_address_of_another_machine_is_one_sentence() -> None:
    with pytest.raises(ServerError, match=r"192\.0\.2\.1 is not an address of this machine"):
        Server(host="192.0.2.1", port=0).bind()


def test_a_server_comes_back_at_the_same_port() -> None:
    with serving(describe) as first:
        port = first.port
        assert fetch(first)[0] == 200
    with Server(host="127.0.0.1", port=port, certificate=certificate().file) as second:
        second.start(describe)
        assert fetch(second)[0] == 200
