"""Settings of one server as a frozen record; the only place that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from idp_sim.forwarded import Network


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What ``serve`` was told. ``base_url`` has no trailing slash and is the only source of absolute URLs.

    ``also_called`` are host names that requests may ask for beside that of ``base_url``; ``proxies`` are believed
    when they say who asks. ``server_id`` tells this server from others, another one at each start.
    """

    base_url: str
    control_token: str
    scenario: str = "contoso"
    ca_file: str | None = None
    also_called: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = ()
    server_id: str = ""

    def cookie_name(self, name: str) -> str:
        """The name of a cookie of this server.

        Cookies know no ports, so the name does: two simulators on one host neither share nor overwrite theirs.
        ``__Host-`` keeps it to this host over TLS; plain http can't have the prefix (product.md 6).
        """
        port = urlsplit(self.base_url).port
        return ("__Host-" if self.tls else "") + name + (f"-{port}" if port else "")

    @property
    def tls(self) -> bool:
        """Whether the base URL is https (cookie prefixes depend on it)."""
        return self.base_url.startswith("https://")

    @property
    def control_url(self) -> str:
        """Root of the control API."""
        return f"{self.base_url}/_sim"


def environment() -> Mapping[str, str]:
    """The process environment, read here and nowhere else."""
    return os.environ


def user_data_folder(env: Mapping[str, str] | None = None) -> Path:
    """Folder of this user account for the CA: ``IDP_SIM_HOME``, else the platform's data folder."""
    env = environment() if env is None else env
    if given := env.get("IDP_SIM_HOME"):
        return Path(given)
    if os.name == "nt":
        return Path(env.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "idp-sim"
    return Path(env.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "idp-sim"
