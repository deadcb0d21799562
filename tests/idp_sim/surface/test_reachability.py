"""Whether the public URL leads to this server, and what is said when it does not."""

from __future__ import annotations

import socket
import threading

import pytest

from idp_sim.adapters.reachability import HEADER, obstacle
from tests.servers import answering, ca_file, raw_server, serving

MINE = answering(b"{}", headers=[(HEADER, "mine")])


def asked(url: str, *, trust: bool = True) -> str:
    return obstacle(url, server="mine", ca_files=[str(ca_file())] if trust else [], seconds=0.5) or ""


def test_an_address_that_leads_here_is_nothing_to_speak_of() -> None:
    with serving(MINE) as server:
        assert asked(f"https://localhost:{server.port}") == ""
    with serving(MINE, tls=False) as server:
        assert asked(f"http://127.0.0.1:{server.port}") == ""


def test_a_name_that_nobody_knows() -> None:
    label = "a" * 64  # longer than a name can be, so that no resolver is asked
    assert f"the name {label}.localhost is not known" in asked(f"https://{label}.localhost")


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        assert f"nothing answers at 127.0.0.1, port {port}" in asked(f"https://127.0.0.1:{port}")


def test_a_server_that_says_nothing() -> None:
    def silent(_: socket.socket, over: threading.Event) -> None:
        over.wait(5)

    with raw_server(silent) as port:
        assert "in time" in asked(f"http://127.0.0.1:{port}")


def test_a_certificate_of_an_authority_that_is_not_trusted() -> None:
    with serving(MINE) as server:
        said = asked(f"https://localhost:{server.port}", trust=False)
    assert "can't be trusted" in said
    assert "--trust" in said


def test_a_certificate_for_another_name() -> None:
    with serving(MINE) as server:
        said = asked(f"https://127.0.0.2:{server.port}")
    assert "can't be trusted" in said or "nothing answers" in said


def test_plain_http_where_tls_is_expected() -> None:
    with serving(MINE, tls=False) as server:
        assert "does not speak TLS" in asked(f"https://localhost:{server.port}")


def test_tls_where_plain_http_is_expected() -> None:
    with serving(MINE) as server:
        assert "400" in asked(f"http://localhost:{server.port}")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (answering(b"hello"), "leads to another server"),
        (answering(b"{}", headers=[(HEADER, "other")]), "another idp-sim server"),
        (answering(b"bad gateway", status="502 Bad Gateway"), "answered there with 502"),
        (answering(b"400: no such name.\n", status="400 Bad Request"), "with 400: 400: no such name."),
    ],
)
def test_somebody_else_answers(answer, said: str) -> None:
    with serving(answer) as server:
        assert said in asked(f"https://localhost:{server.port}")
