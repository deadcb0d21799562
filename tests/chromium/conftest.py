"""Fixtures of the browser tests: Chromium, and an inspector that finds nothing wrong with a page."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from idp_sim.app import Simulator
from tests.chromium_browser import chromium, missing

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = Path(__file__).with_name("node_modules")
AXE = NODE_MODULES / "axe-core" / "axe.min.js"

#: Name, page and, where not all are asked, axe's rules.
Look = Callable[..., None]


@pytest.fixture(scope="package")
def browser(simulator: Simulator) -> Iterator[Any]:
    """A Chromium for all tests of this folder."""
    if not AXE.is_file():
        missing("axe-core (npm install --no-package-lock --prefix tests/chromium)")
    with chromium(simulator.base_url) as running:
        yield running


@pytest.fixture
def context(browser: Any, simulator: Simulator) -> Iterator[Any]:
    """A fresh browser profile; the test fails when a page logs an error or asks for anything from elsewhere."""
    fresh = browser.new_context(viewport={"width": 1200, "height": 900}, reduced_motion="reduce")
    problems: list[str] = []
    fresh.on("console", lambda message: message.type == "error" and problems.append(f"console: {message.text}"))
    fresh.on("weberror", lambda error: problems.append(f"script: {error.error}"))
    fresh.on("request", lambda request: _own(request.url, simulator.base_url) or problems.append(request.url))
    yield fresh
    fresh.close()
    # An error page is answered with its status, which Chromium logs as an error of its own.
    assert not [p for p in problems if "Failed to load resource: the server responded with a status of 4" not in p]


def _own(url: str, base_url: str) -> bool:
    return url.startswith((f"{base_url}/", "data:", "about:", "blob:"))


@pytest.fixture(scope="session")
def documented() -> frozenset[str]:
    """The test ids of docs/test-ids.md, some with a star."""
    text = (ROOT / "docs" / "test-ids.md").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


@pytest.fixture
def inspect(documented: frozenset[str]) -> Look:
    """Looks at a page: axe finds nothing, nothing is wider than the page, every test id is documented.

    A page of the same name is looked at once a test. ``rules`` are those of axe that are asked; without them all.
    """
    looked_at: set[str] = set()

    def look(name: str, page: Any, rules: tuple[str, ...] = ()) -> None:
        if name in looked_at:
            return
        looked_at.add(name)
        if not page.evaluate("Boolean(window.axe)"):
            page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"resultTypes": ["violations"], "iframes": False, **({"runOnly": list(rules)} if rules else {})}
        found = page.evaluate("options => axe.run(document, options)", options)
        told = [(v["id"], v["help"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found["violations"]]
        assert not told, f"{name}: {told}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than its window"
        ids = page.evaluate("[...document.querySelectorAll('[data-testid]')].map(e => e.dataset.testid)")
        unknown = [i for i in ids if not any(fnmatch.fnmatchcase(i, pattern) for pattern in documented)]
        assert not unknown, f"{name}: docs/test-ids.md does not list {sorted(set(unknown))}"

    return look
