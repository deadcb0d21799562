"""Which domains may be invited: the list of external collaboration settings (entra-sign-in 2.11, graph-api 20.3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import GraphWorld

POLICIES = "/beta/policies/b2bManagementPolicies"
FABRIKAM, NORTHWIND = "dora@fabrikam.example", "dora@northwind.example"


@pytest.fixture
def world() -> Iterator[GraphWorld]:
    made = GraphWorld()
    yield made
    made.close()


def definition(**lists: list[str]) -> list[str]:
    return [json.dumps({"B2BManagementPolicy": {"InvitationsAllowedAndBlockedDomainsPolicy": lists}})]


def body(**lists: list[str]) -> dict[str, Any]:
    return {"displayName": "Domains", "isOrganizationDefault": True, "definition": definition(**lists)}


def invite(world: GraphWorld, address: str) -> Any:
    return world.post(
        "/v1.0/invitations", {"invitedUserEmailAddress": address, "inviteRedirectUrl": "https://portal.example"}
    )


@pytest.mark.parametrize(
    ("lists", "admitted"),
    [
        pytest.param({}, [FABRIKAM, NORTHWIND], id="no list: any domain"),
        pytest.param({"BlockedDomains": ["Fabrikam.example"]}, [NORTHWIND], id="deny list"),
        pytest.param({"AllowedDomains": ["fabrikam.example"]}, [FABRIKAM], id="allow list"),
        pytest.param({"AllowedDomains": ["example"]}, None, id="no domain at all"),
        pytest.param({"BlockedDomains": ["sub.fabrikam.example"]}, [FABRIKAM, NORTHWIND], id="a sub-domain is another"),
    ],
)
def test_the_list_decides_who_can_be_invited(
    world: GraphWorld, lists: dict[str, list[str]], admitted: list[str] | None
) -> None:
    made = world.post(POLICIES, body(**lists))
    assert made.status == (400 if admitted is None else 201)
    if admitted is None:
        return
    answers = {address: invite(world, address) for address in (FABRIKAM, NORTHWIND)}
    assert [address for address, answer in answers.items() if answer.status == 201] == admitted
    refused = [answer for answer in answers.values() if answer.status != 201]
    assert all(answer.status == 400 and "not allowed by the policy" in answer.message for answer in refused)


def test_there_is_one_policy_which_older_scripts_find_too(world: GraphWorld) -> None:
    made = world.post(POLICIES, body(BlockedDomains=["fabrikam.example"])).json
    assert world.post(POLICIES, body()).status == 409
    legacy = world.get("/beta/legacy/policies").value
    assert [(policy["id"], policy["type"]) for policy in legacy] == [(made["id"], "B2BManagementPolicy")]
    switched = {"definition": definition(AllowedDomains=["fabrikam.example"])}
    assert world.patch(f"{POLICIES}/{made['id']}", switched).status == 204
    assert invite(world, FABRIKAM).status == 201
    assert world.get("/v1.0/policies/b2bManagementPolicies").status == 400
    assert world.delete(f"{POLICIES}/{made['id']}").status == 204
    assert invite(world, NORTHWIND).status == 201


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("{", "JSON", id="no JSON"),
        pytest.param("[]", "object", id="no object"),
        pytest.param('{"OtherPolicy": {}}', "OtherPolicy", id="another policy"),
        pytest.param('{"B2BManagementPolicy": {"Colour": 1}}', "Colour", id="unknown setting"),
        pytest.param(
            definition(AllowedDomains=["a.example"], BlockedDomains=["b.example"])[0], "never both", id="both"
        ),
        pytest.param(definition(AllowedDomains=["not a domain"])[0], "AllowedDomains", id="no domain"),
        pytest.param(definition(AllowedDomains=[f"d{n}.example" for n in range(3000)])[0], "25000", id="too long"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(world: GraphWorld, text: str, named: str) -> None:
    answer = world.post(POLICIES, {"displayName": "Domains", "definition": [text]})
    assert answer.status == 400
    assert named in answer.message
    assert world.get(POLICIES).value == []
