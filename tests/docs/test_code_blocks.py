"""What the pages tell people to type is typed here: every code block that is marked *run*, page by page.

A page's blocks of one language are one program, in a folder of its own, beside a running simulator whose ready
document lies there as ``ready.json``. ``https://localhost:8443`` means that simulator.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp_sim.app import Simulator
from idp_sim.options import ServeOptions
from tests.architecture.source import ROOT

PAGES = sorted((ROOT / "docs").rglob("*.md"))
_BLOCK = re.compile(r"^```(\w+) run\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = [
    pytest.param(page, language, id=f"{page.relative_to(ROOT / 'docs')}-{language}")
    for page in PAGES
    for language in dict.fromkeys(found[1] for found in _BLOCK.finditer(page.read_text(encoding="utf-8")))
]
NODE_MODULES = ROOT / "tests" / "clients" / "node" / "node_modules"
#: Seconds that a page's program may take.
PATIENCE = 60


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A simulator's ready file."""
    ready = tmp_path_factory.mktemp("simulator") / "ready.json"
    with Simulator.start(ServeOptions(port=0)) as simulator:
        ready.write_text(json.dumps(simulator.ready))
        yield ready


@pytest.fixture
def folder(running: Path, tmp_path: Path) -> Path:
    """Where a reader of the page works: ``idp-sim`` is on the path."""
    shutil.copy(running, tmp_path / "ready.json")
    programs = tmp_path / "bin"
    programs.mkdir()
    command = programs / "idp-sim"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m idp_sim "$@"\n')
    command.chmod(0o755)
    (programs / "python3").symlink_to(sys.executable)
    return tmp_path


@pytest.mark.parametrize(("page", "language"), PROGRAMS)
def test_what_a_page_says_can_be_typed(page: Path, language: str, folder: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = [found[2] for found in _BLOCK.finditer(text) if found[1] == language]
    program = "\n".join(line for line in "".join(blocks).splitlines() if not line.startswith("idp-sim serve"))
    ran = subprocess.run(
        _interpreter(language, program + "\n", folder),
        cwd=folder,
        env={**os.environ, **_environment(folder)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
    assert "Traceback" not in ran.stderr


def _interpreter(language: str, program: str, folder: Path) -> list[str]:
    if language == "sh":
        return ["bash", "-euo", "pipefail", "-c", program]
    if language == "python":
        return [sys.executable, "-c", program]
    assert language == "js", f"nobody knows how to run {language}"
    node = shutil.which("node")
    if node is None or not NODE_MODULES.is_dir():
        sentence = "NO TESTS OF PAGES FOR NODE: node and npm install in tests/clients/node are needed"
        if os.environ.get("CI"):
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)
    (folder / "node_modules").symlink_to(NODE_MODULES)
    (folder / "page.mjs").write_text(program)
    return [str(node), "page.mjs"]


def _environment(folder: Path) -> dict[str, str]:
    bundle = json.loads((folder / "ready.json").read_text())["ca_file"]
    return {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "IDP_SIM_READY_FILE": str(folder / "ready.json"),
        "REQUESTS_CA_BUNDLE": bundle,
        "NODE_EXTRA_CA_CERTS": bundle,
    }


def test_pages_for_each_kind_of_client_are_there_and_say_what_was_run() -> None:
    for name in ("msal-python", "node", "msal-browser", "spring", "asp-net-core", "http"):
        text = (ROOT / "docs" / "clients" / f"{name}.md").read_text(encoding="utf-8")
        assert "by a test" in " ".join(text.split()) or "Not run here" in text or "Run in Chromium by" in text
        assert f"clients/{name}.md" in (ROOT / "docs" / "first-guest-token.md").read_text(encoding="utf-8")
