"""``serve`` warns of what other machines can reach, and finds out whether its public address leads to it."""

from __future__ import annotations

import re
import signal
import socket

from tests.serve_process import LIMIT, serving, until_ready


def said_by(*options: str, until: str) -> str:
    """What a server writes to stderr until a line matches; it must end well."""
    with serving("--in-memory", "--json", *options) as process:
        until_ready(process)
        assert process.stderr
        lines = []
        for line in process.stderr:
            lines.append(line)
            if re.search(until, line):
                break
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LIMIT)
    assert process.returncode == 0
    return "".join(lines)


def test_a_server_that_others_reach_says_so_loudly() -> None:
    said = said_by("--port", "0", "--host", "0.0.0.0", "--control-token", "short", until="control token has 5")
    assert "WARNING: listening at 0.0.0.0, which is not a loopback address" in said
    assert "say with --public-url" in said
    assert "shown on this machine only" in said


def test_a_public_address_that_leads_nowhere_is_told() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        said = said_by("--port", "0", "--public-url", f"https://localhost:{port}", until="does not work yet")
    assert f"nothing answers at localhost, port {port}" in said
    assert f"({port}:" in said


def test_a_public_address_of_another_server_is_told() -> None:
    with serving("--in-memory", "--port", "0", "--json") as other:
        url = until_ready(other)["base_url"]
        said = said_by("--port", "0", "--public-url", url, until="does not work yet")
    assert f"{url} leads to another idp-sim server" in said


def test_variables_may_name_several_proxies() -> None:
    from idp_sim.cli import serve

    ctx = serve.command.make_context("serve", ["--trusted-proxy", "10.0.0.1, 172.16.0.0/12", "--trusted-proxy", "::1"])
    assert ctx.params["trusted_proxy"] == ("10.0.0.1", "172.16.0.0/12", "::1")
