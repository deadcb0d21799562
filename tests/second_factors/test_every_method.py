"""Every authentication method of the registry in a browser: registered, shown, wrong, too late, removed, turned off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from federation.model import Method
from idp_sim.authentication_methods.registry import BY_METHOD, METHODS
from idp_sim.headless.factors import USE as HEADLESS
from idp_sim.services.second_factors.table import SECOND_FACTORS
from idp_sim.web.factor_pages import REGISTER, USE
from tests.browser import Landing, Page
from tests.second_factors.pockets import CARRIED, Carried, Pocket
from tests.simulator import World

SELF_SERVICE = [row.method for row in METHODS if row.self_service]
every_method = pytest.mark.parametrize("method", SELF_SERVICE, ids=lambda method: method.value)


@pytest.fixture
def person(shared_world: World) -> Callable[[], Pocket]:
    """Makes people of Contoso who must always show a second factor and have registered none."""
    made: list[Pocket] = []

    def make() -> Pocket:
        number = len(shared_world.control("GET", "sign-ins")["value"])
        address = f"p{number}-{len(shared_world.browsers)}@contoso.example"
        body = {"tenant": "contoso", "user_principal_name": address, "mfa": "always"}
        row = shared_world.control("POST", "users", body, expect=201)
        made.append(Pocket(shared_world, shared_world.browser(), address, row["password"]))
        return made[-1]

    return make


def registered(pocket: Pocket, method: Method) -> Carried:
    """The person, with the method registered in a sign-in that went through; a new browser for the next one."""
    carried = CARRIED[method]
    page = pocket.pick(pocket.arrive(), method)
    assert page.step == "mfa_registration"
    place = carried.register(pocket, page)
    assert isinstance(place, Landing) or place.step in ("stay_signed_in", "app_consent"), place.text
    pocket.browser = pocket.world.browser()
    return carried


def test_every_row_of_the_registry_is_carried_out_shown_and_played() -> None:
    rows = set(BY_METHOD)
    assert set(SECOND_FACTORS) == rows
    assert set(USE) == rows
    assert set(HEADLESS) == rows
    assert set(REGISTER) == set(SELF_SERVICE)
    assert set(CARRIED) == set(SELF_SERVICE)


@every_method
def test_what_was_registered_is_asked_for_and_lets_in(person: Callable[[], Pocket], method: Method) -> None:
    pocket = person()
    carried = registered(pocket, method)
    page = pocket.pick(pocket.arrive(), method)
    assert page.step == "mfa_challenge"
    place = carried.show(pocket, page)
    assert not isinstance(place, Page) or place.step not in ("mfa_challenge", "error"), place.text


@every_method
def test_a_wrong_answer_asks_again_and_ten_end_it(person: Callable[[], Pocket], method: Method) -> None:
    pocket = person()
    carried = registered(pocket, method)
    place: Page | Landing = pocket.pick(pocket.arrive(), method)
    for _ in range(9):
        assert isinstance(place, Page)
        place = carried.wrong(pocket, place)
        assert isinstance(place, Page)
        assert place.step == "mfa_challenge"
        if any(button.value == "resend" for button in place.form.buttons):
            place = pocket.browser.submit(place, press=("decision", "resend"))
    assert isinstance(place, Page)
    place = carried.wrong(pocket, place)
    assert isinstance(place, Page)
    assert place.step == "error"
    assert "500121" in place.text


@pytest.mark.parametrize("method", [m for m in SELF_SERVICE if CARRIED[m].lasts], ids=lambda method: method.value)
def test_what_was_sent_is_not_accepted_for_long(world: World, method: Method) -> None:
    world.freeze()
    omar = world.user("omar")
    world.control("PATCH", f"users/{omar['id']}", {"mfa": "always", "totp_secret": None})
    pocket = Pocket(world, world.browser(), omar["user_principal_name"], omar["password"])
    carried = registered(pocket, method)
    page = pocket.pick(pocket.arrive(), method)
    if method is Method.PUSH:
        world.advance(seconds=carried.lasts)
        place = pocket.browser.submit(page)
    else:
        world.advance(seconds=carried.lasts)
        place = carried.show(pocket, page)
    assert isinstance(place, Page)
    assert place.step == "mfa_challenge"
    assert "in time" in place.text


@every_method
def test_a_method_that_the_policy_turns_off_is_not_offered(world: World, method: Method) -> None:
    configuration = BY_METHOD[method].configuration
    world.graph(
        "PATCH",
        f"/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{configuration}",
        {"@odata.type": f"#microsoft.graph.{_type_of(configuration)}", "state": "disabled"},
        expect=204,
    )
    megan = world.user("megan")
    world.control("PATCH", f"users/{megan['id']}", {"mfa": "always"})
    pocket = Pocket(world, world.browser(), megan["user_principal_name"], megan["password"])
    page = pocket.arrive()
    assert page.step == "mfa_registration"
    page = pocket._page(pocket.browser.submit(page, press=("decision", "other")))
    offered = {button.value for button in page.form.buttons if button.name == "method"}
    assert method.value not in offered
    assert len(offered) >= len(SELF_SERVICE) - 1


def _type_of(configuration: str) -> str:
    return f"{configuration[:1].lower()}{configuration[1:]}AuthenticationMethodConfiguration"


@every_method
def test_a_method_that_an_administrator_removed_is_asked_for_no_more(
    person: Callable[[], Pocket], method: Method
) -> None:
    pocket = person()
    carried = registered(pocket, method)
    path = f"/users/{pocket.address}/authentication/{carried.gone}"
    (known,) = pocket.world.graph("GET", path)["value"]
    pocket.world.graph("DELETE", f"{path}/{known['id']}", expect=204)
    assert pocket.arrive().step == "mfa_registration"


@every_method
def test_a_headless_person_uses_the_method_that_is_asked_of_them(shared_world: World, method: Method) -> None:
    body = {
        "tenant": "contoso",
        "user": "ana@fabrikam.example",
        "application": "portal",
        "mfa_method": method.value,
    }
    result = shared_world.control("POST", "sign-ins", body)
    assert result["outcome"] == "success", result["error"]
    details = [step["detail"] for step in result["steps"] if step["step"] == "mfa_challenge"]
    assert len(details) == 1
