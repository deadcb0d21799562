"""What is used up by being used: sent codes, access passes, push requests, challenges of passkeys; raced by threads."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from federation.model import Method
from idp_sim.headless.software_authenticator import SoftwareKey
from tests.browser import Landing, Page
from tests.second_factors.pockets import CARRIED, PHONE, Pocket
from tests.simulator import World

THREADS = 8
ACCESS_PASSES = "/users/megan@contoso.example/authentication/temporaryAccessPassMethods"


@pytest.fixture
def megan(world: World) -> Pocket:
    """Megan, who must always show a second factor and has registered none."""
    row = world.user("megan")
    world.control("PATCH", f"users/{row['id']}", {"mfa": "always"})
    return Pocket(world, world.browser(), row["user_principal_name"], row["password"])


def register(pocket: Pocket, method: Method) -> None:
    place = CARRIED[method].register(pocket, pocket.pick(pocket.arrive(), method))
    assert isinstance(place, Landing) or place.step != "mfa_registration", place.text
    pocket.browser = pocket.world.browser()


def at_once(act: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(act, range(THREADS)))


def went_on(place: Page | Landing) -> bool:
    return isinstance(place, Landing) or place.step not in ("mfa_challenge", "mfa_registration", "error")


def test_a_code_belongs_to_the_sign_in_that_sent_it(megan: Pocket) -> None:
    register(megan, Method.SMS)
    megan.arrive()
    code = megan.newest("sms")["code"]
    other = Pocket(megan.world, megan.world.browser(), megan.address, megan.password)
    place = other.browser.submit(other.arrive(), {"otc": code})
    assert isinstance(place, Page)
    assert place.step == "mfa_challenge"


def test_a_new_code_ends_the_one_before(megan: Pocket) -> None:
    register(megan, Method.SMS)
    page = megan.arrive()
    first = megan.newest("sms")["code"]
    page = megan._page(megan.browser.submit(page, press=("decision", "resend")))
    assert megan.newest("sms")["code"] != first
    assert not went_on(megan.browser.submit(page, {"otc": first}))


def test_five_wrong_codes_kill_the_right_one(megan: Pocket) -> None:
    register(megan, Method.SMS)
    page = megan.arrive()
    code = megan.newest("sms")["code"]
    for _ in range(5):
        page = megan._page(megan.browser.submit(page, {"otc": "000000" if code != "000000" else "111111"}))
    place = megan.browser.submit(page, {"otc": code})
    assert isinstance(place, Page)
    assert "in time" in place.text


def test_a_pass_for_one_time_lets_in_one_of_eight(megan: Pocket) -> None:
    issued = megan.world.graph("POST", ACCESS_PASSES, {"isUsableOnce": True}, expect=201)
    pockets = [Pocket(megan.world, megan.world.browser(), megan.address, megan.password) for _ in range(THREADS)]
    pages = [pocket.arrive() for pocket in pockets]
    places = at_once(lambda n: pockets[n].browser.submit(pages[n], {"accesspass": issued["temporaryAccessPass"]}))
    assert sum(went_on(place) for place in places) == 1
    (kept,) = megan.world.graph("GET", ACCESS_PASSES)["value"]
    assert kept["methodUsabilityReason"] == "OneTimeUsed"
    assert kept["temporaryAccessPass"] is None


def test_a_push_request_is_answered_once_of_eight_times(megan: Pocket) -> None:
    register(megan, Method.PUSH)
    page = megan.arrive()
    request, number = megan.newest("push"), megan.shown_number(page)

    def approve(_n: int) -> int:
        body = {"decision": "approve", "number": number}
        answer = megan.world.call(
            "POST",
            f"/_sim/phone/approvals/{request['id']}",
            json_body=body,
            query={"world": megan.world.id},
            headers={"Authorization": f"Bearer {megan.world.ready['control_token']}"},
        )
        return answer.status

    assert sorted(at_once(approve)) == [200, *[409] * (THREADS - 1)]
    assert went_on(megan.browser.submit(page))


@pytest.fixture
def key(megan: Pocket) -> SoftwareKey:
    """Megan's registered passkey, whose counter stands at 1 after a first sign-in."""
    register(megan, Method.FIDO2)
    identifier = json.loads(dict(megan.arrive().form.fields)["passkeyOptions"])["allowCredentials"][0]["id"]
    return SoftwareKey(id=identifier, secret=identifier)


