"""Tells the stories: a line per step, the token at the end, and whether everything was as it should be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from idp_sim.demo.messages import Line

#: Puts styles around text, or not: ``idp_sim.cli.output.Painter``.
Paint = Callable[..., str]


@dataclass(frozen=True)
class Check:
    """One thing that must hold at the end of a story."""

    holds: bool
    sentence: str


class Narrator:
    """Writes to one stream; every line goes out at once, so that progress is seen."""

    def __init__(self, stream: TextIO, paint: Paint, tenant_width: int = 10) -> None:
        self._stream = stream
        self._paint = paint
        self._width = tenant_width

    def title(self, text: str) -> None:
        """The heading of a story."""
        self._write(f"\n{self._paint(text, 'bold', 'cyan')}")

    def stage(self, text: str) -> None:
        """A part of a story begins."""
        self._write(f"  {self._paint(text, 'bold')}")

    def line(self, line: Line) -> None:
        """``tenant · message · rule → result: why``."""
        told = [self._paint(line.tenant.ljust(self._width), "cyan"), line.message]
        if line.rule:
            told.append(f"{self._paint(f'{line.rule} → {line.result}', 'yellow')}: {line.why}")
        self._write("    " + " · ".join(told))

    def lines(self, lines: Iterable[Line]) -> None:
        """Several lines."""
        for line in lines:
            self.line(line)

    def token(self, heading: str, claims: Mapping[str, Any], notes: Mapping[str, str]) -> None:
        """Decoded claims as JSON, with a note behind those that tell the story."""
        self.stage(heading)
        rows = [f'"{name}": {json.dumps(value, ensure_ascii=False)}' for name, value in claims.items()]
        width = max((len(row) for row, name in zip(rows, claims, strict=True) if name in notes), default=0) + 1
        self._write("    {")
        for number, (row, name) in enumerate(zip(rows, claims, strict=True), start=1):
            row += "," if number < len(rows) else ""
            note = f"  {self._paint('← ' + notes[name], 'green')}" if name in notes else ""
            self._write(f"      {row.ljust(width) if note else row}{note}")
        self._write("    }")

    def checks(self, checks: Iterable[Check]) -> None:
        """Each check with a mark in words that need no colour."""
        for check in checks:
            mark = self._paint("ok  ", "green") if check.holds else self._paint("FAIL", "red", "bold")
            self._write(f"    {mark} {check.sentence}")

    def verdict(self, holds: bool, text: str) -> None:
        """The last word of a story or of all."""
        self._write(self._paint(text, "bold", "green" if holds else "red"))

    def _write(self, text: str) -> None:
        print(text, file=self._stream, flush=True)
