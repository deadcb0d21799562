"""What ``serve`` tells while it runs comes from events that nobody who signs in waits for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from idp_sim.events import MailDelivered, Notice, RequestRefused, SignInLogged
from idp_sim.services.watch import Watch
from tests.simulator import Simulator, World

ANA = "ana@fabrikam.example"
PATIENCE = 10


class Watched:
    """Collects the notices of one world; ``all`` waits until everything that happened was told."""

    def __init__(self, simulator: Simulator, world: str) -> None:
        self._notices: list[Notice] = []
        self._world = world
        self._end = simulator.watch(self._notices.append)

    def all(self) -> list[Notice]:
        self._end(PATIENCE)
        return [notice for notice in self._notices if notice.world == self._world]


@pytest.fixture
def watched(simulator: Simulator, world: World) -> Iterator[Watched]:
    watched = Watched(simulator, world.id)
    yield watched
    watched.all()


def test_a_guests_sign_in_is_told_once_with_the_decisions_of_both_tenants(watched: Watched, world: World) -> None:
    answer = world.control("POST", "sign-ins", {"tenant": "contoso", "user": ANA, "application": "portal"})
    (notice,) = watched.all()
    assert (notice.kind, notice.text) == ("signed in", f"{ANA} to portal (contoso)")
    assert notice.page == f"{world.base_url}/explain/{answer['id']}?world={world.id}"
    assert any(line.startswith("fabrikam: outbound = allowed") for line in notice.details)
    assert any(line.startswith("contoso: inbound = allowed") for line in notice.details)
    assert notice.messages


def test_a_refused_sign_in_is_told_with_its_number(watched: Watched, world: World) -> None:
    world.control("POST", "sign-ins", {"tenant": "contoso", "user": "nobody@contoso.example", "application": "portal"})
    (notice,) = watched.all()
    assert notice.kind == "refused"
    assert "nobody@contoso.example to portal (contoso): AADSTS50034 UserAccountNotFound: " in notice.text


def test_a_refused_token_request_is_told_with_the_page_of_its_number(watched: Watched, world: World) -> None:
    world.token({"grant_type": "client_credentials"}, "daemon", client_secret="wrong")
    (notice,) = watched.all()
    assert notice.kind == "refused"
    assert "AADSTS7000215" in notice.text
    assert notice.page == f"{world.base_url}/error?code=7000215"


def test_a_wrong_redirect_uri_is_told(watched: Watched, world: World) -> None:
    world.call("GET", world.authorize_url(redirect_uri="https://evil.example/cb"))
    (notice,) = watched.all()
    assert "AADSTS50011" in notice.text


def test_a_mail_is_told_with_its_address_and_link(watched: Watched, world: World) -> None:
    body = {
        "invitedUserEmailAddress": "cleo@fabrikam.example",
        "inviteRedirectUrl": "https://portal.contoso.example/welcome",
        "sendInvitationMessage": True,
    }
    world.graph("POST", "/invitations", body, expect=201)
    (notice,) = watched.all()
    assert notice.kind == "mail"
    assert notice.text.startswith("to cleo@fabrikam.example: ")
    assert notice.page == f"{world.base_url}/inbox?world={world.id}"
    assert notice.details[0].startswith(f"{world.base_url}/redeem")


def test_what_was_rolled_back_or_deleted_is_not_told(world: World) -> None:
    watch = Watch(world.simulator.ports, world.simulator._parts.worlds)
    tenant = world.tenant_id("contoso")
    assert watch.notice(SignInLogged(world=world.id, tenant=tenant, id="never written")) is None
    assert watch.notice(MailDelivered(world=world.id, number=99)) is None
    assert watch.notice(SignInLogged(world="gone", tenant=tenant, id="x")) is None


def test_after_the_end_nothing_is_told(simulator: Simulator, world: World) -> None:
    watched = Watched(simulator, world.id)
    assert watched.all() == []
    simulator.ports.events.publish(
        RequestRefused(world=world.id, instant=world.now(), code=1, name="Late", message="too late")
    )
    assert watched.all() == []
