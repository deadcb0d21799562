"""The ready file: whole or absent, for its owner only, gone at the end."""

from __future__ import annotations

import json
import os
from pathlib import Path

from idp_sim.cli.ready_file import ReadyFile


def test_it_appears_whole_and_goes_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    with ReadyFile.prepared(path) as ready:
        assert ready is not None
        assert not path.exists()
        ready.publish({"pid": os.getpid(), "base_url": "https://localhost:1"})
        assert json.loads(path.read_text())["base_url"] == "https://localhost:1"
        assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == []


def test_what_an_earlier_run_left_is_not_taken_for_this_one(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.write_text("{}")
    with ReadyFile.prepared(path):
        assert not path.exists()


def test_the_file_of_another_server_is_left(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    with ReadyFile.prepared(path):
        path.write_text(json.dumps({"pid": -1}))
    assert path.exists()


def test_no_file_wanted_is_no_file(tmp_path: Path) -> None:
    with ReadyFile.prepared(None) as ready:
        assert ready is None
