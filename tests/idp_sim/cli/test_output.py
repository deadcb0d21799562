"""What the commands print: plain where nobody looks, aligned, never cut."""

from __future__ import annotations

import io

import pytest

from idp_sim.cli.output import Painter, fail, table


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "env", "colour"),
    [
        pytest.param(Terminal(), {}, True, id="a terminal"),
        pytest.param(io.StringIO(), {}, False, id="a file"),
        pytest.param(Terminal(), {"NO_COLOR": "1"}, False, id="a terminal of someone who wants none"),
        pytest.param(Terminal(), {"NO_COLOR": ""}, True, id="an empty NO_COLOR counts as absent"),
        pytest.param(Terminal(), {"TERM": "dumb"}, False, id="a terminal that can't"),
        pytest.param(io.StringIO(), {"FORCE_COLOR": "1"}, True, id="a file, but told to"),
        pytest.param(io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, id="no wins"),
    ],
)
def test_colour_is_for_terminals(stream: io.StringIO, env: dict[str, str], colour: bool) -> None:
    assert Painter(stream, env)("text", "bold").startswith("\x1b[") is colour
    assert "text" in Painter(stream, env)("text", "bold")


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    text = table(("A", "LONGER"), [("wide cell", "x"), ("y", "")], Painter(io.StringIO(), {}))
    assert text == "A          LONGER\nwide cell  x\ny"


def test_every_problem_is_a_line_and_the_status_is_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        fail("first.", "second.")
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: first.\nerror: second.\n"
