"""``/inbox``: what was sent, newest first, found again; and that a mail can do no harm."""

from __future__ import annotations

import html
import re

import pytest

from idp_sim.inbox.body import POLICY, with_new_tabs
from tests.simulator import World
from tests.stories import invite, newest_mail

NILS, EVA = "nils@northwind.example", "eva@proseware.example"


def page(world: World, path: str = "/inbox", *, expect: int = 200, **query: str) -> str:
    answer = world.call("GET", path, query={"world": world.id, **query})
    assert answer.status == expect, answer.text
    return html.unescape(answer.text)


def addresses(shown: str) -> list[str]:
    return re.findall(r'<b class="to">([^<]+)</b>', shown)


def test_the_list_is_newest_first(world: World) -> None:
    assert "mail-empty" in page(world)
    invite(world, NILS)
    invite(world, EVA)
    assert addresses(page(world)) == [EVA, NILS]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("NILS", [NILS], id="address in any case"),
        pytest.param("invited contoso", [EVA, NILS], id="words of the subject"),
        pytest.param("eva fraud", [EVA], id="all words, also of the text"),
        pytest.param("nils monday", [], id="not all words"),
        pytest.param("100%_", [], id="no wildcards"),
    ],
)
def test_search_finds_messages_that_hold_every_word(world: World, words: str, found: list[str]) -> None:
    invite(world, NILS)
    invite(world, EVA)
    assert addresses(page(world, q=words)) == found


def test_the_list_alone_is_silent_until_something_arrives_or_goes(world: World) -> None:
    invite(world, NILS)
    seen = re.search(r"seen=([\w.]+)", page(world))
    assert seen
    assert page(world, "/inbox/list", expect=204, seen=seen[1]) == ""
    invite(world, EVA)
    assert EVA in page(world, "/inbox/list", seen=seen[1])
    world.control("DELETE", "inbox/messages", expect=204)
    assert "mail-empty" in page(world, "/inbox/list", seen=seen[1])


def test_a_message_shows_its_link_its_text_and_its_frame(world: World) -> None:
    invite(world, NILS)
    mail, shown = newest_mail(world, NILS), page(world, "/inbox/1")
    assert mail["links"][0] in shown
    assert mail["text"].splitlines()[0] in shown
    assert f'src="/inbox/1/body?world={world.id}"' in shown
    assert re.search(r'sandbox="allow-popups allow-popups-to-escape-sandbox"', shown)


def test_a_mail_may_run_nothing_load_nothing_and_send_nothing(world: World) -> None:
    invite(world, NILS)
    answer = world.call("GET", "/inbox/1/body", query={"world": world.id})
    policy = answer.headers["Content-Security-Policy"]
    assert policy == POLICY
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert {"default-src 'none'", "form-action 'none'", "frame-ancestors 'self'"} <= set(policy.split("; "))


def test_hostile_words_stay_words(world: World) -> None:
    hostile = "<script>alert(1)</script>"
    answer = world.call("GET", "/inbox", query={"world": world.id, "q": hostile})
    assert hostile not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        pytest.param("<html><HEAD a='b'><p>", "<html><HEAD a='b'><base target=\"_blank\"><p>", id="in the head"),
        pytest.param("<p>bare", '<base target="_blank"><p>bare', id="without a head"),
    ],
)
def test_links_of_a_mail_open_a_tab_of_their_own(mail: str, expected: str) -> None:
    assert with_new_tabs(mail) == expected
