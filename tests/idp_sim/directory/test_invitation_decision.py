"""Who may invite whom, and what an invitation does (graph-api 9.3, entra-sign-in 2.11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from federation.errors import FederationError
from federation.model import ExternalIdentity, HomeKind
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.directory.guests import accept, new_guest
from idp_sim.directory.invitations import (
    ALLOW_INVITES_FROM,
    InvitationFacts,
    InvitationRequest,
    Inviter,
    Outcome,
    decide_invitation,
)
from idp_sim.directory.model import GUEST, MEMBER, User
from idp_sim.directory.roles import GLOBAL_ADMINISTRATOR, GUEST_INVITER, ROLE_TEMPLATE_IDS, USER_ADMINISTRATOR

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
APPLICATION = Inviter(user=None)
PERSON = Inviter(user="megan")
GUEST_PERSON = Inviter(user="ben", user_type=GUEST)
HELPDESK = Inviter(user="h", directory_roles=frozenset({ROLE_TEMPLATE_IDS["Helpdesk Administrator"]}))
BY_ROLE = Inviter(user="i", directory_roles=frozenset({GUEST_INVITER}))
GUEST_BY_ROLE = replace(BY_ROLE, user_type=GUEST)
USER_ADMIN = Inviter(user="u", directory_roles=frozenset({USER_ADMINISTRATOR}))
GLOBAL_ADMIN = Inviter(user="alex", directory_roles=frozenset({GLOBAL_ADMINISTRATOR}))

PENDING = new_guest(id="guest-ana", address="ana@fabrikam.example", initial_domain="contoso.example", now=NOON)
ACCEPTED = accept(
    PENDING,
    ExternalIdentity(
        kind=HomeKind.EMAIL_ONE_TIME_PASSCODE, issuer="mail", subject="s", addresses=("ana@fabrikam.example",)
    ),
    NOON,
)
EMPLOYEE = User(id="member-ana", user_principal_name="ana@contoso.example", display_name="Ana", created=NOON)

FACTS = InvitationFacts(
    request=InvitationRequest(address="ana@fabrikam.example", redirect_url="https://app.contoso.example/"),
    inviter=PERSON,
    allow_invites_from="everyone",
    domains=("contoso.example",),
)


@pytest.mark.parametrize(
    ("level", "allowed"),
    [
        ("everyone", "application person guest helpdesk guest-inviter guest-with-role user-admin global-admin"),
        (
            "adminsGuestInvitersAndAllMembers",
            "application person helpdesk guest-inviter guest-with-role user-admin global-admin",
        ),
        ("adminsAndGuestInviters", "application guest-inviter guest-with-role user-admin global-admin"),
        ("none", ""),
    ],
)
def test_who_may_invite(level: str, allowed: str) -> None:
    callers = {
        "application": APPLICATION,
        "person": PERSON,
        "guest": GUEST_PERSON,
        "helpdesk": HELPDESK,
        "guest-inviter": BY_ROLE,
        "guest-with-role": GUEST_BY_ROLE,
        "user-admin": USER_ADMIN,
        "global-admin": GLOBAL_ADMIN,
    }
    decisions = {
        name: decide_invitation(replace(FACTS, inviter=inviter, allow_invites_from=level))
        for name, inviter in callers.items()
    }
    assert {name for name, decision in decisions.items() if not decision.refused} == set(allowed.split())
    refusals = {decision.refusal for decision in decisions.values() if decision.refused}
    assert refusals <= {Reason.INVITATIONS_NOT_ALLOWED}


def test_all_four_levels_are_in_the_table() -> None:
    assert set(ALLOW_INVITES_FROM) == {"everyone", "adminsGuestInvitersAndAllMembers", "adminsAndGuestInviters", "none"}


@pytest.mark.parametrize(
    ("inviter", "refusal"),
    [
        pytest.param(PERSON, Reason.INVITATION_AS_MEMBER_NOT_ALLOWED, id="an ordinary member"),
        pytest.param(BY_ROLE, Reason.INVITATION_AS_MEMBER_NOT_ALLOWED, id="a guest inviter is no administrator"),
        pytest.param(USER_ADMIN, None, id="a user administrator"),
        pytest.param(GLOBAL_ADMIN, None, id="a global administrator"),
        pytest.param(APPLICATION, None, id="an application with the permission"),
    ],
)
def test_inviting_as_a_member_is_for_administrators(inviter: Inviter, refusal: Reason | None) -> None:
    facts = replace(FACTS, inviter=inviter, request=replace(FACTS.request, user_type=MEMBER))
    assert decide_invitation(facts).refusal is refusal


def with_request(**changes: str) -> InvitationFacts:
    return replace(FACTS, request=replace(FACTS.request, **changes))


OWN = with_request(address="nobody@Contoso.example")


@pytest.mark.parametrize(
    ("facts", "outcome", "refusal"),
    [
        pytest.param(FACTS, Outcome.CREATE_GUEST, None, id="a new address"),
        pytest.param(replace(FACTS, existing=PENDING), Outcome.REUSE_PENDING_GUEST, None, id="a pending guest"),
        pytest.param(replace(FACTS, existing=ACCEPTED), Outcome.ALREADY_REDEEMED, None, id="an accepted guest"),
        pytest.param(replace(FACTS, existing=EMPLOYEE), Outcome.REFUSE, Reason.INVITED_USER_IS_MEMBER, id="a member"),
        pytest.param(
            replace(FACTS, existing=replace(EMPLOYEE, account_enabled=False)),
            Outcome.REFUSE,
            Reason.INVITED_USER_IS_BLOCKED_MEMBER,
            id="a blocked member",
        ),
        pytest.param(
            replace(FACTS, existing=replace(EMPLOYEE, user_type=GUEST)),
            Outcome.REFUSE,
            Reason.INVITED_USER_IS_MEMBER,
            id="an internal guest, who signs in here",
        ),
        pytest.param(OWN, Outcome.REFUSE, Reason.INVITED_DOMAIN_IS_OWN, id="an unknown name of the tenant's domain"),
        pytest.param(
            replace(FACTS, inbound_open=False),
            Outcome.REFUSE,
            Reason.INVITATION_BLOCKED_BY_CROSS_TENANT_ACCESS,
            id="inbound blocks",
        ),
        pytest.param(
            replace(FACTS, outbound_open=False, existing=PENDING),
            Outcome.REFUSE,
            Reason.INVITATION_BLOCKED_BY_CROSS_TENANT_ACCESS,
            id="the home's outbound blocks, even a further link",
        ),
        pytest.param(
            with_request(address="a+b@fabrikam.example"),
            Outcome.REFUSE,
            Reason.INVITED_ADDRESS_INVALID,
            id="a character that is not allowed",
        ),
        *(
            pytest.param(
                with_request(redirect_url=url),
                Outcome.REFUSE,
                Reason.INVITATION_REDIRECT_URL_INVALID,
                id=f"url {url!r}",
            )
            for url in (
                "",
                "/relative",
                "app.example",
                "ftp://a.example",
                "https://",
                "https://a b",
                "https://a:x/",
                "//a",
            )
        ),
    ],
)
def test_what_an_invitation_does(facts: InvitationFacts, outcome: Outcome, refusal: Reason | None) -> None:
    decision = decide_invitation(facts)
    assert (decision.result, decision.refusal) == (outcome, refusal)
    assert decision.rule is Rule.INVITATION


@pytest.mark.parametrize("url", ["https://localhost:9555/cb", "http://app.example", "https://[::1]:8443/x?y=1#z"])
def test_redirect_urls_that_are_taken(url: str) -> None:
    assert not decide_invitation(with_request(redirect_url=url)).refused


@pytest.mark.parametrize(
    ("facts", "part"),
    [
        pytest.param(replace(FACTS, existing=EMPLOYEE), "object ID: member-ana.", id="the member's id"),
        pytest.param(
            replace(FACTS, existing=replace(EMPLOYEE, account_enabled=False)),
            "member-ana, but the account is blocked",
            id="the blocked member's id",
        ),
        pytest.param(
            with_request(address="a+b@f.example"), "'a+b@f.example' is not valid: the character '+'", id="address"
        ),
        pytest.param(with_request(redirect_url="/relative"), "got '/relative'", id="url"),
    ],
)
def test_the_inputs_fill_the_sentence_of_the_refusal(facts: InvitationFacts, part: str) -> None:
    decision = decide_invitation(facts)
    assert decision.refusal is not None
    assert decision.refusal.placeholders <= set(decision.inputs)
    assert part in FederationError(decision.refusal, **decision.inputs).message


def test_the_caller_is_judged_before_the_request() -> None:
    """Somebody who may not invite learns nothing of who exists here."""
    facts = replace(FACTS, allow_invites_from="none", existing=EMPLOYEE)
    assert decide_invitation(facts).refusal is Reason.INVITATIONS_NOT_ALLOWED
