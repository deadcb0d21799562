"""The lines that ``serve`` prints while it runs."""

from __future__ import annotations

import io
import logging
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from idp_sim.cli.narration import Narrator, lines, log_file
from idp_sim.cli.output import Painter
from idp_sim.events import Notice
from idp_sim.options import CannotStart

PLAIN = Painter(io.StringIO(), {})
NOTICE = Notice(
    world="default",
    instant=datetime(2030, 1, 31, 12, 0, 5, tzinfo=UTC),
    kind="refused",
    text="ben@fabrikam.example to portal (contoso): AADSTS50020 UserUnauthorized: no.",
    page="https://localhost:1/explain/7",
    details=("contoso: invitation = refused: why",),
    messages=("contoso: OpenID Connect, authentication request: Portal to Contoso",),
)


@pytest.mark.parametrize(
    ("notice", "verbosity", "expected"),
    [
        pytest.param(
            NOTICE,
            0,
            "12:00:05  refused    ben@fabrikam.example to portal (contoso): AADSTS50020 UserUnauthorized: no."
            "  https://localhost:1/explain/7",
            id="one line",
        ),
        pytest.param(replace(NOTICE, page="", world="w1", text="x"), 0, "12:00:05  refused    [w1] x", id="world"),
        pytest.param(
            replace(NOTICE, page="", text="x"),
            1,
            "12:00:05  refused    x\n          contoso: invitation = refused: why",
            id="decisions",
        ),
        pytest.param(
            replace(NOTICE, page="", text="a\nb\x1b[2J", details=(), messages=()),
            0,
            "12:00:05  refused    a b [2J",
            id="what a client sent stays on its line",
        ),
    ],
)
def test_a_notice_reads(notice: Notice, verbosity: int, expected: str) -> None:
    assert lines(notice, PLAIN, verbosity=verbosity) == expected


def test_very_verbose_tells_the_protocol_messages_before_the_decisions() -> None:
    text = lines(NOTICE, PLAIN, verbosity=2)
    assert text.index("authentication request") < text.index("invitation = refused")


def test_a_terminal_gets_colour_and_the_log_gets_dates(tmp_path: Path) -> None:
    terminal, log = io.StringIO(), io.StringIO()
    Narrator(terminal, log).show(NOTICE)
    assert log.getvalue().startswith("2030-01-31T12:00:05Z  refused")
    assert terminal.getvalue().startswith("12:00:05  refused")


def test_a_reader_that_has_gone_disturbs_nobody() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    log = io.StringIO()
    with os.fdopen(writing, "w") as terminal:
        narrator = Narrator(terminal, log)
        narrator.show(NOTICE)
        narrator.show(NOTICE)
    assert log.getvalue().count("\n") == 2


def test_the_log_is_appended_to_and_holds_what_fails(tmp_path: Path) -> None:
    file = tmp_path / "sim.log"
    file.write_text("before\n")
    with log_file(file) as log:
        Narrator(None, log).show(NOTICE)
        logging.getLogger("idp_sim").error("GET /x failed")
    text = file.read_text()
    assert text.startswith("before\n2030-01-31")
    assert "ERROR  GET /x failed" in text


def test_a_log_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="cannot write the log file"), log_file(tmp_path / "no" / "l"):
        pass
