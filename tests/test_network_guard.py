"""The guard that keeps every test on this machine."""

from __future__ import annotations

import socket
import urllib.request

import pytest

from tests.network_guard import ForbiddenAddress, NetworkGuard, is_local


@pytest.mark.parametrize(
    ("host", "local"),
    [
        pytest.param("localhost", True, id="localhost"),
        pytest.param("contoso.localhost", True, id="below localhost"),
        pytest.param("127.0.0.1", True, id="loopback"),
        pytest.param("127.8.9.10", True, id="another loopback address"),
        pytest.param("::1", True, id="loopback of IPv6"),
        pytest.param("0.0.0.0", True, id="unspecified"),
        pytest.param(b"localhost", True, id="bytes"),
        pytest.param(None, True, id="no host"),
        pytest.param("notlocalhost", False, id="a name that only ends like it"),
        pytest.param("localhost.example", False, id="a name that only begins like it"),
        pytest.param("192.0.2.7", False, id="documentation address"),
        pytest.param("10.0.0.1", False, id="private address"),
        pytest.param("2001:db8::1", False, id="address of IPv6"),
    ],
)
def test_only_this_machine_is_local(host: str | None, local: bool) -> None:
    assert is_local(host) is local


@pytest.mark.parametrize(
    "reach",
    [
        pytest.param(lambda s: s.connect(("192.0.2.7", 80)), id="connect"),
        pytest.param(lambda s: s.connect_ex(("192.0.2.7", 80)), id="connect_ex"),
        pytest.param(lambda s: s.sendto(b"x", ("192.0.2.7", 53)), id="sendto"),
        pytest.param(lambda _: socket.create_connection(("example.com", 443)), id="create_connection"),
        pytest.param(lambda _: urllib.request.urlopen("http://192.0.2.7/", timeout=1), id="urlopen"),
    ],
)
def test_whoever_leaves_the_machine_is_refused_and_remembered(network_guard: NetworkGuard, reach: object) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outgoing, pytest.raises(OSError, match="must not reach"):
        reach(outgoing)
    assert len(network_guard.refused) == 1
    network_guard.refused.clear()  # else this very test would fail, which is what the guard is for


def test_a_test_whose_code_swallows_the_refusal_fails_all_the_same(network_guard: NetworkGuard) -> None:
    with socket.socket() as outgoing, pytest.raises(ForbiddenAddress):
        outgoing.connect(("192.0.2.7", 80))
    assert network_guard.refused == ["address 192.0.2.7, port 80"]  # asked for at the end of each test
    network_guard.refused.clear()


def test_loopback_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()):
        pass
