"""The group of commands. Each is imported only when it runs, so that ``--help`` and mistakes answer at once."""

from __future__ import annotations

import difflib
import importlib
from dataclasses import dataclass

import click

from idp_sim import __version__


@dataclass(frozen=True, kw_only=True)
class CommandRow:
    """Where a command is defined, and its line in ``idp-sim --help``."""

    module: str
    help: str


COMMANDS: dict[str, CommandRow] = {
    "serve": CommandRow(module="idp_sim.cli.serve", help="Start the simulator and print what is in it."),
    "demo": CommandRow(module="idp_sim.cli.demo", help="Play three guest sign-ins and show every decision."),
}


class LazyGroup(click.Group):
    """A group over ``COMMANDS``; each module offers its command as ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        row = COMMANDS.get(cmd_name)
        return None if row is None else importlib.import_module(row.module).command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(COMMANDS)}."
            raise click.UsageError(f"No such command '{args[0]}'; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.help) for name, row in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="idp-sim", message="%(prog)s %(version)s")
def cli() -> None:
    """A whole Microsoft-Entra-style B2B federation on one laptop."""
