"""``idp-sim demo``: three guest sign-ins, told step by step (product.md 3)."""

from __future__ import annotations

import sys

import click

from idp_sim.cli.groups import examples
from idp_sim.cli.output import Painter, fail
from idp_sim.options import CannotStart


@examples("idp-sim demo", "idp-sim demo --story nora", "idp-sim demo --story direct-connect")
@click.command("demo")
@click.option("--story", "names", multiple=True, metavar="NAME", help="Only this story; may be repeated.")
@click.pass_context
def command(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Start a private simulator in memory on a free port and play its stories over HTTPS.

    Without names: three guests, each from the invitation to the token. By name also stories of trust and policy:
    trusted-mfa, untrusted-mfa, strength-not-met, blocked-country, outbound-block, report-only, terms-of-use,
    direct-connect.

    The exit status is 1 when a story ends otherwise than it should.
    """
    from idp_sim.demo.policy_stories import POLICY_STORIES
    from idp_sim.demo.run import run
    from idp_sim.demo.stories import STORIES

    every = (*STORIES, *POLICY_STORIES)
    known = [story.name for story in every]
    if unknown := [name for name in names if name not in known]:
        raise click.BadParameter(
            f"there is no story '{unknown[0]}'; there are: {', '.join(known)}.", param_hint="'--story'"
        )
    stories = [story for story in every if story.name in names] if names else list(STORIES)
    try:
        ctx.exit(0 if run(stories, sys.stdout, Painter(sys.stdout)) else 1)
    except CannotStart as error:
        fail(*error.problems)
