"""Query options: what is understood, and how each mistake is named (graph-api 2)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.filter import AnyItem, Both, Comparison, Either, Not, OneOf, parse, quoted
from idp_sim.graph.query import OrderBy, Query, parse_query
from idp_sim.http import Params

MAIL = Comparison("mail", "eq", "a@x.test")
GUEST = Comparison("userType", "eq", "Guest")
NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("userType eq 'Guest'", GUEST, id="equality"),
        pytest.param("  userType   eq 'Guest' ", GUEST, id="blanks"),
        pytest.param("userType EQ 'Guest'", GUEST, id="words in any case"),
        pytest.param("(userType eq 'Guest')", GUEST, id="parentheses"),
        pytest.param("displayName eq 'O''Neil'", Comparison("displayName", "eq", "O'Neil"), id="doubled quote"),
        pytest.param("displayName eq ''", Comparison("displayName", "eq", ""), id="empty string"),
        pytest.param("displayName eq ' and (x) '", Comparison("displayName", "eq", " and (x) "), id="words inside"),
        pytest.param("accountEnabled eq false", Comparison("accountEnabled", "eq", False), id="boolean"),
        pytest.param("status/errorCode eq 50020", Comparison("status/errorCode", "eq", 50020), id="nested path"),
        pytest.param("userType ne 'Guest'", Comparison("userType", "ne", "Guest"), id="ne"),
        pytest.param("NOT(userType eq 'Guest')", Not(GUEST), id="not"),
        pytest.param("endsWith(mail,'x')", Comparison("mail", "endsWith", "x"), id="endsWith"),
        pytest.param("mail eq null", Comparison("mail", "eq", None), id="null"),
        pytest.param(
            "createdDateTime ge 2024-01-01T00:00:00Z", Comparison("createdDateTime", "ge", NEW_YEAR), id="instant"
        ),
        pytest.param(
            "createdDateTime le 2024-01-01T01:00:00.0000000+01:00",
            Comparison("createdDateTime", "le", NEW_YEAR),
            id="seven fractional digits and an offset",
        ),
        pytest.param("startsWith(displayName,'A')", Comparison("displayName", "startsWith", "A"), id="startsWith"),
        pytest.param("startswith( mail , 'a' )", Comparison("mail", "startsWith", "a"), id="startswith"),
        pytest.param("id in ('1', '2')", OneOf("id", ("1", "2")), id="in"),
        pytest.param("userType eq 'Guest' and mail eq 'a@x.test'", Both(GUEST, MAIL), id="and"),
        pytest.param(
            "mail eq 'a@x.test' OR userType eq 'Guest' and mail eq 'a@x.test'",
            Either(MAIL, Both(GUEST, MAIL)),
            id="and binds closer than or",
        ),
        pytest.param(
            "otherMails/any(m:m eq 'a@x.test')", AnyItem("otherMails", "m", Comparison("m", "eq", "a@x.test")), id="any"
        ),
        pytest.param(
            "identities/any(c:c/issuerAssignedId eq 'a' and c/issuer eq 'mail')",
            AnyItem(
                "identities",
                "c",
                Both(Comparison("c/issuerAssignedId", "eq", "a"), Comparison("c/issuer", "eq", "mail")),
            ),
            id="any over objects",
        ),
    ],
)
def test_a_filter_is_read_as(text: str, expected: object) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "problem", "named"),
    [
        pytest.param("userType", Problem.FILTER_INVALID, "a name was expected at position 8", id="nothing compared"),
        pytest.param("userType eq", Problem.FILTER_INVALID, "a value was expected at position 11", id="no value"),
        pytest.param("userType eq Guest", Problem.FILTER_INVALID, "not 'Guest'", id="string without quotes"),
        pytest.param("userType equals 'Guest'", Problem.FILTER_INVALID, "'equals'", id="unknown operator"),
        pytest.param("userType eq 'Guest", Problem.FILTER_INVALID, "position 11", id="open string"),
        pytest.param("(userType eq 'Guest'", Problem.FILTER_INVALID, "')' was expected", id="open parenthesis"),
        pytest.param("userType eq 'Guest')", Problem.FILTER_INVALID, "not ')'", id="closed twice"),
        pytest.param("userType eq 'Guest' 'x'", Problem.FILTER_INVALID, "the end was expected", id="more than one"),
        pytest.param("a eq 2024-13-01T00:00:00Z", Problem.FILTER_INVALID, "is not a date and time", id="month 13"),
        pytest.param("a eq 99999999999999999999", Problem.FILTER_INVALID, "64-bit", id="huge number"),
        pytest.param("startsWith(mail,1)", Problem.FILTER_INVALID, "string in single quotes", id="startsWith number"),
        pytest.param("(" * 60 + "a eq 1" + ")" * 60, Problem.FILTER_INVALID, "nested", id="too deep"),
        pytest.param("a eq '" + "x" * 9000 + "'", Problem.FILTER_INVALID, "longer than", id="too long"),
        pytest.param("otherMails/all(m:m eq 'x')", Problem.FILTER_UNSUPPORTED, "'all'", id="all"),
    ],
)
def test_a_filter_is_refused_with_place_and_reason(text: str, problem: Problem, named: str) -> None:
    with pytest.raises(GraphError) as refused:
        parse(text)
    assert refused.value.problem is problem
    assert named in refused.value.message


@given(st.text())
def test_any_string_survives_quoting(value: str) -> None:
    assert parse(f"displayName eq {quoted(value)}") == Comparison("displayName", "eq", value)


@given(st.text(alphabet="()'/:, aeqndorsitm1Z-T", max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    with suppress(GraphError):
        parse(text)


def query(text: str, *, collection: bool = True, **headers: str) -> Query:
    return parse_query(Params.parse(text), headers, resource="/users", collection=collection)


def test_all_options_are_read() -> None:
    parsed = query(
        "$select=id, mail,id&$top=5&$orderby=displayName desc&$count=true&$skiptoken=abc&$filter=mail eq 'a@x.test'",
        consistencylevel="eventual",
    )
    assert (parsed.select, parsed.top, parsed.skip_token) == (("id", "mail"), 5, "abc")
    assert parsed.order_by == OrderBy("displayName", descending=True)
    assert (parsed.count, parsed.eventual, parsed.filter) == (True, True, MAIL)
    assert parsed.filtered == {"mail"}


def test_the_dollar_may_be_left_out() -> None:
    assert query("select=id&top=1").select == query("$select=id&$top=1").select == ("id",)


@pytest.mark.parametrize(
    ("text", "collection", "problem", "named"),
    [
        pytest.param("$foo=1", True, Problem.OPTION_UNKNOWN, "'$foo'", id="unknown"),
        pytest.param("foo=1", True, Problem.OPTION_UNKNOWN, "'foo'", id="unknown without dollar"),
        pytest.param("$apply=x", True, Problem.OPTION_UNSUPPORTED, "'$apply'", id="apply"),
        pytest.param("$expand=a($expand=b)", True, Problem.EXPAND_INVALID, "a($expand=b)", id="expand in expand"),
        pytest.param('$search="mail:a"', True, Problem.SEARCH_HEADER, "eventual", id="search without the header"),
        pytest.param("$skip=1", True, Problem.OPTION_UNSUPPORTED, "'$skip'", id="skip"),
        pytest.param("$top=1", False, Problem.OPTION_UNSUPPORTED, "'$top'", id="top of one object"),
        pytest.param("$top=1&top=2", True, Problem.OPTION_REPEATED, "'$top'", id="twice"),
        pytest.param("$top=one", True, Problem.OPTION_INVALID, "'one'", id="top is no number"),
        pytest.param("$count=yes", True, Problem.OPTION_INVALID, "'yes'", id="count is no boolean"),
        pytest.param("$orderby=a,b", True, Problem.OPTION_INVALID, "one property", id="two orders"),
        pytest.param("$orderby=a up", True, Problem.OPTION_INVALID, "asc or desc", id="direction"),
    ],
)
def test_an_option_is_refused_by_name(text: str, collection: bool, problem: Problem, named: str) -> None:
    with pytest.raises(GraphError) as refused:
        query(text, collection=collection)
    assert refused.value.problem is problem
    assert named in refused.value.message
