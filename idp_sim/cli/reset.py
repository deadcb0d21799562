"""``idp-sim reset``."""

from __future__ import annotations

import click

from idp_sim.cli.client_options import with_server
from idp_sim.cli.groups import examples
from idp_sim.cli.output import remark
from idp_sim.cli.server import Server


@examples("idp-sim reset", "idp-sim reset --world 3f2a91c04b7d")
@click.command("reset")
@with_server
def command(server: Server) -> None:
    """Make the world its scenario again.

    Ids, passwords, client secrets, signing keys and the control token stay; people and applications that came
    later, sessions, tokens, mail, logs and the clock's setting go.
    """
    server.control("POST", "reset")
    ready = server.ready()
    print(f"The world '{ready['world']}' is the scenario '{ready['scenario']}' again, at real time.")
    remark("Sessions, tokens, mail and logs are gone; ids and secrets are the same as before.")
