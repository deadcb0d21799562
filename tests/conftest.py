"""What holds for every test: no network but loopback, no file of the user's account, no deadline by the wall clock."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.network_guard import NetworkGuard

pytest_plugins = ("tests.simulator",)

_HOME = pytest.StashKey[str]()

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` writes the golden files anew (tests/golden)."""
    parser.addoption("--update-golden", action="store_true", help="write the golden files of tests/golden anew")


def pytest_configure(config: pytest.Config) -> None:
    """Certificates and whatever else belongs to the user's account go to a folder of this run.

    Set here and not in a fixture, so that it holds for collection and child processes too; every worker of
    a parallel run has its own.
    """
    config.stash[_HOME] = home = tempfile.mkdtemp(prefix="idp-sim-tests-")
    os.environ["IDP_SIM_HOME"] = home


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    os.environ.pop("IDP_SIM_HOME", None)
    shutil.rmtree(config.stash[_HOME], ignore_errors=True)


@pytest.fixture(scope="session")
def network_guard() -> Iterator[NetworkGuard]:
    """The guard of this process."""
    guard = NetworkGuard()
    with pytest.MonkeyPatch.context() as patch:
        guard.install(patch)
        yield guard


@pytest.fixture(autouse=True)
def _only_loopback(network_guard: NetworkGuard) -> Iterator[None]:
    """Fail a test during which anything tried to leave the machine, even if the refusal was swallowed."""
    network_guard.refused.clear()
    yield
    if network_guard.refused:
        pytest.fail(f"tried to reach {', '.join(network_guard.refused)}", pytrace=False)
