"""The pages say what is true: generated ones are fresh, commands and tests that they name exist."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, modules

#: Places of one person's machine, and what must not be left behind.
FORBIDDEN = re.compile(
    r"""(?:^|[\s'"`(=:])/(?:home|root|Users|work)/\w|\b[A-Z]:\\Users\\|\bTO[D]O\b|\bFIX[M]E\b""", re.MULTILINE
)

TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".sh", ".svg", ""}


@cache
def kept_files() -> tuple[Path, ...]:
    """What git keeps or would keep; every file of the tree where there is no git (an unpacked sdist)."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    names = listing.stdout.splitlines() if listing.returncode == 0 else [str(p) for p in ROOT.rglob("*")]
    return tuple(path for name in names if (path := ROOT / name).is_file() and path.suffix in TEXT)


def test_generated_pages_are_fresh() -> None:
    command = [sys.executable, "scripts/build_docs.py", "--check"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("command", ["scripts/demo", "scripts/test", "scripts/check", "scripts/bench", ".ci/run"])
def test_the_commands_that_the_pages_name_can_be_run(command: str) -> None:
    assert os.access(ROOT / command, os.X_OK)
    named_in = (ROOT / "README.md", ROOT / "CONTRIBUTING.md")
    assert any(command in page.read_text(encoding="utf-8") for page in named_in)


def test_the_two_commands_stand_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "scripts/demo" in text
    assert "scripts/test" in text
    assert "not affiliated with" in text


def named_tests() -> list[tuple[str, str]]:
    text = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`", text)))


@pytest.mark.parametrize(("path", "name"), named_tests(), ids=lambda value: value.rpartition("/")[2])
def test_every_test_that_the_parity_page_names_exists(path: str, name: str) -> None:
    assert (ROOT / path).is_file()
    if name:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_every_claim_of_the_parity_page_has_a_source_and_a_test() -> None:
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        for line in (ROOT / "docs" / "parity.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith(("| Claim", "| Deviation"))
    ]
    assert rows
    for row in rows:
        assert len(row) == 3, row
        assert all(row), row


def test_every_decision_page_is_numbered_once_and_says_its_status() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    assert all("\nStatus: " in page.read_text(encoding="utf-8") for page in pages)


def test_links_between_pages_lead_somewhere() -> None:
    for page in (path for path in kept_files() if path.suffix == ".md"):
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_no_file_knows_somebodys_machine_or_leaves_work_behind() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0].strip()}"
        for path in kept_files()
        for match in FORBIDDEN.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found


def test_the_architecture_page_names_every_part_of_the_house() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    units = {module.unit for module in modules().values()} - {"idp_sim", "__main__"}
    missing = sorted(unit for unit in units if not re.search(rf"\b{unit}\b", text))
    assert not missing
