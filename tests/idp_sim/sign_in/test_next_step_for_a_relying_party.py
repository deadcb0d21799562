"""A home of another kind than Entra answers a relying party: the same dispatcher, asked in that protocol's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from federation.external_federation import PartnerProtocol
from federation.model import Method
from federation.reasons import Reason
from federation.relying_party import RelyingPartyRequest
from idp_sim.directory.model import Credentials
from idp_sim.sign_in.checks.application import ASKS_TO_STAY
from idp_sim.sign_in.facts import Account, SignInFacts
from idp_sim.sign_in.model import Purpose, SessionAccount, SignInTransaction
from idp_sim.sign_in.next_step import next_step
from idp_sim.sign_in.steps import AskSecondFactor, AskStaySignedIn, AskUserName, Finish, Refuse, Step, UseAccount
from idp_sim.tenants.model import TenantKind
from tests.sign_in_records import CONTOSO, CONTOSO_ID, MEMBER, NOON, did, facts_of, transaction_of, typed_password

TAILSPIN = replace(CONTOSO, name="tailspin", kind=TenantKind.ADFS, display_name="Tailspin Toys")


def asked(**changes: Any) -> RelyingPartyRequest:
    values: dict[str, Any] = {
        "protocol": PartnerProtocol.WS_FED,
        "realm": "urn:federation:MicrosoftOnline",
        "reply_url": "https://sim.example/login.srf",
    }
    return RelyingPartyRequest(**(values | changes))


def at_home(transaction: SignInTransaction | None = None, **changes: Any) -> SignInTransaction:
    base = transaction or transaction_of()
    return replace(base, purpose=Purpose.FEDERATION, request=None, relying_party=asked(**changes))


def home_facts(**changes: Any) -> SignInFacts:
    return facts_of(**({"tenant": TAILSPIN} | changes))


def session(ago: timedelta) -> Account:
    entry = SessionAccount(
        user=MEMBER.id,
        sid="sid",
        signed_in=NOON - ago,
        expires=NOON + timedelta(hours=8),
        authentication=did(Method.PASSWORD, at=CONTOSO_ID, ago=ago),
    )
    return Account(session=entry, user=MEMBER)


ELEVEN_MINUTES = session(timedelta(minutes=11))
SESSIONS = [
    pytest.param({}, UseAccount(account=ELEVEN_MINUTES), id="a session answers"),
    pytest.param({"force_login": True}, AskUserName(), id="wfresh=0 wants the password again"),
    pytest.param({"max_age": 600}, AskUserName(), id="wfresh=10 finds eleven minutes too old"),
    pytest.param({"max_age": 720}, UseAccount(account=ELEVEN_MINUTES), id="wfresh=12 finds eleven minutes new enough"),
    pytest.param({"silent": True}, UseAccount(account=ELEVEN_MINUTES), id="IsPassive is content with a session"),
    pytest.param(
        {"silent": True, "force_login": True}, Reason.LOGIN_REQUIRED, id="IsPassive and ForceAuthn together: nobody"
    ),
]


@pytest.mark.parametrize(("wanted", "expected"), SESSIONS)
def test_when_a_session_is_enough(wanted: dict[str, Any], expected: Step | Reason) -> None:
    step = next_step(at_home(**wanted), home_facts(accounts=(ELEVEN_MINUTES,)), NOON).step
    assert (step.reason if isinstance(step, Refuse) else step) == expected


def test_a_demanded_second_factor_is_asked_for_at_the_home_with_a_reason_that_names_who_wants_it() -> None:
    facts = home_facts(user=MEMBER, credentials=Credentials(user=MEMBER.id, totp_secret="MFRGGZDFMZTWQ2LK"))
    decided = next_step(at_home(typed_password(), demands_mfa=True), facts, NOON)
    assert decided.step == AskSecondFactor(offered=(Method.SOFTWARE_OATH,), method=Method.SOFTWARE_OATH)
    assert any(decision.reason == "Portal asks for a second factor." for decision in decided.decisions)


def test_without_the_demand_a_password_is_enough() -> None:
    assert next_step(at_home(typed_password()), home_facts(user=MEMBER), NOON).step == Finish()


@pytest.mark.parametrize("kind", list(TenantKind))
def test_only_microsofts_own_homes_ask_whether_to_stay_signed_in(kind: TenantKind) -> None:
    facts = facts_of(tenant=replace(CONTOSO, kind=kind), user=MEMBER)
    step = next_step(typed_password(stay_signed_in=None), facts, NOON).step
    assert (step == AskStaySignedIn()) == (kind in ASKS_TO_STAY)
