"""The data folder: one server at a time, private, and clear words when it can't be used."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from idp_sim.adapters.data_folder import GIT_IGNORE, LOCK, DataFolder
from idp_sim.options import CannotStart
from tests.privileges import as_an_ordinary_user


def test_it_is_made_for_its_owner_only_and_ignored_by_git(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "a" / "data")
    folder.release()
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700 or os.name == "nt"
    assert (folder.path / GIT_IGNORE).read_text() == "*\n"


def test_a_folder_with_other_files_is_used_and_not_hidden_from_git(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    DataFolder(tmp_path).release()
    assert not (tmp_path / GIT_IGNORE).exists()


def test_the_second_server_is_told_who_has_it_until_the_first_lets_go(tmp_path: Path) -> None:
    first = DataFolder(tmp_path / "data")
    with pytest.raises(CannotStart, match=rf"held by another server \(process {os.getpid()}\)"):
        DataFolder(tmp_path / "data")
    first.announce("https://localhost:8443")
    with pytest.raises(CannotStart, match=rf"process {os.getpid()} at https://localhost:8443.*--data"):
        DataFolder(tmp_path / "data")
    first.release()
    DataFolder(tmp_path / "data").release()


@pytest.mark.parametrize("said", [b"", b"{", b"[1]", b'"x"', b"\xff"], ids=repr)
def test_whatever_the_lock_says_the_refusal_is_one_sentence(tmp_path: Path, said: bytes) -> None:
    first = DataFolder(tmp_path)
    (tmp_path / LOCK).write_bytes(said)
    with pytest.raises(CannotStart, match="held by another server;"):
        DataFolder(tmp_path)
    first.release()


def test_what_a_killed_server_left_in_the_lock_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text('{"pid": 1, "url": "https://localhost:8443"}')
    DataFolder(tmp_path).release()


def test_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(CannotStart, match=rf"'{tmp_path}/data' can't be used: .* --in-memory"):
        DataFolder(tmp_path / "data")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with as_an_ordinary_user(), pytest.raises(CannotStart, match="Permission denied"):
        DataFolder(tmp_path)
