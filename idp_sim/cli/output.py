"""What the commands write: tables, colour only where a person looks, and refusals with exit status 2."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn, TextIO

from idp_sim.settings import environment

#: Exit status of a wrong option, value, file or folder.
USAGE = 2
#: Exit status of what was asked rightly and did not come about: no server, a sign-in that was refused.
FAILED = 1

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class Painter:
    """Puts ANSI colour around text, or leaves it alone.

    Colour is used on a terminal only, never with ``NO_COLOR`` set (https://no-color.org) or ``TERM=dumb``;
    ``FORCE_COLOR`` turns it on elsewhere.
    """

    def __init__(self, stream: TextIO, env: Mapping[str, str] | None = None) -> None:
        env = environment() if env is None else env
        plain = bool(env.get("NO_COLOR")) or env.get("TERM") == "dumb"
        self.on = not plain and (bool(env.get("FORCE_COLOR")) or stream.isatty())

    def __call__(self, text: str, *styles: str) -> str:
        """``text`` in ``styles`` (names of ``_STYLES``)."""
        if not self.on or not styles:
            return text
        return f"\x1b[{';'.join(_STYLES[style] for style in styles)}m{text}\x1b[0m"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], paint: Painter) -> str:
    """Columns as wide as their widest cell, two spaces apart; the header is bold, nothing is cut off."""
    cells = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = []
    for number, row in enumerate(cells):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        lines.append(paint(line, "bold") if number == 0 else line)
    return "\n".join(lines)


def fail(*problems: str, status: int = USAGE) -> NoReturn:
    """Write each problem as one line on stderr and end with that exit status."""
    paint = Painter(sys.stderr)
    for problem in problems:
        print(f"{paint('error:', 'red', 'bold')} {problem}", file=sys.stderr)
    sys.exit(status)


def remark(*sentences: str) -> None:
    """What a command did and what can be done next: on stderr, so that stdout holds the answer alone."""
    paint = Painter(sys.stderr)
    for sentence in sentences:
        print(paint(sentence, "dim"), file=sys.stderr)


def print_json(value: Any) -> None:
    """The answer for programs."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def warn(*sentences: str) -> None:
    """Warnings that stand out on stderr, one line each."""
    paint = Painter(sys.stderr)
    for sentence in sentences:
        print(paint(f"WARNING: {sentence}", "yellow", "bold"), file=sys.stderr, flush=True)
