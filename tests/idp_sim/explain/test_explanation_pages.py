"""``/explain``: the list, one sign-in told in order, and the same messages at ``/_sim/traces``."""

from __future__ import annotations

import re

import pytest

from tests.simulator import World

ANA, CLEO = "ana@fabrikam.example", "cleo@fabrikam.example"


def sign_in(world: World, user: str) -> str:
    body = {"tenant": "contoso", "user": user, "application": "portal"}
    return str(world.control("POST", "sign-ins", body)["id"])


def page(world: World, path: str, *, expect: int = 200, **query: str) -> str:
    answer = world.call("GET", path, query={"world": world.id, **query})
    assert answer.status == expect, answer.text
    return answer.text


def test_every_decision_and_message_of_the_control_api_is_on_the_page(world: World) -> None:
    id = sign_in(world, ANA)
    shown = page(world, f"/explain/{id}")
    decisions = world.control("GET", f"sign-ins/{id}/explanation")["decisions"]
    assert shown.count('data-kind="rule"') == len(decisions)
    assert all(f'data-word="{decision["rule"]}"' in shown for decision in decisions)
    assert shown.count('data-kind="message"') == len(world.control("GET", f"traces/{id}")["messages"])


def test_each_row_of_the_table_is_in_the_picture(world: World) -> None:
    shown = page(world, f"/explain/{sign_in(world, ANA)}")
    rows = re.findall(r'<tr id="(event-\d+)"', shown)
    assert rows
    assert set(re.findall(r'href="#(event-\d+)"', shown)) == set(rows)


def test_a_message_between_two_tenants_is_told_once_and_in_order(world: World) -> None:
    told = world.control("GET", f"traces/{sign_in(world, ANA)}")["messages"]
    assert [(m["from"], m["to"], m["name"]) for m in told] == [
        ("Contoso Portal", "Contoso", "authentication request"),
        ("Contoso", "Fabrikam", "authentication request"),
        ("Fabrikam", "Contoso", "authentication response"),
        ("Contoso", "Fabrikam", "token request"),
        ("Fabrikam", "Contoso", "token response"),
        ("Contoso", "Contoso Portal", "authentication response"),
        ("Contoso Portal", "Contoso", "token request"),
        ("Contoso", "Contoso Portal", "token response"),
    ]
    claims = told[-1]["decoded"]["id_token"]["claims"]
    assert (claims["tid"], claims["email"]) == (world.tenant_id(), ANA)


def test_neither_page_nor_trace_holds_a_secret(world: World) -> None:
    id = sign_in(world, ANA)
    shown = page(world, f"/explain/{id}") + str(world.control("GET", f"traces/{id}"))
    tokens = world.control("POST", "sign-ins", {"tenant": "contoso", "user": ANA, "application": "portal"})["tokens"]
    assert str(world.application()["client_secret"]) not in shown
    assert str(world.user("ana")["password"]) not in shown
    assert str(tokens["id_token"]) not in page(world, f"/explain/{id}")
    assert not re.search(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{20}", shown)


def test_a_refusal_names_its_last_word(world: World) -> None:
    shown = page(world, f"/explain/{sign_in(world, CLEO)}")
    assert "AADSTS50020" in shown
    assert shown.count("The sign-in ended here.") == 1


def test_the_list_is_newest_first_and_silent_until_something_happens(world: World) -> None:
    assert "sign-ins-empty" in page(world, "/explain")
    sign_in(world, ANA)
    sign_in(world, CLEO)
    shown = page(world, "/explain")
    assert shown.index(CLEO) < shown.index(ANA)
    seen = re.search(r"seen=(\d+)", shown)
    assert seen
    assert page(world, "/explain/list", expect=204, seen=seen[1]) == ""
    assert ANA in page(world, "/explain/list", seen="0")


@pytest.mark.parametrize("path", ["/explain/nothing", "/inbox/7", "/inbox/7/body", "/inbox/x"])
def test_what_is_not_there_is_a_page_that_says_so(shared_world: World, path: str) -> None:
    assert "missing-sentence" in page(shared_world, path, expect=404)


@pytest.mark.parametrize("path", ["/explain", "/inbox", "/inbox/list", "/phone", "/phone/codes"])
def test_an_unknown_world_is_a_page_that_says_so(shared_world: World, path: str) -> None:
    answer = shared_world.call("GET", path, query={"world": "nowhere"})
    assert answer.status == 404
    assert "nowhere" in answer.text


def test_a_world_shows_nothing_of_another(world: World, shared_world: World) -> None:
    id = sign_in(world, ANA)
    page(shared_world, f"/explain/{id}", expect=404)
    assert ANA not in page(shared_world, "/explain")


def test_links_stay_in_their_world(world: World) -> None:
    id = sign_in(world, ANA)
    for path in ("/explain", f"/explain/{id}", "/phone", "/inbox"):
        own = [
            link
            for link in re.findall(r'href="(/(?:explain|inbox|phone)[^"]*)"', page(world, path))
            if f"world={world.id}" not in link
        ]
        assert not own, path
