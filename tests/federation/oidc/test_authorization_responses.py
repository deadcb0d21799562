"""Authorization responses arrive as they were made, whatever is in them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.oidc.responses import AuthorizationResponse, refusal, success

HOSTILE = 'a b"c&d=é+%20#?/\\<script>\r\nSet-Cookie: x=1'
VALUES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)


def answer(redirect_uri: str, response_mode: str, state: str | None = HOSTILE) -> AuthorizationResponse:
    return success(
        redirect_uri=redirect_uri,
        response_mode=response_mode,
        code="the-code",
        state=state,
        session_state="the-session",
        client_info=None,
    )


def test_query_parameters_are_added_to_those_of_the_redirect_uri() -> None:
    location = answer("https://app.example/cb?kept=1&also=2", "query", "s").location
    assert location == "https://app.example/cb?kept=1&also=2&code=the-code&state=s&session_state=the-session"


def test_fragment_parameters_follow_the_untouched_redirect_uri() -> None:
    location = answer("https://app.example/cb?kept=1", "fragment", "s").location
    assert location == "https://app.example/cb?kept=1#code=the-code&state=s&session_state=the-session"


def test_form_post_has_no_location_and_leaves_the_redirect_uri_alone() -> None:
    response = answer("http://localhost:4200", "form_post")
    assert response.location is None
    assert response.redirect_uri == "http://localhost:4200"
    assert response.parameters["state"] == HOSTILE


@pytest.mark.parametrize("mode", ["query", "fragment"])
def test_a_uri_without_a_path_gets_a_slash(mode: str) -> None:
    location = answer("http://localhost:4200", mode).location
    assert location is not None
    assert location.startswith("http://localhost:4200/")


@given(state=VALUES, mode=st.sampled_from(["query", "fragment"]))
def test_a_state_comes_back_exactly_and_can_not_leave_its_parameter(state: str, mode: str) -> None:
    location = answer("https://app.example/cb", mode, state).location
    assert location is not None
    assert location.isascii()
    assert location.isprintable()
    parts = urlsplit(location)
    assert parts.netloc == "app.example"
    text = parts.query if mode == "query" else parts.fragment
    assert dict(parse_qsl(text, keep_blank_values=True)) == {
        "code": "the-code",
        "state": state,
        "session_state": "the-session",
    }


def test_without_a_state_none_is_invented() -> None:
    assert "state" not in answer("https://app.example/cb", "query", None).parameters


def test_client_info_stands_beside_the_code_when_it_was_asked_for() -> None:
    response = success(
        redirect_uri="https://app.example/cb",
        response_mode="query",
        code="c",
        state=None,
        session_state="s",
        client_info="aWQ",
    )
    assert response.parameters == {"code": "c", "client_info": "aWQ", "session_state": "s"}


def test_a_refusal_carries_what_the_standard_and_the_product_name() -> None:
    response = refusal(
        redirect_uri="https://app.example/cb",
        response_mode="query",
        error="access_denied",
        description="AADSTS65004: User declined",
        state="s",
        error_uri="https://localhost/error?code=65004",
        subcode="cancel",
    )
    assert response.parameters == {
        "error": "access_denied",
        "error_description": "AADSTS65004: User declined",
        "error_subcode": "cancel",
        "error_uri": "https://localhost/error?code=65004",
        "state": "s",
    }
