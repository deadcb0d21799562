"""The file that tells other programs where the server is, and that it answers."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from idp_sim.options import CannotStart


@dataclass(frozen=True)
class ReadyFile:
    """Appears whole or not at all, readable by its owner only: it holds the control token."""

    path: Path

    @classmethod
    @contextlib.contextmanager
    def prepared(cls, path: Path | None) -> Iterator[ReadyFile | None]:
        """Remove what an earlier run left, check that the folder can be written, and clear up at the end.

        None stays None. CannotStart names the file and the problem before anything else is started.
        """
        if path is None:
            yield None
            return
        ready = cls(path)
        try:
            path.unlink(missing_ok=True)
            os.unlink(ready._written("{}"))
        except OSError as error:
            raise CannotStart(f"cannot write the ready file '{path}': {error.strerror or error}.") from error
        try:
            yield ready
        finally:
            ready._remove_own()

    @classmethod
    @contextlib.contextmanager
    def noted(cls, path: Path, document: Mapping[str, Any]) -> Iterator[None]:
        """The document at a place of this server's own until the end; OSError when it can't be written."""
        ready = cls(path)
        os.replace(ready._written(json.dumps(document, indent=2, ensure_ascii=False) + "\n"), path)
        try:
            yield
        finally:
            ready._remove_own()

    def publish(self, document: Mapping[str, Any]) -> None:
        """Put the document in place in one step."""
        temporary = self._written(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        try:
            os.replace(temporary, self.path)
        except OSError as error:
            os.unlink(temporary)
            raise CannotStart(f"cannot write the ready file '{self.path}': {error.strerror or error}.") from error

    def _written(self, text: str) -> str:
        """A temporary file beside the target, mode 0600 from its first byte on."""
        handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        return name

    def _remove_own(self) -> None:
        """Remove the file unless another server has put its own there meanwhile."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            if json.loads(self.path.read_text(encoding="utf-8")).get("pid") == os.getpid():
                self.path.unlink()
