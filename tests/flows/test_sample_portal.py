"""Stories at the sample app: a relying party over the public endpoints, driven by a browser without scripts."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from idp_sim.demo.browser import Browser
from tests.sample_pages import Document, read
from tests.simulator import Page, Person, World

pytestmark = pytest.mark.usefixtures("simulator")


class Visitor:
    """A person at a browser who also looks at the sample app's pages as documents."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.browser: Browser = world.browser()
        self.root = f"{world.base_url}/sample/portal"

    def sign_in(self, address: str, **parameters: str) -> Page:
        """Press the start page's button of that person, and answer until the sample app shows a page."""
        place = self.browser.get(self.sign_in_url(address, **parameters))
        person = self.world.person(address)
        for _ in range(15):
            assert isinstance(place, Page)
            if place.step is None:
                return place
            place = STEPS.get(place.step, _unforeseen)(person, self.browser, place)
        raise AssertionError("asked too often")

    def sign_in_url(self, address: str = "", **parameters: str) -> str:
        issuer = f"{self.world.base_url}/{self.world.tenant_id()}/v2.0"
        hint = {"login_hint": address} if address else {}
        return f"{self.root}/sign-in?{urlencode({'iss': issuer, **hint, **parameters})}"

    def page(self, url: str | None = None) -> Document:
        """A page of the app as a document."""
        answer = self.session.get(url or self.root, verify=self.world.ready["ca_file"], timeout=10)
        return read(answer.text)

    def press(self, name: str, *, follow: bool = False, nth: int = 0) -> requests.Response:
        """Send the form whose button has that test id, as the app's page shows it now."""
        document = self.page()
        button = [e for e in document.elements if e.get("data-testid") == name][nth]
        assert button.form is not None
        form = button.form
        data = {e.get("name"): e.get("value") for e in document.all("input") if e.form is form}
        return self.post(form.get("action") or "", data, follow=follow)

    def post(self, path: str, data: dict[str | None, str | None], *, follow: bool = False) -> requests.Response:
        url = f"{self.world.base_url}{path}"
        return self.session.post(url, data=data, allow_redirects=follow, verify=self.world.ready["ca_file"], timeout=10)

    @property
    def session(self) -> requests.Session:
        return self.browser._session


def _unforeseen(person: Person, browser: Browser, page: Page) -> Page:
    raise AssertionError(f"{page.title}: {page.text[:500]}")


STEPS: dict[str, Callable[..., Page]] = {
    "home_realm_discovery": Person.give_name,
    "password": Person.give_password,
    "passcode": Person.give_passcode,
    "mfa_registration": Person.register,
    "mfa_challenge": Person.give_code,
    "consent": Person.accept,
    "stay_signed_in": Person.decline,
    "account_picker": lambda person, browser, page: browser.submit(page, press=("account", "other")),
}


@pytest.fixture
def visitor(world: World) -> Visitor:
    return Visitor(world)


def claims(document: Document, token: str) -> dict[str, str]:
    """Names and meanings of the claims of a token's table."""
    rows = [e for e in document.elements if e.get("data-testid") == "sample-claim"]
    first = [i for i, row in enumerate(rows) if row.get("data-claim") == "aud"]
    span = rows[: first[1]] if token == "ID token" else rows[first[1] :]
    return {row.get("data-claim") or "": row.text for row in span}


def names(document: Document) -> list[str]:
    return [" ".join(e.text.split()) for e in document.elements if e.get("data-testid") == "sample-account"]


PEOPLE = [
    pytest.param("ana@fabrikam.example", "another Entra tenant", id="guest whose home does MFA"),
    pytest.param("nora@northwind.example", "another Entra tenant", id="guest who registers MFA here"),
    pytest.param("otto@proseware.example", "one-time passcode sent by mail", id="guest with a passcode"),
]


