"""Calls to other parties: certificates are checked, time and size are bounded, every failure is one sentence."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from federation.errors import FederationError
from federation.http import HttpRequest
from federation.reasons import Reason
from idp_sim.adapters.certificates import server_certificate
from idp_sim.adapters.outbound_http import RequestsHttp
from idp_sim.server import Server
from tests.servers import answering, ca_file, certificate, raw_server, serving

SECONDS = 0.4


@pytest.fixture
def outbound() -> Iterator[RequestsHttp]:
    made = RequestsHttp([ca_file()], connect_seconds=SECONDS, answer_seconds=SECONDS, max_body=10_000)
    yield made
    made.close()


def get(url: str, **values: Any) -> HttpRequest:
    return HttpRequest(method="GET", url=url, partner="Fabrikam", **values)


def problem(outbound: RequestsHttp, url: str) -> str:
    """The sentence that the refusal shows; the partner must be named in it."""
    with pytest.raises(FederationError) as raised:
        outbound.send(get(url))
    assert raised.value.reason is Reason.IDENTITY_PROVIDER_UNREACHABLE
    assert raised.value.message.startswith("There was an issue with the federated identity provider 'Fabrikam'. ")
    return raised.value.message.partition("'. ")[2]


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Say what arrived."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    seen = {
        "method": environ["REQUEST_METHOD"],
        "type": environ.get("CONTENT_TYPE"),
        "body": body,
        "accept": environ.get("HTTP_ACCEPT"),
        "port": environ["REMOTE_PORT"],
    }
    answer = json.dumps(seen).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]


def test_a_form_is_sent_url_encoded_over_https(outbound: RequestsHttp) -> None:
    with serving(echo) as server:
        request = HttpRequest(
            method="POST",
            url=f"https://localhost:{server.port}/token",
            partner="Fabrikam",
            headers={"Accept": "application/json"},
            form={"code": "a b&c=é", "empty": ""},
        )
        answer = outbound.send(request)
    assert answer.status == 200
    assert answer.json() | {"port": 0} == {
        "method": "POST",
        "type": "application/x-www-form-urlencoded",
        "body": "code=a+b%26c%3D%C3%A9&empty=",
        "accept": "application/json",
        "port": 0,
    }


def test_a_refusal_by_the_partner_is_an_answer_like_another(outbound: RequestsHttp) -> None:
    with serving(answering(b'{"error":"invalid_grant"}', "400 Bad Request")) as server:
        answer = outbound.send(get(f"https://localhost:{server.port}/"))
    assert (answer.status, answer.json()) == (400, {"error": "invalid_grant"})


def test_one_connection_serves_several_calls_of_a_thread(outbound: RequestsHttp) -> None:
    with serving(echo) as server:
        url = f"https://localhost:{server.port}/"
        assert len({outbound.send(get(url)).json()["port"] for _ in range(5)}) == 1


def test_threads_do_not_share_a_connection(outbound: RequestsHttp) -> None:
    ports: set[str] = set()
    together = threading.Barrier(4)
    with serving(echo) as server:

        def call() -> None:
            together.wait(10)
            ports.add(outbound.send(get(f"https://localhost:{server.port}/")).json()["port"])

        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert len(ports) == 4


def test_an_authority_that_is_not_trusted_is_refused() -> None:
    stranger = RequestsHttp(connect_seconds=SECONDS, answer_seconds=SECONDS)
    with serving(echo) as server:
        assert problem(stranger, f"https://localhost:{server.port}/") == (
            f"The certificate of localhost:{server.port} could not be verified."
        )
    stranger.close()


def test_another_authority_of_the_simulator_is_not_trusted_either(tmp_path: Path) -> None:
    other = server_certificate(tmp_path, ["idp.lab.example"], datetime.now(UTC))
    trusting_that = RequestsHttp([other.ca_file])
    with serving(echo) as server:
        assert "could not be verified" in problem(trusting_that, f"https://localhost:{server.port}/")
    trusting_that.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.1 is the only loopback address")
def test_a_certificate_for_another_name_is_refused(outbound: RequestsHttp) -> None:
    with Server(host="127.0.0.5", port=0, certificate=certificate().file) as server:
        server.start(echo)
        assert "could not be verified" in problem(outbound, f"https://127.0.0.5:{server.port}/")


@pytest.mark.parametrize(
    "variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"]
)
def test_the_environment_changes_nothing(
    outbound: RequestsHttp, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9/nothing-there")
    with serving(echo) as server:
        assert outbound.send(get(f"https://localhost:{server.port}/")).status == 200


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("ftp://localhost/", id="ftp"),
        pytest.param("localhost:443/", id="no scheme"),
        pytest.param("https:///path", id="no host"),
        pytest.param("https://[::1/", id="broken address"),
        pytest.param("https://localhost:99999/", id="no port"),
        pytest.param("", id="empty"),
    ],
)
def test_only_http_and_https_are_called(outbound: RequestsHttp, url: str) -> None:
    assert problem(outbound, url) == f"Its address '{url}' is not an http or https URL."


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "http://127.0.0.1:9/", "https://elsewhere.example/", "/other"]
)
@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent"])
def test_a_redirect_is_not_followed(outbound: RequestsHttp, target: str, status: str) -> None:
    with serving(answering(b"", status, [("Location", target)])) as server:
        assert problem(outbound, f"https://localhost:{server.port}/") == (
            f"It answered with a redirect to '{target}', which is not followed."
        )


def test_an_answer_may_be_as_large_as_the_bound_and_no_larger(outbound: RequestsHttp) -> None:
    with serving(answering(b"x" * 10_000)) as server:
        assert len(outbound.send(get(f"https://localhost:{server.port}/")).body) == 10_000
    with serving(answering(b"x" * 10_001)) as server:
        assert problem(outbound, f"https://localhost:{server.port}/") == "Its answer is larger than 10000 bytes."


def dribble(head: bytes, drop: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """Send ``head``, then ``drop`` for ever, much faster than any timeout of a single read."""

    def talk(client: socket.socket, over: threading.Event) -> None:
        client.recv(4096)
        client.sendall(head)
        while not over.wait(0.02):
            client.sendall(drop)

    return talk


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(lambda _, over: over.wait(10), id="says nothing"),
        pytest.param(dribble(b"HTTP/1.1 200 OK\r\n", b"x"), id="dribbles a header"),
        pytest.param(dribble(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"), id="dribbles a body"),
        pytest.param(
            dribble(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), id="dribbles chunks"
        ),
        pytest.param(dribble(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), id="dribbles without an end"),
    ],
)
def test_whoever_dribbles_is_given_up_in_time(
    outbound: RequestsHttp, talk: Callable[[socket.socket, threading.Event], None]
) -> None:
    with raw_server(talk) as port:
        begun = time.monotonic()
        said = problem(outbound, f"http://127.0.0.1:{port}/")
        took = time.monotonic() - begun
    assert said == f"127.0.0.1:{port} did not answer completely within {SECONDS:g} seconds."
    assert took < 4 * SECONDS


def test_a_partner_that_shakes_no_hand_is_given_up_in_time(outbound: RequestsHttp) -> None:
    with raw_server(lambda _, over: over.wait(10)) as port:
        begun = time.monotonic()
        said = problem(outbound, f"https://127.0.0.1:{port}/")
        took = time.monotonic() - begun
    assert f"127.0.0.1:{port}" in said
    assert took < 4 * SECONDS


def hang_up(client: socket.socket, _: threading.Event) -> None:
    client.recv(4096)


def speak_nonsense(client: socket.socket, _: threading.Event) -> None:
    client.recv(4096)
    client.sendall(b"nonsense\r\n\r\n")


def stop_half_way(client: socket.socket, _: threading.Event) -> None:
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


@pytest.mark.parametrize("talk", [hang_up, speak_nonsense, stop_half_way])
def test_a_broken_answer_is_one_sentence(
    outbound: RequestsHttp, talk: Callable[[socket.socket, threading.Event], None]
) -> None:
    with raw_server(talk) as port:
        assert problem(outbound, f"http://127.0.0.1:{port}/") == f"The connection to 127.0.0.1:{port} failed."


def test_nobody_listening_is_one_sentence(outbound: RequestsHttp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert problem(outbound, f"https://127.0.0.1:{port}/") == f"The connection to 127.0.0.1:{port} failed."


def test_what_the_library_says_stays_in_the_detail(outbound: RequestsHttp) -> None:
    with raw_server(hang_up) as port, pytest.raises(FederationError) as raised:
        outbound.send(get(f"http://127.0.0.1:{port}/"))
    assert "ConnectionError" in raised.value.detail
    assert "ConnectionError" not in raised.value.message
    assert http.client.__name__ not in raised.value.message


def test_after_closing_it_can_be_used_and_closed_again(outbound: RequestsHttp) -> None:
    with serving(echo) as server:
        for _ in range(2):
            assert outbound.send(get(f"https://localhost:{server.port}/")).status == 200
            outbound.close()


def test_the_context_checks_names_and_certificates() -> None:
    """A guard against ever leaving the check out: what sessions are given demands both."""
    from idp_sim.adapters.outbound_http import tls_context

    context = tls_context([ca_file()])
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