def options_of(page: Page) -> dict[str, Any]:
    options: dict[str, Any] = json.loads(dict(page.form.fields)["passkeyOptions"])
    return options


def altered(credential: str, name: str, change: Callable[[bytes], bytes]) -> str:
    """A WebAuthn answer with one of its byte strings changed."""
    value = json.loads(credential)
    text = value["response"][name]
    content = change(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    value["response"][name] = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
    return json.dumps(value)


Forge = Callable[[SoftwareKey, dict[str, Any], str], str]
FORGERIES: list[tuple[str, Forge]] = [
    ("another origin", lambda key, options, _: key.sign(options, origin="https://evil.example", count=9)),
    (
        "another relying party",
        lambda key, options, at: key.sign({**options, "rpId": "evil.example"}, origin=at, count=9),
    ),
    ("another challenge", lambda key, options, at: key.sign({**options, "challenge": "AAAA"}, origin=at, count=9)),
    (
        "another key under the same id",
        lambda key, options, at: SoftwareKey(id=key.id, secret="AAAA").sign(options, origin=at, count=9),
    ),
    (
        "a key that nobody registered",
        lambda key, options, at: SoftwareKey(id="AAAA", secret=key.secret).sign(options, origin=at, count=9),
    ),
    (
        "nobody verified at the key",
        lambda key, options, at: altered(
            key.sign(options, origin=at, count=9), "authenticatorData", lambda b: b[:32] + b"\x01" + b[33:]
        ),
    ),
    (
        "a counter changed after signing",
        lambda key, options, at: altered(
            key.sign(options, origin=at, count=9), "authenticatorData", lambda b: b[:33] + b"\xff" * 4
        ),
    ),
    ("no JSON", lambda *_: "not json"),
    ("no object", lambda *_: "[]"),
    ("an empty object", lambda *_: "{}"),
    (
        "the answer to a registration",
        lambda key, options, at: key.register({"rp": {"id": "localhost"}, **options}, origin=at),
    ),
]


@pytest.mark.parametrize("forge", [pytest.param(forge, id=name) for name, forge in FORGERIES])
def test_a_forged_assertion_is_a_wrong_answer(megan: Pocket, key: SoftwareKey, forge: Forge) -> None:
    page = megan.arrive()
    place = megan.browser.submit(page, {"credential": forge(key, options_of(page), megan.world.base_url)})
    assert isinstance(place, Page)
    assert place.step == "mfa_challenge"
    assert "was not accepted" in place.text
    assert options_of(place)["challenge"] != options_of(page)["challenge"]


def test_an_assertion_is_accepted_once(megan: Pocket, key: SoftwareKey) -> None:
    page = megan.arrive()
    answer = key.sign(options_of(page), origin=megan.world.base_url, count=5)
    assert went_on(megan.browser.submit(page, {"credential": answer}))
    again = Pocket(megan.world, megan.world.browser(), megan.address, megan.password)
    assert not went_on(again.browser.submit(again.arrive(), {"credential": answer}))


def test_a_copied_key_is_noticed_by_its_counter(megan: Pocket, key: SoftwareKey) -> None:
    page = megan.arrive()
    assert went_on(
        megan.browser.submit(page, {"credential": key.sign(options_of(page), origin=megan.world.base_url, count=5)})
    )
    copy = Pocket(megan.world, megan.world.browser(), megan.address, megan.password)
    page = copy.arrive()
    answer = key.sign(options_of(page), origin=megan.world.base_url, count=5)
    assert not went_on(copy.browser.submit(page, {"credential": answer}))


def test_a_phone_number_that_can_be_none_is_asked_for_again(megan: Pocket) -> None:
    page = megan.pick(megan.arrive(), Method.SMS)
    for number in ("", "0123456", "+", "+1", "+1 555<script>", "+1 " + "5" * 40):
        page = megan._page(megan.browser.submit(page, {"phone": number}))
        assert page.step == "mfa_registration"
        assert "country code" in page.text
    assert went_on_to_code(megan, page)


def went_on_to_code(megan: Pocket, page: Page) -> bool:
    place = megan.browser.submit(page, {"phone": PHONE})
    return isinstance(place, Page) and "otc" in place.form.inputs
