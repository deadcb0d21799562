"""Who asks when proxies stand in between: believed from named ones only, and read as RFC 7239 has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_sim.forwarded import Misleading, Passed, look, networks

PROXY = networks(["192.0.2.10", "172.16.0.0/12"])


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        pytest.param({"x-forwarded-for": "203.0.113.7"}, "203.0.113.7", id="one hop"),
        pytest.param({"x-forwarded-for": "10.9.9.9, 203.0.113.7"}, "203.0.113.7", id="invented by the client"),
        pytest.param({"x-forwarded-for": "203.0.113.7, 172.17.0.2"}, "203.0.113.7", id="two named proxies"),
        pytest.param({"x-forwarded-for": "172.17.0.9, 172.17.0.2"}, "172.17.0.9", id="all of them named"),
        pytest.param({"x-forwarded-for": "[2001:db8::1]:4711"}, "2001:db8::1", id="address with a port"),
        pytest.param({"x-forwarded-for": "203.0.113.7:4711"}, "203.0.113.7", id="port"),
        pytest.param({"x-forwarded-for": "::ffff:203.0.113.7"}, "203.0.113.7", id="mapped"),
        pytest.param({"forwarded": "for=203.0.113.7;proto=https"}, "203.0.113.7", id="the standard's"),
        pytest.param({"forwarded": 'For="[2001:db8::1]:80"'}, "2001:db8::1", id="the standard's, quoted"),
        pytest.param({"forwarded": "for=10.0.0.1, for=203.0.113.7"}, "203.0.113.7", id="the standard's, two hops"),
        pytest.param({"forwarded": 'host="a;b,c";for=203.0.113.7'}, "203.0.113.7", id="separators in quotes"),
    ],
)
def test_a_named_proxy_tells_who_asks(headers: dict[str, str], client: str) -> None:
    passed = look("192.0.2.10", headers, PROXY)
    assert (passed.client, passed.certain, passed.passed_on) == (client, True, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"forwarded": "for=unknown"},
        {"forwarded": "for=_hidden;proto=https"},
        {"x-forwarded-for": "203.0.113.7, garbage"},
        {"x-forwarded-proto": "https"},
        {"via": "1.1 proxy"},
    ],
)
def test_a_hidden_visitor_is_nobody_certain(headers: dict[str, str]) -> None:
    passed = look("192.0.2.10", headers, PROXY)
    assert (passed.client, passed.certain) == ("192.0.2.10", False)


@pytest.mark.parametrize("name", ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded"])
def test_others_can_claim_nothing(name: str) -> None:
    passed = look("203.0.113.7", {"host": "idp.test", name: "127.0.0.1"}, PROXY)
    assert passed == Passed(client="203.0.113.7", host="idp.test", certain=False, passed_on=True)


def test_host_and_scheme_are_what_the_visitor_asked_for() -> None:
    older = {"host": "10.0.0.3", "x-forwarded-host": "idp.test:8443, inner", "x-forwarded-proto": "HTTPS"}
    standard = {"host": "10.0.0.3", "forwarded": 'for=203.0.113.7;host="idp.test:8443";proto=https'}
    for headers in (older, standard):
        passed = look("192.0.2.10", headers, PROXY)
        assert (passed.host, passed.scheme) == ("idp.test:8443", "https")


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        pytest.param({"x-forwarded-prefix": "/sim"}, "below a path", id="prefix"),
        pytest.param({"forwarded": "for=203.0.113.7", "x-forwarded-for": "203.0.113.7"}, "both", id="both families"),
        pytest.param({"forwarded": "nonsense"}, "RFC 7239", id="unreadable"),
        pytest.param({"forwarded": 'for="unfinished'}, "RFC 7239", id="unfinished"),
    ],
)
def test_a_proxy_that_is_set_up_wrongly_is_told_so(headers: dict[str, str], said: str) -> None:
    with pytest.raises(Misleading, match=said):
        look("192.0.2.10", headers, PROXY)


@given(
    st.dictionaries(
        st.sampled_from(["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "via"]),
        st.text(max_size=40),
    )
)
def test_whatever_arrives_is_read_or_refused_and_loopback_is_never_invented(headers: dict[str, str]) -> None:
    untrusted = look("203.0.113.7", headers, ())
    assert untrusted.client == "203.0.113.7"
    try:
        passed = look("192.0.2.10", {**headers, "x-real-ip": "127.0.0.1"}, PROXY)
    except Misleading:
        return
    assert passed.passed_on


@pytest.mark.parametrize("text", ["proxy.test", "10.0.0.1/8", "300.1.1.1", ""])
def test_a_proxy_is_an_address_or_a_network(text: str) -> None:
    with pytest.raises(ValueError, match="neither an IP address nor a network"):
        networks([text])
