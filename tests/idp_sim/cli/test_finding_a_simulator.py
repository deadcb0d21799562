"""Which simulator a command means: the ready file, then the data folder, then the last start."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from idp_sim.cli import client_options, running
from idp_sim.cli.main import cli
from idp_sim.cli.running import NoServer, find, noted


def document(port: int, name: str = "") -> dict[str, Any]:
    base_url = f"https://localhost:{port}"
    return {
        "base_url": base_url,
        "control_url": f"{base_url}/_sim",
        "control_token": name or "token",
        "ca_file": None,
        "pid": os.getpid(),
    }


@pytest.fixture
def port() -> Iterator[int]:
    """A port at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def silent() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IDP_SIM_HOME", str(tmp_path / "home"))
    for name in ("IDP_SIM_READY_FILE", "IDP_SIM_DATA", "IDP_SIM_WORLD"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def write(file: Path, content: dict[str, Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))
    return file


def found(ready_file: Path | None = None, data: Path | None = None) -> str:
    return str(find(ready_file, data)["control_token"])


def test_the_ready_file_wins_over_the_data_folder_and_that_over_the_last_start(port: int) -> None:
    named = write(Path("named.json"), document(port, "named"))
    write(running.DATA_FOLDER / running.READY_NAME, document(port, "folder"))
    write(running.running_folder() / "1.json", document(port, "last start"))
    assert found(named) == "named"
    assert found() == "folder"
    (running.DATA_FOLDER / running.READY_NAME).unlink()
    assert found() == "last start"


def test_a_data_folder_can_be_named(port: int) -> None:
    write(Path("mine") / running.READY_NAME, document(port, "mine"))
    assert found(data=Path("mine")) == "mine"


def test_of_two_starts_the_newer_one_is_meant_and_a_killed_one_is_forgotten(port: int, silent: int) -> None:
    older = write(running.running_folder() / "1.json", document(port, "older"))
    os.utime(older, (1, 1))
    killed = write(running.running_folder() / "2.json", document(silent, "killed"))
    assert found() == "older"
    assert not killed.exists()
    write(running.running_folder() / "3.json", document(port, "newer"))
    assert found() == "newer"


def test_what_lies_in_the_data_folder_of_a_killed_one_is_passed_over(port: int, silent: int) -> None:
    write(running.DATA_FOLDER / running.READY_NAME, document(silent))
    write(running.running_folder() / "1.json", document(port, "last start"))
    assert found() == "last start"


def test_a_start_is_noted_for_its_owner_only_and_gone_at_the_end(port: int, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with noted(document(port, "here"), data) as problem:
        assert problem is None
        assert found() == "here"
        assert found(data=data) == "here"
        notes = list(running.running_folder().iterdir())
        assert [note.stat().st_mode & 0o777 for note in notes] == [0o600]
        assert running.running_folder().stat().st_mode & 0o777 == 0o700
    assert list(running.running_folder().iterdir()) == []
    assert list(data.iterdir()) == []


def test_a_start_that_cannot_be_noted_is_told_and_goes_on(port: int, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, not a folder")
    with noted(document(port), None) as problem:
        assert problem is not None
        assert str(running.running_folder()) in problem


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(None, "is not there", id="no file"),
        pytest.param("{", "is not a ready document", id="no JSON"),
        pytest.param("[]", "is not a ready document", id="a list"),
        pytest.param('{"base_url": "x"}', "is not a ready document", id="keys missing"),
    ],
)
def test_a_ready_file_that_is_none_is_told(content: str | None, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(NoServer, match=sentence):
        find(file, None)


def test_the_configuration_file_may_name_the_ready_file(port: int) -> None:
    Path("idp-sim.yaml").write_text("ready-file: mine.json\nport: 0\n")
    write(Path("mine.json"), document(port, "by configuration"))
    assert client_options.find(None, None)["control_token"] == "by configuration"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.mark.parametrize(
    "arguments",
    [["clock"], ["env"], ["token", "--user", "u", "--app", "a"], ["wait", "--timeout", "0"], ["reset"]],
    ids=" ".join,
)
def test_without_a_simulator_every_command_says_how_to_start_one(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert "no simulator is running" in result.stderr
    assert "idp-sim serve" in result.stderr
    assert "Traceback" not in result.output


def test_a_simulator_that_went_away_is_one_sentence(silent: int) -> None:
    named = write(Path("ready.json"), document(silent))
    result = run("clock", "--ready-file", str(named))
    assert result.exit_code == 1
    assert f"the simulator at https://localhost:{silent} does not answer" in result.stderr
