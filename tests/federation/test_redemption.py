"""May this identity act as this guest object? (entra-sign-in 2.5, 10)"""

from __future__ import annotations

from dataclasses import replace

import pytest

from federation.model import ExternalIdentity, HomeKind
from federation.reasons import Reason
from federation.redemption import Guest, HomeKey, RedemptionFacts, decide_redemption, find_guest, home_key_of
from federation.words import Rule

ANA = ExternalIdentity(
    kind=HomeKind.AZURE_ACTIVE_DIRECTORY,
    issuer="https://sts.windows.net/f/",
    subject="ana-at-home",
    addresses=("ana@fabrikam.example", "ana.sales@fabrikam.example"),
)
ANA_MADE_ANEW = replace(ANA, subject="another-ana-at-home")
BEN = replace(ANA, subject="ben-at-home", addresses=("ben@fabrikam.example",))

PENDING = Guest(id="guest-ana", addresses=frozenset({"ana@fabrikam.example"}))
PENDING_ALIAS = Guest(id="guest-ana", addresses=frozenset({"ana.sales@fabrikam.example"}))
ACCEPTED = replace(PENDING, home=home_key_of(ANA))
OTHER = Guest(id="guest-ben", addresses=frozenset({"ben@fabrikam.example"}))


@pytest.mark.parametrize(
    ("identity", "guests", "expected"),
    [
        pytest.param(ANA, (OTHER, PENDING), "guest-ana", id="a pending guest by address"),
        pytest.param(ANA, (PENDING_ALIAS,), None, id="an alias opens no direct link"),
        pytest.param(ANA, (PENDING, replace(ACCEPTED, id="redeemed")), "redeemed", id="the redeemed one comes first"),
        pytest.param(replace(ANA, addresses=("new@fabrikam.example",)), (ACCEPTED,), "guest-ana", id="renamed at home"),
        pytest.param(ANA_MADE_ANEW, (ACCEPTED,), None, id="a home account made anew is another person"),
        pytest.param(BEN, (PENDING,), None, id="somebody else"),
        pytest.param(ANA, (), None, id="nobody"),
    ],
)
def test_which_guest_object_belongs_to_an_identity(
    identity: ExternalIdentity, guests: tuple[Guest, ...], expected: str | None
) -> None:
    found = find_guest(identity, guests)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("facts", "result", "refusal"),
    [
        pytest.param(RedemptionFacts(identity=ANA, guest=PENDING), "pending", None, id="pending guest by direct link"),
        pytest.param(
            RedemptionFacts(identity=ANA, guest=PENDING, invited="guest-ana"),
            "pending",
            None,
            id="pending by invitation",
        ),
        pytest.param(RedemptionFacts(identity=ANA, guest=ACCEPTED), "redeemed", None, id="accepted guest"),
        pytest.param(
            RedemptionFacts(identity=ANA, guest=ACCEPTED, invited="guest-ana"), "redeemed", None, id="link opened again"
        ),
        pytest.param(
            RedemptionFacts(identity=ANA, guest=None), "refused", Reason.GUEST_NOT_INVITED, id="not invited: 50020"
        ),
        pytest.param(
            RedemptionFacts(identity=ANA_MADE_ANEW, guest=ACCEPTED),
            "refused",
            Reason.GUEST_NOT_INVITED,
            id="accepted guest, another identity",
        ),
        pytest.param(
            RedemptionFacts(identity=BEN, guest=PENDING),
            "refused",
            Reason.GUEST_NOT_INVITED,
            id="pending guest, no common address",
        ),
        pytest.param(
            RedemptionFacts(identity=BEN, guest=None, invited="guest-ana"),
            "refused",
            Reason.INVITATION_OF_OTHER_PERSON,
            id="an uninvited person opens the link",
        ),
        pytest.param(
            RedemptionFacts(identity=BEN, guest=OTHER, invited="guest-ana"),
            "refused",
            Reason.INVITATION_OF_OTHER_PERSON,
            id="another guest opens the link",
        ),
        pytest.param(
            RedemptionFacts(identity=ANA, guest=replace(ACCEPTED, enabled=False)),
            "refused",
            Reason.ACCOUNT_DISABLED,
            id="blocked guest",
        ),
        pytest.param(
            RedemptionFacts(identity=ANA, guest=replace(PENDING, enabled=False), invited="guest-ana"),
            "refused",
            Reason.ACCOUNT_DISABLED,
            id="blocked before he accepted",
        ),
    ],
)
def test_redemption(facts: RedemptionFacts, result: str, refusal: Reason | None) -> None:
    decision = decide_redemption(facts)
    assert (decision.result, decision.refusal) == (result, refusal)
    assert decision.rule is (Rule.INVITATION if facts.invited else Rule.ACCOUNT)


def test_addresses_are_compared_without_regard_to_case() -> None:
    loud = replace(ANA, addresses=("ANA@Fabrikam.example",))
    assert find_guest(loud, (PENDING,)) == PENDING


def test_the_same_subject_at_another_issuer_is_another_identity() -> None:
    assert home_key_of(ANA) != HomeKey("azureActiveDirectory", "https://sts.windows.net/n/", "ana-at-home")
