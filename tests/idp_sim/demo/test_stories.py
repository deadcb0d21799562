"""The stories themselves, over HTTPS: they end as they should, and say so when they do not."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from idp_sim.demo.run import run
from idp_sim.demo.stories import STORIES, Story

ANA, NORA, OTTO, *_ = STORIES


def told(*stories: Story) -> tuple[bool, str]:
    stream = io.StringIO()
    return run(stories, stream, lambda text, *styles: text), stream.getvalue()


@pytest.fixture(scope="module")
def all_told() -> tuple[bool, str]:
    return told(*STORIES)


def test_every_story_ends_as_it_should(all_told: tuple[bool, str]) -> None:
    good, text = all_told
    assert good, text
    assert f"{len(STORIES)} of {len(STORIES)} stories ended as they should." in text
    assert "FAIL" not in text


@pytest.mark.parametrize(
    ("tenant", "message", "rule"),
    [
        pytest.param("contoso", "Graph POST /v1.0/invitations", "", id="invited by Graph"),
        pytest.param("contoso", "mail to ana@fabrikam.example", "", id="the mail"),
        pytest.param("contoso", "invitation link opened", "home_realm", id="where to sign in"),
        pytest.param("fabrikam", "OpenID Connect request from federation client of contoso", "", id="sent home"),
        pytest.param("fabrikam", "sign-in page: authenticator code", "mfa", id="second factor at home"),
        pytest.param("contoso", "sign-in page: review permissions: accept", "inbound_trust", id="trust"),
        pytest.param("northwind", "sign-in page: password", "mfa", id="no second factor at home"),
        pytest.param("contoso", "sign-in page: register authenticator, code", "mfa", id="registered here"),
        pytest.param("contoso", "sign-in page: one-time passcode", "invitation", id="passcode"),
        pytest.param("contoso", "token request of the application", "", id="token"),
    ],
)
def test_each_step_is_one_line_with_tenant_message_rule_and_reason(
    all_told: tuple[bool, str], tenant: str, message: str, rule: str
) -> None:
    lines = [line for line in all_told[1].splitlines() if line.strip().startswith(tenant) and message in line]
    assert lines
    assert any(f" · {rule} → " in line and ": " in line for line in lines) or not rule


def test_a_story_that_ends_otherwise_is_said_to_and_makes_the_whole_fail() -> None:
    good, text = told(replace(ANA, pages=NORA.pages))
    assert not good
    assert "FAIL northwind showed the page 'password'" in text
    assert "0 of 1 stories ended as they should." in text


def test_a_story_that_breaks_off_does_not_keep_the_next_from_being_played() -> None:
    good, text = told(replace(ANA, address="not an address"), OTTO)
    assert not good
    assert "The story broke off: POST" in text
    assert "otto: as it should be" in text
