"""Hostile values stay text, nothing is loaded from elsewhere, and the headers say so to the browser."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp_sim.pages.headers import page_headers
from idp_sim.pages.links import frame_source, navigable
from idp_sim.pages.model import (
    ApproveRequestPage,
    ErrorPage,
    FormPostPage,
    MessagePage,
    Page,
    PasskeyPage,
    SignedOutPage,
    UserNamePage,
)
from idp_sim.pages.render import Renderer
from tests.sample_pages import SAMPLES, read, shell

RENDERER = Renderer()
#: It posts itself; it waits for the phone; it asks the browser for a passkey.
SCRIPTED = (FormPostPage, ApproveRequestPage, PasskeyPage)
EVERY = [pytest.param(page, id=type(page).__name__) for page in SAMPLES]
ELEMENT = """</title></style></p><script>alert(1)</script>"""
QUOTES = """x" onfocus="alert(1)' autofocus='"""
TEMPLATE = "{{ 7 * 7 }}{% raw %}"
RIGHT_TO_LEFT = "\u202eموظف\u202c عربي"


def poisoned(value: object, text: str) -> object:
    """The same record with ``text`` appended to every string in it; an empty one stays empty."""
    if isinstance(value, str):
        return value and value + text
    if isinstance(value, tuple):
        return tuple(poisoned(item, text) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: poisoned(getattr(value, f.name), text) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    return value


@pytest.mark.parametrize("page", EVERY)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ELEMENT, id="element"),
        pytest.param(QUOTES, id="quotes"),
        pytest.param(TEMPLATE, id="template"),
        pytest.param(RIGHT_TO_LEFT, id="right to left"),
    ],
)
def test_hostile_values_add_no_element_and_no_attribute(page: Page, text: str) -> None:
    hostile = poisoned(page, text)
    around = {"tenant_name": "C" + text, "application": "P" + text, "background": "B" + text, "canary": text}
    plain = read(RENDERER.render(shell(page, background="B"), page))
    document = read(RENDERER.render(shell(page, **around, action="/a" + text, language="en" + text), hostile))  # type: ignore[arg-type]

    def counted(elements: list) -> Counter:
        return Counter((e.tag, *sorted(e.attributes)) for e in elements if e.tag != "path")

    assert counted(document.elements) == counted(plain.elements)
    assert text in document.test_id("tenant-name").text


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"])))
def test_any_address_comes_back_as_it_went_in(address: str) -> None:
    page = UserNamePage(address=address)
    assert read(RENDERER.render(shell(page), page)).identified("i0116").get("value") == address


@pytest.mark.parametrize("page", EVERY)
def test_nothing_is_loaded_from_elsewhere(page: Page) -> None:
    document = read(RENDERER.render(shell(page), page))
    loaded = [e.get("href") for e in document.all("link")]
    loaded += [e.get("src") for e in document.elements if e.get("src") and e.tag != "iframe"]
    assert loaded
    assert all((address or "").startswith("/login/assets/") for address in loaded)


@pytest.mark.parametrize("page", EVERY)
def test_there_is_no_inline_style_and_no_handler_and_only_pages_that_need_one_have_a_script(page: Page) -> None:
    document = read(RENDERER.render(shell(page), page))
    names = {name for e in document.elements for name in e.attributes}
    assert "style" not in names
    assert not {name for name in names if name.startswith("on")}
    assert not document.all("style")
    assert len(document.all("script")) == isinstance(page, SCRIPTED)


@pytest.mark.parametrize("page", EVERY)
def test_headers_are_strict(page: Page) -> None:
    headers = dict(page_headers(page))
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "style-src 'self'", "img-src 'self' data:", "base-uri 'none'"} <= set(policy)
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Cross-Origin-Opener-Policy" not in headers
    assert ("frame-ancestors 'none'" in policy) != isinstance(page, FormPostPage)


@pytest.mark.parametrize("page", EVERY)
def test_only_pages_without_a_question_restrict_where_forms_go(page: Page) -> None:
    policy = dict(page_headers(page))["Content-Security-Policy"]
    assert ("form-action 'none'" in policy) == isinstance(page, ErrorPage | SignedOutPage | MessagePage)


@pytest.mark.parametrize("kind", SCRIPTED)
def test_the_policy_allows_the_one_script_by_its_hash(kind: type) -> None:
    page = next(page for page in SAMPLES if type(page) is kind)
    script = read(RENDERER.render(shell(page), page)).one("script").text
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = dict(page_headers(page))["Content-Security-Policy"]
    assert f"script-src 'sha256-{digest}'" in policy.split("; ")


def test_the_signed_out_page_may_frame_its_applications_only() -> None:
    page = SignedOutPage(logout_urls=("https://a.example/x", "https://a.example/y", "http://[::1]:9/z", "ftp://no"))
    policy = dict(page_headers(page))["Content-Security-Policy"]
    assert policy.endswith("; frame-src https://a.example http:")


def test_a_response_has_its_headers_and_its_type() -> None:
    response = RENDERER.response(shell(SAMPLES[0]), SAMPLES[0], 400)
    assert response.status == 400
    assert response.header("Content-Type") == "text/html; charset=utf-8"
    assert response.header("Content-Security-Policy")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "blob:https://a/b",
        "",
        None,
    ],
)
def test_addresses_that_would_run_are_no_links(url: str | None) -> None:
    assert navigable(url) is None


@pytest.mark.parametrize(
    "url", ["https://a.example/?x=javascript:1", "/path:x", "msal1234://auth", "otpauth://totp/a", "com.app:/cb"]
)
def test_addresses_that_navigate_are_links(url: str) -> None:
    assert navigable(url) == url


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://a.example:8443/x?y", "https://a.example:8443"),
        ("http://localhost/x", "http://localhost"),
        ("https://a.example; script-src *", "https:"),
        ("http://[::1]:9/z", "http:"),
        ("https://a.example:port/", None),
        ("javascript:x", None),
        ("/relative", None),
    ],
)
def test_frames_are_allowed_by_origin_or_by_scheme_where_no_source_can_name_it(url: str, source: str | None) -> None:
    assert frame_source(url) == source


def test_a_link_that_would_run_is_left_out_of_the_page() -> None:
    page = MessagePage(title="t", link_url="javascript:alert(1)")
    assert not read(RENDERER.render(shell(page), page)).all("a")
    signed_out = SignedOutPage(return_url="javascript:alert(1)", logout_urls=("javascript:alert(1)",))
    assert "javascript" not in RENDERER.render(shell(signed_out), signed_out)
    form = FormPostPage(url="javascript:alert(1)", fields=())
    assert "javascript" not in RENDERER.render(shell(form), form)
