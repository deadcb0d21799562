"""Which addresses can be invited (graph-api 9.1)."""

from __future__ import annotations

import pytest

from idp_sim.directory.addresses import FORBIDDEN, address_problem, domain_of


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("ana@fabrikam.example", id="plain"),
        pytest.param("ana.maria-lopez_2@sales.fabrikam.example", id="dot, hyphen, underscore, sub-domain"),
        pytest.param("_ana_@fabrikam.example", id="underscore anywhere"),
        pytest.param("ANA@Fabrikam.Example", id="capitals"),
        pytest.param("jürgen@müller.example", id="umlauts on both sides"),
        pytest.param("δοκιμή@παράδειγμα.example", id="Greek"),
        pytest.param("अजय@डाटा.example", id="Devanagari, with combining marks"),
        pytest.param("a@b.example", id="as short as can be"),
    ],
)
def test_good_addresses(address: str) -> None:
    assert address_problem(address) is None


@pytest.mark.parametrize("character", sorted(FORBIDDEN))
def test_forbidden_characters_are_named(character: str) -> None:
    assert address_problem(f"a{character}na@fabrikam.example") == f"the character '{character}' is not allowed"


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        pytest.param("", "it must contain one '@'", id="empty"),
        pytest.param("ana", "it must contain one '@'", id="no at sign"),
        pytest.param("ana@b@fabrikam.example", "it must contain one '@'", id="two at signs"),
        pytest.param("@fabrikam.example", "it needs a part before and a part after the '@'", id="no local part"),
        pytest.param("ana@", "it needs a part before and a part after the '@'", id="no domain"),
        pytest.param(".ana@f.example", "the part before the '@' must not start or end with '.'", id="leading dot"),
        pytest.param("ana-@f.example", "the part before the '@' must not start or end with '-'", id="trailing hyphen"),
        pytest.param("a..b@f.example", "the part before the '@' must not contain '..'", id="two dots"),
        pytest.param("an a@f.example", "the character U+0020 is not allowed", id="blank"),
        pytest.param("ana\n@f.example", "the character U+000A is not allowed", id="line end"),
        pytest.param("ana\u202e@f.example", "the character U+202E is not allowed", id="direction override"),
        pytest.param("ana\u200b@f.example", "the character U+200B is not allowed", id="zero-width space"),
        pytest.param("ana\U0001f600@f.example", "the character U+1F600 is not allowed", id="emoji"),
        pytest.param("ana\udcff@f.example", "the character U+DCFF is not allowed", id="bytes that are no text"),
        pytest.param("ana@localhost", "the domain 'localhost' needs at least one dot", id="single label"),
        pytest.param("ana@f..example", "the domain 'f..example' has an empty part", id="empty label"),
        pytest.param("ana@f.example.", "the domain 'f.example.' has an empty part", id="trailing dot"),
        pytest.param(
            "ana@-f.example", "the domain '-f.example' has a part that starts or ends with '-'", id="label edge"
        ),
        pytest.param(
            "ana@f_f.example",
            "the domain 'f_f.example' may contain letters, digits, dots and '-' only",
            id="underscore",
        ),
        pytest.param(
            f"ana@{'f' * 64}.example",
            f"the domain '{'f' * 64}.example' has a part that is no valid domain label",
            id="label of 64 characters",
        ),
        pytest.param(
            f"{'a' * 65}@f.example", "the part before the '@' must not be longer than 64 bytes", id="long local part"
        ),
        pytest.param(f"ana@{'f.' * 130}example", "it must not be longer than 254 bytes", id="long address"),
    ],
)
def test_bad_addresses_are_refused_with_the_reason(address: str, problem: str) -> None:
    assert address_problem(address) == problem


@pytest.mark.parametrize(
    ("address", "domain"), [("Ana@Fabrikam.Example", "fabrikam.example"), ("ana", ""), ("", ""), ("a@", "")]
)
def test_domain_of_an_address(address: str, domain: str) -> None:
    assert domain_of(address) == domain
