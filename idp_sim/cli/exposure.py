"""What ``serve`` says when other machines can reach it, or shall reach it by another address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from idp_sim import origin
from idp_sim.cli.output import warn
from idp_sim.options import ServeOptions

if TYPE_CHECKING:
    from idp_sim.app import Simulator

#: Shorter tokens can be guessed by whoever may try as often as they like.
SHORTEST_TOKEN = 16


def reachable_from_elsewhere(options: ServeOptions) -> bool:
    """Whether anybody but this machine is meant to reach the server."""
    public = urlsplit(options.public_url).hostname if options.public_url else None
    return not origin.loopback(options.host) or not origin.loopback(public or "localhost")


def before(options: ServeOptions) -> Iterator[str]:
    """Warnings that need no server: a sentence each."""
    if not origin.loopback(options.host):
        yield (
            f"listening at {options.host}, which is not a loopback address: everyone who can reach this machine "
            "can sign in here, and the passwords are public."
        )
        if options.public_url is None and _unspecified(options.host):
            yield (
                "every address that is handed out begins with localhost, so clients on other machines will be sent to "
                "themselves; say with --public-url by which name they reach this one."
            )
    if not reachable_from_elsewhere(options):
        return
    yield (
        "mail, codes and sign-ins are shown on this machine only; elsewhere the pages ask for the control token "
        "(behind a proxy everywhere, unless --trusted-proxy names it)."
    )
    if options.control_token is not None and len(options.control_token) < SHORTEST_TOKEN:
        yield (
            f"the control token has {len(options.control_token)} characters, and whoever guesses it may do anything; "
            f"use {SHORTEST_TOKEN} random ones at least."
        )


def check(simulator: Simulator, options: ServeOptions) -> None:
    """Find out whether the public URL leads here, and warn if it doesn't; does not hold anybody up."""
    if options.public_url is None and _unspecified(options.host):
        return
    if options.public_url is None and origin.loopback(options.host):
        return

    def ask() -> None:
        if sentence := simulator.obstacle():
            warn(f"the address does not work yet: {sentence}")

    warn(*origin.remarks(simulator.base_url, simulator.listening))
    threading.Thread(target=ask, name="reachability", daemon=True).start()


def _unspecified(host: str) -> bool:
    return host.strip("[]") in ("0.0.0.0", "::")  # noqa: S104
