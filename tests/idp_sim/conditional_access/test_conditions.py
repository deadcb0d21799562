"""Conditions and controls, row by row: which sign-in a policy is for, and what it takes to be let in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_sim.conditional_access.book import PolicyBook
from idp_sim.conditional_access.conditions import MATCHERS
from idp_sim.conditional_access.evaluate import evaluate
from idp_sim.conditional_access.grant_controls import GRANT_CONTROLS, Fulfilment, Requirement
from idp_sim.conditional_access.locations import AddressCountries, LocationIndex, NamedLocation, read_address
from idp_sim.conditional_access.model import ConditionalAccessPolicy, SignIn
from idp_sim.conditional_access.parse import policy_from_json
from idp_sim.conditional_access.terms_of_use import Agreement, AgreementAcceptance, AgreementFile, accepted
from idp_sim.sign_in.client import ClientFacts, Device

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
GROUP, ROLE, OFFICE, STRENGTH, TERMS = (f"{n}0000000-0000-4000-8000-000000000000" for n in "12345")
TEAMS = "1fec8e78-bce4-4aaf-ab1b-5451cc387264"

MEMBER = SignIn(
    user="megan",
    user_type="Member",
    external_user_type=None,
    home_tenant=None,
    groups=(GROUP,),
    directory_roles=(ROLE,),
    applications=(TEAMS,),
    client=ClientFacts(platform="windows", sign_in_risk="medium", user_risk="high"),
    locations=frozenset({OFFICE}),
    trusted_location=True,
    device=Device(compliant=True, attributes={"model": "Surface"}),
)


def policy(grants: dict[str, Any] | None = None, session: dict[str, Any] | None = None, **conditions: Any) -> Any:
    """A policy for everybody and everything with some conditions, read as Graph sends it."""
    body = {
        "displayName": "a policy",
        "state": "enabled",
        "conditions": {
            "users": {"includeUsers": ["All"]},
            "applications": {"includeApplications": ["All"]},
            **conditions,
        },
        "grantControls": grants or {"operator": "OR", "builtInControls": ["mfa"]},
        "sessionControls": session,
    }
    return policy_from_json(body, id="p", now=NOON)


def client(**values: Any) -> SignIn:
    return replace(MEMBER, client=replace(MEMBER.client, **values))


def users(**values: Any) -> ConditionalAccessPolicy:
    return policy(users=values)


def targets(**values: Any) -> ConditionalAccessPolicy:
    return policy(applications=values)


def devices(rule: str, mode: str = "include") -> ConditionalAccessPolicy:
    return policy(devices={"deviceFilter": {"mode": mode, "rule": rule}})


def places(*include: str, exclude: tuple[str, ...] = ()) -> ConditionalAccessPolicy:
    return policy(locations={"includeLocations": list(include), "excludeLocations": list(exclude)})


AWAY = replace(MEMBER, locations=frozenset(), trusted_location=False)
UNKNOWN_DEVICE = replace(MEMBER, device=None)
ACTION = replace(MEMBER, user_action="urn:user:registersecurityinfo")
CASES = [
    ("a group", users(includeGroups=[GROUP]), MEMBER, None),
    ("another group", users(includeGroups=[ROLE]), replace(MEMBER, directory_roles=()), "users"),
    ("a directory role", users(includeRoles=[ROLE]), MEMBER, None),
    ("an excluded group wins", users(includeUsers=["All"], excludeGroups=[GROUP]), MEMBER, "users"),
    ("an excluded role wins", users(includeUsers=["All"], excludeRoles=[ROLE]), MEMBER, "users"),
    ("a group of applications", targets(includeApplications=["Office365"]), MEMBER, None),
    ("not of it", targets(includeApplications=["MicrosoftAdminPortals"]), MEMBER, "application"),
    (
        "excluded with its group",
        targets(includeApplications=["All"], excludeApplications=["Office365"]),
        MEMBER,
        "application",
    ),
    ("an action", targets(includeUserActions=["urn:user:registersecurityinfo"]), ACTION, None),
    ("no action", targets(includeUserActions=["urn:user:registersecurityinfo"]), MEMBER, "userActions"),
    ("an action is no application", policy(), ACTION, "application"),
    (
        "a context",
        targets(includeAuthenticationContextClassReferences=["c1"]),
        replace(MEMBER, authentication_contexts=("c1",)),
        None,
    ),
    (
        "a context nobody asked for",
        targets(includeAuthenticationContextClassReferences=["c1"]),
        MEMBER,
        "authenticationContext",
    ),
    ("a platform", policy(platforms={"includePlatforms": ["windows"]}), MEMBER, None),
    ("another platform", policy(platforms={"includePlatforms": ["iOS"]}), MEMBER, "devicePlatform"),
    ("every platform, known or not", policy(platforms={"includePlatforms": ["all"]}), client(platform=None), None),
    (
        "all but one",
        policy(platforms={"includePlatforms": ["all"], "excludePlatforms": ["windows"]}),
        MEMBER,
        "devicePlatform",
    ),
    ("a location", places(OFFICE), MEMBER, None),
    ("away from it", places(OFFICE), AWAY, "location"),
    ("everywhere but there", places("All", exclude=(OFFICE,)), MEMBER, "location"),
    ("everywhere but there, away", places("All", exclude=(OFFICE,)), AWAY, None),
    ("trusted places", places("AllTrusted"), MEMBER, None),
    ("all but trusted places", places("All", exclude=("AllTrusted",)), MEMBER, "location"),
    ("a kind of client", policy(clientAppTypes=["browser"]), MEMBER, None),
    ("another kind of client", policy(clientAppTypes=["other"]), MEMBER, "clientApps"),
    (
        "an older word for a kind of client",
        policy(clientAppTypes=["easSupported"]),
        client(client_app="exchangeActiveSync"),
        None,
    ),
    ("sign-in risk", policy(signInRiskLevels=["medium", "high"]), MEMBER, None),
    ("less sign-in risk", policy(signInRiskLevels=["high"]), MEMBER, "signInRisk"),
    ("user risk", policy(userRiskLevels=["high"]), MEMBER, None),
    ("less user risk", policy(userRiskLevels=["low"]), MEMBER, "userRisk"),
    ("a device", devices('device.isCompliant -eq True -and device.model -startsWith "surf"'), MEMBER, None),
    ("a device taken out", devices("device.isCompliant -eq True", "exclude"), MEMBER, "devices"),
    ("nobody vouches for the device", devices("device.isCompliant -eq True"), UNKNOWN_DEVICE, "devices"),
    ("what it is not is true of an unknown one", devices("device.isCompliant -ne True"), UNKNOWN_DEVICE, None),
    (
        "a hybrid joined device",
        devices('device.trustType -eq "ServerAD"'),
        replace(MEMBER, device=Device(hybrid_joined=True)),
        None,
    ),
]


@pytest.mark.parametrize(("given_policy", "sign_in", "unmet"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_when_a_policy_applies_and_which_condition_stops_it(
    given_policy: ConditionalAccessPolicy, sign_in: SignIn, unmet: str | None
) -> None:
    (result,) = evaluate([given_policy], sign_in).policies
    assert (result.applies, result.first_unmet) == (unmet is None, unmet)


def test_every_condition_is_shown_to_stop_a_policy() -> None:
    assert {matcher.name for matcher in MATCHERS} == {case[3] for case in CASES} - {None}


@pytest.mark.parametrize("matcher", [matcher for matcher in MATCHERS if matcher.signal], ids=lambda m: m.name)
def test_a_condition_whose_signal_was_not_given_stays_open(matcher: Any) -> None:
    stopped = next(case for case in CASES if case[3] == matcher.name)
    (result,) = evaluate([stopped[1]], replace(stopped[2], not_given=frozenset({matcher.signal}))).policies
    assert (result.applies, result.first_unmet, result.depends_on) == (False, matcher.name, (matcher.name,))


def test_policies_on_user_actions_are_not_evaluated_in_report_only() -> None:
    given_policy = targets(includeUserActions=["urn:user:registersecurityinfo"])
    reporting = replace(given_policy, state=type(given_policy.state).REPORT_ONLY)
    assert not evaluate([reporting], ACTION).policies[0].applies


# --- grant controls ----------------------------------------------------------------------------------


EVERYTHING = {
    "builtInControls": ["mfa", "compliantDevice", "domainJoinedDevice"],
    "termsOfUse": [TERMS],
}
MFA, COMPLIANT, JOINED = (Requirement(control=name) for name in EVERYTHING["builtInControls"])
TERM = Requirement(control="termsOfUse", value=TERMS)
ALL_SHOWN = Fulfilment(
    mfa=True, compliant_device=True, hybrid_joined_device=True, terms_of_use=frozenset({TERMS}),
    strengths=frozenset({STRENGTH}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "shown", "still_open"),
    [
        pytest.param("AND", Fulfilment(), (MFA, COMPLIANT, JOINED, TERM), id="all of them, in the order of prompting"),
        pytest.param("AND", Fulfilment(mfa=True), (COMPLIANT, JOINED, TERM), id="the rest of them"),
        pytest.param("AND", ALL_SHOWN, (), id="nothing"),
        pytest.param("OR", Fulfilment(), (MFA, COMPLIANT, JOINED, TERM), id="any of them"),
        pytest.param("OR", Fulfilment(compliant_device=True), (), id="one is enough"),
        pytest.param("OR", Fulfilment(terms_of_use=frozenset({TERMS})), (), id="the last one is enough too"),
    ],
)
def test_what_of_a_policy_is_still_open(operator: str, shown: Fulfilment, still_open: tuple[Requirement, ...]) -> None:
    result = evaluate([policy({**EVERYTHING, "operator": operator})], MEMBER)
    assert result.open(shown) == still_open


def test_policies_add_up_whatever_their_operators() -> None:
    either = policy({"operator": "OR", "builtInControls": ["compliantDevice", "domainJoinedDevice"]})
    strength = policy({"operator": "AND", "authenticationStrength": {"id": STRENGTH}})
    result = evaluate([either, strength, policy()], MEMBER)
    assert result.strengths == (STRENGTH,)
    joined = Fulfilment(hybrid_joined_device=True)
    assert result.open(joined) == (MFA, Requirement(control="authenticationStrength", value=STRENGTH))
    assert result.open(ALL_SHOWN) == ()


@pytest.mark.parametrize("name", [name for name, control in GRANT_CONTROLS.items() if not control.for_guests])
def test_some_controls_are_never_fulfilled(name: str) -> None:
    names = ["mfa", name] if name == "passwordChange" else [name]
    result = evaluate([policy({"operator": "AND", "builtInControls": names})], MEMBER)
    assert Requirement(control=name) in result.open(ALL_SHOWN)


# --- session controls --------------------------------------------------------------------------------


def frequency(**values: Any) -> dict[str, Any]:
    return {"signInFrequency": {"isEnabled": True, **values}}


def test_the_shortest_time_wins() -> None:
    every = [policy(session=frequency(value=n, type=unit)) for n, unit in ((2, "days"), (5, "hours"), (1, "days"))]
    session = evaluate(every, MEMBER).session
    assert session.sign_in_frequency is not None
    assert session.sign_in_frequency.lifetime == timedelta(hours=5)
    always = policy(session=frequency(frequencyInterval="everyTime"))
    session = evaluate([*every, always], MEMBER).session
    assert session.sign_in_frequency is not None
    assert session.sign_in_frequency.every_time


def test_never_keeping_a_session_wins_over_always() -> None:
    every = [policy(session={"persistentBrowser": {"mode": mode, "isEnabled": True}}) for mode in ("always", "never")]
    assert evaluate(every[:1], MEMBER).session.persistent_browser == "always"
    assert evaluate(every, MEMBER).session.persistent_browser == "never"


def test_a_session_control_alone_makes_a_policy_that_demands_nothing() -> None:
    body = policy(session=frequency(value=1, type="hours"))
    assert evaluate([replace(body, grant_controls=replace(body.grant_controls, built_in=()))], MEMBER).demands == ()


# --- places ------------------------------------------------------------------------------------------


def ip(id: str, *ranges: str, trusted: bool = False) -> NamedLocation:
    return NamedLocation(id=id, display_name=id, created=NOON, ranges=ranges, trusted=trusted)


def country(id: str, *codes: str, unknown: bool = False) -> NamedLocation:
    return NamedLocation(id=id, display_name=id, created=NOON, countries=codes, include_unknown=unknown)


LOCATIONS = (
    ip("office", "198.51.100.0/25", "203.0.113.64/26", trusted=True),
    ip("six", "2001:db8::/32"),
    country("nordics", "NO", "SE"),
    country("nowhere", "DE", unknown=True),
)
COUNTRIES = AddressCountries(prefixes={"198.51.100.0/24": "NO", "198.51.100.128/25": "DE", "2001:db8::/32": "SE"})


@pytest.mark.parametrize(
    ("address", "found", "trusted"),
    [
        pytest.param("198.51.100.7", {"office", "nordics"}, True, id="first range"),
        pytest.param("198.51.100.127", {"office", "nordics"}, True, id="last address of a range"),
        pytest.param("198.51.100.128", {"nowhere"}, False, id="one beyond it, in the longer prefix's country"),
        pytest.param("203.0.113.70", {"office", "nowhere"}, True, id="second range, country not known"),
        pytest.param("203.0.113.63", {"nowhere"}, False, id="one before it"),
        pytest.param("::ffff:198.51.100.7", {"office", "nordics"}, True, id="IPv4 in IPv6 clothes"),
        pytest.param("2001:db8::1", {"six", "nordics"}, False, id="IPv6"),
        pytest.param("not an address", {"nowhere"}, False, id="no address"),
    ],
)
def test_where_an_address_is(address: str, found: set[str], trusted: bool) -> None:
    place = PolicyBook(named_locations=LOCATIONS, countries=COUNTRIES).place(address)
    assert (place.locations, place.trusted) == (found, trusted)


@given(st.lists(st.ip_addresses(v=4).map(lambda a: f"{a}/{8 + int(a) % 25}"), max_size=6), st.ip_addresses(v=4))
def test_looking_up_sorted_ranges_finds_what_trying_each_would_find(ranges: list[str], address: Any) -> None:
    import ipaddress

    tried = any(address in ipaddress.ip_network(text, strict=False) for text in ranges)
    index = LocationIndex([ip("l", *ranges)] if ranges else [])
    assert bool(index.place(str(read_address(str(address))), "XX").locations) == tried


# --- terms of use ------------------------------------------------------------------------------------


def agreement(**values: Any) -> Agreement:
    file = AgreementFile(id="f", file_name="t.pdf", display_name="T", language="en", created=NOON, default=True)
    german = replace(file, id="g", language="de", default=False)
    made = Agreement(id="a", display_name="Terms", created=NOON, files=(file, german))
    return replace(made, **values)


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        pytest.param({}, None, id="never"),
        pytest.param({"accept_again_after": "P90D"}, NOON + timedelta(days=90), id="after so many days"),
        pytest.param(
            {"expires_from": NOON + timedelta(days=1), "expires_every": "P1Y"},
            NOON + timedelta(days=1),
            id="first date",
        ),
        pytest.param(
            {"expires_from": NOON, "expires_every": "P1M"},
            datetime(2026, 2, 28, 12, tzinfo=UTC),
            id="the next date, a month that is shorter",
        ),
        pytest.param(
            {"accept_again_after": "P10D", "expires_from": NOON, "expires_every": "P1Y"},
            NOON + timedelta(days=10),
            id="what comes first",
        ),
    ],
)
def test_when_an_acceptance_ends(values: dict[str, Any], ends: datetime | None) -> None:
    assert agreement(**values).expiration(NOON) == ends


@pytest.mark.parametrize(
    ("languages", "file"),
    [
        pytest.param(["de-AT", "en"], "g", id="the language without its country"),
        pytest.param(["fr", "de"], "g", id="the second language"),
        pytest.param(["fr"], "f", id="the default one"),
        pytest.param([], "f", id="no language"),
    ],
)
def test_the_document_in_the_language_of_the_person(languages: list[str], file: str) -> None:
    assert agreement().file_for(languages).id == file


def answer(**values: Any) -> AgreementAcceptance:
    made = AgreementAcceptance(id="1", agreement="a", file="f", user="u", state="accepted", recorded=NOON)
    return replace(made, **values)


NEWER = agreement(
    files=(replace(agreement().files[0], created=NOON + timedelta(days=1), major_version=True),)
)  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "given_answer", "counts"),
    [
        pytest.param(agreement(), answer(), True, id="accepted"),
        pytest.param(agreement(), answer(state="declined"), False, id="declined"),
        pytest.param(agreement(), answer(expires=NOON), False, id="expired"),
        pytest.param(agreement(), answer(agreement="other"), False, id="another agreement"),
        pytest.param(NEWER, answer(), False, id="a newer version that must be accepted again"),
    ],
)
def test_whether_an_answer_still_counts(terms: Agreement, given_answer: AgreementAcceptance, counts: bool) -> None:
    assert accepted([terms], [given_answer], now=NOON + timedelta(hours=1)) == ({"a"} if counts else set())
