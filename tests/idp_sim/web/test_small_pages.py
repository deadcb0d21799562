"""Health, the look-up page of error numbers, and paths that nobody serves."""

from __future__ import annotations

import pytest

from tests.simulator import World


def test_health(shared_world: World) -> None:
    answer = shared_world.call("GET", "/health")
    assert (answer.status, answer.json["status"]) == (200, "ok")


def test_a_number_is_looked_up(shared_world: World) -> None:
    answer = shared_world.call("GET", "/error", query={"code": "50020"})
    assert answer.status == 200
    assert "AADSTS50020" in answer.text
    assert "UserUnauthorized" in answer.text


@pytest.mark.parametrize("code", ["", "0", "-1", "123456", "x", "<script>", "9" * 5000, "٣"])
def test_another_number_is_not_found(shared_world: World, code: str) -> None:
    answer = shared_world.call("GET", "/error", query={"code": code})
    assert answer.status == 404
    assert "<script>" not in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/nowhere.example/oauth2", "/%00", "/..%2f..%2fetc", "/ü"])
@pytest.mark.parametrize(("accept", "kind"), [("text/html", "text/html"), ("application/json", "application/json")])
def test_a_path_that_nobody_serves_is_not_found(shared_world: World, path: str, accept: str, kind: str) -> None:
    answer = shared_world.call("GET", path, headers={"Accept": accept})
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith(kind)
