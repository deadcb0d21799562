"""``idp-sim serve --data``: what a killed server leaves, who may use a folder, and what a full disk does."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.serve_process import LIMIT, refused, serving, until_ready

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs signals and limits of POSIX")

THREADS = 8


class Client:
    """The control API of a process."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._url = document["control_url"]
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {document['control_token']}"

    def post_user(self, name: str) -> requests.Response:
        body = {"tenant": "fabrikam", "user_principal_name": f"{name}@fabrikam.example", "password": "Kites-4-Dora"}
        return self._session.post(f"{self._url}/users", json=body, timeout=LIMIT)

    def ready(self) -> dict[str, Any]:
        document: dict[str, Any] = self._session.get(f"{self._url}/ready", timeout=LIMIT).json()
        return document

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()


@contextlib.contextmanager
def kept(folder: Path, **options: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    with serving("--port", "0", "--no-tls", "--json", "--data", str(folder), **options) as process:
        yield process, until_ready(process)


def passwords(document: dict[str, Any]) -> dict[str, str]:
    return {user["user_principal_name"]: user["password"] for user in document["users"]}


def databases(folder: Path) -> list[str]:
    """What SQLite says of each database of the folder."""
    verdicts = []
    for file in sorted(folder.glob("worlds/*/*.sqlite3")):
        with contextlib.closing(sqlite3.connect(file)) as connection:
            verdicts.append(connection.execute("PRAGMA integrity_check").fetchone()[0])
    return verdicts


def write_until_it_ends(
    document: dict[str, Any], thread: int, acknowledged: list[str], enough: threading.Event
) -> None:
    with Client(document) as client, contextlib.suppress(requests.RequestException):
        for number in range(10_000):
            name = f"writer{thread}-{number}"
            if client.post_user(name).status_code != 201:
                return
            acknowledged.append(f"{name}@fabrikam.example")
            if len(acknowledged) >= 80:
                enough.set()


def test_a_killed_server_loses_no_write_that_it_acknowledged_and_leaves_none_in_part(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    enough = threading.Event()
    with kept(tmp_path / "data") as (process, document):
        writers = [
            threading.Thread(target=write_until_it_ends, args=(document, thread, acknowledged, enough))
            for thread in range(THREADS)
        ]
        for writer in writers:
            writer.start()
        assert enough.wait(LIMIT)
        process.send_signal(signal.SIGKILL)
        process.wait(LIMIT)
        for writer in writers:
            writer.join(LIMIT)
    assert databases(tmp_path / "data") == ["ok", "ok"]  # the world and its pristine copy

    with kept(tmp_path / "data") as (_, again):
        found = passwords(again)
        assert set(acknowledged) <= set(found)
        written = {name: password for name, password in found.items() if name.startswith("writer")}
        assert set(written.values()) == {"Kites-4-Dora"}  # a user and the user's credentials are two records
        assert {t["id"] for t in again["tenants"]} == {t["id"] for t in document["tenants"]}


def test_one_server_at_a_time_holds_the_folder_and_the_second_is_told_which(tmp_path: Path) -> None:
    with kept(tmp_path / "data") as (process, document):
        errors = refused("--port", "0", "--no-tls", "--data", str(tmp_path / "data"))
        assert str(process.pid) in errors
        assert document["base_url"] in errors
        assert str(tmp_path / "data") in errors
        assert len(errors.splitlines()) == 1
        process.kill()
        process.wait(LIMIT)
    with kept(tmp_path / "data"):
        pass  # nobody holds it any more, although the first one could not tidy up


def test_another_scenario_than_that_of_the_data_is_refused_with_both_names(tmp_path: Path) -> None:
    with kept(tmp_path / "data"):
        pass
    errors = refused("--port", "0", "--scenario", "minimal", "--data", str(tmp_path / "data"))
    assert "contoso" in errors
    assert "minimal" in errors


def test_a_place_where_nothing_can_be_made_is_one_sentence() -> None:
    errors = refused("--port", "0", "--data", "/proc/idp-sim/data")
    assert "/proc/idp-sim/data" in errors
    assert "--in-memory" in errors
    assert len(errors.splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_folder_that_is_read_only_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)
    if os.geteuid() == 0:  # for root only the kernel's own folders are read-only
        folder = Path("/sys/idp-sim")
    errors = refused("--port", "0", "--data", str(folder))
    assert re.search("Permission denied|not permitted|Read-only", errors)
    assert len(errors.splitlines()) == 1


def test_no_room_for_a_first_world_is_one_sentence_and_leaves_no_half_world(tmp_path: Path) -> None:
    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    errors = refused("--port", "0", "--no-tls", "--data", str(tmp_path / "data"), prepare=little_room)
    assert str(tmp_path / "data") in errors
    assert len(errors.splitlines()) == 1
    assert list((tmp_path / "data" / "worlds").iterdir()) == []


def test_without_room_a_write_is_refused_as_a_whole_and_reading_goes_on(tmp_path: Path) -> None:
    with kept(tmp_path / "data"):
        pass

    def room_for_some() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, 1_200_000))

    with kept(tmp_path / "data", prepare=room_for_some) as (_, document), Client(document) as client:
        acknowledged = []
        for number in range(2000):
            answer = client.post_user(f"writer{number}")
            if answer.status_code != 201:
                break
            acknowledged.append(f"writer{number}@fabrikam.example")
        assert answer.status_code in (503, 507), answer.text
        assert answer.json()["error"]["code"] in ("storage_unavailable", "insufficient_storage")
        written = [name for name in passwords(client.ready()) if name.startswith("writer")]
        assert sorted(written) == sorted(acknowledged)
    assert databases(tmp_path / "data") == ["ok", "ok"]
