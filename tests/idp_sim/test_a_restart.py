"""What a simulator that keeps its data still knows when it is started again, also at another address."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from idp_sim.adapters.data_folder import DataFolder
from idp_sim.app import Simulator
from idp_sim.options import CannotStart, ServeOptions
from idp_sim.scenario.errors import ScenarioError
from idp_sim.sign_in.model import SignInRow
from tests.simulator import CALLBACK, Browser, Landing, World


@contextmanager
def running(folder: Path, **options: object) -> Iterator[World]:
    """The default world of a simulator with these data."""
    with Simulator.start(ServeOptions(**{"port": 0, "tls": False, "data": folder, **options})) as simulator:
        world = World(simulator, simulator.ready, requests.Session())
        try:
            yield world
        finally:
            for client in (*world.browsers, *world.https, world.http):
                client.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the data lie."""
    return tmp_path / "data"


def without_address(world: World) -> str:
    """The ready document, whatever the address, process and control token."""
    text = str({key: value for key, value in world.ready.items() if key not in ("pid", "control_token")})
    return text.replace(world.base_url, "BASE")


def portal_sign_in(world: World) -> dict:
    body = {"tenant": "contoso", "user": "ana@fabrikam.example", "application": "portal"}
    answer: dict = world.control("POST", "sign-ins", body)
    assert answer["outcome"] == "success", answer
    return answer


def test_ids_secrets_and_the_signing_key_are_the_same_and_a_token_from_before_is_good(folder: Path) -> None:
    with running(folder) as world:
        before, token = without_address(world), world.client_credentials()["access_token"]
        keys = world.call("GET", f"/{world.tenant_id()}/discovery/v2.0/keys").json
    with running(folder) as world:
        assert without_address(world) == before
        assert [key["kid"] for key in world.call("GET", f"/{world.tenant_id()}/discovery/v2.0/keys").json["keys"]] == [
            key["kid"] for key in keys["keys"]
        ]
        answer = world.call("GET", "/v1.0/users", headers={"Authorization": f"Bearer {token}"})
        assert answer.status == 200, answer.text


def test_sign_ins_their_explanations_and_messages_are_still_there(folder: Path) -> None:
    with running(folder) as world:
        sign_in = portal_sign_in(world)["id"]
        listed = world.control("GET", "sign-ins")
        explanation = world.control("GET", f"sign-ins/{sign_in}/explanation")
        correlation = world.simulator.ports.storage.find("default", world.tenant_id(), SignInRow)[-1].correlation_id
        messages = world.simulator.ports.journal.messages("default", correlation)
        assert messages
    with running(folder) as world:
        assert world.control("GET", "sign-ins") == listed
        assert world.control("GET", f"sign-ins/{sign_in}/explanation") == explanation
        again = world.simulator.ports.journal.messages("default", correlation)
        assert [(m.order, m.name) for m in again] == [(m.order, m.name) for m in messages]
        world.control("POST", "reset", expect=204)
        assert world.simulator.ports.journal.messages("default", correlation) == []


