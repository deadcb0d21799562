"""Figures and their goals as values, and how they are printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured figure. ``goal`` None is a yardstick: it has no goal of its own."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    better: Literal["higher", "lower"] = "lower"
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the goal is reached; a yardstick always is."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.better == "higher" else self.value <= self.goal


def as_table(figures: Sequence[Figure]) -> str:
    """One row a figure, the goal beside it."""
    header = ("FIGURE", "MEASURED", "GOAL", "", "HOW")
    rows = [header, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def _cells(figure: Figure) -> tuple[str, str, str, str, str]:
    measured = f"{_number(figure.value)} {figure.unit}"
    if figure.goal is None:
        return figure.name, measured, "", "", figure.note
    sign = "≥" if figure.better == "higher" else "≤"
    return (
        figure.name,
        measured,
        f"{sign} {_number(figure.goal)} {figure.unit}",
        ("met" if figure.met else "MISSED"),
        figure.note,
    )


def _number(value: float) -> str:
    return f"{value:,.{0 if value >= 1000 else 1 if value >= 10 else 2}f}"


def as_json(figures: Sequence[Figure]) -> str:
    """The figures as a JSON document."""
    rows = [{**asdict(figure), "met": figure.met} for figure in figures]
    return json.dumps({"figures": rows, "met": all(figure.met for figure in figures)}, indent=2) + "\n"
