"""A sequence diagram as geometry: lanes, arrows and boxes with their places. The template turns it into SVG.

Pure. Texts are wrapped by an estimate of their width, on the wide side, so that nothing is clipped whatever
font the browser takes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from idp_sim.explain.view import Row
from idp_sim.services.traces import Party

MARGIN = 132
GAPS = (208, 300)  # narrowest and widest distance of two lanes
WIDTH = 1140  # what the page offers
CHARACTER = 6.5  # a generous width of one character at 12 px
HEAD = 64
BOXES = (188, 248)  # narrowest and widest box of decisions
LINE = 17


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A party's vertical line."""

    x: float
    party: Party
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """A message, or an act of the person. ``lines`` stand above it, ``below`` under it."""

    number: int
    kind: str
    start: float
    end: float
    y: float
    lines: tuple[str, ...]
    below: str
    answer: bool

    @property
    def middle(self) -> float:
        """Where its text is centred."""
        return (self.start + self.end) / 2

    @property
    def head(self) -> str:
        """Points of the arrow head."""
        back = -9 if self.end > self.start else 9
        return f"{self.end:g},{self.y:g} {self.end + back:g},{self.y - 5:g} {self.end + back:g},{self.y + 5:g}"


@dataclass(frozen=True, kw_only=True)
class BoxLine:
    """One decision in a box: the first of its lines carries the number."""

    number: int
    y: float
    lines: tuple[str, ...]
    last_word: bool


@dataclass(frozen=True, kw_only=True)
class Box:
    """Decisions that one tenant made in a row."""

    x: float
    y: float
    width: float
    height: float
    entries: tuple[BoxLine, ...]
    last_word: bool


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Everything to draw."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    arrows: tuple[Arrow, ...]
    boxes: tuple[Box, ...]


@dataclass
class _Pen:
    """Goes down the page."""

    lanes: dict[Party, float]
    box_width: float
    y: float = HEAD + 14
    arrows: list[Arrow] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    def arrow(self, row: Row) -> None:
        start, end = self.lanes[row.sender], self.lanes[row.receiver]
        lines = wrapped(f"{row.number}  {row.title}", abs(end - start) - 30)
        self.y += LINE * len(lines) + 8
        tip = 3 if end > start else -3
        self.arrows.append(
            Arrow(
                number=row.number,
                kind=row.kind,
                start=start + tip,
                end=end - tip,
                y=self.y,
                lines=lines,
                below=row.channel,
                answer=row.answer,
            )
        )
        self.y += 24 if row.channel else 12

    def box(self, tenant: Party, rows: Sequence[Row]) -> None:
        top, entries = self.y + 6, []
        y = top + 7
        for row in rows:
            text = f"{row.word} → {row.result}" if row.kind == "rule" else row.title
            lines = wrapped(f"{row.number}  {text}", self.box_width - 20)
            entries.append(BoxLine(number=row.number, y=y + 12, lines=lines, last_word=row.last_word))
            y += LINE * len(lines) + 2
        bad = any(row.last_word for row in rows)
        x = self.lanes[tenant] - self.box_width / 2
        height = y - top + 5
        box = Box(x=x, y=top, width=self.box_width, height=height, entries=tuple(entries), last_word=bad)
        self.boxes.append(box)
        self.y = top + height + 6


def draw(rows: Iterable[Row], parties: Sequence[Party]) -> Drawing:
    """The diagram of the rows; neighbouring decisions of one tenant share a box."""
    gap = min(max((WIDTH - 2 * MARGIN) / max(len(parties) - 1, 1), GAPS[0]), GAPS[1])
    places = {party: MARGIN + gap * index for index, party in enumerate(parties)}
    pen = _Pen(lanes=places, box_width=min(max(gap - 20, BOXES[0]), BOXES[1]))
    for (here, party), group in groupby(rows, key=lambda row: (row.sender == row.receiver, row.sender)):
        if here:
            pen.box(party, list(group))
        else:
            for row in group:
                pen.arrow(row)
    return Drawing(
        width=2 * MARGIN + gap * (len(parties) - 1),
        height=pen.y + 16,
        lanes=tuple(Lane(x=x, party=party, lines=wrapped(party.name, 190)[:2]) for party, x in places.items()),
        arrows=tuple(pen.arrows),
        boxes=tuple(pen.boxes),
    )


def wrapped(text: str, width: float) -> tuple[str, ...]:
    """The text in lines of about ``width`` pixels; a long word (an address) is broken rather than clipped."""
    return tuple(textwrap.wrap(text, max(int(width / CHARACTER), 8), break_on_hyphens=False)) or ("",)
