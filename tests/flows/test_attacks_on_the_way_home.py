"""Attacks between two tenants: stolen states and codes, forged assertions, tickets of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import pytest

from federation.federation_client import ASSERTION_TYPE, FEDERATION_CLIENT_ID
from federation.oidc import jwt_codec
from tests.browser import Browser, Landing
from tests.signing_keys import other_key
from tests.simulator import VERIFIER, Answer, MakeWorld, World, challenge_of
from tests.stories import Visitor, guest, invite, landing, newest_mail, page, walk

ANA, BEN = "ana@fabrikam.example", "ben@fabrikam.example"
NORA = "nora@northwind.example"


def reply_url(world: World, tenant: str = "contoso") -> str:
    return f"{world.base_url}/te/{world.tenant_id(tenant)}/oauth2/authresp"


@dataclass
class Trip:
    """A guest who was just sent back by the home: the browser, and the answer that it has not delivered yet."""

    world: World
    browser: Browser
    fields: Mapping[str, str]

    @classmethod
    def of(cls, world: World, address: str, *, browser: Browser | None = None) -> Trip:
        browser = browser or world.browser(reply_url(world))
        end = walk(world.person(address), browser, browser.get(world.authorize_url(login_hint=address)))
        return cls(world, browser, landing(end).parameters)

    @property
    def visitor(self) -> Visitor:
        return Visitor.with_cookies_of(self.world, self.browser)

    def deliver(self, *, by: Visitor | None = None, tenant: str = "contoso", **changes: str) -> Answer:
        """The answer at the resource tenant, changed by whoever holds it."""
        fields = {**self.fields, **changes}
        return (by or self.visitor).send("GET", f"{reply_url(self.world, tenant)}?{urlencode(fields)}")


def step_of(visitor: Visitor, answer: Answer) -> str | None:
    return visitor.read(answer).step if answer.status == 200 else None


# --- state and code --------------------------------------------------------------------------------------------


def test_an_answer_delivered_as_it_came_goes_on(world: World) -> None:
    trip = Trip.of(world, NORA)
    assert step_of(trip.visitor, trip.deliver()) == "mfa_registration"


@pytest.mark.parametrize("state", ["", "x", "x.y.z", "{cut}", "{longer}"])
def test_a_state_that_was_never_sent_is_refused(world: World, state: str) -> None:
    trip = Trip.of(world, NORA)
    own = trip.fields["state"]
    answer = trip.deliver(state=state.replace("{cut}", own[:-1]).replace("{longer}", own + "x"))
    assert answer.status == 400
    assert "AADSTS50089" in answer.text


def test_the_state_of_another_browser_is_refused(world: World) -> None:
    victim, attacker = Trip.of(world, ANA), Trip.of(world, NORA)
    answer = attacker.deliver(by=victim.visitor)
    assert answer.status == 400
    assert "AADSTS50089" in answer.text
    assert step_of(victim.visitor, victim.deliver()) is None  # ana goes straight on to the application
    assert "code" in Trip.of(world, NORA).fields


def test_a_code_of_another_sign_in_is_refused_by_pkce(world: World) -> None:
    victim, attacker = Trip.of(world, ANA), Trip.of(world, BEN)
    answer = victim.deliver(code=attacker.fields["code"])
    assert answer.status == 400
    assert "AADSTS40015" in answer.text
    assert attacker.deliver().status in (200, 302)  # the code was not used up by the wrong verifier


def test_a_code_that_was_made_up_is_refused(world: World) -> None:
    trip = Trip.of(world, NORA)
    answer = trip.deliver(code="1.made-up")
    assert answer.status == 400
    assert "AADSTS40015" in answer.text
    assert "Northwind Traders" in answer.text


def test_an_answer_delivered_twice_counts_once(world: World) -> None:
    trip = Trip.of(world, NORA)
    first, second = trip.deliver(), trip.deliver()
    assert step_of(trip.visitor, first) == step_of(trip.visitor, second) == "mfa_registration"
    ana = Trip.of(world, ANA)
    done, again = ana.deliver(), ana.deliver()
    assert "code" in done.parameters
    assert again.status == 400
    assert "AADSTS50089" in again.text


def test_an_answer_at_another_tenants_door_is_refused(world: World) -> None:
    trip = Trip.of(world, NORA)
    assert trip.deliver(tenant="fabrikam").status == 400
    assert step_of(trip.visitor, trip.deliver()) == "mfa_registration"


def test_an_answer_with_error_and_code_is_a_refusal(world: World) -> None:
    answer = Trip.of(world, NORA).deliver(error="access_denied", error_description="<script>alert(1)</script>")
    assert answer.status == 400
    assert "AADSTS90123" in answer.text
    assert "<script" not in answer.text


def test_a_door_without_an_answer_is_an_expired_sign_in(world: World) -> None:
    for query in ("", "?code=x", "?error=x", "?state=%00"):
        answer = world.call("GET", f"{reply_url(world)}{query}")
        assert answer.status == 400
        assert "AADSTS50089" in answer.text
    assert world.call("GET", f"{world.base_url}/te/nowhere.example/oauth2/authresp?state=x").status == 400


# --- the federation client ---------------------------------------------------------------------------------------


@dataclass
class Held:
    """A code that Fabrikam issued for Contoso, in the hands of somebody who speaks to its token endpoint."""

    world: World
    code: str

    @classmethod
    def of(cls, world: World) -> Held:
        """Ask as Contoso would, with a verifier that the test knows."""
        query = authentication_request(world)
        browser = world.browser(reply_url(world))
        url = f"{world.base_url}/{world.tenant_id('fabrikam')}/oauth2/v2.0/authorize?{urlencode(query)}"
        return cls(world, landing(walk(world.person(ANA), browser, browser.get(url))).parameters["code"])

    def redeem(self, assertion: str, **changes: str | None) -> Answer:
        form: dict[str, str | None] = {
            "client_id": FEDERATION_CLIENT_ID,
            "grant_type": "authorization_code",
            "code": self.code,
            "redirect_uri": reply_url(self.world),
            "code_verifier": VERIFIER,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        } | changes
        given = {name: value for name, value in form.items() if value is not None}
        return self.world.call("POST", self.world.token_url("fabrikam"), form=given)

    def assertion(self, *, key: Any = None, **changes: Any) -> str:
        """Contoso's assertion for Fabrikam, with other claims."""
        now = int(self.world.now().timestamp())
        claims = {
            "iss": FEDERATION_CLIENT_ID,
            "sub": FEDERATION_CLIENT_ID,
            "aud": self.world.token_url("fabrikam"),
            "jti": f"assertion {changes}",
            "tid": self.world.tenant_id("contoso"),
            "iat": now,
            "nbf": now,
            "exp": now + 300,
        } | changes
        signing = key or self.world.simulator.ports.keys.key_set(self.world.id, "").signing
        return jwt_codec.sign({k: v for k, v in claims.items() if v is not None}, signing)


