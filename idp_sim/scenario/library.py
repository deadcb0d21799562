"""The shipped scenarios: package data where there is any, else the repository's folder (an editable install)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_SUFFIX = ".yaml"


def folder() -> Traversable:
    """Where the shipped scenarios lie; FileNotFoundError names the places that were tried."""
    packaged = files("idp_sim") / "scenarios"
    if packaged.is_dir():
        return packaged
    repository = Path(__file__).resolve().parents[2] / "fixtures" / "scenarios"
    if repository.is_dir():
        return repository
    raise FileNotFoundError(f"no shipped scenarios: neither {packaged} nor {repository} is a folder")


def shipped() -> Mapping[str, Traversable]:
    """Every shipped scenario by name, in the order of names."""
    found = {entry.name.removesuffix(_SUFFIX): entry for entry in folder().iterdir() if entry.name.endswith(_SUFFIX)}
    return dict(sorted(found.items()))


def names() -> tuple[str, ...]:
    """Names of the shipped scenarios."""
    return tuple(shipped())
