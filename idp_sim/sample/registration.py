"""What the sample app was told by whoever registered it: the values that any app keeps in its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

#: The application's name in a scenario.
NAME = "sample-portal"
#: Where the app lives on the simulator's origin.
ROOT = "/sample/portal"
SCOPES = "openid profile email User.Read"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The app at one tenant.

    ``now`` is the clock that tokens are checked against: the world's, as for every app under test, because a
    world's time may have been moved.
    """

    issuer: str
    tenant: str
    client_id: str
    client_secret: str
    graph_url: str
    now: Callable[[], datetime]

    @property
    def metadata_url(self) -> str:
        """Where the issuer publishes its configuration (OpenID Connect Discovery 1.0, 4)."""
        return f"{self.issuer}/.well-known/openid-configuration"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Where the app runs: its own origin, whose certificates it trusts, and its source of randomness."""

    base_url: str
    ca_file: str | None
    secret: Callable[[int], str]

    @property
    def home(self) -> str:
        """The app's first page."""
        return self.base_url + ROOT

    @property
    def redirect_uri(self) -> str:
        """Where answers to sign-in requests go."""
        return f"{self.home}/callback"

    @property
    def signed_out_uri(self) -> str:
        """Where the browser goes after sign-out."""
        return f"{self.home}/signed-out"

    @property
    def cookie_name(self) -> str:
        """Cookies know no ports, so the name does: two simulators on one host do not mix people up."""
        parts = urlsplit(self.base_url)
        name = f"idp-sim-sample-{parts.port or 0}"
        return f"__Host-{name}" if parts.scheme == "https" else name


#: The registration at an issuer, or at the default one for None; None where the app is not registered.
Registrations = Callable[[str | None], Registration | None]
