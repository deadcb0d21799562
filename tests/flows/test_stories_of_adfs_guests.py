"""Guests from a partner with AD FS: they sign in on its page, and a signed SAML 1.1 assertion carries them over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from federation.oidc.keys import KeySet
from idp_sim.adapters.keys import new_signing_key
from tests.browser import Browser
from tests.simulator import AFTER_REDEMPTION, MakeWorld, World
from tests.stories import (
    Place,
    Visitor,
    by_browser,
    by_headless,
    guest,
    headless,
    invite,
    landing,
    newest_mail,
    opened,
    page,
    policy_ids,
    refusal_of,
    rules,
    sign_ins,
    walk,
)

TARA, TOM = "tara@tailspin.example", "tom@tailspin.example"
WRONG = "Incorrect user ID or password. Type the correct user ID and password, and try again."


def adfs(world: World, **query: str) -> str:
    return f"{world.base_url}/{world.tenant_id('tailspin')}/adfs/ls/?{urlencode(query)}"


def no_policies(world: World) -> None:
    for policy in policy_ids(world):
        world.graph("DELETE", f"/identity/conditionalAccess/policies/{policy}", expect=204)


def idp(world: World) -> str:
    return str(world.tenant("tailspin")["issuer"])


# --- in a browser -------------------


def test_tara_signs_in_on_the_page_of_her_ad_fs_and_registers_a_second_factor_at_contoso(world: World) -> None:
    person, browser = world.person(TARA), world.browser()
    place = page(walk(person, browser, browser.get(world.authorize_url(login_hint=TARA)), until="password"))
    assert place.tenant == world.tenant_id("tailspin")
    assert {"UserName", "Password", "Kmsi", "AuthMethod"} <= place.form.inputs
    end = landing(walk(person, browser, place))
    assert person.seen == [
        (world.tenant_id("tailspin"), "password"),
        (world.tenant_id("contoso"), "mfa_registration"),
    ]
    claims = world.claims(world.redeem(end.parameters["code"])["id_token"])
    assert (claims["idp"], claims["email"]) == (idp(world), TARA)


def test_tom_is_invited_and_redeems_at_his_ad_fs(world: World) -> None:
    invite(world, TOM)
    person, browser = world.person(TOM), world.browser()
    end = landing(walk(person, browser, browser.get(newest_mail(world, TOM)["links"][0])))
    assert end.url == AFTER_REDEMPTION
    steps = [step for _, step in person.seen]
    assert steps == ["password", "consent", "mfa_registration"]
    shown = guest(world, TOM)
    assert shown["externalUserState"] == "Accepted"
    assert shown["identities"][0]["issuer"] == idp(world)


def test_both_ways_of_signing_in_end_with_the_same_tokens(make_world: MakeWorld) -> None:
    browser, quiet = make_world(), make_world()
    ends = [by_browser(browser, TARA), by_headless(quiet, TARA)]
    assert ends[0] == ends[1]
    assert ends[0].access is not None
    assert ends[0].access["amr"] == ["fed", "mfa"]


def test_the_session_at_ad_fs_answers_when_the_one_at_contoso_has_ended(world: World) -> None:
    no_policies(world)
    browser = world.browser()
    landing(opened(world, TARA, browser=browser))
    browser.get(f"{world.base_url}/{world.tenant_id()}/oauth2/v2.0/logout")
    person = world.person(TARA)
    landing(walk(person, browser, browser.get(world.authorize_url(login_hint=TARA))))
    assert person.seen == []


def test_prompt_login_at_contoso_asks_for_the_password_at_ad_fs_again(world: World) -> None:
    no_policies(world)
    browser = world.browser()
    landing(opened(world, TARA, browser=browser))
    assert page(opened(world, TARA, browser=browser, prompt="login", until="password")).step == "password"


def test_keep_me_signed_in_makes_a_session_that_outlives_the_browser(world: World) -> None:
    browser = world.browser()
    place = page(opened(world, TARA, browser=browser, until="password"))
    browser.submit(place, {"UserName": TARA, "Password": world.user("tara")["password"], "Kmsi": "true"})
    kept = [cookie for cookie in browser._session.cookies if cookie.expires]
    assert kept


# --- wrong answers -------------------


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param(TARA, "wrong", id="wrong password"),
        pytest.param("nobody@tailspin.example", "Tara-flies-9-kites", id="nobody"),
        pytest.param("nobody@elsewhere.example", "x", id="somebody of another organisation"),
        pytest.param("", "", id="nothing"),
        pytest.param("not an address", "x", id="no address"),
    ],
)
def test_what_is_wrong_is_not_told(world: World, name: str, password: str) -> None:
    browser = world.browser()
    place = page(opened(world, TARA, browser=browser, until="password"))
    again = page(browser.submit(place, {"UserName": name, "Password": password}))
    assert again.step in ("password", "home_realm_discovery")
    assert {"UserName", "Password"} <= again.form.inputs
    assert WRONG in again.text


@pytest.mark.parametrize("name", ["TAILSPIN\\tara", "tailspin.example\\tara", "Tara@Tailspin.Example"])
def test_a_user_name_may_be_written_as_active_directory_knows_it(world: World, name: str) -> None:
    no_policies(world)
    browser = world.browser()
    place = page(opened(world, TARA, browser=browser, until="password"))
    end = browser.submit(place, {"UserName": name, "Password": world.user("tara")["password"]})
    assert "code" in landing(end).parameters


def test_another_person_at_home_is_not_let_in_as_the_guest_who_was_asked(world: World) -> None:
    browser = world.browser()
    place = page(opened(world, TARA, browser=browser, until="password"))
    end = browser.submit(place, {"UserName": TOM, "Password": world.user("tom")["password"]})
    assert refusal_of(end)[0] == 50020


# --- WS-Federation at the home itself -------------------


def sign_in_message(world: World, **changes: str) -> dict[str, str]:
    return {"wa": "wsignin1.0", "wtrealm": "urn:federation:MicrosoftOnline", "wctx": "the context", **changes}


def test_a_request_by_hand_is_answered_with_its_context(world: World) -> None:
    browser = world.browser(f"{world.base_url}/login.srf")
    message = sign_in_message(world, username=TARA)
    fields = landing(walk(world.person(TARA), browser, browser.get(adfs(world, **message)))).parameters
    assert (fields["wa"], fields["wctx"]) == ("wsignin1.0", "the context")
    assert idp(world) in fields["wresult"]


REFUSED = [
    pytest.param({"wtrealm": "urn:nobody"}, "MSIS7007", id="unknown relying party"),
    pytest.param({"wreply": "https://evil.example/"}, "evil.example", id="foreign reply URL"),
    pytest.param({"whr": "fabrikam.example"}, "fabrikam.example", id="another home realm"),
    pytest.param({"wauth": "urn:ietf:rfc:2246"}, "MSIS7102", id="a client certificate"),
    pytest.param({"wa": "wpseudo1.0"}, "wpseudo1.0", id="another action"),
    pytest.param({"wfresh": "soon"}, "wfresh", id="freshness in words"),
]


@pytest.mark.parametrize(("changes", "word"), REFUSED)
def test_a_wrong_request_is_refused_on_the_homes_own_page(world: World, changes: dict[str, str], word: str) -> None:
    answer = world.call("GET", adfs(world, **sign_in_message(world, **changes)))
    assert answer.status == 400
    assert 'data-look="adfs"' in answer.text
    assert word in answer.text
    assert "AADSTS" not in answer.text


def test_wauth_multipleauthn_has_the_home_ask_for_a_second_factor(world: World) -> None:
    browser = world.browser(f"{world.base_url}/login.srf")
    message = sign_in_message(world, username=TARA, wauth="http://schemas.microsoft.com/claims/multipleauthn")
    person = world.person(TARA)
    fields = landing(walk(person, browser, browser.get(adfs(world, **message)))).parameters
    assert [step for _, step in person.seen] == ["password", "mfa_registration"]
    assert 'AuthenticationMethod="http://schemas.microsoft.com/claims/multipleauthn"' in fields["wresult"]


def test_wfresh_asks_again_when_the_session_is_older(world: World) -> None:
    browser = world.browser(f"{world.base_url}/login.srf")
    landing(walk(world.person(TARA), browser, browser.get(adfs(world, **sign_in_message(world)))))
    world.advance(minutes=11)
    assert page(browser.get(adfs(world, **sign_in_message(world, wfresh="10")))).step is not None
    landing(browser.get(adfs(world, **sign_in_message(world, wfresh="12"))))


def test_sign_out_ends_the_session_and_tells_every_relying_party(world: World) -> None:
    browser = world.browser(f"{world.base_url}/login.srf")
    message = sign_in_message(world, username=TARA)
    landing(walk(world.person(TARA), browser, browser.get(adfs(world, **message))))
    visitor = Visitor.with_cookies_of(world, browser)
    answer = visitor.send("GET", adfs(world, wa="wsignout1.0"))
    assert f"{world.base_url}/login.srf?wa=wsignoutcleanup1.0" in answer.text
    assert page(browser.get(adfs(world, **message))).step == "password"


def test_sign_out_at_ad_fs_ends_the_session_at_contoso_too(world: World) -> None:
    no_policies(world)
    browser = world.browser()
    landing(opened(world, TARA, browser=browser))
    answer = Visitor.with_cookies_of(world, browser).send("GET", adfs(world, wa="wsignout1.0"))
    cleanup = f"{world.base_url}/login.srf?wa=wsignoutcleanup1.0"
    assert cleanup in answer.text
    picture = Visitor.with_cookies_of(world, browser).send("GET", cleanup)
    assert (picture.status, picture.headers["Content-Type"]) == (200, "image/gif")
    assert page(opened(world, TARA, browser=browser, until="password")).tenant == world.tenant_id("tailspin")


def test_a_cleanup_leaves_people_of_other_homes_signed_in(world: World) -> None:
    browser = world.browser()
    landing(opened(world, "ana@fabrikam.example", browser=browser))
    Visitor.with_cookies_of(world, browser).send("GET", f"{world.base_url}/login.srf?wa=wsignoutcleanup1.0")
    assert "code" in landing(browser.get(world.authorize_url(prompt="none"))).parameters


def test_nothing_else_is_to_be_had_at_the_address_of_assertions(world: World) -> None:
    answer = world.call("GET", "/login.srf?wa=wsignin1.0&wresult=x")
    assert answer.status == 400
    assert "AADSTS50008" in answer.text


@pytest.mark.parametrize("reply", ["https://evil.example/", "//evil.example", "{base}/login.srf.evil.example"])
def test_a_sign_out_leads_nowhere_else(world: World, reply: str) -> None:
    url = adfs(world, wa="wsignout1.0", wreply=reply.replace("{base}", world.base_url))
    answer = world.call("GET", url)
    assert answer.status == 200
    assert "evil.example" not in answer.text


def test_a_cleanup_at_the_home_is_answered_by_a_picture(world: World) -> None:
    answer = world.call("GET", adfs(world, wa="wsignoutcleanup1.0"))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/gif")


# --- attacks on the way back -------------------


@dataclass
class Trip:
    """A guest whose home has answered, and the answer that the browser has not delivered yet."""

    world: World
    browser: Browser
    fields: dict[str, str]

    @classmethod
    def of(cls, world: World, address: str = TARA) -> Trip:
        browser = world.browser(f"{world.base_url}/login.srf")
        end = walk(world.person(address), browser, browser.get(world.authorize_url(login_hint=address)))
        return cls(world, browser, dict(landing(end).parameters))

    @property
    def visitor(self) -> Visitor:
        return Visitor.with_cookies_of(self.world, self.browser)

    def deliver(self, *, by: Visitor | None = None, **changes: str) -> Place:
        visitor = by or self.visitor
        answer = visitor.send("POST", f"{self.world.base_url}/login.srf", {**self.fields, **changes})
        return visitor.read(answer)


def test_an_answer_delivered_as_it_came_goes_on(world: World) -> None:
    assert page(Trip.of(world).deliver()).step == "mfa_registration"


def test_an_assertion_is_believed_once(world: World) -> None:
    first, second = Trip.of(world), Trip.of(world)
    assert page(first.deliver()).step == "mfa_registration"
    code, text = refusal_of(second.deliver(wresult=first.fields["wresult"]))
    assert code == 50008
    assert "used before" in text


def test_of_two_sign_ins_with_one_assertion_at_once_one_is_let_in(world: World) -> None:
    trips = [Trip.of(world) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(lambda trip: page(trip.deliver(wresult=trips[0].fields["wresult"])).step, trips))
    assert ends.count("mfa_registration") == 1
    assert ends.count("error") == 7


def test_the_answer_of_another_browser_is_refused(world: World) -> None:
    victim, attacker = Trip.of(world), Trip.of(world, TARA)
    assert refusal_of(attacker.deliver(by=victim.visitor))[0] == 50089


@pytest.mark.parametrize("context", ["", "x", "x.y.z", "{cut}"])
def test_a_context_that_was_never_sent_is_refused(world: World, context: str) -> None:
    trip = Trip.of(world)
    place = trip.deliver(wctx=context.replace("{cut}", trip.fields["wctx"][:-1]))
    assert refusal_of(place)[0] in (50089, 50008)


def test_an_answer_that_is_too_old_is_refused(world: World) -> None:
    trip = Trip.of(world)
    world.advance(minutes=66)
    assert refusal_of(trip.deliver())[0] in (50008, 50089)


def test_a_message_for_contoso_is_no_message_for_fabrikam(world: World) -> None:
    """The audience that all tenants share does not make one tenant's answer another's: ``wctx`` belongs to one."""
    trip = Trip.of(world)
    foreign = trip.fields["wctx"].replace(
        world.tenant_id().replace("-", ""), world.tenant_id("fabrikam").replace("-", "")
    )
    assert refusal_of(trip.deliver(wctx=foreign))[0] == 50089


# --- keys -------------------


def roll_over(world: World) -> None:
    """The home signs with another key from now on, and publishes only that one."""
    keys: Any = world.simulator.ports.keys
    keys.use(world.id, KeySet(keys=(new_signing_key(world.now()),)), tenant=world.tenant_id("tailspin"))


def test_a_key_rolled_over_before_its_time_is_not_noticed(world: World) -> None:
    no_policies(world)
    assert by_headless(world, TARA).outcome == "success"
    roll_over(world)
    assert by_headless(world, TARA).code == 50008


def test_when_the_certificate_has_expired_the_new_one_comes_from_metadata(world: World) -> None:
    no_policies(world)
    assert by_headless(world, TARA).outcome == "success"
    roll_over(world)
    world.advance(days=5 * 365 + 2)
    roll_over(world)
    assert by_headless(world, TARA).outcome == "success"


# --- what is told afterwards -------------------


def test_the_trace_shows_request_and_response_decoded_and_without_a_usable_signature(world: World) -> None:
    answer = headless(world, TARA)
    told = world.control("GET", f"traces/{answer['id']}")
    text = str(told)
    assert "WS-Federation" in text
    assert "wsignin1.0" in text
    assert "ImmutableID" in text
    assert "SignatureValue>…<" in text


def test_the_explanation_says_why_the_homes_second_factor_does_not_count(world: World) -> None:
    headless(world, TARA)
    told = rules(world)
    assert ("contoso", "home_realm", "externalFederation") in told
    assert any(rule == "mfa" for _, rule, _ in told)


def test_both_logs_share_the_correlation_id(world: World) -> None:
    headless(world, TARA)
    newest = sign_ins(world)[:2]
    assert len({row["correlation_id"] for row in newest}) == 1


def test_the_request_to_ad_fs_names_the_user_and_the_realm(world: World) -> None:
    visitor = Visitor(world)
    answer = visitor.send("GET", world.authorize_url(login_hint=TARA))
    asked = parse_qs(urlsplit(answer.location).query)
    assert asked["wtrealm"] == ["urn:federation:MicrosoftOnline"]
    assert asked["username"] == [TARA]
    assert asked["wa"] == ["wsignin1.0"]
    assert "wauth" not in asked
