"""How a story is told."""

from __future__ import annotations

import io

from idp_sim.demo.messages import Line
from idp_sim.demo.narrator import Check, Narrator


def narrated(tell) -> str:
    stream = io.StringIO()
    tell(Narrator(stream, lambda text, *styles: text))
    return stream.getvalue()


def test_a_step_is_one_line_with_tenant_message_rule_and_reason() -> None:
    line = Line(tenant="contoso", message="asked", rule="mfa", result="satisfied", why="home did it.")
    assert narrated(lambda n: n.line(line)) == "    contoso    · asked · mfa → satisfied: home did it.\n"


def test_a_step_that_decides_nothing_ends_after_its_message() -> None:
    assert narrated(lambda n: n.line(Line(tenant="t", message="mail"))).endswith("· mail\n")


def test_a_token_is_shown_as_json_with_notes() -> None:
    text = narrated(lambda n: n.token("token", {"tid": "x", "ver": "2.0"}, {"tid": "the resource tenant"}))
    assert '"tid": "x",' in text
    assert "← the resource tenant" in text
    assert '"ver": "2.0"\n' in text


def test_a_check_says_in_words_whether_it_holds() -> None:
    text = narrated(lambda n: n.checks([Check(True, "good"), Check(False, "bad")]))
    assert text == "    ok   good\n    FAIL bad\n"
