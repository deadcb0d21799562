"""``idp-sim clock``: the world's time, which tests and trainers move."""

from __future__ import annotations

import re
from typing import Any

import click

from idp_sim.cli.client_options import with_server
from idp_sim.cli.groups import GroupWithDefault, examples
from idp_sim.cli.output import print_json, remark
from idp_sim.cli.server import Server

#: ``31d``, ``1h30m``, ``2w``: what people type; the wire has ISO 8601.
_SHORT = re.compile(r"(?=.)(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.IGNORECASE)


@examples(
    "idp-sim clock",
    "idp-sim clock advance 31d",
    "idp-sim clock advance PT1H30M",
    "idp-sim clock set 2030-01-31T12:00:00Z",
    "idp-sim clock freeze",
)
@click.group("clock", cls=GroupWithDefault, default="show")
def command() -> None:
    """The time by which everything in the world expires. Without a subcommand it is shown."""


@command.command("show")
@click.option("--json", "as_json", is_flag=True)
@with_server
def show(server: Server, *, as_json: bool) -> None:
    """Show the time."""
    clock = server.control("GET", "clock")
    if as_json:
        print_json(clock)
    else:
        _tell(clock)


@command.command("advance")
@click.argument("duration")
@with_server
def advance(server: Server, *, duration: str) -> None:
    """Move the clock by DURATION, such as 31d, 1h30m or P31D."""
    _change(server, {"advance": iso_duration(duration)}, "What expired meanwhile is expired now.")


@command.command("set")
@click.argument("time", metavar="TIME")
@with_server
def set_(server: Server, *, time: str) -> None:
    """Set the clock to TIME, such as 2030-01-31T12:00:00Z; it runs on, or stands if it stood."""
    _change(server, {"set": time}, "Real time again: idp-sim reset")


@command.command("freeze")
@with_server
def freeze(server: Server) -> None:
    """Let the clock stand."""
    _change(server, {"freeze": True}, "Let it run: idp-sim clock run")


@command.command("run")
@with_server
def run(server: Server) -> None:
    """Let the clock run on from where it stands."""
    _change(server, {"freeze": False})


def iso_duration(text: str) -> str:
    """``31d`` as ``P31D``; what is not of that kind is left as it is, for the simulator to judge."""
    found = _SHORT.fullmatch(text.strip())
    if not found:
        return text.strip()
    weeks, days, hours, minutes, seconds = found.groups()
    date = "".join(f"{n}{unit}" for n, unit in ((weeks, "W"), (days, "D")) if n)
    time = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    return f"P{date}" + (f"T{time}" if time else "")


def _change(server: Server, change: dict[str, Any], *remarks: str) -> None:
    _tell(server.control("POST", "clock", change))
    remark(*remarks)


def _tell(clock: dict[str, Any]) -> None:
    print(f"{clock['now']}  {'frozen' if clock['frozen'] else 'running'}")
