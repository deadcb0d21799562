"""Signing keys in a file: the same key after a restart, private, and never half a file."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from federation.oidc.jwt_codec import own_keys, sign, verify
from federation.oidc.keys import KeySet
from idp_sim.adapters import user_files
from idp_sim.adapters.key_file import KeyFile
from idp_sim.adapters.keys import ServerKeys, new_signing_key
from idp_sim.options import CannotStart
from idp_sim.ports import StorageUnavailable

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLAIMS = {"sub": "ana", "exp": int((NOW + timedelta(hours=1)).timestamp())}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that a server has put its key into."""
    path = tmp_path / "keys.json"
    ServerKeys(NOW, KeyFile(path)).begin()
    return path


def test_the_next_server_signs_with_the_same_key(file: Path) -> None:
    first, second = (ServerKeys(NOW, KeyFile(file)).key_set("default", "contoso") for _ in range(2))
    assert first.signing.kid == second.signing.kid
    assert first.document("https://i.example") == second.document("https://i.example")
    assert verify(sign(CLAIMS, first.signing), own_keys(second), NOW) == CLAIMS


def test_every_state_of_a_key_and_the_keys_of_a_world_are_kept(file: Path) -> None:
    keys = ServerKeys(NOW, KeyFile(file))
    shared, fresh = keys.key_set("other", "contoso"), new_signing_key(NOW)
    rolled = shared.announcing(fresh).using(fresh.kid)
    keys.use("special", rolled)
    again = ServerKeys(NOW, KeyFile(file))
    kept = again.key_set("special", "contoso")
    assert [(key.kid, key.state) for key in kept.keys] == [(key.kid, key.state) for key in rolled.keys]
    assert again.key_set("other", "contoso").signing.kid == shared.signing.kid
    again.forget("special")
    assert ServerKeys(NOW, KeyFile(file)).key_set("special", "contoso").signing.kid == shared.signing.kid


@pytest.mark.skipif(os.name == "nt", reason="no modes there")
def test_nobody_but_its_owner_reads_the_file(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def cut(text: str) -> str:
    return text[: len(text) // 2]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(cut, id="half a file"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "[]", id="a list"),
        pytest.param(lambda _: '{"sets": []}', id="no sets"),
        pytest.param(lambda _: '{"sets": {"*": [{}]}}', id="a key without anything"),
        pytest.param(lambda text: text.replace('"use"', '"rest"'), id="an unknown state"),
        pytest.param(lambda text: text.replace("PRIVATE KEY", "PUBLIC KEY"), id="no private key"),
    ],
)
def test_another_file_is_refused_at_the_start_and_named(file: Path, damage) -> None:
    file.write_text(damage(file.read_text()))
    with pytest.raises(CannotStart, match=f"'{file}' doesn't hold signing keys"):
        KeyFile(file)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=f"'{tmp_path}' can't be read"):
        KeyFile(tmp_path)


def test_a_key_that_cannot_be_kept_signs_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    keys = ServerKeys(NOW, KeyFile(file))
    shared = keys.key_set("special", "contoso")
    monkeypatch.setattr(user_files, "replace", full)
    with pytest.raises(StorageUnavailable, match="No space left"):
        keys.use("special", KeySet(keys=(new_signing_key(NOW),)))
    assert keys.key_set("special", "contoso") is shared
    assert set(json.loads(file.read_text())["sets"]) == {"*"}
    unsaved = ServerKeys(NOW, KeyFile(file.with_name("new.json")))
    with pytest.raises(StorageUnavailable):
        unsaved.key_set("default", "contoso")
