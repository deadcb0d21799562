"""What every kind of home must do; a new row of ``tests.identity_providers.HOMES`` is covered as it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import FederationError
from federation.identity_providers.registry import IDENTITY_PROVIDERS
from federation.model import SECOND_FACTORS, ExternalIdentity, HomeKind
from federation.reasons import Reason
from federation.redemption import Guest, find_guest
from tests.identity_providers import ADDRESS, HOMES, NOW, OTHER_RESOURCE, Home, Said
from tests.signing_keys import fixed_key

#: Kinds that ask nobody else.
WITHOUT_A_PARTNER = {HomeKind.LOCAL, HomeKind.EMAIL_ONE_TIME_PASSCODE}

every_home = pytest.mark.parametrize("made", HOMES.values(), ids=HOMES)
MakeHome = Callable[[], Home]


def told(home: Home, *, now: Any = NOW, **said: Any) -> ExternalIdentity:
    """A whole exchange: request, answer, and what is believed of it."""
    outgoing, pending = home.ask("nonce-1", now)
    return home.hear(home.say(outgoing, Said(**said)), pending, now)


def refused(home: Home, **said: Any) -> FederationError:
    with pytest.raises(FederationError) as refusal:
        told(home, **said)
    assert refusal.value.message
    return refusal.value


def test_every_kind_of_the_registry_has_its_row() -> None:
    assert {made().kind for made in HOMES.values()} == set(IDENTITY_PROVIDERS) - WITHOUT_A_PARTNER


@every_home
def test_a_round_trip_says_who_came_and_how(made: MakeHome) -> None:
    home = made()
    identity = told(home)
    assert (identity.kind, identity.address) == (home.kind, ADDRESS)
    assert identity.issuer
    assert identity.subject
    assert not SECOND_FACTORS & {method.method for method in identity.context.methods}


@every_home
def test_the_same_person_has_the_same_key_again(made: MakeHome) -> None:
    first, second = told(made()), told(made(), at=NOW + timedelta(minutes=1), now=NOW + timedelta(minutes=1))
    assert (first.issuer, first.subject) == (second.issuer, second.subject)


@every_home
def test_an_answer_for_another_tenant_is_refused(made: MakeHome) -> None:
    refused(made(), resource=OTHER_RESOURCE)


@every_home
def test_an_answer_to_an_earlier_request_is_refused(made: MakeHome) -> None:
    home = made()
    outgoing, pending = home.ask("nonce-1")
    answer = home.say(outgoing, Said())
    assert home.hear(answer, pending, NOW)
    _, later = home.ask("nonce-2")
    with pytest.raises(FederationError):
        home.hear(answer, later, NOW)


@every_home
def test_an_answer_that_has_run_out_is_refused(made: MakeHome) -> None:
    refused(made(), now=NOW + timedelta(hours=1, minutes=6))


@every_home
def test_an_answer_from_the_future_is_refused(made: MakeHome) -> None:
    refused(made(), at=NOW + timedelta(days=1))


@every_home
@pytest.mark.parametrize("days", [-400, 400])
def test_a_clock_that_moved_with_the_home_changes_nothing(made: MakeHome, days: int) -> None:
    moved = NOW + timedelta(days=days)
    assert told(made(), at=moved, now=moved).address == ADDRESS


@every_home
def test_a_changed_answer_is_refused(made: MakeHome) -> None:
    refused(made(), tampered=True)


@every_home
def test_an_answer_signed_by_a_stranger_is_refused_until_the_key_is_known(made: MakeHome) -> None:
    refused(made(), key=fixed_key())
    assert told(made().knowing(fixed_key()), key=fixed_key()).address == ADDRESS


@every_home
def test_a_refusal_at_home_is_told_as_one(made: MakeHome) -> None:
    if made().denies:
        assert refused(made(), denied=True).reason is Reason.IDENTITY_PROVIDER_DENIED


@every_home
def test_an_answer_about_another_address_opens_no_invitation_of_this_one(made: MakeHome) -> None:
    try:
        identity = told(made(), address="somebody@elsewhere.example")
    except FederationError:
        return
    invited = Guest(id="guest", addresses=frozenset({ADDRESS}))
    assert find_guest(identity, [invited], invited="guest") is None


@settings(max_examples=8, deadline=None)
@given(
    name=st.text(st.characters(blacklist_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=40).filter(
        lambda text: text.strip() == text
    )
)
@every_home
def test_names_of_every_script_arrive_as_they_are(made: MakeHome, name: str) -> None:
    identity = told(made(), name=name)
    assert identity.display_name in ((name,) if made().tells_names else (None, name))
