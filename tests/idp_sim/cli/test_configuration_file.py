"""``idp-sim.yaml``: the options of ``serve`` in a file; weaker than variables and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from idp_sim.cli.configuration import FILE, ConfigurationError, ConfiguredCommand, read
from idp_sim.cli.environment_option import EnvironmentOption
from idp_sim.cli.serve import command as serve

OPTIONS = [option for option in serve.params if option.name != "help"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("PORT", "SCENARIO", "QUIET"):
        monkeypatch.delenv(f"IDP_SIM_{name}", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("prot: 1", "idp-sim.yaml:1:1: unknown key 'prot'; did you mean 'port'?", id="key misspelt"),
        pytest.param(
            "public_url: https://a", "1:1: unknown key 'public_url'; did you mean 'public-url'?", id="underscore"
        ),
        pytest.param("zzz: 1", "unknown key 'zzz'; known: ", id="key unlike any"),
        pytest.param("port: many", "1:7: port: expected a whole number (got many)", id="number"),
        pytest.param("\n\nport:\n", "3:6: port: expected a whole number", id="no value"),
        pytest.param("port: true", "expected a whole number (got true)", id="a boolean is no number"),
        pytest.param("no-tls: maybe", "no-tls: expected true or false (got maybe)", id="flag"),
        pytest.param("control-token: 1234", "expected text (got 1234); put it in quotes", id="a number as text"),
        pytest.param("scenario: [a]", "scenario: expected text (got a list)", id="list"),
        pytest.param("trust: {a: b}", "trust: expected text or a list of texts (got a mapping)", id="several texts"),
        pytest.param("port: 1\nport: 2", "2:1: the key 'port' is given twice", id="key twice"),
        pytest.param("- port", "1:1: expected a mapping of options of 'serve'", id="no mapping"),
        pytest.param("port: [", "not valid YAML", id="no YAML"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, problem: str) -> None:
    Path(FILE).write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        read(OPTIONS)
    assert problem in raised.value.problems[0]
    assert raised.value.problems[0].startswith("idp-sim.yaml:")


def test_every_mistake_is_told_at_once_and_is_status_two() -> None:
    Path(FILE).write_text("prot: 1\nno-tls: 3\n")
    result = CliRunner().invoke(serve, [])
    assert result.exit_code == 2
    assert result.stderr.count("error: idp-sim.yaml:") == 2


@pytest.mark.parametrize("text", ["", "\n", "# port: 1\n\n  # more\n"], ids=["empty", "a blank line", "comments"])
def test_a_file_that_says_nothing_changes_nothing(text: str) -> None:
    Path(FILE).write_text(text)
    assert read(OPTIONS).values == {}


def test_every_option_of_serve_can_stand_in_the_file() -> None:
    Path(FILE).write_text(
        "scenario: minimal\nhost: localhost\nport: 0\nin-memory: true\npublic-url: https://a.test\ntrust: a.pem\n"
        "no-tls: false\ncontrol-token: secret\njson: true\nready-file: r.json\nverbose: 2\nquiet: true\n"
        "log-file: l.txt\ndata: d\nworkers: 1\ntrusted-proxy: 10.0.0.1\n"
    )
    values = read(OPTIONS).values
    assert set(values) >= {option.name for option in OPTIONS if option.expose_value}
    assert values["trust"] == ["a.pem"]


@click.command(cls=ConfiguredCommand)
@click.option("--port", cls=EnvironmentOption, type=click.IntRange(0, 65535), default=8443)
def toy(port: int) -> None:
    click.echo(f"port {port}")


def started(*arguments: str, **env: str) -> Any:
    return CliRunner().invoke(toy, list(arguments), env=env)


def test_the_command_line_wins_over_the_variable_and_that_over_the_file() -> None:
    Path(FILE).write_text("port: 1\n")
    assert started().stdout == "port 1\n"
    assert started(IDP_SIM_PORT="2").stdout == "port 2\n"
    assert started("--port", "3", IDP_SIM_PORT="2").stdout == "port 3\n"
    Path(FILE).unlink()
    assert started().stdout == "port 8443\n"


def test_a_value_out_of_range_is_blamed_on_its_place() -> None:
    Path(FILE).write_text("# mine\nport: 70000\n")
    result = started()
    assert result.exit_code == 2
    assert "idp-sim.yaml:2:7 (port)" in result.stderr


def test_help_is_given_whatever_the_file_says() -> None:
    Path(FILE).write_text("prot: 1\n")
    assert started("--help").exit_code == 0
