"""Every page that is no step of a sign-in, in light and dark, on a desk and on a phone; and what is clicked on them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from idp_sim.app import Simulator
from idp_sim.pages.model import FormPostPage, SignedOutPage
from idp_sim.pages.render import Renderer
from tests.chromium.conftest import NODE_MODULES, Look
from tests.chromium_browser import ARGUMENTS, executable, missing, pinned
from tests.sample_pages import SAMPLES, shell
from tests.simulator import World, _worlds
from tests.stories import invite


@dataclass(frozen=True)
class Place:
    """A world in which something happened, with the ids of what happened."""

    world: World
    redeemed: str
    refused: str

    def url(self, path: str) -> str:
        """The address of a page in this world."""
        return f"{self.world.base_url}{path}{'&' if '?' in path else '?'}world={self.world.id}"


@pytest.fixture(scope="module")
def place(simulator: Simulator, http: requests.Session) -> Iterator[Place]:
    """Ben redeems, Otto gets a passcode, Cleo is refused, Nils is invited."""
    with _worlds(simulator, http) as make:
        world = make()

        def sign_in(user: str) -> str:
            body = {"tenant": "contoso", "user": user, "application": "portal", "redeem": True}
            return str(world.control("POST", "sign-ins", body)["id"])

        redeemed = sign_in("ben@fabrikam.example")
        sign_in("otto@proseware.example")
        refused = sign_in("cleo@fabrikam.example")
        invite(world, "nils@northwind.example")
        yield Place(world, redeemed, refused)


#: Name of a page -> its path.
PAGES: dict[str, Callable[[Place], str]] = {
    "start": lambda p: p.url("/"),
    "codes": lambda p: p.url("/codes"),
    "inbox": lambda p: p.url("/inbox"),
    "inbox without a hit": lambda p: p.url("/inbox?q=nobody"),
    "passcode mail": lambda p: p.url("/inbox/1"),
    "invitation mail": lambda p: p.url("/inbox/2"),
    "phone": lambda p: p.url("/phone"),
    "phone of nobody": lambda p: p.url("/phone?user=nobody"),
    "sign-ins": lambda p: p.url("/explain"),
    "explanation of a redemption": lambda p: p.url(f"/explain/{p.redeemed}"),
    "explanation of a refusal": lambda p: p.url(f"/explain/{p.refused}"),
    "no such sign-in": lambda p: p.url("/explain/nothing"),
    "sample welcome": lambda p: p.url("/sample/portal"),
    "door": lambda p: p.url("/unlock"),
    "error look-up": lambda p: f"{p.world.base_url}/error?code=50020",
    "no such page": lambda p: f"{p.world.base_url}/nothing/here",
    "refused request": lambda p: p.world.authorize_url(client_id="00000000-0000-0000-0000-000000000000"),
    "signed out": lambda p: f"{p.world.base_url}/{p.world.tenant_id()}/oauth2/v2.0/logout",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_used_by_everybody(place: Place, context: Any, inspect: Look, name: str) -> None:
    page = context.new_page()
    page.goto(PAGES[name](place))
    inspect(name, page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    inspect(f"{name}, dark, on a phone", page, rules=("color-contrast", "target-size", "scrollable-region-focusable"))


def test_the_checker_of_the_w3c_finds_nothing(place: Place, simulator: Simulator, tmp_path: Path) -> None:
    checker, java = NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar", shutil.which("java")
    if java is None or not checker.is_file():
        missing("java with vnu-jar (npm install --no-package-lock --prefix tests/chromium)")
    for name, path in PAGES.items():
        text = place.world.call("GET", path(place), headers={"Accept": "text/html"}).text
        (tmp_path / f"{name.replace(' ', '_')}.html").write_text(text, encoding="utf-8")
    for page in SAMPLES:
        text = Renderer().render(shell(page), page)
        (tmp_path / f"{type(page).__name__}.html").write_text(text, encoding="utf-8")
    ran = subprocess.run(
        [str(java), "-Xss16m", "-jar", str(checker), "--format", "gnu", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stderr, ran.stdout, ran.returncode) == ("", "", 0)


#: What Lighthouse looks at in every run, one page of each room; it takes a second for each. ``LIGHTHOUSE=all``, as
#: .ci/run says, lets it look at all.
ROOMS = ("start", "passcode mail", "phone", "explanation of a redemption", "door", "RegisterAuthenticatorPage")


def test_lighthouse_gives_every_page_the_full_score_for_accessibility(place: Place, simulator: Simulator) -> None:
    node = shutil.which("node")
    if node is None or not (NODE_MODULES / "lighthouse").is_dir():
        missing("node with lighthouse (npm install --no-package-lock --prefix tests/chromium)")
    kinds = {type(page): page for page in SAMPLES if not isinstance(page, FormPostPage | SignedOutPage)}  # they go away
    samples = [{"name": kind.__name__, "html": Renderer().render(shell(page), page)} for kind, page in kinds.items()]
    pages = [*({"name": name, "url": path(place)} for name, path in PAGES.items()), *samples]
    if os.environ.get("LIGHTHOUSE") != "all":
        pages = [page for page in pages if page["name"] in ROOMS]
        assert len(pages) == len(ROOMS)
    job = {
        "executable": executable(),
        "arguments": [*ARGUMENTS, pinned(simulator.base_url)],
        "base": simulator.base_url,
        "pages": pages,
    }
    ran = subprocess.run(
        [str(node), "lighthouse.mjs"],
        cwd=Path(__file__).parent,
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert len(found) == len(pages)
    assert [row for row in found if row["score"] != 1 or row["failed"]] == []


def test_the_picture_leads_to_the_table_where_a_message_opens(place: Place, context: Any) -> None:
    page = context.new_page()
    page.goto(place.url(f"/explain/{place.redeemed}"))
    arrow = page.locator("[data-testid=trace-picture] a.arrow.message").first
    target = arrow.get_attribute("href")
    arrow.click()
    row = page.locator(f"tr{target}")
    assert row.evaluate("row => row.matches(':target')")
    row.get_by_test_id("trace-decoded").locator("summary").click()
    assert row.get_by_text("response_type", exact=True).is_visible()
    last = page.locator("tr[data-word='token response']").last
    last.get_by_test_id("trace-decoded").locator("summary").click()
    assert place.world.tenant_id() in last.inner_text()


def test_a_refused_person_is_led_to_the_explanation(place: Place, context: Any) -> None:
    page = context.new_page()
    page.goto(place.world.authorize_url(login_hint="cleo@fabrikam.example"))
    user = place.world.user("cleo")
    for _ in range(2):
        if page.locator("[name=passwd]").count():
            page.locator("[name=passwd]").fill(user["password"])
        page.locator("#idSIButton9").click()
        page.wait_for_load_state("load")
        if page.locator("body").get_attribute("data-step") == "error":
            break
    page.get_by_test_id("explanation").click()
    assert page.get_by_test_id("trace-outcome").get_attribute("data-outcome") == "refused"
    page.get_by_test_id("trace-last-word").click()
    assert page.locator("tr.last-word").evaluate("row => row.matches(':target')")


def test_the_list_of_sign_ins_grows_by_itself(place: Place, context: Any) -> None:
    page = context.new_page()
    page.goto(place.url("/explain"))
    before = page.get_by_test_id("sign-ins-row").count()
    body = {"tenant": "contoso", "user": "megan@contoso.example", "application": "portal"}
    place.world.control("POST", "sign-ins", body)
    page.get_by_test_id("sign-ins-row").nth(before).wait_for(timeout=8000)


def test_mail_works_without_scripts(place: Place, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(place.url("/inbox"))
    page.get_by_test_id("mail-search").fill("nils contoso")
    page.get_by_test_id("mail-search-button").click()
    assert page.get_by_test_id("mail-link").count() == 1
    page.get_by_test_id("mail-link").click()
    assert page.get_by_test_id("mail-to").inner_text() == "nils@northwind.example"
    page.get_by_test_id("mail-text-toggle").click()
    assert page.get_by_test_id("mail-text").is_visible()
    context.close()
