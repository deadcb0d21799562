"""The product's modules and what they import, read from the source with ``ast``: nothing is executed."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("federation", "idp_sim")


@dataclass(frozen=True)
class Import:
    """One imported module; ``late`` inside a function, ``typing_only`` under ``if TYPE_CHECKING``."""

    name: str
    late: bool
    typing_only: bool


@dataclass(frozen=True)
class Module:
    """A module of the product."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def unit(self) -> str:
        """``federation``, or the part of ``idp_sim`` that it belongs to (``graph``, ``ports`` ...)."""
        parts = self.name.split(".")
        return parts[1] if parts[0] == "idp_sim" and len(parts) > 1 else parts[0]

    @property
    def imports(self) -> tuple[Import, ...]:
        """Every import, wherever it stands."""
        found: list[Import] = []
        _collect(self.tree, found, late=False, typing_only=False)
        return tuple(found)


def _collect(node: ast.AST, found: list[Import], *, late: bool, typing_only: bool) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            found += [Import(alias.name, late, typing_only) for alias in child.names]
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            found += [Import(f"{child.module}.{alias.name}", late, typing_only) for alias in child.names]
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            checking = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
            _collect(child, found, late=late or inside, typing_only=typing_only or checking)


@cache
def modules() -> dict[str, Module]:
    """All modules by dotted name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found[name] = Module(name, path, ast.parse(path.read_text(encoding="utf-8")))
    return found


def resolve(name: str) -> str | None:
    """The product's module that an imported dotted name is or lies in; None for anything foreign."""
    while name and name not in modules():
        name = name.rpartition(".")[0]
    return name or None
