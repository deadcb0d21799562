"""Runs commands in this process against the simulator of the test session, over its real socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from idp_sim.cli.main import cli
from tests.simulator import World

Run = Callable[..., Result]


def ready_file(world: World, folder: Path) -> Path:
    """The ready document of the world's simulator, as ``serve --ready-file`` writes it."""
    file = folder / "ready.json"
    file.write_text(json.dumps(world.simulator.ready))
    return file


def runner(world: World, folder: Path) -> Run:
    """Runs a command in a world; every call is a fresh command line, without this shell's variables."""
    variables = {"IDP_SIM_READY_FILE": str(ready_file(world, folder)), "IDP_SIM_WORLD": world.id}

    def run(*arguments: str, **env: str) -> Result:
        result = CliRunner().invoke(cli, list(arguments), env={**variables, **env}, prog_name="idp-sim")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def answered(result: Result) -> str:
    """What a command that went well wrote to stdout."""
    assert result.exit_code == 0, result.output
    return result.stdout


def ended(result: Result, status: int, *sentences: str) -> None:
    """The command ended with that status and said that on stderr, in one line without a traceback."""
    assert result.exit_code == status, result.output
    for sentence in sentences:
        assert sentence in result.stderr
    assert "Traceback" not in result.output
