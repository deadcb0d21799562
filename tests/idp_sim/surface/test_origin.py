"""The public URL: what can be one, what is wrong with what can't, and what somebody should know about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_sim import origin
from idp_sim.origin import Listening, NoOrigin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://idp.test", "https://idp.test"),
        ("https://IDP.Test./", "https://idp.test"),
        ("https://idp.test:443", "https://idp.test"),
        ("http://idp.test:80/", "http://idp.test"),
        ("https://idp.test:8443", "https://idp.test:8443"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://[0:0::1]:8443", "https://[::1]:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("  https://idp.test  ", "https://idp.test"),
    ],
)
def test_an_origin_has_one_form(text: str, expected: str) -> None:
    assert origin.parse(text) == expected
    assert origin.parse(expected) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("idp.test", "has no scheme; did you mean 'https://idp.test'?", id="no scheme"),
        pytest.param("idp.test:8443/", "did you mean 'https://idp.test:8443'?", id="no scheme, a port"),
        pytest.param("ftp://idp.test", "its scheme is 'ftp'", id="another scheme"),
        pytest.param("https://", "expected https or http, and a host", id="no host"),
        pytest.param("https://idp.test/sim", "'/sim' after the host", id="path"),
        pytest.param("https://idp.test/?a=b", "after the host", id="query"),
        pytest.param("https://idp.test#x", "after the host", id="fragment"),
        pytest.param("https://me:pw@idp.test", "user name or password", id="user"),
        pytest.param("https://idp.test:x", "is not an origin", id="odd port"),
        pytest.param("https://idp.test:70000", "is not an origin", id="port too large"),
        pytest.param("https://idp.test:0", "no port that can be reached", id="port zero"),
        pytest.param("https://idp.test:", "no port that can be reached", id="port empty"),
        pytest.param("https://0.0.0.0:8443", "only says where to listen", id="unspecified address"),
        pytest.param("https://[::]:8443", "only says where to listen", id="unspecified address, six"),
        pytest.param("https://*.idp.test", "host with '*'", id="wildcard"),
        pytest.param("https://a b.test", "is no host name", id="space"),
        pytest.param("https://[::1", "is not an origin", id="bracket"),
    ],
)
def test_what_is_no_origin_is_told_precisely(text: str, said: str) -> None:
    with pytest.raises(NoOrigin) as refusal:
        origin.parse(text)
    assert said in str(refusal.value)


@given(st.text(max_size=40) | st.text(max_size=30).map(lambda text: f"https://{text}"))
def test_any_text_is_an_origin_or_refused(text: str) -> None:
    try:
        parsed = origin.parse(text)
    except NoOrigin:
        return
    assert origin.parse(parsed) == parsed
    assert 0 < origin.port_of(parsed) < 65536


HERE = Listening(host="127.0.0.1", port=8443, tls=True)
EVERYWHERE = Listening(host="0.0.0.0", port=8443, tls=True)
PLAIN = Listening(host="127.0.0.1", port=8080, tls=False)


@pytest.mark.parametrize(
    ("public", "listening", "said"),
    [
        ("http://idp.test:8443", HERE, "port 8443 speaks https here"),
        ("https://localhost:8080", PLAIN, "port 8080 speaks plain http here"),
        ("https://idp.test:8080", PLAIN, None),
        ("http://idp.test", HERE, None),
        ("https://idp.test:8443", HERE, None),
    ],
)
def test_a_scheme_that_the_port_does_not_speak_is_a_contradiction(
    public: str, listening: Listening, said: str | None
) -> None:
    found = origin.contradiction(public, listening)
    assert (found is None) is (said is None)
    assert said is None or said in (found or "")


@pytest.mark.parametrize(
    ("public", "listening", "said"),
    [
        pytest.param("https://idp.test", EVERYWHERE, ["(443:8443)"], id="port mapped"),
        pytest.param("https://idp.test:8443", EVERYWHERE, [], id="nothing to say"),
        pytest.param("https://idp.test", PLAIN, ["(443:8080)", "must end TLS", "127.0.0.1 only"], id="proxy"),
        pytest.param("http://idp.test:8443", EVERYWHERE, ["cross-site cookies"], id="plain http"),
        pytest.param("http://localhost:8080", PLAIN, [], id="plain http on this machine"),
        pytest.param("https://idp.test:8443", HERE, ["127.0.0.1 only"], id="listens here only"),
    ],
)
def test_what_somebody_who_chose_the_address_should_know(public: str, listening: Listening, said: list[str]) -> None:
    remarks = list(origin.remarks(public, listening))
    assert [part for part, sentence in zip(said, remarks, strict=True) if part not in sentence] == []


@pytest.mark.parametrize(
    ("host", "only_here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True), ("localhost", True),
     ("a.localhost", True), ("0.0.0.0", False), ("::", False), ("192.0.2.1", False), ("example.org", False)],
)  # fmt: skip
def test_loopback_is_what_only_this_machine_reaches(host: str, only_here: bool) -> None:
    assert origin.loopback(host) is only_here
