"""The demo's browser reads pages as a person without JavaScript does."""

from __future__ import annotations

import pytest

from idp_sim.demo.page import parse_page

URL = "https://localhost:1/tenant/login"

PASSWORD = """<!doctype html><html><head><title>Enter  password</title><style>p{}</style></head>
<body data-tenant="t1" data-step="password"><h1>Fabrikam</h1><script>ignored()</script>
<form method="post" action="/login/abc?x=1&amp;y=2">
<input type="hidden" name="canary" value="a&amp;b"><input name="passwd" id="i0118" type="password">
<input type="checkbox" name="keep" value="true"><input type="checkbox" name="on" checked>
<button id="idBtn_Back" name="decision" value="back">Back</button>
<button id="idSIButton9">Sign <b>in</b></button></form>
<a href="otpauth://totp/x?secret=ABC">key</a><a href="/other">other</a></body></html>"""


def test_a_page_says_at_whose_door_and_at_which_step_it_is() -> None:
    page = parse_page(PASSWORD, url=URL, status=200)
    assert (page.tenant, page.step, page.title) == ("t1", "password", "Enter password")
    assert "Fabrikam" in page.text
    assert "ignored" not in page.text


def test_a_form_sends_what_is_filled_in_already() -> None:
    form = parse_page(PASSWORD, url=URL, status=200).form
    assert form.method == "POST"
    assert form.action == "https://localhost:1/login/abc?x=1&y=2"
    assert form.fields == (("canary", "a&b"), ("passwd", ""), ("on", "on"))
    assert form.inputs == {"canary", "passwd", "keep", "on"}
    assert [(b.id, b.name, b.value, b.label) for b in form.buttons] == [
        ("idBtn_Back", "decision", "back", "Back"),
        ("idSIButton9", None, "", "Sign in"),
    ]


def test_links_are_absolute() -> None:
    links = parse_page(PASSWORD, url=URL, status=200).links
    assert links == ("otpauth://totp/x?secret=ABC", "https://localhost:1/other")


def test_a_page_without_a_form_says_so() -> None:
    page = parse_page("<body data-step=error>AADSTS50020: no", url=URL, status=400)
    with pytest.raises(LookupError, match="has no form: AADSTS50020"):
        _ = page.form


@pytest.mark.parametrize("markup", ["", "<form", "</form></body>", "<button>", "<form><button>x", "<title>\x00"])
def test_broken_markup_is_never_an_error(markup: str) -> None:
    parse_page(markup, url=URL, status=200)
