"""``idp-sim completion``: the script that a shell sources."""

from __future__ import annotations

import click

from idp_sim.cli.groups import examples

#: Shell -> the line that turns completion on for good.
SHELLS = {
    "bash": "echo 'eval \"$(idp-sim completion bash)\"' >> ~/.bashrc",
    "zsh": "echo 'eval \"$(idp-sim completion zsh)\"' >> ~/.zshrc",
    "fish": "idp-sim completion fish > ~/.config/fish/completions/idp-sim.fish",
}


@examples(*SHELLS.values())
@click.command("completion")
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for SHELL: commands, options, and names of the running simulator."""
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    if complete is None:
        raise click.BadParameter(f"completion for {shell} is not available.")
    print(complete(ctx.find_root().command, {}, "idp-sim", "_IDP_SIM_COMPLETE").source())
