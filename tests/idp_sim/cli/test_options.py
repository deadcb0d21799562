"""Options and their mistakes: one sentence, exit status 2, and nothing started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from idp_sim.cli import serve
from idp_sim.cli.environment_option import misspelt
from idp_sim.cli.main import cli
from idp_sim.origin import loopback


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    for name in ("SCENARIO", "PORT", "READY_FILE", "CONTROL_TOKEN", "HOST", "PUBLIC_URL"):
        monkeypatch.delenv(f"IDP_SIM_{name}", raising=False)

    def call(*arguments: str, **variables: str) -> Result:
        return CliRunner().invoke(cli, list(arguments), env=variables)

    return call


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["serv"], "No such command 'serv'; did you mean 'serve'?", id="command misspelt"),
        pytest.param(["xyz"], "there are: serve, demo", id="command unknown"),
        pytest.param(["serve", "--prot", "1"], "--port", id="option misspelt"),
        pytest.param(["serve", "--port", "abc"], "'--port': 'abc'", id="port no number"),
        pytest.param(["serve", "--port", "70000"], "70000 is not in the range", id="port too large"),
        pytest.param(["serve", "--data", "d", "--in-memory"], "give one of them", id="data folder and none"),
        pytest.param(["serve", "--workers", "2", "--in-memory"], "--workers 2 needs --data", id="workers, no data"),
        pytest.param(["serve", "--workers", "2", "--data", "d"], "--workers 2 is not built", id="two workers"),
        pytest.param(["serve", "--workers", "0"], "0 is not in the range", id="no worker"),
        pytest.param(["serve", "--public-url", "example"], "'example' is not an origin", id="public URL, no scheme"),
        pytest.param(["serve", "--public-url", "https://h/p"], "no path", id="public URL with a path"),
        pytest.param(["serve", "--public-url", "https://h:x"], "is not an origin", id="public URL, odd port"),
        pytest.param(["serve", "--public-url", "ftp://h"], "is not an origin", id="public URL, other scheme"),
        pytest.param(["serve", "--trust", "nowhere.pem"], "nowhere.pem", id="CA file missing"),
        pytest.param(["serve", "--trust", __file__], "holds no certificate", id="CA file that is none"),
        pytest.param(["serve", "--control-token", "a b"], "without spaces", id="token with a space"),
        pytest.param(["serve", "--control-token", ""], "expected printable", id="token empty"),
        pytest.param(["serve", "--ready-file", "/nowhere/r.json"], "cannot write the ready file", id="no folder"),
        pytest.param(["demo", "--story", "eva"], "there is no story 'eva'; there are: ana, nora, otto", id="story"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_status_two(run, arguments: list[str], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_workers_need_linux(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="needs Linux"):
        serve.refuse_workers(2, data=tmp_path, platform="darwin")
    serve.refuse_workers(1, data=None, platform="darwin")


def test_a_wrong_variable_is_blamed_by_its_name(run) -> None:
    result = run("serve", IDP_SIM_PORT="abc")
    assert result.exit_code == 2
    assert "the variable IDP_SIM_PORT" in result.output


def test_a_misspelt_variable_is_named_with_the_nearest(run) -> None:
    result = run("serve", IDP_SIM_PROT="1")
    assert result.exit_code == 2
    assert "IDP_SIM_PROT is not known; did you mean IDP_SIM_PORT?" in result.output


def test_variables_of_other_programs_are_left_alone() -> None:
    assert misspelt({"IDP_SIM_MY_SUITE": "x", "PATH": "y", "IDP_SIM_PORT": "1"}, ["IDP_SIM_PORT"]) == []


def test_an_unwritable_ready_file_is_found_before_anything_starts(run, tmp_path: Path) -> None:
    blocked = tmp_path / "folder"
    blocked.mkdir()
    result = run("serve", "--port", "0", "--ready-file", str(blocked))
    assert result.exit_code == 2
    assert f"cannot write the ready file '{blocked}'" in result.output


@pytest.mark.parametrize(
    ("host", "only_here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True), ("localhost", True),
     ("a.localhost", True), ("0.0.0.0", False), ("::", False), ("192.0.2.1", False), ("example.org", False)],
)  # fmt: skip
def test_loopback_is_what_only_this_machine_reaches(host: str, only_here: bool) -> None:
    assert loopback(host) is only_here


def test_the_version_and_the_commands_are_told(run) -> None:
    assert run("--version").output.startswith("idp-sim ")
    assert "serve" in run("--help").output


@pytest.mark.parametrize(
    ("arguments", "variables", "folder"),
    [
        pytest.param([], {}, ".idp-sim", id="by default"),
        pytest.param(["--data", "d"], {}, "d", id="named"),
        pytest.param(["--in-memory"], {}, None, id="none"),
        pytest.param([], {"IDP_SIM_DATA": "d"}, "d", id="named by a variable"),
        pytest.param([], {"IDP_SIM_IN_MEMORY": "1"}, None, id="none by a variable"),
        pytest.param(["--data", "d"], {"IDP_SIM_IN_MEMORY": "1"}, "d", id="the command line wins over none"),
        pytest.param(["--in-memory"], {"IDP_SIM_DATA": "d"}, None, id="the command line wins over a folder"),
    ],
)
def test_where_the_data_go(
    arguments: list[str],
    variables: dict[str, str],
    folder: str | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATA", "IN_MEMORY"):
        monkeypatch.delenv(f"IDP_SIM_{name}", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    ctx = serve.command.make_context("serve", arguments)
    assert serve.data_folder(ctx, ctx.params["data"], ctx.params["in_memory"]) == (Path(folder) if folder else None)
