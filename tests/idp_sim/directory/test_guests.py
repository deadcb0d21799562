"""The guest object before and after redemption (entra-sign-in 2.7, graph-api 10.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from federation.errors import FederationError
from federation.model import ExternalIdentity, HomeKind
from federation.reasons import Reason
from idp_sim.directory.guests import (
    accept,
    external_user_type,
    guest_user_principal_name,
    home_key,
    identities_of,
    new_guest,
)
from idp_sim.directory.model import ACCEPTED, GUEST, MEMBER, PENDING, HomeLink, ObjectIdentity, User

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
UPN = "adele_fabrikam.example#EXT#@contoso.example"
ADELE = ExternalIdentity(
    kind=HomeKind.AZURE_ACTIVE_DIRECTORY,
    issuer="https://sts.windows.net/f/",
    subject="adele-at-home",
    addresses=("adele@fabrikam.example",),
    home_tenant="f",
    home_object="adele-at-home",
)
UPN_ENTRY = ObjectIdentity(sign_in_type="userPrincipalName", issuer="contoso.example", issuer_assigned_id=UPN)


def pending() -> User:
    return new_guest(id="243b", address="adele@fabrikam.example", initial_domain="contoso.example", now=NOON)


def test_a_new_guest_looks_as_graph_shows_a_pending_one() -> None:
    assert pending() == User(
        id="243b",
        display_name="adele",
        mail="adele@fabrikam.example",
        other_mails=("adele@fabrikam.example",),
        proxy_addresses=("SMTP:adele@fabrikam.example",),
        mail_nickname="adele_fabrikam.example#EXT#",
        user_principal_name=UPN,
        user_type=GUEST,
        creation_type="Invitation",
        external_user_state=PENDING,
        external_user_state_changed=NOON,
        created=NOON,
        identities=(UPN_ENTRY,),
    )


def test_a_given_name_a_type_and_sponsors_are_taken_over() -> None:
    user = new_guest(
        id="1",
        address="a@f.example",
        initial_domain="c.example",
        now=NOON,
        display_name="Adele Vance",
        user_type=MEMBER,
        sponsors=["alex"],
    )
    assert (user.display_name, user.user_type, user.sponsors) == ("Adele Vance", MEMBER, ("alex",))


def test_user_principal_name_of_a_guest() -> None:
    assert guest_user_principal_name("adele@fabrikam.example", "contoso.example") == UPN


def test_acceptance_links_the_identity_and_shows_it_first() -> None:
    user = accept(pending(), ADELE, LATER)
    assert user.external_user_state == ACCEPTED
    assert user.external_user_state_changed == LATER
    assert user.identities == (ObjectIdentity(sign_in_type="federated", issuer="ExternalAzureAD"), UPN_ENTRY)
    assert user.home == HomeLink(
        kind="azureActiveDirectory",
        idp="https://sts.windows.net/f/",
        subject="adele-at-home",
        home_tenant="f",
        home_object="adele-at-home",
        address="adele@fabrikam.example",
    )


def test_acceptance_changes_nothing_else() -> None:
    before, after = pending(), accept(pending(), ADELE, LATER)
    state = {
        name: getattr(before, name)
        for name in ("external_user_state", "external_user_state_changed", "identities", "home")
    }
    assert replace(after, **state) == before


def test_accepting_twice_equals_once() -> None:
    once = accept(pending(), ADELE, NOON)
    assert accept(once, ADELE, LATER) is once


def test_another_identity_cannot_take_over_an_accepted_guest() -> None:
    accepted = accept(pending(), ADELE, NOON)
    with pytest.raises(FederationError) as error:
        accept(accepted, replace(ADELE, subject="adele-made-anew"), LATER)
    assert error.value.reason is Reason.INVITATION_OF_OTHER_PERSON


@pytest.mark.parametrize(
    ("kind", "issuer", "entry"),
    [
        pytest.param(
            HomeKind.AZURE_ACTIVE_DIRECTORY, "https://sts.windows.net/f/", ("ExternalAzureAD", None), id="Entra"
        ),
        pytest.param(HomeKind.MICROSOFT_ACCOUNT, "live.com", ("MicrosoftAccount", None), id="personal account"),
        pytest.param(HomeKind.EMAIL_ONE_TIME_PASSCODE, "mail", ("mail", "a@f.example"), id="passcode"),
        pytest.param(HomeKind.SOCIAL, "google.com", ("google.com", "subject"), id="Google"),
        pytest.param(
            HomeKind.EXTERNAL_FEDERATION, "https://idp.adatum", ("https://idp.adatum", "subject"), id="SAML partner"
        ),
    ],
)
def test_the_federated_entry_by_kind_of_home(kind: HomeKind, issuer: str, entry: tuple[str, str | None]) -> None:
    identity = ExternalIdentity(kind=kind, issuer=issuer, subject="subject", addresses=("a@f.example",))
    federated, own = identities_of(identity, UPN)
    assert (federated.issuer, federated.issuer_assigned_id) == entry
    assert federated.sign_in_type == "federated"
    assert own == UPN_ENTRY


def test_the_home_key_is_kind_issuer_and_subject() -> None:
    assert home_key("emailOneTimePasscode", "mail", "otto@x.example") == "emailOneTimePasscode|mail|otto@x.example"


@pytest.mark.parametrize(
    ("user_type", "state", "expected"),
    [
        pytest.param(MEMBER, None, None, id="employee"),
        pytest.param(GUEST, None, "internalGuest", id="internal guest"),
        pytest.param(GUEST, ACCEPTED, "b2bCollaborationGuest", id="external guest"),
        pytest.param(GUEST, PENDING, "b2bCollaborationGuest", id="pending guest"),
        pytest.param(MEMBER, ACCEPTED, "b2bCollaborationMember", id="external member"),
    ],
)
def test_external_user_type_from_the_two_axes(user_type: str, state: str | None, expected: str | None) -> None:
    user = User(
        id="1",
        user_principal_name=UPN,
        display_name="A",
        created=NOON,
        user_type=user_type,
        external_user_state=state,
    )
    assert external_user_type(user) == expected
