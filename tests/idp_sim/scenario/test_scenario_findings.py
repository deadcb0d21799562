"""The format is declared once and read twice: quickly, and to find every mistake. Both must agree."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from idp_sim.scenario import library
from idp_sim.scenario.findings import findings
from idp_sim.scenario.schema import Scenario

CONTOSO: dict[str, Any] = yaml.safe_load(library.shipped()["contoso"].read_text(encoding="utf-8"))

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=4)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=2)


def places(value: Any, loc: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*loc, key)
        yield from places(item, (*loc, key))


PLACES = sorted(places(CONTOSO), key=str)


def accepted(value: Any) -> bool:
    try:
        msgspec.convert(value, Scenario)
    except msgspec.ValidationError:
        return False
    return True


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
def test_the_walk_finds_a_mistake_exactly_when_the_format_is_not_kept(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    value = copy.deepcopy(CONTOSO)
    for path, new in changes:
        holder = value
        try:
            for part in path[:-1]:
                holder = holder[part]
            holder[path[-1]] = new
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    assert accepted(value) == (findings(value) == [])


@given(VALUES)
def test_whatever_is_no_scenario_is_found_to_be_none(value: Any) -> None:
    assert findings(value)


def test_the_shipped_scenario_has_no_finding() -> None:
    assert accepted(CONTOSO)
    assert findings(CONTOSO) == []
