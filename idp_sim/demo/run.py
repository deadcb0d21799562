"""Starts a private simulator and plays the stories in it: the composition root of the demo."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from idp_sim.demo.client import Control, Http, UnexpectedAnswer
from idp_sim.demo.narrator import Narrator, Paint
from idp_sim.demo.play import Stage, play
from idp_sim.demo.play_policy import play_policy
from idp_sim.demo.policy_stories import PolicyStory
from idp_sim.demo.stories import Story
from idp_sim.options import ServeOptions

#: A world in which nobody is invited yet.
SCENARIO = "uninvited"


def run(stories: Iterable[Story | PolicyStory], stream: TextIO, paint: Paint) -> bool:
    """Play ``stories`` in a private simulator on a free port; whether every one ended as it should.

    CannotStart when the simulator can't start.
    """
    from idp_sim.adapters.ids import RandomIds
    from idp_sim.app import Simulator

    narrator = Narrator(stream, paint)
    print("Starting a private simulator ...", file=stream, flush=True)
    with Simulator.start(ServeOptions(scenario=SCENARIO, port=0)) as simulator:
        document = simulator.ready
        print(f"Ready: {document['base_url']}, scenario '{SCENARIO}', nobody invited yet.", file=stream, flush=True)
        http = Http(document["ca_file"] or True)
        control = Control(http=http, url=document["control_url"], token=document["control_token"])
        stage = Stage(document=document, http=http, control=control, random=RandomIds().secret)
        try:
            results = [_played(story, stage, narrator) for story in stories]
        finally:
            http.close()
    good = results.count(True)
    narrator.verdict(good == len(results), f"\n{good} of {len(results)} stories ended as they should.")
    return good == len(results)


def _played(story: Story | PolicyStory, stage: Stage, narrator: Narrator) -> bool:
    """Play one and judge it; a story that breaks off is told and does not keep the others from being played."""
    import requests

    narrator.title(f"{story.name}: {story.title}")
    try:
        if isinstance(story, PolicyStory):
            checks = play_policy(story, stage.http, stage.control, narrator)
        else:
            checks = play(story, stage, narrator)
    except (UnexpectedAnswer, LookupError, RuntimeError, requests.RequestException) as error:
        narrator.verdict(False, f"  The story broke off: {error}")
        return False
    narrator.stage("checks")
    narrator.checks(checks)
    holds = all(check.holds for check in checks)
    narrator.verdict(holds, f"  {story.name}: as it should be" if holds else f"  {story.name}: NOT as it should be")
    return holds
