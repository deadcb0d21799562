"""The verdicts of ``scripts/bench``."""

from __future__ import annotations

import importlib.util
import json
import sys
from types import ModuleType

import pytest

from tests.architecture.source import ROOT


@pytest.fixture(scope="module")
def figures() -> ModuleType:
    path = ROOT / "scripts" / "bench_parts" / "figures.py"
    spec = importlib.util.spec_from_file_location("bench_figures", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_figures"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("value", "goal", "better", "met"),
    [
        pytest.param(3.0, 3.0, "lower", True, id="just met"),
        pytest.param(3.1, 3.0, "lower", False, id="too much"),
        pytest.param(35.0, 35.0, "higher", True, id="just enough"),
        pytest.param(34.9, 35.0, "higher", False, id="too little"),
        pytest.param(1.0, None, "lower", True, id="a yardstick has no goal"),
    ],
)
def test_a_goal_is_met_or_missed(figures: ModuleType, value: float, goal: float, better: str, met: bool) -> None:
    figure = figures.Figure(name="x", value=value, unit="u", goal=goal, better=better)
    assert figure.met is met
    assert ("MISSED" in figures.as_table([figure])) is (not met)
    assert json.loads(figures.as_json([figure]))["met"] is met