@pytest.mark.parametrize(("address", "provider"), PEOPLE)
def test_a_guest_sees_their_tokens_explained(visitor: Visitor, address: str, provider: str) -> None:
    page = visitor.sign_in(address)
    assert (page.status, urlsplit(page.url).path) == (200, "/sample/portal")
    document = visitor.page()
    assert document.test_id("sample-guest").text == "guest"
    assert provider in document.test_id("sample-summary").text
    explained = claims(document, "ID token")
    assert provider in explained["idp"]
    assert "guest object" in explained["oid"]
    assert "1: the account is a guest" in explained["acct"]
    assert address in explained["email"]


def test_a_member_is_no_guest(visitor: Visitor) -> None:
    visitor.sign_in("megan@contoso.example")
    document = visitor.page()
    assert not [e for e in document.elements if e.get("data-testid") == "sample-guest"]
    assert "is a member of this app's tenant" in document.test_id("sample-summary").text
    assert "idp" not in claims(document, "ID token")


def test_every_claim_of_both_tokens_has_a_meaning(visitor: Visitor) -> None:
    visitor.sign_in("ana@fabrikam.example")
    document = visitor.page()
    for token in ("ID token", "Access token"):
        explained = claims(document, token)
        assert {"iss", "aud", "tid", "oid", "sub", "idp"} <= set(explained)
        assert not [name for name, text in explained.items() if "Not a claim" in text]


def test_the_checks_are_listed_and_hold(visitor: Visitor) -> None:
    visitor.sign_in("ana@fabrikam.example")
    rows = [e for e in visitor.page().elements if e.get("data-testid") == "sample-check"]
    assert {row.get("data-passed") for row in rows} == {"true"}
    listed = " ".join(row.text for row in rows)
    for name in ("Issuer (iss)", "Audience (aud)", "Signature", "Nonce", "State", "PKCE", "Tenant (tid)", "Expiry"):
        assert name in listed


def test_the_request_carries_code_pkce_state_and_nonce(visitor: Visitor) -> None:
    answer = visitor.session.get(
        visitor.sign_in_url("ana@fabrikam.example"), allow_redirects=False, verify=visitor.world.ready["ca_file"]
    )
    sent = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert sent["response_type"] == ["code"]
    assert sent["code_challenge_method"] == ["S256"]
    assert len(sent["state"][0]) >= 32
    assert len(sent["nonce"][0]) >= 32
    assert sent["login_hint"] == ["ana@fabrikam.example"]
    assert sent["redirect_uri"] == [f"{visitor.root}/callback"]


def test_graph_answers_in_the_guests_name(visitor: Visitor) -> None:
    visitor.sign_in("ana@fabrikam.example")
    visitor.press("sample-call-graph")
    document = visitor.page()
    assert document.test_id("sample-graph-status").text == "200"
    assert '"userPrincipalName": "ana_fabrikam.example#EXT#@contoso.example"' in document.test_id("sample-graph").text


def test_two_people_share_a_browser_and_either_can_be_shown(visitor: Visitor) -> None:
    visitor.sign_in("ana@fabrikam.example")
    visitor.sign_in("megan@contoso.example", prompt="select_account")
    document = visitor.page()
    assert document.test_id("sample-name").text == "Megan Bowen"
    assert len(names(document)) == 2
    visitor.press("sample-switch")
    assert visitor.page().test_id("sample-name").text == "Ana Torres"


def test_choosing_an_account_offers_those_who_are_signed_in(visitor: Visitor) -> None:
    visitor.sign_in("ana@fabrikam.example")
    page = visitor.browser.get(visitor.sign_in_url(prompt="select_account"))
    assert isinstance(page, Page)
    assert page.step == "account_picker"
    assert "ana@fabrikam.example" in page.text


def test_the_same_person_twice_is_one_account(visitor: Visitor) -> None:
    visitor.sign_in("ana@fabrikam.example")
    visitor.sign_in("ana@fabrikam.example")
    assert len(names(visitor.page())) == 1


