"""Of parallel attempts with one code exactly one gets tokens."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.simulator import World

THREADS = 8


@pytest.mark.parametrize("round_", range(3))
def test_eight_clients_race_for_one_code_and_one_wins(world: World, round_: int) -> None:
    code = world.sign_in_for_code("megan@contoso.example")
    portal = world.application()
    form = {
        **world.code_form(code),
        "client_id": portal["client_id"],
        "client_secret": portal["client_secret"],
    }
    start = threading.Barrier(THREADS)

    def attempt(_: int) -> tuple[int, list[int]]:
        with requests.Session() as session:
            session.trust_env = False
            session.verify = world["ca_file"]
            session.get(f"{world.base_url}/health", timeout=20)  # the connection stands before the race begins
            start.wait(20)
            answer = session.post(world.token_url(), data=form, timeout=20)
            return answer.status_code, answer.json().get("error_codes", [])

    with ThreadPoolExecutor(THREADS) as pool:
        results = sorted(pool.map(attempt, range(THREADS)))
    assert results == [(200, [])] + [(400, [54005])] * (THREADS - 1)
