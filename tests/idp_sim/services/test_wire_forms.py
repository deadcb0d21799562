"""A message of the journal as it travelled, and decoded; no secret is in either."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_sim.ports import ProtocolMessage
from idp_sim.services.journal import SECRET_FIELDS, masked
from idp_sim.services.wire import decoded, raw

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def message(start_line: str, **fields: str) -> ProtocolMessage:
    return ProtocolMessage(
        order=1, instant=NOW, correlation_id="c", tenant="contoso", sender="A", receiver="B",
        protocol="OpenID Connect", name="n", fields=fields, start_line=start_line,
    )  # fmt: skip


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


JWT = f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part({'oid': '1'})}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("start_line", "expected"),
    [
        pytest.param("GET https://h:1/a", "GET /a?state=a%20b HTTP/1.1\nHost: h:1", id="request in the address"),
        pytest.param(
            "POST https://h:1/t",
            "POST /t HTTP/1.1\nHost: h:1\nContent-Type: application/x-www-form-urlencoded\n\nstate=a%20b",
            id="posted form",
        ),
        pytest.param("302 https://app/cb", "HTTP/1.1 302 Found\nLocation: https://app/cb?state=a%20b", id="redirect"),
        pytest.param("302 https://a/?x=1", "HTTP/1.1 302 Found\nLocation: https://a/?x=1&state=a%20b", id="query"),
        pytest.param("302 https://app/cb#", "HTTP/1.1 302 Found\nLocation: https://app/cb#state=a%20b", id="fragment"),
        pytest.param(
            "400",
            'HTTP/1.1 400 Bad Request\nContent-Type: application/json\n\n{\n  "state": "a b"\n}',
            id="answer in JSON",
        ),
        pytest.param("", "state: a b", id="mail"),
    ],
)  # fmt: skip
def test_a_message_looks_as_it_travelled(start_line: str, expected: str) -> None:
    assert raw(message(start_line, state="a b")) == expected


def test_a_mask_stays_readable_in_an_address() -> None:
    assert "code=1.abcd… (66 characters)" in raw(message("GET https://h/a", code="1.abcd… (66 characters)"))


def test_a_token_loses_its_signature_and_keeps_what_it_says() -> None:
    kept = masked("id_token", JWT)
    assert "c2lnbmF0dXJl" not in kept
    assert decoded(message("200", id_token=kept))["id_token"] == {
        "header": {"alg": "RS256", "typ": "JWT"},
        "claims": {"oid": "1"},
    }


def test_json_inside_a_field_is_decoded() -> None:
    told = decoded(message("GET https://h/a", claims='{"id_token":{"amr":null}}', client_info=part({"uid": "u"})))
    assert told == {"claims": {"id_token": {"amr": None}}, "client_info": {"uid": "u"}}


@given(st.text(max_size=200))
def test_whatever_a_field_holds_both_forms_can_be_written(text: str) -> None:
    told = message("GET https://h/a", state=text, id_token="eyJ" + text, client_info="eyJ" + text)
    for start_line in ("GET https://h/a", "POST https://h/a", "302 https://h/a", "200", ""):
        assert isinstance(raw(message(start_line, state=text.encode("utf-8", "replace").decode())), str)
    assert decoded(told)["state"] is not None


@given(st.sampled_from(sorted(SECRET_FIELDS)), st.text(alphabet="abcdefgh.", min_size=20, max_size=60))
def test_no_secret_is_kept_whole(name: str, secret: str) -> None:
    assert secret not in masked(name, secret)
