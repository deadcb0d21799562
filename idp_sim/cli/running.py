"""Which simulator the commands mean: by its ready file, the data folder, or the last start (product.md 6)."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from idp_sim.cli.ready_file import ReadyFile
from idp_sim.settings import user_data_folder

#: Where a simulator keeps its data unless told otherwise, and its ready document in there.
DATA_FOLDER = Path(".idp-sim")
READY_NAME = "ready.json"


class NoServer(Exception):
    """No simulator was found, or it does not answer; one sentence says where was looked."""


def running_folder() -> Path:
    """Ready documents of this account's running simulators, one file each, for their owner only."""
    return user_data_folder() / "running"


@contextlib.contextmanager
def noted(document: Mapping[str, Any], data: Path | None) -> Iterator[str | None]:
    """Note a start where the commands look for it, until the end.

    Gives None, or a sentence about what can't be written: the simulator serves without it.
    """
    files = [running_folder() / f"{os.getpid()}-{_port(document)}.json"] + ([data / READY_NAME] if data else [])
    with contextlib.ExitStack() as stack:
        problem = None
        for file in files:
            try:
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                stack.enter_context(ReadyFile.noted(file, document))
            except OSError as error:
                problem = f"the start could not be noted in {file}: {error.strerror or error}."
        yield problem


def find(ready_file: Path | None, data: Path | None) -> dict[str, Any]:
    """The ready document of the simulator that is meant; NoServer."""
    if ready_file is not None:
        return _named(ready_file, "the ready file")
    if data is not None:
        return _named(data / READY_NAME, "the data folder's")
    here = DATA_FOLDER / READY_NAME
    if (document := _read(here)) and _answers(document):
        return document
    folder = running_folder()
    for file in sorted(_notes(folder), key=_age):
        document = _read(file)
        if document and _answers(document):
            return document
        with contextlib.suppress(OSError):  # its server ended without clearing up
            file.unlink()
    raise NoServer(
        f"no simulator is running (looked at {here} and in {folder}); start one with 'idp-sim serve', "
        "or name its ready file with --ready-file."
    )


def _named(file: Path, what: str) -> dict[str, Any]:
    try:
        document = json.loads(file.read_bytes())
        if not isinstance(document, dict) or not {"base_url", "control_url", "control_token"} <= document.keys():
            raise ValueError
    except OSError as error:
        problem = "is not there" if isinstance(error, FileNotFoundError) else f"can't be read: {error.strerror}"
        raise NoServer(
            f"{what} '{file}' {problem}: no simulator of that name is running; "
            "'idp-sim serve --ready-file FILE' writes it, 'idp-sim wait --ready-file FILE' waits for it."
        ) from None
    except ValueError:
        raise NoServer(f"{what} '{file}' is not a ready document as 'idp-sim serve' writes it.") from None
    return document


def _read(file: Path) -> dict[str, Any] | None:
    try:
        return _named(file, "the note")
    except NoServer:
        return None


def _notes(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if file.suffix == ".json" and not file.name.startswith(".")]
    except OSError:
        return []


def _age(file: Path) -> float:
    """Sorts the newest first; a file that has just gone comes last."""
    try:
        return -file.stat().st_mtime_ns
    except OSError:
        return 0


def _answers(document: Mapping[str, Any]) -> bool:
    """Whether somebody listens at the port; a note outlives a server that was killed."""
    import socket

    host = urlsplit(document["base_url"]).hostname or ""
    try:
        socket.create_connection((host, _port(document)), timeout=2).close()
    except OSError:
        return False
    return True


def _port(document: Mapping[str, Any]) -> int:
    parts = urlsplit(str(document["base_url"]))
    return parts.port or (443 if parts.scheme == "https" else 80)
