"""Sign-ins listed and explained over both tenants, and the headless call's input."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from idp_sim.control.messages import Explanation, SignIn, SignIns
from idp_sim.ports import Context
from idp_sim.sign_in.client import ClientFacts
from idp_sim.sign_in.model import DecisionRecord, Outcome, Purpose, SignInRow, SignInTransaction, StepRecord
from tests.control_world import ControlWorld


@pytest.fixture
def sim() -> Iterator[ControlWorld]:
    simulator = ControlWorld()
    yield simulator
    simulator.close()


def decision(order: int, rule: str) -> DecisionRecord:
    return DecisionRecord(order=order, rule=rule, result="allowed", reason="because", source="entra-sign-in 7.4")


def row(sim: ControlWorld, tenant: str, id: str, *, order: int, away: str | None = None, **fields: Any) -> SignInRow:
    own = sim.worlds.tenant_named("default", tenant).id
    other = sim.worlds.tenant_named("default", away).id if away else own
    portal = next(
        a
        for a in sim.ask("GET", "/_sim/ready").json["applications"]
        if a["tenant"] == "contoso" and a["name"] == "portal"
    )
    fields = {"outcome": Outcome.SUCCESS, "correlation_id": "c1", **fields}
    record = SignInRow(
        id=id,
        tenant=own,
        created=sim.ports.clocks.now("default"),
        order=order,
        resource_tenant=other,
        user_principal_name="ana@fabrikam.example",
        application=portal["client_id"],
        application_name="Contoso Portal",
        **fields,
    )
    sim.storage.insert("default", own, record)
    return record


def listed(sim: ControlWorld) -> list[str]:
    answer = sim.ask("GET", "/_sim/sign-ins")
    return [entry.id for entry in msgspec.convert(answer.json, SignIns).value]


def test_a_guest_sign_in_is_one_line_newest_first(sim: ControlWorld) -> None:
    row(sim, "fabrikam", "home", order=1, away="contoso")
    row(sim, "contoso", "resource", order=2)
    row(sim, "fabrikam", "member", order=3, correlation_id="c2")
    assert listed(sim) == ["member", "resource"]
    entry = sim.ask("GET", "/_sim/sign-ins").json["value"][1]
    assert (entry["tenant"], entry["user"], entry["application"], entry["code"]) == (
        "contoso",
        "ana@fabrikam.example",
        "portal",
        0,
    )


def test_what_was_refused_at_home_already_is_listed_by_the_home_s_row(sim: ControlWorld) -> None:
    row(sim, "fabrikam", "home", order=1, away="contoso", outcome=Outcome.REFUSED, error_code=500212)
    assert listed(sim) == ["home"]


def test_what_goes_on_and_what_no_person_does_is_not_listed(sim: ControlWorld) -> None:
    row(sim, "contoso", "open", order=1, outcome=Outcome.IN_PROGRESS)
    row(sim, "contoso", "refresh", order=2, interactive=False)
    row(sim, "fabrikam", "let go on by the home", order=3, away="contoso", correlation_id="c3")
    assert listed(sim) == []


def test_one_sign_in_tells_its_error_and_what_happened_in_both_tenants_in_order(sim: ControlWorld) -> None:
    at_home = (StepRecord(order=2, step="password", detail="checked"),)
    here = (StepRecord(order=1, step="home_realm_discovery", detail="x"), StepRecord(order=3, step="token", detail="y"))
    row(sim, "fabrikam", "home", order=4, away="contoso", steps=at_home)
    refused = {"outcome": Outcome.REFUSED, "error_code": 53003, "error_name": "Blocked", "failure_reason": "No."}
    row(sim, "contoso", "resource", order=5, steps=here, **refused)
    entry = msgspec.convert(sim.ask("GET", "/_sim/sign-ins/resource").json, SignIn)
    assert entry.error is not None
    assert (entry.error.code, entry.error.name, entry.error.message) == (53003, "Blocked", "No.")
    assert [(step.tenant, step.step) for step in entry.steps] == [
        ("contoso", "home_realm_discovery"),
        ("fabrikam", "password"),
        ("contoso", "token"),
    ]


def test_an_explanation_merges_the_decisions_of_both_tenants(sim: ControlWorld) -> None:
    row(sim, "fabrikam", "home", order=6, away="contoso", decisions=(decision(2, "outbound"),))
    row(sim, "contoso", "resource", order=7, decisions=(decision(1, "home_realm"), decision(3, "inbound")))
    row(sim, "contoso", "another", order=8, correlation_id="c2", decisions=(decision(4, "mfa"),))
    answer = sim.ask("GET", "/_sim/sign-ins/resource/explanation")
    explained = msgspec.convert(answer.json, Explanation)
    assert (explained.id, explained.outcome) == ("resource", "success")
    assert [(d.tenant, d.rule) for d in explained.decisions] == [
        ("contoso", "home_realm"),
        ("fabrikam", "outbound"),
        ("contoso", "inbound"),
    ]


def test_a_sign_in_that_waits_for_a_person_is_explained_from_its_transaction(sim: ControlWorld) -> None:
    tenant, now = sim.worlds.tenant_named("default", "contoso").id, sim.ports.clocks.now("default")
    transaction = SignInTransaction(
        id="handle",
        tenant=tenant,
        sign_in_id="waiting",
        correlation_id="c1",
        created=now,
        expires=now + timedelta(minutes=15),
        browser="b",
        secret="s",
        purpose=Purpose.APPLICATION,
        client=ClientFacts(),
        application="portal",
        address="ana@fabrikam.example",
        decisions=(decision(1, "home_realm"),),
    )
    sim.storage.insert("default", tenant, transaction)
    row(sim, "fabrikam", "home", order=3, away="contoso", decisions=(decision(2, "outbound"),))
    answer = sim.ask("GET", "/_sim/sign-ins/waiting/explanation")
    assert answer.json["outcome"] == "in_progress"
    assert [d["rule"] for d in answer.json["decisions"]] == ["home_realm", "outbound"]


def test_an_unknown_sign_in_is_404(sim: ControlWorld) -> None:
    for path in ("/_sim/sign-ins/x", "/_sim/sign-ins/x/explanation"):
        answer = sim.ask("GET", path)
        assert (answer.status, answer.message) == (404, "no such sign-in 'x'")


def test_a_headless_sign_in_gets_every_default_of_the_contract(sim: ControlWorld) -> None:
    asked: list[dict[str, Any]] = []

    def headless(context: Context, body: dict[str, Any]) -> dict[str, Any]:
        assert context.world == "default"
        asked.append(body)
        return {"id": "x", "outcome": "success"}

    sim.headless = headless
    body = {"tenant": "contoso", "user": "ana@fabrikam.example", "application": "portal"}
    answer = sim.ask("POST", "/_sim/sign-ins", body)
    assert (answer.status, answer.json["outcome"]) == (200, "success")
    assert asked == [
        {
            **body,
            "scope": "openid profile email",
            "redeem": False,
            "mfa": True,
            "mfa_method": None,
            "ip_address": "198.51.100.7",
            "platform": "windows",
            "client_app": "browser",
            "device": {"compliant": False, "hybrid_joined": False, "attributes": {}},
            "sign_in_risk": "none",
            "user_risk": "none",
            "direct_connect": False,
        }
    ]


@pytest.mark.parametrize(
    ("change", "status", "expected"),
    [
        pytest.param({"tenant": "contosso"}, 404, "tenant 'contosso'", id="unknown tenant"),
        pytest.param({"application": "portel"}, 404, "did you mean 'portal'?", id="unknown application"),
        pytest.param({"mfa_method": "carrierPigeon"}, 400, "mfa_method: expected one of", id="unknown method"),
    ],
)
def test_a_headless_sign_in_that_can_not_begin_is_refused_by_name(
    sim: ControlWorld, change: dict[str, object], status: int, expected: str
) -> None:
    body = {"tenant": "contoso", "user": "ana@fabrikam.example", "application": "portal", **change}
    answer = sim.ask("POST", "/_sim/sign-ins", body)
    assert answer.status == status
    assert expected in answer.message