def authentication_request(world: World, **changes: str) -> dict[str, str]:
    """What Contoso sends a browser to Fabrikam with."""
    return {
        "client_id": FEDERATION_CLIENT_ID,
        "response_type": "code",
        "redirect_uri": reply_url(world),
        "scope": "openid profile email",
        "state": "x",
        "nonce": "n",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        "login_hint": ANA,
        "resource_tenant": world.tenant_id("contoso"),
        "resource_application": "portal",
    } | changes


def test_only_a_good_assertion_redeems_a_code_and_only_once(world: World) -> None:
    held, now = Held.of(world), int(world.now().timestamp())
    wrong = {
        "another audience": held.assertion(aud=world.token_url("northwind")),
        "another issuer": held.assertion(iss="somebody"),
        "another subject": held.assertion(sub="somebody"),
        "expired": held.assertion(exp=now - 301),
        "not valid yet": held.assertion(nbf=now + 400),
        "no expiry": held.assertion(exp=None),
        "an endless expiry": held.assertion(exp=10**300),
        "no id": held.assertion(jti=None),
        "no tenant": held.assertion(tid=None),
        "a tenant that does not exist": held.assertion(tid="00000000-0000-4000-8000-000000000000"),
        "a path as tenant": held.assertion(tid="../../_sim"),
        "another key": held.assertion(key=other_key()),
        "no token": "x",
        "nothing": "",
    }
    for name, assertion in wrong.items():
        answer = held.redeem(assertion)
        assert answer.status in (400, 401), name
        assert answer.json["error"] in ("invalid_client", "invalid_request"), name
    good = held.assertion()
    assert held.redeem(good, code="1.made-up").json["error_codes"] == [70000]
    replayed = held.redeem(good)
    assert (replayed.status, replayed.json["error_codes"]) == (401, [700027])
    claims = world.claims(held.redeem(held.assertion(jti="fresh")).json["id_token"], "fabrikam")
    assert claims["resource_tid"] == world.tenant_id("contoso")
    assert held.redeem(held.assertion(jti="again")).json["error_codes"] == [54005]


def test_a_code_issued_for_one_resource_tenant_is_worth_nothing_to_another(world: World) -> None:
    held = Held.of(world)
    answer = held.redeem(held.assertion(tid=world.tenant_id("northwind")))
    assert (answer.status, answer.json["error_codes"]) == (400, [70000])


