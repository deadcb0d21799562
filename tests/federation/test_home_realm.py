"""Home realm discovery: every kind of home is asked, the default order decides, what was redeemed sticks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from federation.home_realm import AccountType, choose, discover, two_accounts
from federation.identity_providers.base import Partner, RealmFacts
from federation.identity_providers.registry import IDENTITY_PROVIDERS
from federation.model import HomeKind
from federation.openid_provider import OpenIdProvider, ProviderType
from federation.reasons import Reason
from federation.redemption_order import FallbackProvider, PrimaryProvider, RedemptionOrder, parse_order
from federation.words import Rule

FABRIKAM = Partner(
    tenant="f", name="fabrikam", display_name="Fabrikam", issuer="https://idp.example/f/v2.0", metadata_url="https://m"
)
NOBODY = RealmFacts(tenant="contoso", address="otto@proseware.example")
GUEST = replace(NOBODY, known=True)

LOCAL, ENTRA, PASSCODE = HomeKind.LOCAL, HomeKind.AZURE_ACTIVE_DIRECTORY, HomeKind.EMAIL_ONE_TIME_PASSCODE
SOCIAL, PERSONAL, OPENID = HomeKind.SOCIAL, HomeKind.MICROSOFT_ACCOUNT, HomeKind.OPENID_CONNECT
GOOGLE = Partner(tenant="g", name="gmail", display_name="Google", issuer="https://g", metadata_url="https://g/m")
LIVE = Partner(tenant="l", name="outlook", display_name="Personal", issuer="https://l", metadata_url="https://l/m")
CLIENT = OpenIdProvider(
    id="Google-OAUTH", type=ProviderType.GOOGLE, display_name="Google", client_id="c", client_secret="s"
)
PARTNER = replace(CLIENT, id="partner", type=ProviderType.OPENID_CONNECT, domains=("proseware.example",))
#: What is there to choose from in the tests below: everything at once, for a guest who has not redeemed.
EVERYTHING = replace(
    GUEST,
    managed=FABRIKAM,
    openid=PARTNER,
    google=GOOGLE,
    google_client=CLIENT,
    personal=LIVE,
    personal_account=True,
)


def order(*primary: PrimaryProvider, fallback: FallbackProvider = FallbackProvider.DEFAULT) -> RedemptionOrder:
    return RedemptionOrder(primary=primary, fallback=fallback)


ENTRA_FIRST, FEDERATION, SOCIAL_FIRST = PrimaryProvider


def test_the_registry_stands_in_the_default_redemption_order() -> None:
    order = [LOCAL, ENTRA, HomeKind.EXTERNAL_FEDERATION, HomeKind.OPENID_CONNECT, SOCIAL, PERSONAL, PASSCODE]
    assert list(IDENTITY_PROVIDERS) == order
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


WITHOUT_ENTRA = replace(EVERYTHING, managed=None)
HOMELESS = replace(GUEST, personal=LIVE, personal_possible=True)


@pytest.mark.parametrize(
    ("facts", "chosen"),
    [
        pytest.param(EVERYTHING, ENTRA, id="2.3 row 1: an Entra user"),
        pytest.param(WITHOUT_ENTRA, OPENID, id="2.3 row 2: a federation for the domain"),
        pytest.param(replace(WITHOUT_ENTRA, openid=None), SOCIAL, id="2.3 row 3: Google, configured"),
        pytest.param(
            replace(WITHOUT_ENTRA, openid=None, google_client=None), PERSONAL, id="2.3 row 3: Google, not configured"
        ),
        pytest.param(replace(HOMELESS, personal_account=True), PERSONAL, id="2.3 row 4: a personal account exists"),
        pytest.param(HOMELESS, PASSCODE, id="2.3 row 6: no home, passcodes on"),
        pytest.param(replace(HOMELESS, one_time_passcode=False), PERSONAL, id="2.3 row 7: no home, passcodes off"),
        pytest.param(
            replace(HOMELESS, one_time_passcode=False, personal_possible=False),
            None,
            id="2.3 row 7: no account for a domain that an organisation has verified",
        ),
        pytest.param(
            replace(HOMELESS, one_time_passcode=False, known=False), None, id="nobody makes an account uninvited"
        ),
        pytest.param(
            replace(HOMELESS, personal_account=True, known=False),
            PERSONAL,
            id="an account says who it is, invited or not",
        ),
        pytest.param(
            replace(EVERYTHING, order=order(FEDERATION, ENTRA_FIRST)), OPENID, id="2.4: federation before Entra"
        ),
        pytest.param(replace(EVERYTHING, order=order(SOCIAL_FIRST)), SOCIAL, id="2.4: only social"),
        pytest.param(replace(EVERYTHING, order=order()), PERSONAL, id="2.4: all primaries off, a personal account"),
        pytest.param(
            replace(EVERYTHING, order=order(fallback=FallbackProvider.EMAIL_ONE_TIME_PASSCODE)),
            PASSCODE,
            id="2.4: all primaries and personal accounts off",
        ),
        pytest.param(
            replace(HOMELESS, order=order(fallback=FallbackProvider.MICROSOFT_ACCOUNT)),
            PERSONAL,
            id="2.4: passcodes off by the order",
        ),
        pytest.param(
            replace(EVERYTHING, redeemed=PERSONAL, order=order(fallback=FallbackProvider.EMAIL_ONE_TIME_PASSCODE)),
            PERSONAL,
            id="2.5: who redeemed with a personal account keeps it though it is off",
        ),
        pytest.param(
            replace(EVERYTHING, redeemed=SOCIAL), SOCIAL, id="2.5: Google sticks though Entra knows the address"
        ),
        pytest.param(replace(EVERYTHING, redeemed=SOCIAL, google_client=None), None, id="2.5: Google was removed"),
    ],
)
def test_the_redemption_order(facts: RealmFacts, chosen: HomeKind | None) -> None:
    realm, decision = choose(discover(facts, IDENTITY_PROVIDERS.values()), facts)
    assert (realm.kind if realm else None) is chosen
    assert decision.result == (chosen.value if chosen else "none")


@pytest.mark.parametrize(
    ("account", "chosen"), [(AccountType.WORK, ENTRA), (AccountType.PERSONAL, PERSONAL)], ids=["work", "personal"]
)
def test_the_picked_kind_of_account_is_taken(account: AccountType, chosen: HomeKind) -> None:
    off = replace(EVERYTHING, order=order(ENTRA_FIRST, fallback=FallbackProvider.EMAIL_ONE_TIME_PASSCODE))
    for facts in (EVERYTHING, off):  # 2.4: choosing the personal account works although such accounts are off
        realm, _ = choose(discover(facts, IDENTITY_PROVIDERS.values()), facts, account)
        assert realm is not None
        assert realm.kind is chosen


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        pytest.param(EVERYTHING, [ENTRA, PERSONAL], id="both"),
        pytest.param(WITHOUT_ENTRA, [], id="personal only"),
        pytest.param(replace(EVERYTHING, personal_account=False), [], id="work only"),
        pytest.param(replace(EVERYTHING, redeemed=ENTRA), [], id="redeemed: nothing to ask"),
        pytest.param(replace(EVERYTHING, order=order(SOCIAL_FIRST)), [], id="Entra is off"),
    ],
)
def test_an_address_with_two_accounts_is_a_question(facts: RealmFacts, kinds: list[HomeKind]) -> None:
    found = two_accounts(discover(facts, IDENTITY_PROVIDERS.values()), facts)
    assert [realm.kind for realm in found] == kinds


@pytest.mark.parametrize(
    ("primary", "fallback", "enabled", "problem"),
    [
        pytest.param(
            ["azureActiveDirectory", "azureActiveDirectory"], "defaultConfiguredIdp", True, "once", id="twice"
        ),
        pytest.param(["facebook"], "defaultConfiguredIdp", True, "got 'facebook'", id="unknown primary"),
        pytest.param([["x"]], "defaultConfiguredIdp", True, "got", id="no word"),
        pytest.param([], "nothing", True, "fallbackIdentityProvider: expected", id="unknown fallback"),
        pytest.param([], "emailOneTimePasscode", False, "at least one fallback must stay", id="no fallback is left"),
    ],
)
def test_an_order_that_cannot_be_is_refused(primary: list[object], fallback: str, enabled: bool, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_order(primary, fallback, passcodes_enabled=enabled)


def test_an_order_is_read_as_it_is_written() -> None:
    read = parse_order(["externalFederation", "azureActiveDirectory"], "microsoftAccount", passcodes_enabled=False)
    assert read == order(FEDERATION, ENTRA_FIRST, fallback=FallbackProvider.MICROSOFT_ACCOUNT)
