"""The dispatcher as a table: what is known, and what comes next (entra-sign-in 10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from federation.model import Method
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.applications.consent import MissingConsent
from idp_sim.conditional_access.model import PolicyState
from idp_sim.directory.model import Credentials
from idp_sim.directory.roles import GLOBAL_ADMINISTRATOR
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import Purpose, SignInTransaction
from idp_sim.sign_in.next_step import CHECKS, next_step
from idp_sim.sign_in.steps import (
    AcceptGuest,
    AskApplicationConsent,
    AskGuestConsent,
    AskPasscode,
    AskPassword,
    AskSecondFactor,
    AskStaySignedIn,
    AskUserName,
    Finish,
    PickAccount,
    Refuse,
    RegisterSecondFactor,
    SendHome,
    Step,
    UseAccount,
)
from tests.sign_in_records import (
    ANA,
    ANA_WITH_MFA,
    AT_CONTOSO,
    AT_FABRIKAM,
    BY_PASSCODE,
    CONTOSO,
    CONTOSO_ID,
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
    came_back,
    did,
    facts_of,
    guest_facts,
    inbound,
    outbound,
    policy,
    realm_of,
    request_of,
    transaction_of,
    typed_password,
)

MISSING = (MissingConsent(resource=GRAPH, permissions=("User.Read",)),)
ADMIN_ONLY = (MissingConsent(resource=GRAPH, permissions=("User.Read.All",), admin_only=("User.Read.All",)),)
AUTHENTICATOR = Credentials(user="whoever", totp_secret="JBSWY3DPEHPK3PXP")
OMAR = account_of(MEMBER)
MEGAN = account_of(replace(MEMBER, id="megan-object", user_principal_name="megan@contoso.example"))
ANAS = account_of(GUEST, identity=ANA)
REDEEMING = {"purpose": Purpose.REDEMPTION, "request": None, "invitation": INVITATION.id}


def refused(reason: Reason) -> object:
    """Equal to a refusal with that reason, whatever fills its sentence."""

    class Refused:
        def __eq__(self, other: object) -> bool:
            return isinstance(other, Refuse) and other.reason is reason

        def __repr__(self) -> str:
            return f"Refuse({reason.name})"

    return Refused()


def step(transaction: SignInTransaction, facts: SignInFacts) -> Step:
    return next_step(transaction, facts, NOON).step


WHO_IS_IT = [
    pytest.param(transaction_of(), facts_of(), AskUserName(), id="nobody signed in"),
    pytest.param(transaction_of(), facts_of(accounts=(OMAR,)), UseAccount(account=OMAR), id="one account"),
    pytest.param(
        transaction_of(), facts_of(accounts=(OMAR, MEGAN)), PickAccount(accounts=(OMAR, MEGAN)), id="two accounts"
    ),
    pytest.param(
        transaction_of(address="megan@contoso.example"),
        facts_of(accounts=(OMAR, MEGAN)),
        UseAccount(account=MEGAN),
        id="the named one of two",
    ),
    pytest.param(
        transaction_of(address="ana@fabrikam.example"),
        facts_of(accounts=(ANAS,)),
        UseAccount(account=ANAS),
        id="a guest named by the home address",
    ),
    pytest.param(
        transaction_of(request=request_of(prompt="login")), facts_of(accounts=(OMAR,)), AskUserName(), id="prompt=login"
    ),
    pytest.param(
        transaction_of(request=request_of(prompt="select_account")),
        facts_of(accounts=(OMAR,)),
        PickAccount(accounts=(OMAR,)),
        id="prompt=select_account",
    ),
    pytest.param(
        transaction_of(request=request_of(prompt="select_account"), account_chosen=True),
        facts_of(accounts=(OMAR,)),
        AskUserName(),
        id="another account was chosen",
    ),
    pytest.param(
        transaction_of(request=request_of(max_age=300)),
        facts_of(accounts=(OMAR,)),
        UseAccount(account=OMAR),
        id="max_age just kept",
    ),
    pytest.param(
        transaction_of(request=request_of(max_age=299)), facts_of(accounts=(OMAR,)), AskUserName(), id="max_age over"
    ),
    pytest.param(
        transaction_of(address="omar@contoso.example"),
        facts_of(realm=realm_of("omar@contoso.example", local=True), candidates=(AT_CONTOSO,)),
        AskPassword(),
        id="a member's address",
    ),
    pytest.param(
        transaction_of(address="otto@proseware.example"),
        facts_of(realm=realm_of("otto@proseware.example", known=True), candidates=(BY_PASSCODE,)),
        AskPasscode(sent=False),
        id="a passcode guest's address",
    ),
    pytest.param(
        transaction_of(address="otto@proseware.example", passcode_sent=True),
        facts_of(realm=realm_of("otto@proseware.example", known=True), candidates=(BY_PASSCODE,)),
        AskPasscode(sent=True),
        id="the passcode was sent",
    ),
    pytest.param(
        transaction_of(address="stranger@proseware.example"),
        facts_of(realm=realm_of("stranger@proseware.example"), candidates=(BY_PASSCODE,)),
        AskUserName(problem=Reason.USER_UNKNOWN),
        id="nobody knows the address",
    ),
    pytest.param(
        transaction_of(address="ana@fabrikam.example"),
        guest_facts(user=None),
        SendHome(realm=AT_FABRIKAM),
        id="a home elsewhere",
    ),
    pytest.param(
        transaction_of(address="ana@fabrikam.example", request=request_of(prompt="login")),
        guest_facts(user=None),
        SendHome(realm=AT_FABRIKAM, force_login=True),
        id="prompt=login is passed on to the home",
    ),
    pytest.param(
        transaction_of(address="ana@fabrikam.example", request=request_of(max_age=60)),
        guest_facts(user=None),
        SendHome(realm=AT_FABRIKAM, force_login=True),
        id="max_age makes the home ask again",
    ),
    pytest.param(
        transaction_of(cancelled=True), facts_of(accounts=(OMAR,)), refused(Reason.USER_CANCELLED), id="cancelled"
    ),
]

ADMISSION = [
    pytest.param(came_back(), guest_facts(), Finish(), id="an accepted guest"),
    pytest.param(came_back(), guest_facts(user=None), refused(Reason.GUEST_NOT_INVITED), id="not invited"),
    pytest.param(
        came_back(replace(ANA, subject="made anew")),
        guest_facts(),
        refused(Reason.GUEST_NOT_INVITED),
        id="another identity with the guest's address",
    ),
    pytest.param(
        came_back(),
        guest_facts(user=replace(GUEST, account_enabled=False)),
        refused(Reason.ACCOUNT_DISABLED),
        id="a blocked guest",
    ),
    pytest.param(
        came_back(), guest_facts(inbound=inbound(access="blocked")), refused(Reason.INBOUND_BLOCKED), id="inbound block"
    ),
    pytest.param(came_back(), guest_facts(user=PENDING), AskGuestConsent(), id="a pending guest is asked"),
    pytest.param(
        came_back(guest_consent=True), guest_facts(user=PENDING), AcceptGuest(silently=False), id="and accepts"
    ),
    pytest.param(
        came_back(guest_consent=False),
        guest_facts(user=PENDING),
        refused(Reason.GUEST_CONSENT_DECLINED),
        id="or declines",
    ),
    pytest.param(
        came_back(),
        guest_facts(user=PENDING, inbound=inbound(consent=True), home_outbound_consent=True),
        AcceptGuest(silently=True),
        id="automatic redemption on both sides",
    ),
    pytest.param(
        came_back(),
        guest_facts(user=PENDING, inbound=inbound(consent=True)),
        AskGuestConsent(),
        id="automatic redemption here only",
    ),
    pytest.param(
        came_back(),
        guest_facts(user=PENDING, home_outbound_consent=True),
        AskGuestConsent(),
        id="automatic redemption at home only",
    ),
    pytest.param(typed_password(), facts_of(user=MEMBER), Finish(), id="a member"),
    pytest.param(
        typed_password(),
        facts_of(user=replace(MEMBER, account_enabled=False)),
        refused(Reason.ACCOUNT_DISABLED),
        id="a disabled member",
    ),
    pytest.param(typed_password(), facts_of(), refused(Reason.USER_UNKNOWN), id="deleted after the password"),
]

REDEMPTION = [
    pytest.param(
        came_back(**REDEEMING),
        guest_facts(user=PENDING, invitation=INVITATION),
        AskGuestConsent(),
        id="the invited one",
    ),
    pytest.param(
        came_back(**REDEEMING), guest_facts(invitation=INVITATION), Finish(), id="the link opened again leads on"
    ),
    pytest.param(
        came_back(**REDEEMING),
        guest_facts(user=None, invitation=INVITATION),
        refused(Reason.INVITATION_OF_OTHER_PERSON),
        id="a stranger with the link",
    ),
    pytest.param(
        came_back(OTTO, **REDEEMING),
        facts_of(user=OTTO_GUEST, invitation=INVITATION),
        refused(Reason.INVITATION_OF_OTHER_PERSON),
        id="another guest with the link",
    ),
    pytest.param(
        typed_password(**REDEEMING),
        facts_of(user=MEMBER, invitation=INVITATION),
        refused(Reason.INVITATION_OF_OTHER_PERSON),
        id="a member with the link",
    ),
    pytest.param(
        came_back(**REDEEMING), guest_facts(user=PENDING), refused(Reason.INVITATION_INVALID), id="withdrawn meanwhile"
    ),
]

MFA = policy("mfa")
#: What a guest can register here (8.2), and a member besides; and the one authenticator that people here have.
GUESTS_REGISTER = RegisterSecondFactor(
    offered=(Method.SOFTWARE_OATH, Method.PUSH, Method.SMS, Method.VOICE), method=Method.SOFTWARE_OATH
)
MEMBERS_REGISTER = RegisterSecondFactor(
    offered=(Method.SOFTWARE_OATH, Method.FIDO2, Method.PUSH, Method.SMS, Method.VOICE), method=Method.SOFTWARE_OATH
)
ASK_FOR_A_CODE = AskSecondFactor(offered=(Method.SOFTWARE_OATH,), method=Method.SOFTWARE_OATH)
TRUST = inbound(accept_mfa=True)
MFA_MATRIX = [
    pytest.param(came_back(), guest_facts(), Finish(), id="row 1: no policy"),
    pytest.param(
        came_back(),
        guest_facts(policies=(MFA,)),
        GUESTS_REGISTER,
        id="row 2: untrusted, nothing registered here",
    ),
    pytest.param(
        came_back(ANA_WITH_MFA),
        guest_facts(policies=(MFA,), credentials=AUTHENTICATOR),
        ASK_FOR_A_CODE,
        id="row 2: MFA at home is ignored",
    ),
    pytest.param(
        came_back(authentication=ANA.context.joined(did(Method.SOFTWARE_OATH, at=CONTOSO_ID))),
        guest_facts(policies=(MFA,), credentials=AUTHENTICATOR),
        Finish(),
        id="row 2: passed here",
    ),
    pytest.param(came_back(ANA_WITH_MFA), guest_facts(policies=(MFA,), inbound=TRUST), Finish(), id="row 3"),
    pytest.param(
        came_back(),
        guest_facts(policies=(MFA,), inbound=TRUST),
        SendHome(realm=AT_FABRIKAM, demand_mfa=True),
        id="row 4: asked at home",
    ),
    pytest.param(
        came_back(asked_home_for_mfa=True),
        guest_facts(policies=(MFA,), inbound=TRUST, credentials=AUTHENTICATOR),
        refused(Reason.MFA_REQUIRED),
        id="row 4: never falls back",
    ),
    pytest.param(
        came_back(),
        guest_facts(policies=(MFA,), inbound=TRUST, candidates=()),
        refused(Reason.MFA_REQUIRED),
        id="row 4: the home no longer knows the address",
    ),
    pytest.param(
        came_back(OTTO),
        facts_of(user=OTTO_GUEST, policies=(MFA,)),
        GUESTS_REGISTER,
        id="row 11: a passcode guest",
    ),
    pytest.param(
        came_back(),
        guest_facts(policies=(MFA,), tenant=replace(CONTOSO, mfa_registration=False)),
        refused(Reason.MFA_REGISTRATION_REQUIRED),
        id="nothing can be registered",
    ),
    pytest.param(
        typed_password(),
        facts_of(user=replace(MEMBER, mfa="always"), credentials=AUTHENTICATOR),
        ASK_FOR_A_CODE,
        id="a member who is always asked",
    ),
    pytest.param(
        typed_password(request=request_of(demands_mfa=True)),
        facts_of(user=MEMBER, credentials=AUTHENTICATOR),
        ASK_FOR_A_CODE,
        id="the claims request makes it essential",
    ),
    pytest.param(
        typed_password(wrong_codes=9),
        facts_of(user=replace(MEMBER, mfa="always"), credentials=AUTHENTICATOR),
        ASK_FOR_A_CODE,
        id="nine wrong codes",
    ),
    pytest.param(
        typed_password(wrong_codes=10),
        facts_of(user=replace(MEMBER, mfa="always"), credentials=AUTHENTICATOR),
        refused(Reason.WRONG_SECOND_FACTOR),
        id="ten wrong codes",
    ),
    pytest.param(
        came_back(ANA_WITH_MFA),
        guest_facts(policies=(MFA, policy("block")), inbound=TRUST),
        refused(Reason.BLOCKED_BY_CONDITIONAL_ACCESS),
        id="block beats a satisfied control",
    ),
    pytest.param(
        came_back(),
        guest_facts(policies=(policy("block", state=PolicyState.REPORT_ONLY),)),
        Finish(),
        id="report-only changes nothing",
    ),
    pytest.param(
        came_back(),
        guest_facts(policies=(policy("block", state=PolicyState.DISABLED),)),
        Finish(),
        id="disabled neither",
    ),
]

AT_THE_HOME = {"resource_tenant": "some-resource", "resource_application": "its-app", "client_id": "federation"}
HOME_SIDE = [
    pytest.param(
        typed_password(request=request_of(**AT_THE_HOME)),
        facts_of(user=MEMBER, outbound=outbound("allowed")),
        Finish(),
        id="outbound allowed",
    ),
    pytest.param(
        typed_password(request=request_of(**AT_THE_HOME)),
        facts_of(user=MEMBER, outbound=outbound("blocked")),
        refused(Reason.OUTBOUND_BLOCKED),
        id="outbound blocked",
    ),
    pytest.param(
        typed_password(request=request_of(**AT_THE_HOME, demands_mfa=True)),
        facts_of(user=MEMBER, outbound=outbound("allowed")),
        MEMBERS_REGISTER,
        id="asked for a factor by the resource tenant",
    ),
]

APPLICATION = [
    pytest.param(
        came_back(),
        guest_facts(application=replace(PORTAL, assignment_required=True), assigned=False),
        refused(Reason.NOT_ASSIGNED),
        id="not assigned",
    ),
    pytest.param(
        came_back(), guest_facts(application=replace(PORTAL, assignment_required=True)), Finish(), id="assigned"
    ),
    pytest.param(
        came_back(), guest_facts(missing_consent=MISSING), AskApplicationConsent(missing=MISSING), id="consent missing"
    ),
    pytest.param(
        came_back(app_consent=False),
        guest_facts(missing_consent=MISSING),
        refused(Reason.CONSENT_DECLINED),
        id="consent declined",
    ),
    pytest.param(
        came_back(),
        guest_facts(missing_consent=ADMIN_ONLY),
        refused(Reason.ADMIN_CONSENT_REQUIRED),
        id="only an administrator can grant it",
    ),
    pytest.param(
        typed_password(),
        facts_of(user=replace(MEMBER, directory_roles=(GLOBAL_ADMINISTRATOR,)), missing_consent=ADMIN_ONLY),
        AskApplicationConsent(missing=ADMIN_ONLY),
        id="an administrator is asked",
    ),
    pytest.param(
        typed_password(stay_signed_in=None),
        facts_of(user=MEMBER),
        AskStaySignedIn(),
        id="stay signed in after a password",
    ),
    pytest.param(
        typed_password(stay_signed_in=None, fresh=False), facts_of(user=MEMBER), Finish(), id="not after single sign-on"
    ),
    pytest.param(came_back(stay_signed_in=None), guest_facts(), Finish(), id="nor for a guest, who was asked at home"),
]

TABLE = [*WHO_IS_IT, *ADMISSION, *REDEMPTION, *MFA_MATRIX, *HOME_SIDE, *APPLICATION]


@pytest.mark.parametrize(("transaction", "facts", "expected"), TABLE)
def test_what_comes_next(transaction: SignInTransaction, facts: SignInFacts, expected: Step) -> None:
    assert step(transaction, facts) == expected


WRONGS: list[tuple[str, Reason, dict[str, object], dict[str, object]]] = [
    ("cancelled", Reason.USER_CANCELLED, {"cancelled": True}, {}),
    ("blocked", Reason.ACCOUNT_DISABLED, {}, {"user": replace(PENDING, account_enabled=False)}),
    ("inbound", Reason.INBOUND_BLOCKED, {}, {"inbound": inbound(access="blocked")}),
    ("declined", Reason.GUEST_CONSENT_DECLINED, {"guest_consent": False}, {"user": PENDING}),
    ("policy", Reason.BLOCKED_BY_CONDITIONAL_ACCESS, {}, {"policies": (policy("block"),)}),
    (
        "assignment",
        Reason.NOT_ASSIGNED,
        {},
        {"application": replace(PORTAL, assignment_required=True), "assigned": False},
    ),
    ("consent", Reason.ADMIN_CONSENT_REQUIRED, {}, {"missing_consent": ADMIN_ONLY}),
]


@pytest.mark.parametrize("second", range(1, len(WRONGS)), ids=[name for name, *_ in WRONGS[1:]])
@pytest.mark.parametrize("first", range(len(WRONGS) - 1), ids=[name for name, *_ in WRONGS[:-1]])
def test_a_guest_who_is_wrong_in_two_ways_gets_the_earlier_code(first: int, second: int) -> None:
    if first >= second:
        first, second = second, first
    _, earlier, transaction, facts = WRONGS[first]
    _, _, more_transaction, more_facts = WRONGS[second]
    facts = {**more_facts, **facts}
    transaction = {**more_transaction, **transaction}
    if earlier is not Reason.GUEST_CONSENT_DECLINED:
        transaction = {"guest_consent": True, **transaction} if "guest_consent" not in transaction else transaction
    found = step(came_back(**transaction), guest_facts(**facts))
    assert isinstance(found, Refuse)
    assert found.reason is earlier


def test_somebody_not_invited_is_told_so_before_anything_else_of_the_resource_tenant() -> None:
    everything_wrong = guest_facts(
        user=None,
        inbound=inbound(access="blocked"),
        policies=(policy("block"),),
        application=replace(PORTAL, assignment_required=True),
        assigned=False,
    )
    assert step(came_back(), everything_wrong) == refused(Reason.GUEST_NOT_INVITED)


def test_the_checks_stand_in_the_order_of_the_reference() -> None:
    names = [check.__name__ for check in CHECKS]
    order = ["session", "home_realm", "account", "inbound", "guest_consent", "conditional_access", "assignment"]
    assert [name for name in names if name.removeprefix("check_") in order] == [f"check_{name}" for name in order]
    assert names.index("check_assignment") < names.index("check_application_consent")


def test_the_decisions_on_the_way_are_those_of_the_checks_passed_in_their_order() -> None:
    answer = next_step(came_back(ANA_WITH_MFA), guest_facts(policies=(MFA,), inbound=TRUST), NOON)
    assert [decision.rule for decision in answer.decisions] == [
        Rule.ACCOUNT,
        Rule.INBOUND,
        Rule.CONDITIONAL_ACCESS,
        Rule.INBOUND_TRUST,
        Rule.MFA,
    ]
    assert all(decision.reason and decision.source for decision in answer.decisions)


def test_a_refusal_names_the_guest_the_tenant_and_the_application_in_its_sentence() -> None:
    found = step(came_back(), guest_facts(user=None))
    assert isinstance(found, Refuse)
    sentence = found.reason.sentence(**found.values)
    for word in ("ana@fabrikam.example", ANA.issuer, "Contoso", "portal", "Portal"):
        assert word in sentence
    assert "?" not in sentence


def test_a_session_that_began_long_ago_still_serves_until_it_ends() -> None:
    old = account_of(MEMBER, ago=timedelta(hours=23))
    assert step(transaction_of(), facts_of(accounts=(old,))) == UseAccount(account=old)