NO_ASSERTION = {"client_assertion": None, "client_assertion_type": None}


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"client_assertion": None, "client_assertion_type": None}, id="no credential"),
        pytest.param(
            {"client_assertion": None, "client_assertion_type": None, "client_secret": "guess"}, id="a secret"
        ),
        pytest.param({"client_assertion_type": "urn:something"}, id="another kind of assertion"),
    ],
)
def test_the_federation_client_has_no_other_credential(world: World, form: dict[str, str | None]) -> None:
    held = Held.of(world)
    assert held.redeem(held.assertion(), **form).json["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("changes", "page_or_redirect"),
    [
        pytest.param({"redirect_uri": "https://evil.example/cb"}, "page", id="another reply URL"),
        pytest.param({"redirect_uri": "{base}/te/{fabrikam}/oauth2/authresp/../x"}, "page", id="a path trick"),
        pytest.param({"resource_tenant": "{northwind}"}, "redirect", id="on behalf of another tenant"),
        pytest.param({"resource_tenant": ""}, "redirect", id="on behalf of nobody"),
    ],
)
def test_a_home_answers_only_the_tenant_that_it_is_asked_for(
    world: World, changes: dict[str, str], page_or_redirect: str
) -> None:
    names = {name: world.tenant_id(name) for name in ("fabrikam", "northwind")} | {"base": world.base_url}
    query = authentication_request(world, **{k: v.format(**names) for k, v in changes.items()})
    answer = world.call("GET", f"{world.base_url}/{world.tenant_id('fabrikam')}/oauth2/v2.0/authorize", query=query)
    if page_or_redirect == "page":
        assert answer.status == 400
        assert "AADSTS50011" in answer.text
    else:
        assert answer.location.startswith(f"{reply_url(world)}?error=invalid_request")


def test_an_application_can_not_say_that_it_acts_for_a_tenant(world: World) -> None:
    """``resource_tenant`` is the federation client's alone; elsewhere it is an unknown parameter."""
    browser = world.browser()
    url = world.authorize_url(login_hint="omar@contoso.example", resource_tenant=world.tenant_id("fabrikam"))
    end = landing(walk(world.person("omar@contoso.example"), browser, browser.get(url)))
    claims = world.claims(world.redeem(end.parameters["code"])["id_token"])
    assert "resource_tid" not in claims
    assert "authentication_methods" not in claims


# --- tickets ------------------------------------------------------------------------------------------------------


def parts_of(link: str) -> dict[str, str]:
    inner = parse_qs(urlsplit(link).query)["rd"][0]
    return {name: values[0] for name, values in parse_qs(urlsplit(inner).query).items()}


def link_with(world: World, **parts: str) -> str:
    inner = f"{world.base_url}/redeem/?{urlencode(parts)}"
    return f"{world.base_url}/redeem?rd={quote(inner, safe='')}"


@pytest.mark.parametrize("part", ["tenant", "user", "ticket"])
@pytest.mark.parametrize("how", ["altered", "cut", "missing", "of another invitation"])
def test_a_tampered_or_foreign_ticket_opens_nothing(make_world: MakeWorld, part: str, how: str) -> None:
    world = make_world("uninvited")
    invite(world, NORA)
    own = parts_of(newest_mail(world, NORA)["links"][0])
    invite(world, ANA)
    other = parts_of(newest_mail(world, ANA)["links"][0])
    value = own[part]
    changed = {
        "altered": value[:-1] + ("0" if value[-1] != "0" else "1"),
        "cut": value[:-1],
        "missing": "",
        "of another invitation": other[part] if part != "tenant" else world.tenant_id("fabrikam"),
    }[how]
    answer = world.call("GET", link_with(world, **{**own, part: changed}))
    assert answer.status == 400
    assert "not valid" in answer.text
    assert guest(world, NORA)["externalUserState"] == "PendingAcceptance"


def test_the_inner_link_opens_the_same_invitation_wherever_the_outer_one_points(make_world: MakeWorld) -> None:
    world = make_world("uninvited")
    invite(world, NORA)
    link = newest_mail(world, NORA)["links"][0]
    inner = unquote(urlsplit(link).query.removeprefix("rd="))
    for url in (inner, link.replace(quote(world.base_url, safe=""), quote("https://evil.example", safe=""))):
        answer = world.call("GET", url)
        assert answer.status == 302
        assert answer.location.startswith(f"{world.base_url}/{world.tenant_id('northwind')}/")


def test_a_link_does_not_say_who_was_invited(make_world: MakeWorld) -> None:
    world = make_world("uninvited")
    invite(world, NORA)
    answer = world.call("GET", link_with(world, **{**parts_of(newest_mail(world, NORA)["links"][0]), "ticket": "x"}))
    assert NORA not in answer.text
    assert "Contoso" not in answer.text


def test_a_guest_of_one_tenant_can_not_use_that_tenants_session_at_another(world: World) -> None:
    browser = world.browser()
    assert isinstance(walk(world.person(ANA), browser, browser.get(world.authorize_url(login_hint=ANA))), Landing)
    visitor = Visitor.with_cookies_of(world, browser)
    url = world.authorize_url("admin", tenant="northwind", redirect_uri=None)
    assert page_step(visitor, url) in ("error", "home_realm_discovery")


def page_step(visitor: Visitor, url: str) -> str | None:
    return page(visitor.open(url)).step
