"""The environment of real clients: the simulator's CA and nothing of the developer's machine."""

from __future__ import annotations

import pytest

from tests.simulator import World


@pytest.fixture(autouse=True)
def _trusted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the product tells people to: these variables win over what a program says itself."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", world["ca_file"])
    monkeypatch.setenv("SSL_CERT_FILE", world["ca_file"])
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "AZURE_AUTHORITY_HOST"):
        monkeypatch.delenv(name, raising=False)
