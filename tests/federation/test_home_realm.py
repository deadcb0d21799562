"""Home realm discovery: every kind of home is asked, the default order decides, what was redeemed sticks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from federation.home_realm import choose, discover
from federation.identity_providers.base import Partner, RealmFacts
from federation.identity_providers.registry import IDENTITY_PROVIDERS
from federation.model import HomeKind
from federation.reasons import Reason
from federation.words import Rule

FABRIKAM = Partner(
    tenant="f", name="fabrikam", display_name="Fabrikam", issuer="https://idp.example/f/v2.0", metadata_url="https://m"
)
NOBODY = RealmFacts(tenant="contoso", address="otto@proseware.example")
GUEST = replace(NOBODY, known=True)

LOCAL, ENTRA, PASSCODE = HomeKind.LOCAL, HomeKind.AZURE_ACTIVE_DIRECTORY, HomeKind.EMAIL_ONE_TIME_PASSCODE


def test_the_registry_stands_in_the_default_redemption_order() -> None:
    assert tuple(IDENTITY_PROVIDERS) == (LOCAL, ENTRA, HomeKind.EXTERNAL_FEDERATION, PASSCODE)
    assert all(provider.kind is kind for kind, provider in IDENTITY_PROVIDERS.items())


@pytest.mark.parametrize(
    ("facts", "candidates", "chosen"),
    [
        pytest.param(replace(NOBODY, local=True), (LOCAL, PASSCODE), LOCAL, id="a member of the tenant"),
        pytest.param(replace(NOBODY, own_domain=True), (LOCAL, PASSCODE), LOCAL, id="an unknown name of its domain"),
        pytest.param(replace(GUEST, managed=FABRIKAM), (ENTRA, PASSCODE), ENTRA, id="a user of a managed tenant"),
        pytest.param(
            replace(NOBODY, managed=FABRIKAM), (ENTRA, PASSCODE), ENTRA, id="not invited: the home still asks"
        ),
        pytest.param(GUEST, (PASSCODE,), PASSCODE, id="a guest without a home"),
        pytest.param(NOBODY, (PASSCODE,), None, id="no home and no guest object: no passcode is sent"),
        pytest.param(replace(GUEST, one_time_passcode=False), (), None, id="passcodes are off"),
        pytest.param(
            replace(GUEST, managed=FABRIKAM, redeemed=PASSCODE), (ENTRA, PASSCODE), PASSCODE, id="passcode sticks"
        ),
        pytest.param(replace(GUEST, redeemed=ENTRA), (PASSCODE,), None, id="home account gone: no falling back"),
        pytest.param(
            replace(GUEST, one_time_passcode=False, redeemed=PASSCODE), (), None, id="passcode guest, switched off"
        ),
    ],
)
def test_discovery_and_choice(facts: RealmFacts, candidates: tuple[HomeKind, ...], chosen: HomeKind | None) -> None:
    found = discover(facts, IDENTITY_PROVIDERS.values())
    assert tuple(realm.kind for realm in found) == candidates
    realm, decision = choose(found, facts)
    assert (realm.kind if realm else None) is chosen
    assert decision.rule is Rule.HOME_REALM
    assert decision.result == (chosen.value if chosen else "none")
    assert decision.refusal is (None if chosen else Reason.USER_UNKNOWN)


def test_the_chosen_realm_carries_its_partner_and_the_decision_names_it() -> None:
    facts = replace(GUEST, managed=FABRIKAM)
    realm, decision = choose(discover(facts, IDENTITY_PROVIDERS.values()), facts)
    assert realm is not None
    assert realm.partner == FABRIKAM
    assert decision.inputs["home"] == "fabrikam"