def test_sign_out_ends_one_persons_session_at_the_tenant_too(visitor: Visitor) -> None:
    visitor.sign_in("ana@fabrikam.example")
    visitor.sign_in("megan@contoso.example", prompt="select_account")
    answer = visitor.press("sample-sign-out", follow=True)
    frames = read(answer.text)
    assert (frames.one("iframe").get("src") or "").startswith(f"{visitor.root}/front-channel-logout?sid=")
    assert frames.one("meta", http_equiv="refresh").get("content") == f"0; url={visitor.root}/signed-out"
    assert "Ana Torres" in visitor.page(f"{visitor.root}/signed-out").test_id("sample-remaining").text
    assert names(visitor.page()) == ["ATAna Torres ana@fabrikam.example Shown on this page."]
    page = visitor.browser.get(visitor.sign_in_url(prompt="select_account"))
    assert "megan@contoso.example" not in page.text  # type: ignore[union-attr]


def test_sign_out_everywhere_ends_every_session_of_the_browser(visitor: Visitor) -> None:
    visitor.sign_in("ana@fabrikam.example")
    visitor.sign_in("megan@contoso.example", prompt="select_account")
    visitor.press("sample-sign-out-everywhere", follow=True)
    assert visitor.page().test_id("sample-sign-in")
    page = visitor.browser.get(visitor.sign_in_url())
    assert isinstance(page, Page)
    assert page.step == "home_realm_discovery"


def test_the_tenant_can_sign_somebody_out_without_the_apps_cookie(visitor: Visitor) -> None:
    visitor.sign_in("ana@fabrikam.example")
    page = visitor.browser.get(f"{visitor.world.base_url}/{visitor.world.tenant_id()}/oauth2/v2.0/logout")
    assert page.status == 200  # type: ignore[union-attr]
    requests.get(front_channel_address(visitor), verify=visitor.world.ready["ca_file"], timeout=10).raise_for_status()
    assert visitor.page().test_id("sample-sign-in")


def front_channel_address(visitor: Visitor) -> str:
    """The app's address as the tenant's page frames it, with the session of the person shown."""
    row = next(e for e in visitor.page().elements if e.get("data-claim") == "sid")
    sid = next(word for word in row.text.replace("sid", " ").replace("The ", " ").split() if word.count("-") == 4)
    issuer = f"{visitor.world.base_url}/{visitor.world.tenant_id()}/v2.0"
    return f"{visitor.root}/front-channel-logout?{urlencode({'sid': sid, 'iss': issuer})}"


def test_a_refusal_is_shown_with_its_code(visitor: Visitor) -> None:
    visitor.world.graph(
        "POST",
        "/identity/conditionalAccess/policies",
        {
            "displayName": "Nobody",
            "state": "enabled",
            "conditions": {
                "clientAppTypes": ["all"],
                "applications": {"includeApplications": ["All"]},
                "users": {"includeUsers": ["All"]},
            },
            "grantControls": {"operator": "OR", "builtInControls": ["block"]},
        },
        expect=201,
    )
    place = visitor.browser.get(visitor.sign_in_url("megan@contoso.example"))
    person = visitor.world.person("megan@contoso.example")
    place = person.give_password(visitor.browser, place)  # type: ignore[arg-type]
    assert "AADSTS53003" in place.text  # type: ignore[union-attr]


def callback(visitor: Visitor, **parameters: str) -> requests.Response:
    return visitor.session.get(
        f"{visitor.root}/callback?{urlencode(parameters)}", verify=visitor.world.ready["ca_file"], timeout=10
    )


def state_of_a_new_sign_in(visitor: Visitor) -> str:
    answer = visitor.session.get(
        visitor.sign_in_url(), allow_redirects=False, verify=visitor.world.ready["ca_file"], timeout=10
    )
    return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]


