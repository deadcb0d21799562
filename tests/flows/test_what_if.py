"""What-If at Graph and the matrix of the control API, beside the sign-ins that they foretell."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator import World
from tests.stories import add_policy, by_headless, guest, policy_ids

ANA, NORA = "ana@fabrikam.example", "nora@northwind.example"
EVALUATE = "/identity/conditionalAccess/evaluate"


def ask(world: World, user: str, *, version: str = "v1.0", **conditions: Any) -> list[dict[str, Any]]:
    """What-If about a guest and the portal."""
    body = {
        "signInIdentity": {"@odata.type": "#microsoft.graph.userSignIn", "userId": guest(world, user)["id"]},
        "signInContext": {
            "@odata.type": "#microsoft.graph.applicationContext",
            "includeApplications": [world.application("portal")["client_id"]],
        },
        "signInConditions": conditions,
    }
    token = world.client_credentials()["access_token"]
    answer = world.call("POST", f"/{version}{EVALUATE}", json_body=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 200, answer.text
    assert "whatIfAnalysisResult" in answer.json["@odata.context"]
    return list(answer.json["value"])


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_each_policy_says_whether_it_applies_and_what_stops_it(world: World, version: str) -> None:
    add_policy(world, "block", platforms={"includePlatforms": ["iOS"]})
    add_policy(world, "block", state="disabled")
    told = [(p["policyApplies"], p["analysisReasons"]) for p in ask(world, ANA, version=version)]
    assert told == [(True, "notSet"), (False, "devicePlatform")]  # nothing was said of the platform
    told = [(p["policyApplies"], p["analysisReasons"]) for p in ask(world, ANA, devicePlatform="iOS")]
    assert told == [(True, "notSet"), (True, "notSet")]
    assert by_headless(world, ANA, platform="iOS").code == 53003
    assert by_headless(world, ANA, platform="windows").code == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param({"signInIdentity": {"userId": ""}}, "signInIdentity.userId", id="nobody"),
        pytest.param({"signInContext": {"userAction": "dance"}}, "signInContext.userAction", id="unknown action"),
        pytest.param({"signInConditions": {"devicePlatform": "fridge"}}, "devicePlatform", id="unknown platform"),
        pytest.param({"signInConditions": {"colour": "red"}}, "colour", id="unknown condition"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_name(world: World, change: dict[str, Any], named: str) -> None:
    body = {
        "signInIdentity": {"userId": guest(world, ANA)["id"]},
        "signInContext": {"includeApplications": [world.application("portal")["client_id"]]},
        **change,
    }
    answer = world.graph("POST", EVALUATE, body, expect=400)
    assert named in answer["error"]["message"]


def test_the_matrix_tells_applies_from_depends_and_finds_the_gaps(world: World) -> None:
    add_policy(world, "block", platforms={"includePlatforms": ["iOS"]})
    matrix = world.control("GET", "policies/matrix", users=f"{ANA},megan@contoso.example", applications="portal")
    ana, megan = matrix["value"]
    assert [(p["result"], p["stopped_by"], p["depends_on"]) for p in ana["policies"]] == [
        ("applies", None, []),
        ("depends_on", None, ["devicePlatform"]),
    ]
    assert [(p["result"], p["stopped_by"]) for p in megan["policies"]] == [("does_not_apply", "users")] * 2
    assert (ana["outcome"], ana["demands"], megan["outcome"]) == ("demands", ["mfa"], "nothing_demanded")
    assert matrix["gaps"] == []
    on_a_phone = world.control("GET", "policies/matrix", users=ANA, applications="portal", platform="iOS")
    assert on_a_phone["value"][0]["outcome"] == "block"
    for policy in policy_ids(world):
        world.graph("DELETE", f"/identity/conditionalAccess/policies/{policy}", expect=204)
    gaps = world.control("GET", "policies/matrix", users=NORA, applications="portal,api")["gaps"]
    assert [(gap["user"], gap["application"]) for gap in gaps] == [(NORA, "portal"), (NORA, "api")]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param({"tenant": "nowhere"}, 404, id="tenant"),
        pytest.param({"users": "nobody@contoso.example"}, 404, id="user"),
        pytest.param({"applications": "nothing"}, 404, id="application"),
        pytest.param({"ip_address": "here"}, 400, id="address"),
        pytest.param({"platform": "fridge"}, 400, id="platform"),
    ],
)
def test_a_matrix_of_nothing_is_refused(world: World, query: dict[str, str], status: int) -> None:
    world.control("GET", "policies/matrix", expect=status, **query)