def test_refresh_tokens_and_sessions_live_on(folder: Path) -> None:
    megan, browser = "megan@contoso.example", Browser(verify=True, stop_at=(CALLBACK,))
    try:
        with running(folder) as world:
            tokens = world.redeem(
                world.walk(megan, world.authorize_url(login_hint=megan), browser=browser).parameters["code"]
            )
            port = int(world.base_url.rpartition(":")[2])
        with running(folder, port=port) as world:
            answer = world.token({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
            assert answer.status == 200, answer.text
            silent = browser.get(world.authorize_url(prompt="none", login_hint=megan))
            assert isinstance(silent, Landing)
            assert "code" in silent.parameters
    finally:
        browser.close()


def test_mail_is_kept_its_links_lead_to_the_new_address_and_numbers_go_on(folder: Path) -> None:
    with running(folder) as world:
        _invite(world, "zoe@proseware.example")
        first = world.control("GET", "inbox/messages", to="zoe@proseware.example")["value"][-1]
        assert first["links"][0].startswith(world.base_url)
    with running(folder) as world:
        kept = world.control("GET", "inbox/messages", to="zoe@proseware.example")["value"][-1]
        assert kept["id"] == first["id"]
        assert kept["links"][0].startswith(f"{world.base_url}/")
        assert world.call("GET", kept["links"][0]).status in (200, 302, 303)
        world.control("DELETE", "inbox/messages", expect=204)
    with running(folder) as world:
        assert world.control("GET", "inbox/messages")["value"] == []
        _invite(world, "zora@proseware.example")
        newest = world.control("GET", "inbox/messages")["value"][-1]
        assert newest["id"] > first["id"]


def _invite(world: World, address: str) -> None:
    body = {"invitedUserEmailAddress": address, "inviteRedirectUrl": "https://portal.contoso.example/welcome",
            "sendInvitationMessage": True}  # fmt: skip
    world.graph("POST", "/invitations", body, expect=201)


@pytest.mark.parametrize("frozen", [False, True])
def test_the_clock_goes_on_from_where_it_was_set(folder: Path, frozen: bool) -> None:
    with running(folder) as world:
        world.control("POST", "clock", {"advance": "P31D"})
        before = world.freeze() if frozen else world.now()
    with running(folder) as world:
        shown = world.now()
        assert shown == before if frozen else before <= shown < before + timedelta(minutes=5)
        world.control("POST", "reset", expect=204)
        assert world.now() < before - timedelta(days=30)


def test_a_guest_of_a_home_at_the_old_address_signs_in_at_the_new_one(folder: Path) -> None:
    with running(folder) as world:
        old = world.base_url
        assert any(tenant["issuer"].startswith(old) for tenant in world["tenants"])
        portal_sign_in(world)
    with running(folder) as world:
        assert world.base_url != old
        portal_sign_in(world)
        assert old not in str(world.ready)
        assert old not in str(world.graph("GET", "/users"))


def test_reset_after_a_restart_makes_the_scenario_again_at_the_new_address(folder: Path) -> None:
    with running(folder) as world:
        before, old = without_address(world), world.base_url
        _invite(world, "zoe@proseware.example")
    with running(folder) as world:
        world.control("POST", "reset", expect=204)
        world.ready = world.simulator.ready
        assert without_address(world) == before
        assert old not in str(world.ready)
        portal_sign_in(world)


def test_further_worlds_come_back_and_deleted_ones_do_not(folder: Path) -> None:
    with running(folder) as world:
        kept = world.control("POST", "worlds", {"scenario": "minimal"}, expect=201)
        gone = world.control("POST", "worlds", {"scenario": "minimal"}, expect=201)
        world.control("DELETE", f"worlds/{gone['world']}", expect=204)
        listed = world.control("GET", "worlds")
    with running(folder) as world:
        assert world.control("GET", "worlds") == listed
        assert [entry["id"] for entry in listed["value"]] == ["default", kept["world"]]
        tenant = kept["tenants"][0]["id"]
        assert world.call("GET", f"/{tenant}/v2.0/.well-known/openid-configuration").status == 200
        tenant = gone["tenants"][0]["id"]
        assert world.call("GET", f"/{tenant}/v2.0/.well-known/openid-configuration").status == 400


def test_another_scenario_is_refused_and_a_misspelt_one_is_named(folder: Path) -> None:
    with running(folder):
        pass
    with (
        pytest.raises(CannotStart, match="made from the scenario 'contoso', not from 'minimal'"),
        running(folder, scenario="minimal"),
    ):
        pass
    with pytest.raises(ScenarioError, match="minimall"), running(folder, scenario="minimall"):
        pass


def test_a_scenario_file_may_change_its_layout_but_not_what_it_says(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: minimal\nname: mine\n")
    for _ in range(2):
        with running(folder, scenario=str(file)) as world:
            assert world["scenario"] == "mine"
        file.write_text("# a comment\nname:   mine\nextends: minimal\n")
    file.write_text("extends: contoso\nname: mine\n")
    with pytest.raises(CannotStart, match="not what it was"), running(folder, scenario=str(file)):
        pass


def test_who_is_refused_lets_go_of_the_folder_and_leaves_the_data(folder: Path) -> None:
    with running(folder) as world:
        before = without_address(world)
        with pytest.raises(CannotStart, match="held by another server"), running(folder):
            pass
    with pytest.raises(CannotStart), running(folder, scenario="minimal"):
        pass
    DataFolder(folder).release()
    with running(folder) as world:
        assert without_address(world) == before


def test_a_scenario_with_mistakes_leaves_a_folder_that_a_mended_one_can_use(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("tenantz: {}\n")
    with pytest.raises(ScenarioError), running(folder, scenario=str(file)):
        pass
    with running(folder, scenario="minimal") as world:
        assert world["scenario"] == "minimal"


def test_in_memory_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Simulator.start(ServeOptions(port=0, tls=False)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_copy_of_the_folder_is_a_backup(folder: Path, tmp_path: Path) -> None:
    with running(folder) as world:
        before = without_address(world)
    shutil.copytree(folder, tmp_path / "copy")
    with running(tmp_path / "copy") as world:
        assert without_address(world) == before
