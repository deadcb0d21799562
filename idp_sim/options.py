"""What a simulator is told when it starts, and the one error for when it can't."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ServeOptions:
    """The choices of ``serve`` that the simulator itself needs (product.md 3).

    ``scenario`` is the name of a shipped scenario or the path of a file; ``port`` 0 takes a free one;
    ``public_url`` replaces the URL made from host and port (no trailing slash); ``trust`` names CA files
    for outgoing calls; ``control_token`` None means a random one; ``data`` None keeps everything in memory;
    ``trusted_proxies`` are addresses and networks whose forwarding headers are believed.
    """

    scenario: str = "contoso"
    host: str = "127.0.0.1"
    port: int = 8443
    public_url: str | None = None
    tls: bool = True
    trust: tuple[Path, ...] = ()
    control_token: str | None = None
    data: Path | None = None
    trusted_proxies: tuple[str, ...] = ()


class CannotStart(Exception):
    """Starting failed for a reason that a person can mend; every problem is one clear sentence."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))
