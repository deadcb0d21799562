"""Authentication strengths: what satisfies them, and what is offered to get there (entra-sign-in 8.2, 8.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.authentication_strength import (
    BUILT_IN,
    KNOWN_COMBINATIONS,
    MULTIFACTOR_AUTHENTICATION,
    PASSWORDLESS_MFA,
    PHISHING_RESISTANT_MFA,
    PRIMARY_ONLY,
    USABLE_BY_GUESTS_HERE,
    AuthenticationStrength,
    CombinationConfiguration,
    completing,
    completing_all,
    meets,
    parse_combination,
)
from federation.model import AuthenticationContext, Method, PerformedMethod

HERE, HOME = "here", "home"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
STRENGTHS = tuple(BUILT_IN.values())


def signed_in(*methods: str, tenant: str = HERE) -> AuthenticationContext:
    """The methods done at one tenant, a minute apart."""
    return AuthenticationContext(
        methods=tuple(
            PerformedMethod(method=Method(name), instant=NOON + timedelta(minutes=n), tenant=tenant)
            for n, name in enumerate(methods)
        )
    )


def names(strengths: tuple[AuthenticationStrength, ...]) -> list[str]:
    return [strength.id[-1] for strength in strengths]


@pytest.mark.parametrize(
    ("methods", "met"),
    [
        pytest.param("password", "", id="a password alone is no strength"),
        pytest.param("sms", "", id="a text message without a first factor"),
        pytest.param("email", "", id="the mailed passcode of a guest counts nowhere"),
        pytest.param("password,email", "", id="nor beside a password"),
        pytest.param("password,sms", "2", id="password and text message"),
        pytest.param("password,voice", "2", id="password and voice call"),
        pytest.param("password,microsoftAuthenticatorPush", "2", id="password and push"),
        pytest.param("password,softwareOath", "2", id="password and software token"),
        pytest.param("password,hardwareOath", "2", id="password and hardware token"),
        pytest.param("federatedSingleFactor,sms", "2", id="federated factor and text message"),
        pytest.param("federatedMultiFactor", "2", id="a federated home that did both"),
        pytest.param("temporaryAccessPassOneTime", "2", id="temporary access pass"),
        pytest.param("temporaryAccessPassMultiUse", "2", id="temporary access pass of several uses"),
        pytest.param("password,x509CertificateSingleFactor", "2", id="password and certificate as one factor"),
        pytest.param("x509CertificateSingleFactor", "", id="certificate as one factor alone"),
        pytest.param("deviceBasedPush", "23", id="phone sign-in"),
        pytest.param("fido2", "234", id="security key"),
        pytest.param("windowsHelloForBusiness", "234", id="Windows Hello as the first thing done"),
        pytest.param("password,windowsHelloForBusiness", "", id="Windows Hello after a password"),
        pytest.param("x509CertificateMultiFactor", "234", id="certificate as both factors"),
        pytest.param("password,fido2", "234", id="a password before a security key does no harm"),
    ],
)
def test_which_built_in_strengths_a_sign_in_meets(methods: str, met: str) -> None:
    context = signed_in(*methods.split(","))
    assert "".join(names(tuple(s for s in STRENGTHS if meets(context, s, tenant=HERE)))) == met


def test_a_first_factor_at_another_tenant_counts_as_a_federated_one() -> None:
    context = signed_in("password", tenant=HOME).joined(signed_in("sms"))
    custom = AuthenticationStrength(id="c", display_name="c", combinations=("sms,federatedSingleFactor",))
    assert meets(context, custom, tenant=HERE)
    assert not meets(signed_in("password", "sms"), custom, tenant=HERE)


@pytest.mark.parametrize(
    ("strength", "offered"),
    [
        pytest.param(MULTIFACTOR_AUTHENTICATION, USABLE_BY_GUESTS_HERE, id="any second factor a guest can use"),
        pytest.param(PASSWORDLESS_MFA, frozenset(), id="passwordless cannot be met at the resource"),
        pytest.param(PHISHING_RESISTANT_MFA, frozenset(), id="phishing-resistant cannot be met at the resource"),
    ],
)
def test_what_a_guest_can_do_at_the_resource(strength: AuthenticationStrength, offered: frozenset[Method]) -> None:
    at_home = signed_in("password", tenant=HOME)
    assert completing(at_home, strength, tenant=HERE, usable=USABLE_BY_GUESTS_HERE) == offered


def test_several_strengths_are_offered_what_meets_all_of_them() -> None:
    sms = AuthenticationStrength(id="s", display_name="s", combinations=("password,sms", "fido2"))
    context = signed_in("password")
    usable = (Method.SMS, Method.FIDO2, Method.VOICE)
    assert completing_all(context, (sms, PHISHING_RESISTANT_MFA), tenant=HERE, usable=usable) == {Method.FIDO2}
    assert completing_all(context, (sms, PHISHING_RESISTANT_MFA), tenant=HERE, usable=(Method.SMS,)) == frozenset()
    voice = replace(sms, combinations=("password,voice",))
    sms = replace(sms, combinations=("password,sms",))
    assert completing_all(context, (sms, voice), tenant=HERE, usable=usable) == {Method.SMS}


@pytest.mark.parametrize(
    ("key", "met"),
    [
        pytest.param("ABC", True, id="an allowed key, in any spelling"),
        pytest.param("def", False, id="another key"),
        pytest.param(None, False, id="a key of unknown make"),
    ],
)
def test_a_configuration_narrows_the_keys(key: str | None, met: bool) -> None:
    rule = CombinationConfiguration(id="r", applies_to=("fido2",), allowed=("abc",))
    strength = replace(PHISHING_RESISTANT_MFA, configurations=(rule,))
    performed = PerformedMethod(method=Method.FIDO2, instant=NOON, tenant=HERE, authenticator=key)
    assert meets(AuthenticationContext(methods=(performed,)), strength, tenant=HERE) is met


@pytest.mark.parametrize("strength", STRENGTHS, ids=lambda strength: strength.display_name)
def test_built_in_strengths_satisfy_mfa(strength: AuthenticationStrength) -> None:
    assert strength.satisfies_mfa


def test_one_factor_makes_a_strength_that_does_not_satisfy_mfa() -> None:
    assert not AuthenticationStrength(id="c", display_name="c", combinations=("fido2", "password")).satisfies_mfa


@pytest.mark.parametrize("text", ["password,smoke", "", "password,"])
def test_a_word_that_is_no_method_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_combination(text)


contexts = st.lists(st.sampled_from(Method), max_size=4).map(lambda methods: signed_in(*methods))


@given(context=contexts, strength=st.sampled_from(STRENGTHS), usable=st.sets(st.sampled_from(Method)))
def test_doing_what_is_offered_meets_the_strength(
    context: AuthenticationContext, strength: AuthenticationStrength, usable: set[Method]
) -> None:
    for method in completing(context, strength, tenant=HERE, usable=usable):
        done = PerformedMethod(method=method, instant=NOON + timedelta(hours=1), tenant=HERE)
        assert method in usable - PRIMARY_ONLY
        assert meets(context.adding(done), strength, tenant=HERE)


@given(context=contexts, more=contexts, combination=st.sampled_from(tuple(KNOWN_COMBINATIONS.values())))
def test_more_methods_never_lose_a_strength(
    context: AuthenticationContext, more: AuthenticationContext, combination: str
) -> None:
    strength = AuthenticationStrength(id="c", display_name="c", combinations=(combination,))
    later = tuple(replace(method, instant=method.instant + timedelta(hours=1)) for method in more.methods)
    if meets(context, strength, tenant=HERE):
        assert meets(AuthenticationContext(methods=(*context.methods, *later)), strength, tenant=HERE)
