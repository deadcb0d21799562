"""``idp-sim serve`` as a process of its own: it starts, says so, ends cleanly, and explains when it can't."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import urllib.request
from pathlib import Path

import pytest

from tests.serve_process import LIMIT, refused, serving, until_ready


def health(document: dict) -> dict:
    context = ssl.create_default_context(cafile=document["ca_file"]) if document["ca_file"] else None
    with urllib.request.urlopen(f"{document['base_url']}/health", context=context, timeout=10) as answer:
        return json.load(answer)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_it_answers_once_ready_and_a_signal_ends_it_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    with serving("--in-memory", "--port", "0", "--json", "--ready-file", str(ready)) as process:
        document = until_ready(process)
        assert json.loads(ready.read_text()) == document
        assert health(document)["status"] == "ok"
        process.send_signal(number)
        _, errors = process.communicate(timeout=LIMIT)
    assert (process.returncode, errors) == (0, "")
    assert not ready.exists()
    port = int(document["base_url"].rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_without_tls_it_is_plain_http() -> None:
    with serving("--in-memory", "--port", "0", "--json", "--no-tls") as process:
        document = until_ready(process)
        assert document["base_url"].startswith("http://")
        assert health(document)["status"] == "ok"


def test_the_table_shows_who_is_there_and_what_to_export() -> None:
    with serving("--in-memory", "--port", "0", "--control-token", "my-token") as process:
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Ready."):
                break
    text = "".join(lines)
    for expected in ("contoso.example", "ana@fabrikam.example", "portal", "export IDP_SIM_CONTROL_TOKEN=my-token"):
        assert expected in text
    assert "\x1b[" not in text


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        errors = refused("--in-memory", "--port", port)
    assert port in errors
    assert len(errors.splitlines()) == 1


def test_every_mistake_of_a_scenario_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("tenantz: []\nname: 5\n")
    errors = refused("--in-memory", "--port", "0", "--scenario", str(path))
    assert "tenantz" in errors
    assert str(path) in errors


def test_an_unknown_scenario_is_named_with_those_there_are() -> None:
    errors = refused("--in-memory", "--port", "0", "--scenario", "contosso")
    assert "contosso" in errors
    assert "contoso" in errors.replace("contosso", "")
