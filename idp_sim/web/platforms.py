"""What a request's address and User-Agent say of the client, as conditional access derives it (entra-sign-in 9.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from federation.cross_tenant_access import UNRESTRICTED, read_headers
from idp_sim.sign_in.client import ClientFacts

#: First match wins: Android's agent also says Linux, iOS's also says Mac OS X.
PLATFORMS = (
    ("android", "android"),
    ("iphone", "iOS"),
    ("ipad", "iOS"),
    ("windows", "windows"),
    ("mac os x", "macOS"),
    ("macintosh", "macOS"),
    ("linux", "linux"),
    ("cros", "linux"),
)


@lru_cache(maxsize=256)
def client_facts(ip_address: str, user_agent: str) -> ClientFacts:
    """The facts of a browser's request; the User-Agent is believed, as the real service does."""
    lower = user_agent.lower()
    platform = next((name for word, name in PLATFORMS if word in lower), None)
    return ClientFacts(ip_address=ip_address, user_agent=user_agent[:512], platform=platform)


def client_behind(ip_address: str, headers: Mapping[str, str]) -> ClientFacts:
    """The facts of a request with what the person's network added to it; header names in lower case."""
    facts, network = client_facts(ip_address, headers.get("user-agent", "")), read_headers(headers)
    return facts if network is UNRESTRICTED else replace(facts, restrictions=network)
