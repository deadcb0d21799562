"""What ``serve`` says while it runs: a line for each sign-in, refusal and mail, on the terminal and in a file."""

from __future__ import annotations

import contextlib
import io
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from idp_sim.cli.output import Painter
from idp_sim.options import CannotStart

if TYPE_CHECKING:
    from idp_sim.events import Notice

_STYLES = {"signed in": ("green",), "refused": ("red", "bold"), "mail": ("cyan",), "phone": ("cyan",)}
_WIDTH = max(map(len, _STYLES))
_INDENT = " " * 10


def lines(notice: Notice, paint: Painter, *, verbosity: int = 0, dated: bool = False) -> str:
    """A notice as text; ``verbosity`` 1 adds decisions and links, 2 the protocol messages too.

    The time is the world's; ``dated`` writes it in full, for files.
    """
    instant = notice.instant.strftime("%Y-%m-%dT%H:%M:%SZ" if dated else "%H:%M:%S")
    world = "" if notice.world == "default" else f"[{notice.world}] "
    word = paint(notice.kind.ljust(_WIDTH), *_STYLES[notice.kind])
    page = paint(f"  {notice.page}", "dim") if notice.page else ""
    more = (*(notice.messages if verbosity > 1 else ()), *(notice.details if verbosity else ()))
    return "\n".join([f"{instant}  {word}  {world}{_one_line(notice.text)}{page}", *(f"{_INDENT}{m}" for m in more)])


def _one_line(text: str) -> str:
    """Whatever a client sent can't begin a line of its own, nor move the cursor."""
    return "".join(c if c.isprintable() else " " for c in text)


class Narrator:
    """Writes notices to the terminal and to a log file; either may be None."""

    def __init__(self, terminal: TextIO | None, log: TextIO | None, *, verbosity: int = 0) -> None:
        self._terminal = terminal
        self._log = log
        self._verbosity = verbosity
        self._paint = Painter(terminal) if terminal else None
        self._plain = Painter(io.StringIO(), {})

    def show(self, notice: Notice) -> None:
        """One notice. A terminal or a disk that takes no more ends only the writing there."""
        if self._log:
            try:
                self._log.write(lines(notice, self._plain, verbosity=self._verbosity, dated=True) + "\n")
                self._log.flush()
            except (OSError, ValueError):
                self._log = None
        if self._terminal and self._paint:
            try:
                write(self._terminal, lines(notice, self._paint, verbosity=self._verbosity) + "\n")
            except (OSError, ValueError):
                self._terminal = None


def write(stream: TextIO, text: str) -> None:
    """Past Python's buffer: a reader that stopped reading blocks this thread, and not the end of the process."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        stream.write(text)
        return
    rest = text.encode(stream.encoding or "utf-8", "replace")
    while rest:
        rest = rest[os.write(descriptor, rest) :]


@contextlib.contextmanager
def log_file(path: Path | None) -> Iterator[TextIO | None]:
    """The log, appended to; what fails inside the simulator is written there too. CannotStart."""
    if path is None:
        yield None
        return
    try:
        stream = path.open("a", encoding="utf-8")
    except OSError as error:
        raise CannotStart(f"cannot write the log file '{path}': {error.strerror or error}.") from error
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s  %(levelname)s  %(message)s"))
    logger = logging.getLogger("idp_sim")
    logger.addHandler(handler)
    try:
        with stream:
            yield stream
    finally:
        logger.removeHandler(handler)
