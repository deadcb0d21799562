"""``idp-sim wait``: for scripts that start a simulator in the background."""

from __future__ import annotations

import time
from pathlib import Path

import click

from idp_sim.cli import client_options
from idp_sim.cli.environment_option import EnvironmentOption
from idp_sim.cli.groups import examples
from idp_sim.cli.output import FAILED, fail
from idp_sim.cli.running import NoServer
from idp_sim.cli.server import Refused, Server

PAUSE = 0.1


@examples(
    "idp-sim serve --port 0 --ready-file ready.json &",
    "idp-sim wait --ready-file ready.json",
    "idp-sim wait --timeout 60",
)
@click.command("wait")
@click.option("--ready-file", cls=EnvironmentOption, type=click.Path(path_type=Path), metavar="FILE")
@click.option("--data", cls=EnvironmentOption, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--timeout", type=click.FloatRange(0), default=30, show_default=True, metavar="SECONDS")
def command(ready_file: Path | None, data: Path | None, timeout: float) -> None:
    """Wait until a simulator answers, and print its address. The exit status is 1 when none does in time."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            with Server(client_options.find(ready_file, data)) as server:
                server.call("GET", f"{server.base_url}/health")
                server.ready()
        except (NoServer, Refused) as error:
            if time.monotonic() >= deadline:
                fail(f"nothing answered within {timeout:g} s: {error}", status=FAILED)
            time.sleep(PAUSE)
        else:
            print(server.base_url)
            return