def test_an_error_answer_is_told_in_the_tenants_words(visitor: Visitor) -> None:
    state = state_of_a_new_sign_in(visitor)
    answer = callback(visitor, state=state, error="access_denied", error_description="AADSTS65004: declined <b>")
    document = read(answer.text)
    assert answer.status_code == 400
    assert document.test_id("sample-error").text == "The tenant refused: access_denied."
    assert document.test_id("sample-error-detail").text == "AADSTS65004: declined <b>"


FORGED = [
    pytest.param({"code": "x"}, "belongs to no sign-in", id="no state"),
    pytest.param({"code": "x", "state": "of somebody else"}, "belongs to no sign-in", id="foreign state"),
]


@pytest.mark.parametrize(("parameters", "sentence"), FORGED)
def test_an_answer_that_nobody_asked_for_is_refused(
    visitor: Visitor, parameters: dict[str, str], sentence: str
) -> None:
    answer = callback(visitor, **parameters)
    assert answer.status_code == 400
    assert sentence in read(answer.text).test_id("sample-error").text


def test_a_code_that_is_none_signs_nobody_in_and_the_state_is_used_up(visitor: Visitor) -> None:
    state = state_of_a_new_sign_in(visitor)
    assert "AADSTS" in read(callback(visitor, state=state, code="invented").text).test_id("sample-error-detail").text
    assert "came twice" in callback(visitor, state=state, code="invented").text
    assert visitor.page().test_id("sample-sign-in")


def test_a_state_of_another_browser_is_refused(visitor: Visitor) -> None:
    state, other = state_of_a_new_sign_in(visitor), Visitor(visitor.world)
    state_of_a_new_sign_in(other)
    assert "belongs to no sign-in" in callback(other, state=state, code="x").text


@pytest.mark.parametrize("path", ["graph", "switch", "sign-out", "sign-out-everywhere"])
def test_a_form_without_the_apps_own_token_does_nothing(visitor: Visitor, path: str) -> None:
    visitor.sign_in("ana@fabrikam.example")
    before = names(visitor.page())
    key = next(e.get("value") for e in visitor.page().all("input", name="account"))
    answer = visitor.post(f"/sample/portal/{path}", {"account": key, "canary": "guessed"})
    assert (answer.status_code, answer.headers["Location"]) == (303, visitor.root)
    document = visitor.page()
    assert names(document) == before
    assert not [e for e in document.elements if e.get("data-testid") == "sample-graph-status"]


def test_signing_in_changes_the_cookie_and_it_is_the_apps_own(visitor: Visitor) -> None:
    state_of_a_new_sign_in(visitor)
    name = f"__Host-idp-sim-sample-{urlsplit(visitor.world.base_url).port}"
    before = visitor.session.cookies[name]
    visitor.sign_in("ana@fabrikam.example")
    assert visitor.session.cookies[name] != before
    visitor.session.cookies.clear()
    visitor.session.cookies.set(name, before)
    assert visitor.page().test_id("sample-sign-in")


def test_an_issuer_where_the_app_is_not_registered_is_404(visitor: Visitor) -> None:
    for issuer in (
        "https://elsewhere.example/x/v2.0",
        f"{visitor.world.base_url}/{visitor.world.tenant_id('fabrikam')}/v2.0",
    ):
        answer = visitor.world.call("GET", "/sample/portal/sign-in", query={"iss": issuer})
        assert answer.status == 404


def test_another_name_of_this_machine_leads_to_the_apps_own_origin(visitor: Visitor) -> None:
    port = urlsplit(visitor.world.base_url).port
    answer = visitor.world.call(
        "GET", "/sample/portal/sign-in", query={"login_hint": "a@b.example"}, headers={"Host": f"127.0.0.1:{port}"}
    )
    assert answer.location == f"{visitor.root}/sign-in?login_hint=a%40b.example"


def test_tokens_are_checked_by_the_worlds_clock(visitor: Visitor) -> None:
    visitor.world.advance(days=400)
    visitor.sign_in("ana@fabrikam.example")
    assert visitor.page().test_id("sample-name").text == "Ana Torres"
