"""Files of the user account that appear whole or not at all, whoever else is writing them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def private_folder(folder: Path) -> None:
    """Make the folder, with those above it, for nobody but its owner; one that exists is left as it is."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def replace(file: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file, in place of the one that may be there."""
    os.replace(_written_aside(file, content, private), file)


def create_once(file: Path, content: bytes) -> bytes:
    """Write a private file unless it is there, and return what it holds: of two writers the first one wins."""
    aside = _written_aside(file, content, private=True)
    try:
        if os.name == "nt":
            os.rename(aside, file)  # refuses to replace there; hard links are not on every file system
        else:
            os.link(aside, file)
    except FileExistsError:
        return file.read_bytes()
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(aside)
    return content


def _written_aside(file: Path, content: bytes, private: bool) -> str:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        if not private:
            os.chmod(name, 0o644)
    except BaseException:
        os.unlink(name)
        raise
    return name
