"""Each decision stands beside the message that caused it, and none is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_sim.demo.browser import Hop
from idp_sim.demo.messages import PLACES, Message, Names, attribute, message_of
from idp_sim.demo.page import Page

NAMES = Names(
    tenants={"c-id": "contoso", "contoso.example": "contoso", "f-id": "fabrikam"},
    applications={"p-id": "portal"},
    resource="contoso",
)
BASE = "https://localhost:1"


def hop(url: str, answered: Page | None = None) -> Hop:
    return Hop(method="GET", url=BASE + url, status=302, answered=answered)


@pytest.mark.parametrize(
    ("asked", "tenant", "kind", "text"),
    [
        pytest.param(hop("/redeem?rd=x"), "contoso", "invitation", "invitation link", id="invitation link"),
        pytest.param(hop("/C-ID/oauth2/v2.0/authorize?client_id=p-id"), "contoso", "request", "'portal'", id="app"),
        pytest.param(hop("/f-id/oauth2/v2.0/authorize?client_id=z"), "fabrikam", "request", "federation client of "
                     "contoso", id="from the resource tenant"),
        pytest.param(hop("/te/c-id/oauth2/authresp?code=x"), "contoso", "answer", "response", id="back from home"),
        pytest.param(hop("/login/x", Page(url=BASE, status=200, tenant="f-id", step="password")), "fabrikam",
                     "page:password", "sign-in page: password", id="form sent"),
    ],
)  # fmt: skip
def test_a_request_is_told_as_a_protocol_message(asked: Hop, tenant: str, kind: str, text: str) -> None:
    message = message_of(asked, NAMES)
    assert message is not None
    assert (message.tenant, message.kind) == (tenant, kind)
    assert text in message.text


def test_fetching_a_page_is_no_message() -> None:
    assert message_of(hop("/login/abc"), NAMES) is None


def decision(tenant: str, rule: str) -> dict[str, str]:
    return {"tenant": tenant, "rule": rule, "result": "r", "reason": "because"}


def test_a_decision_stands_beside_its_message() -> None:
    messages = [
        Message(tenant="contoso", kind="request", text="asked"),
        Message(tenant="fabrikam", kind="page:password", text="password"),
        Message(tenant="contoso", kind="answer", text="back"),
        Message(tenant="contoso", kind="page:consent", text="accepted"),
    ]
    decisions = [
        decision("contoso", "request"),
        decision("fabrikam", "account"),
        decision("contoso", "inbound"),
        decision("contoso", "inbound_trust"),
        decision("contoso", "mfa"),
    ]
    told = [(line.message, line.rule) for line in attribute(messages, decisions)]
    assert told == [
        ("asked", "request"),
        ("password", "account"),
        ("back", "inbound"),
        ("accepted", "inbound_trust"),
        ("accepted", "mfa"),
    ]


def test_a_message_without_decision_is_told_all_the_same() -> None:
    (line,) = attribute([Message(tenant="contoso", kind="request", text="asked")], [])
    assert (line.tenant, line.message, line.rule) == ("contoso", "asked", "")


tenants = st.sampled_from(["contoso", "fabrikam"])
kinds = st.sampled_from(["request", "answer", "invitation", "page:password", "page:consent"])
rules = st.sampled_from([*PLACES, "mfa", "outbound"])


@given(
    messages=st.lists(st.builds(Message, tenant=tenants, kind=kinds, text=st.just("m")), max_size=6),
    decisions=st.lists(st.builds(decision, tenants, rules), max_size=10),
)
def test_no_message_and_no_decision_is_ever_left_out(messages: list[Message], decisions: list[dict[str, str]]) -> None:
    lines = attribute(messages, decisions)
    told = sorted((line.tenant, line.rule) for line in lines if line.rule)
    assert told == sorted((d["tenant"], d["rule"]) for d in decisions)
    assert len(lines) >= max(len(messages), len(decisions))
