"""What a User-Agent says of the platform (entra-sign-in 9.4)."""

from __future__ import annotations

import pytest

from idp_sim.web.platforms import client_facts


@pytest.mark.parametrize(
    ("agent", "platform"),
    [
        pytest.param("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130", "windows", id="Windows"),
        pytest.param("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605", "macOS", id="macOS"),
        pytest.param("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "iOS", id="an iPhone, like Mac OS X"),
        pytest.param("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X)", "iOS", id="an iPad"),
        pytest.param("Mozilla/5.0 (Linux; Android 15; Pixel 9)", "android", id="Android, also Linux"),
        pytest.param("Mozilla/5.0 (X11; Linux x86_64) Firefox/132", "linux", id="Linux"),
        pytest.param("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)", "linux", id="ChromeOS"),
        pytest.param("curl/8.5.0", None, id="none of them"),
        pytest.param("", None, id="no agent"),
    ],
)
def test_the_platform_is_read_from_the_agent(agent: str, platform: str | None) -> None:
    facts = client_facts("198.51.100.7", agent)
    assert (facts.platform, facts.ip_address, facts.client_app) == (platform, "198.51.100.7", "browser")


def test_an_endless_agent_is_cut() -> None:
    assert len(client_facts("127.0.0.1", "x" * 100_000).user_agent) == 512
