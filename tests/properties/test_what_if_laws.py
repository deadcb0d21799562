"""What-If and the real sign-in share one evaluator: on random policies and sign-ins they agree, policy by policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from idp_sim.conditional_access.book import PolicyBook
from idp_sim.conditional_access.evaluate import evaluate
from idp_sim.conditional_access.locations import NamedLocation
from idp_sim.conditional_access.parse import policy_from_json
from idp_sim.conditional_access.what_if import read_question, sign_in_of
from idp_sim.sign_in.checks.records import sign_in_record
from idp_sim.sign_in.client import ClientFacts, Device
from tests.sign_in_records import GUEST, MEMBER, NOON, PORTAL, came_back, facts_of, guest_facts, typed_password

OFFICE, GROUP, CLIENT = (f"{n}0000000-0000-4000-8000-000000000000" for n in "123")
LOCATION = NamedLocation(id=OFFICE, display_name="Office", created=NOON, ranges=("198.51.100.0/24",), trusted=True)
ADDRESSES, PLATFORMS, RISKS = ("198.51.100.7", "203.0.113.7"), ("windows", "iOS", "linux"), ("none", "low", "high")
CLIENTS = ("browser", "mobileAppsAndDesktopClients", "other")


def some(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, unique=True)


optional = st.none()
conditions = st.fixed_dictionaries(
    {
        "users": st.sampled_from(
            (
                {"includeUsers": ["All"]},
                {"includeUsers": ["GuestsOrExternalUsers"]},
                {"includeGroups": [GROUP]},
                {"includeUsers": ["All"], "excludeGroups": [GROUP]},
                {"includeGuestsOrExternalUsers": {"guestOrExternalUserTypes": "b2bCollaborationGuest"}},
            )
        ),
        "applications": st.sampled_from(
            (
                {"includeApplications": ["All"]},
                {"includeApplications": [CLIENT]},
                {"includeApplications": ["Office365"]},
            )
        ),
        "clientAppTypes": st.just(["all"]) | some(*CLIENTS),
        "platforms": optional
        | st.fixed_dictionaries({"includePlatforms": some(*PLATFORMS, "all"), "excludePlatforms": some(*PLATFORMS)}),
        "locations": optional
        | st.fixed_dictionaries(
            {"includeLocations": some("All", "AllTrusted", OFFICE), "excludeLocations": some(OFFICE)}
        ),
        "signInRiskLevels": st.just([]) | some(*RISKS),
        "userRiskLevels": st.just([]) | some(*RISKS),
        "devices": optional
        | st.just({"deviceFilter": {"mode": "include", "rule": "device.isCompliant -eq True"}})
        | st.just({"deviceFilter": {"mode": "exclude", "rule": 'device.model -startsWith "Surf"'}}),
    }
)
policies = st.builds(
    lambda state, when, control: policy_from_json(
        {
            "displayName": "p",
            "state": state,
            "conditions": when,
            "grantControls": {"operator": "OR", "builtInControls": [control]},
        },
        id="p",
        now=NOON,
    ),
    st.sampled_from(("enabled", "enabledForReportingButNotEnforced")),
    conditions,
    st.sampled_from(("mfa", "block", "compliantDevice")),
)
clients = st.builds(
    ClientFacts,
    ip_address=st.sampled_from(ADDRESSES),
    platform=st.sampled_from(PLATFORMS),
    client_app=st.sampled_from(CLIENTS),
    sign_in_risk=st.sampled_from(RISKS),
    user_risk=st.sampled_from(RISKS),
    device=st.just(Device(compliant=True)) | st.just(Device(attributes={"model": "Surface"})),
)


def question(user: str, client: ClientFacts, device: Device | None) -> dict[str, Any]:
    """What-If about a sign-in, with every signal that the real one has."""
    known = {"isCompliant": device.compliant, **device.attributes} if device is not None else None
    return {
        "signInIdentity": {"@odata.type": "#microsoft.graph.userSignIn", "userId": user},
        "signInContext": {"@odata.type": "#microsoft.graph.applicationContext", "includeApplications": [CLIENT]},
        "signInConditions": {
            "ipAddress": client.ip_address,
            "devicePlatform": client.platform,
            "clientAppType": client.client_app,
            "signInRiskLevel": client.sign_in_risk,
            "userRiskLevel": client.user_risk,
            "deviceInfo": known,
        },
    }


@given(
    given_policies=st.lists(policies, min_size=1, max_size=4),
    client=clients,
    guest=st.booleans(),
    groups=st.sampled_from(((), (GROUP,))),
)
@settings(max_examples=150)
def test_what_if_and_the_real_sign_in_agree(
    given_policies: list[Any], client: ClientFacts, guest: bool, groups: tuple[str, ...]
) -> None:
    book = PolicyBook(policies=tuple(given_policies), named_locations=(LOCATION,))
    application = replace(PORTAL, client_id=CLIENT)
    user = replace(GUEST if guest else MEMBER, groups=groups)
    make = (came_back, guest_facts) if guest else (typed_password, facts_of)
    transaction, facts = make[0](client=client), make[1](book=book, application=application, user=user)
    real = sign_in_record(transaction, facts)
    asked, problems = read_question(question(user.id, client, real.device))
    assert asked is not None, problems
    described = sign_in_of(book, user, asked.target, asked.signals)
    if real.device is None:  # nobody vouches for the device: What-If has no word for that but silence
        described = replace(described, not_given=frozenset())
    real_results, what_if = evaluate(book.policies, real), evaluate(book.policies, described)
    assert real_results.policies == what_if.policies
    assert (real_results.blocked, real_results.demands) == (what_if.blocked, what_if.demands)
