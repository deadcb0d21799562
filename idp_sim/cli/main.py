"""The group of commands. Each is imported only when it runs, so that ``--help`` and mistakes answer at once."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

import click

from idp_sim import __version__
from idp_sim.cli.groups import SuggestingGroup


@dataclass(frozen=True, kw_only=True)
class CommandRow:
    """Where a command is defined, and its line in ``idp-sim --help``."""

    module: str
    help: str


SERVER, ASK, SET_UP = "The simulator", "Ask a running one", "Set up this machine"

#: Section of ``idp-sim --help`` -> commands, in the order in which people meet them.
SECTIONS: dict[str, dict[str, CommandRow]] = {
    SERVER: {
        "serve": CommandRow(module="idp_sim.cli.serve", help="Start the simulator and print what is in it."),
        "demo": CommandRow(module="idp_sim.cli.demo", help="Play three guest sign-ins and show every decision."),
        "wait": CommandRow(module="idp_sim.cli.wait", help="Wait until a simulator answers."),
    },
    ASK: {
        "token": CommandRow(module="idp_sim.cli.token", help="Sign somebody in without a browser; print the tokens."),
        "explain": CommandRow(module="idp_sim.cli.explain", help="Why a sign-in ended as it did."),
        "inbox": CommandRow(module="idp_sim.cli.inbox", help="Captured mail: list, show, wait for one."),
        "totp": CommandRow(module="idp_sim.cli.totp", help="The current code of somebody's authenticator."),
        "phone": CommandRow(
            module="idp_sim.cli.phone", help="Everybody's authenticator codes, text messages and push requests."
        ),
        "clock": CommandRow(module="idp_sim.cli.clock", help="Show, advance, set or freeze the time."),
        "reset": CommandRow(module="idp_sim.cli.reset", help="Make the world its scenario again."),
        "app": CommandRow(module="idp_sim.cli.app", help="Register an application; settings for its library."),
    },
    SET_UP: {
        "env": CommandRow(module="idp_sim.cli.env", help="Lines for your shell: address, token, certificates."),
        "ca": CommandRow(module="idp_sim.cli.ca", help="The CA certificate: path, how to trust it, install."),
        "scenario": CommandRow(module="idp_sim.cli.scenario", help="List, show and check scenarios; their schema."),
        "completion": CommandRow(module="idp_sim.cli.completion", help="Completion for bash, zsh and fish."),
    },
}

COMMANDS: dict[str, CommandRow] = {name: row for rows in SECTIONS.values() for name, row in rows.items()}


class LazyGroup(SuggestingGroup):
    """A group over ``SECTIONS``; each module offers its command as ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        row = COMMANDS.get(cmd_name)
        return None if row is None else importlib.import_module(row.module).command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for title, rows in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), row.help) for name, row in rows.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with 'idp-sim serve'; in a second shell: eval \"$(idp-sim env)\".",
)
@click.version_option(__version__, prog_name="idp-sim", message="%(prog)s %(version)s")
def cli() -> None:
    """A whole Microsoft-Entra-style B2B federation on one laptop."""
