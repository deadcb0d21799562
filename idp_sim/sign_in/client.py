"""Facts about the client of a request: the signals that conditional access reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from federation.cross_tenant_access import UNRESTRICTED, NetworkRestrictions


@dataclass(frozen=True, kw_only=True)
class Device:
    """What is known of the device; home tenants vouch for it in their tokens (entra-sign-in 9.4)."""

    compliant: bool = False
    hybrid_joined: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ClientFacts:
    """Address, platform, client kind, device and risks, in Graph's words (conditionalAccessConditionSet).

    ``platform``: android, iOS, windows, macOS, linux or None; ``client_app``: browser,
    mobileAppsAndDesktopClients, exchangeActiveSync or other; risks: none, low, medium, high.
    """

    ip_address: str = "127.0.0.1"
    user_agent: str = ""
    platform: str | None = None
    client_app: str = "browser"
    device: Device = Device()
    sign_in_risk: str = "none"
    user_risk: str = "none"
    restrictions: NetworkRestrictions = UNRESTRICTED  # what the network added (entra-sign-in 7.7)
