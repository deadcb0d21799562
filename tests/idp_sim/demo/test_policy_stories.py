"""The stories of trust and policy, over HTTPS: each ends as it should."""

from __future__ import annotations

import io

import pytest

from idp_sim.demo.policy_stories import POLICY_STORIES
from idp_sim.demo.run import run


@pytest.fixture(scope="module")
def told() -> str:
    stream = io.StringIO()
    run(POLICY_STORIES, stream, lambda text, *styles: text)
    return stream.getvalue()


@pytest.mark.parametrize("story", POLICY_STORIES, ids=lambda story: story.name)
def test_the_story_ends_as_it_should(told: str, story: object) -> None:
    assert f"{getattr(story, 'name', '')}: as it should be" in told, told


def test_each_decision_names_its_section_and_why(told: str) -> None:
    assert "fabrikam   · entra-sign-in 7.3 · outbound → blocked: Fabrikam's outbound access settings" in told
