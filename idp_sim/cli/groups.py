"""Groups of commands that know the nearest name of a misspelt one."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

import click

#: Examples in help texts keep their lines.
VERBATIM = "\b\n"


class SuggestingGroup(click.Group):
    """A group whose mistakes name what there is."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}."
            raise click.UsageError(f"No such command '{args[0]}'; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)  # as they were written, the usual one first


class GroupWithDefault(SuggestingGroup):
    """A group that runs its ``default`` command where none is named: ``inbox --json`` is ``inbox list --json``."""

    def __init__(self, *args: Any, default: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        nameless = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        if nameless and not ctx.resilient_parsing:  # a shell that completes wants the commands
            args = [self.default, *args]
        return super().parse_args(ctx, args)


def examples(*lines: str) -> Callable[[click.Command], click.Command]:
    """Adds examples to the end of a command's help; each line is one call."""

    def add(command: click.Command) -> click.Command:
        command.epilog = VERBATIM + "\n".join(["Examples:", *(f"  {line}" for line in lines)])
        return command

    return add
