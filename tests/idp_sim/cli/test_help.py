"""Help texts, completion and scenarios: what a newcomer reads first."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from idp_sim.cli.main import COMMANDS, cli
from tests.command_line import answered, ended
from tests.scenarios import CONTOSO


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments), prog_name="idp-sim")


def commands() -> Iterator[tuple[str, ...]]:
    """Every command and subcommand by the words that call it."""
    with click.Context(cli) as ctx:
        for name in COMMANDS:
            command = cli.get_command(ctx, name)
            yield (name,)
            if isinstance(command, click.Group):
                yield from ((name, below) for below in command.commands)


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_says_what_it_does(words: tuple[str, ...]) -> None:
    text = answered(run(*words, "--help"))
    assert text.startswith(f"Usage: idp-sim {' '.join(words)}")
    assert text.split("\n\n")[1].strip().endswith((".", ":")) or "." in text.split("\n\n")[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_gives_examples_that_begin_with_its_name(name: str) -> None:
    text = answered(run(name, "--help"))
    examples = text.partition("Examples:")[2]
    assert f"idp-sim {name}" in examples


def test_the_overview_lists_every_command() -> None:
    text = answered(run("--help"))
    for name, row in COMMANDS.items():
        assert f"  {name} " in text
        assert row.help in text


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["clok"], "did you mean 'clock'?"),
        (["clock", "advanc"], "did you mean 'advance'?"),
        (["scenario", "valid"], "did you mean 'validate'?"),
        (["inbox", "xyz"], "there are: list, show, wait, empty."),
        (["token", "--usr", "x"], "--user"),
    ],
)
def test_a_misspelt_word_is_named_with_the_nearest(words: list[str], hint: str) -> None:
    ended(run(*words), 2, hint)


# --- completion -------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed(shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("needs bash")
    assert "_IDP_SIM_COMPLETE" in answered(run("completion", shell))


@pytest.mark.parametrize(
    ("typed", "word", "expected"),
    [
        ([], "cl", {"clock"}),
        (["clock"], "", {"show", "advance", "set", "freeze", "run"}),
        (["scenario", "show"], "min", {"minimal"}),
        (["token"], "--us", {"--user"}),
    ],
)
def test_words_are_completed(typed: list[str], word: str, expected: set[str]) -> None:
    complete = ShellComplete(cli, {}, "idp-sim", "_IDP_SIM_COMPLETE")
    assert {item.value for item in complete.get_completions(typed, word)} == expected


def test_people_of_the_running_simulator_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = {"base_url": "x", "control_url": "x", "control_token": "x"}
    users = [{"user_principal_name": "ana@fabrikam.example"}, {"user_principal_name": "ben@fabrikam.example"}]
    (tmp_path / "ready.json").write_text(json.dumps({**document, "users": users}))
    complete = ShellComplete(cli, {}, "idp-sim", "_IDP_SIM_COMPLETE")
    typed = ["token", "--ready-file", str(tmp_path / "ready.json"), "--user"]
    assert [item.value for item in complete.get_completions(typed, "a")] == ["ana@fabrikam.example"]


# --- scenarios --------------------------------------------------------------------------------------


def test_shipped_scenarios_are_listed_and_shown() -> None:
    assert "contoso, fabrikam" in answered(run("scenario", "list"))
    assert "tenants:" in answered(run("scenario", "show", "minimal"))
    ended(run("scenario", "show", "minimum"), 2, "there is no scenario 'minimum'; did you mean 'minimal'?")


def test_a_scenario_that_is_shown_is_valid(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(answered(run("scenario", "show", "contoso")))
    assert f"mine.yaml: fine: {len(CONTOSO)} tenants" in answered(run("scenario", "validate", str(mine)))


def test_every_mistake_of_every_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("tenantz: {}\n")
    (tmp_path / "b.yaml").write_text("tenants: 5\nnamee: x\n")
    result = run("scenario", "validate", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), str(tmp_path / "c.yaml"))
    ended(result, 2, "a.yaml:1:1: tenantz", "did you mean 'tenants'?", "b.yaml:1:10: tenants", "c.yaml: can't be read")


def test_the_schema_is_json_schema() -> None:
    schema = json.loads(answered(run("scenario", "schema")))
    assert schema["$schema"].startswith("https://json-schema.org/")
