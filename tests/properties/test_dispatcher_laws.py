"""Laws of the dispatcher over arbitrary sign-ins, sensible or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.mfa import MfaAnswer
from federation.model import Method
from idp_sim.applications.consent import MissingConsent
from idp_sim.conditional_access.book import PolicyBook
from idp_sim.conditional_access.model import PolicyState
from idp_sim.directory.model import Credentials
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import Purpose, SignInTransaction
from idp_sim.sign_in.next_step import next_step, recheck
from idp_sim.sign_in.steps import QUESTIONS, AcceptGuest, Finish, Refuse, SendHome, UseAccount
from tests.sign_in_records import (
    ANA,
    ANA_WITH_MFA,
    AT_CONTOSO,
    AT_FABRIKAM,
    BY_PASSCODE,
    CONTOSO,
    CONTOSO_ID,
    FABRIKAM,
    GRAPH,
    GUEST,
    INVITATION,
    MEMBER,
    NOON,
    OTTO,
    OTTO_GUEST,
    PENDING,
    PORTAL,
    account_of,
    did,
    inbound,
    outbound,
    policy,
    realm_of,
    request_of,
    silent,
    transaction_of,
)

AUTHENTICATOR = Credentials(user="whoever", totp_secret="JBSWY3DPEHPK3PXP")
ADDRESSES = ("ana@fabrikam.example", "omar@contoso.example", "otto@proseware.example", "stranger@nowhere.example")
ACCOUNTS = (account_of(MEMBER), account_of(GUEST, identity=ANA), account_of(OTTO_GUEST, identity=OTTO))
PASSED_HERE = did(Method.SOFTWARE_OATH, at=CONTOSO_ID)
maybe = st.booleans()


#: Most policies ask for a second factor; the others are rarer and end most sign-ins.
CONTROLS = ("mfa", "mfa", "block", "compliantDevice", "domainJoinedDevice", "passwordChange")


@st.composite
def transactions(draw: st.DrawFn) -> SignInTransaction:
    identity = draw(st.none() | st.sampled_from((ANA, ANA_WITH_MFA, OTTO, replace(ANA, subject="another"))))
    redeeming = draw(maybe)
    authentication = identity.context if identity else did(Method.PASSWORD, at=CONTOSO_ID)
    request = request_of(
        prompt=draw(st.sampled_from((None, "login", "none", "select_account", "consent"))),
        max_age=draw(st.none() | st.integers(0, 10_000)),
        demands_mfa=draw(maybe),
        resource_tenant=draw(st.none() | st.just("some-resource")),
        resource_application="its-app",
    )
    values: dict[str, Any] = {
        "purpose": Purpose.REDEMPTION if redeeming else Purpose.APPLICATION,
        "request": None if redeeming else request,
        "address": draw(st.none() | st.sampled_from(ADDRESSES)),
        "identity": identity,
        "user": draw(st.none() | st.sampled_from(("omar-object", "ana-object"))) if identity is None else None,
        "authentication": authentication.joined(PASSED_HERE) if draw(maybe) else authentication,
        "fresh": draw(maybe),
        "from_session": draw(maybe),
        "account_chosen": draw(maybe),
        "passcode_sent": draw(maybe),
        "asked_home_for_mfa": draw(maybe),
        "wrong_codes": draw(st.sampled_from((0, 9, 10))),
        "guest_consent": draw(st.none() | maybe),
        "app_consent": draw(st.none() | maybe),
        "stay_signed_in": draw(st.none() | maybe),
        "cancelled": draw(maybe) and draw(maybe),
    }
    return transaction_of(**values)


@st.composite
def facts(draw: st.DrawFn) -> SignInFacts:
    address = draw(st.none() | st.sampled_from(ADDRESSES))
    user = draw(st.none() | st.sampled_from((MEMBER, GUEST, PENDING, OTTO_GUEST)))
    missing = MissingConsent(resource=GRAPH, permissions=("User.Read",), admin_only=draw(st.sampled_from(((), ("X",)))))
    states = st.sampled_from(PolicyState)
    return SignInFacts(
        tenant=replace(CONTOSO, mfa_registration=draw(maybe)),
        application=replace(PORTAL, assignment_required=draw(maybe)),
        resource=draw(st.none() | st.just(GRAPH)),
        accounts=draw(st.lists(st.sampled_from(ACCOUNTS), unique=True, max_size=3).map(tuple)),
        realm=realm_of(address, managed=FABRIKAM if draw(maybe) else None, known=draw(maybe)) if address else None,
        candidates=draw(st.lists(st.sampled_from((AT_CONTOSO, AT_FABRIKAM, BY_PASSCODE)), unique=True).map(tuple)),
        user=replace(user, account_enabled=draw(maybe)) if user else None,
        credentials=draw(st.none() | st.just(AUTHENTICATOR)),
        invitation=draw(st.none() | st.just(INVITATION)),
        inbound=draw(
            st.none()
            | st.builds(inbound, accept_mfa=maybe, access=st.sampled_from(("allowed", "blocked")), consent=maybe)
        ),
        outbound=draw(st.none() | st.sampled_from((outbound("allowed"), outbound("blocked")))),
        home_name="Fabrikam",
        home_outbound_consent=draw(maybe),
        book=PolicyBook(
            policies=tuple(
                policy(draw(st.sampled_from(CONTROLS)), state=draw(states), name=name)
                for name in ("one", "two")[: draw(st.integers(0, 2))]
            )
        ),
        assigned=draw(maybe),
        missing_consent=(missing,) if draw(maybe) else (),
    )


@given(transaction=transactions(), known=facts())
@settings(max_examples=80)
def test_the_same_question_has_the_same_answer(transaction: SignInTransaction, known: SignInFacts) -> None:
    assert next_step(transaction, known, NOON) == next_step(transaction, known, NOON)


@given(transaction=transactions(), known=facts())
@settings(max_examples=80)
def test_a_silent_request_never_asks_and_never_leads_away(transaction: SignInTransaction, known: SignInFacts) -> None:
    step = next_step(silent(transaction), known, NOON).step
    assert not isinstance(step, (*QUESTIONS, SendHome))


@given(transaction=transactions(), known=facts())
@settings(max_examples=80)
def test_a_silent_request_changes_no_other_answer(transaction: SignInTransaction, known: SignInFacts) -> None:
    asked = replace(transaction, request=replace(transaction.request or request_of(), prompt=None))
    loud = next_step(asked, known, NOON).step
    if isinstance(loud, Finish | Refuse | AcceptGuest | UseAccount):
        assert next_step(silent(asked), known, NOON).step == loud


@given(transaction=transactions(), known=facts())
@settings(max_examples=120)
def test_a_code_needs_every_rule_to_have_agreed(transaction: SignInTransaction, known: SignInFacts) -> None:
    answer = next_step(transaction, known, NOON)
    refusing = [decision for decision in answer.decisions if decision.refused]
    assert bool(refusing) <= isinstance(answer.step, Refuse) or answer.step in QUESTIONS or _asks_again(answer.step)
    if isinstance(answer.step, Finish):
        assert not refusing
        assert known.user is not None
        assert known.user.account_enabled
        assert not known.user.pending
        assert not transaction.cancelled
        assert answer.mfa in (MfaAnswer.NOT_DEMANDED, MfaAnswer.SATISFIED_HERE, MfaAnswer.ACCEPTED_FROM_HOME)
        assert answer.policies is not None
        assert not answer.policies.blocked


def _asks_again(step: object) -> bool:
    """A user name that leads nowhere is asked for again; its decision says why."""
    return getattr(step, "problem", None) is not None


@given(transaction=transactions(), known=facts())
@settings(max_examples=80)
def test_the_order_of_policies_does_not_matter(transaction: SignInTransaction, known: SignInFacts) -> None:
    turned = replace(known, book=replace(known.book, policies=tuple(reversed(known.book.policies))))
    assert next_step(transaction, known, NOON).step == next_step(transaction, turned, NOON).step


@given(transaction=transactions(), known=facts(), later=st.timedeltas(timedelta(0), timedelta(days=400)))
@settings(max_examples=60)
def test_a_used_grant_is_refused_or_honoured_never_asked_about(
    transaction: SignInTransaction, known: SignInFacts, later: timedelta
) -> None:
    if transaction.user is None and transaction.identity is None:
        return  # no grant is ever given to nobody
    refusal = recheck(silent(transaction), known, NOON + later)
    assert refusal is None or isinstance(refusal, Refuse)
