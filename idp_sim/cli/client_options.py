"""Options that every command for a running simulator takes, and how its failures end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from idp_sim.cli import configuration, running
from idp_sim.cli.environment_option import EnvironmentOption
from idp_sim.cli.output import FAILED, fail
from idp_sim.cli.server import Refused, Server

P = ParamSpec("P")
R = TypeVar("R")

_PATH = click.Path(path_type=Path)


def with_server(function: Callable[Concatenate[Server, P], R]) -> Callable[..., R]:
    """Gives the function the running simulator, chosen by ``--ready-file``, ``--data`` and ``--world``.

    No simulator is exit status 1, and so is an answer that it failed; a value that it does not know is 2.
    """

    @click.option("--ready-file", cls=EnvironmentOption, type=_PATH, metavar="FILE", help="Of the simulator meant.")
    @click.option("--data", cls=EnvironmentOption, type=_PATH, metavar="DIR", help="Data folder of the one meant.")
    @click.option("--world", cls=EnvironmentOption, metavar="ID", help="A world made by the control API.")
    @wraps(function)
    def command(*args: P.args, ready_file: Path | None, data: Path | None, world: str | None, **kwargs: Any) -> R:
        try:
            with Server(find(ready_file, data), world) as server:
                return function(server, *args, **kwargs)
        except running.NoServer as error:
            fail(str(error), status=FAILED)
        except Refused as error:
            fail(error.message, **({} if 400 <= error.status < 500 else {"status": FAILED}))

    return command


def find(ready_file: Path | None, data: Path | None) -> dict[str, Any]:
    """The ready document of the simulator meant; ``idp-sim.yaml`` may name its file or folder; NoServer."""
    if ready_file is None and data is None:
        ready_file, data = places_in_configuration()
    return running.find(ready_file, data)


def places_in_configuration() -> tuple[Path | None, Path | None]:
    """``ready-file`` and ``data`` of ``idp-sim.yaml``; whatever else it says is for ``serve`` to check."""
    if not Path(configuration.FILE).exists():
        return None, None
    from idp_sim.cli.serve import command

    try:
        values = configuration.read(p for p in command.params if p.name != "help").values
    except configuration.ConfigurationError as error:
        fail(*error.problems)
    return tuple(Path(values[key]) if key in values else None for key in ("ready_file", "data"))  # type: ignore[return-value]


def known(*keys: tuple[str, str]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Completes a value from the ready document of the running simulator: (section, key) pairs."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        try:
            document = find(ctx.params.get("ready_file"), ctx.params.get("data"))
        except (running.NoServer, SystemExit):
            return []
        names = {str(row[key]) for section, key in keys for row in document.get(section, ()) if row.get(key)}
        return sorted(name for name in names if name.startswith(incomplete))

    return complete


def no_such(what: str, wrong: str, names: Iterable[str]) -> str:
    """A sentence for a name that is not known, with the nearest one."""
    from idp_sim.scenario.nearest import hint

    return f"there is no {what} '{wrong}'{hint(wrong, set(names))}"
