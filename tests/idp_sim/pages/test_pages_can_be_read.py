"""Colours of any tenant stay readable, the style sheet keeps its contrasts, and files are served to be kept."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp_sim.http import Request, Response
from idp_sim.pages import assets
from idp_sim.pages.colors import DEFAULT, contrast, luminance, normalized, readable_on
from idp_sim.pages.pictures import mark, monogram, qr_code

AA = 4.5


@pytest.mark.parametrize(
    ("given_color", "expected"),
    [
        ("#ABC", "#aabbcc"),
        ("#0F6CBD", "#0f6cbd"),
        ("red", DEFAULT),
        ("#12345", DEFAULT),
        ('#fff" onload="x', DEFAULT),
        ("#fff\n", DEFAULT),
        ("", DEFAULT),
        (None, DEFAULT),
    ],
)
def test_a_colour_is_six_digits_or_the_default(given_color: str | None, expected: str) -> None:
    assert normalized(given_color) == expected


@settings(max_examples=200)
@given(st.integers(0, 0xFFFFFF))
def test_the_monogram_can_be_read_on_any_colour(number: int) -> None:
    color = f"#{number:06x}"
    assert contrast(readable_on(color), color) >= AA


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Contoso", "C"),
        ("northwind traders inc", "NT"),
        ("  (The) Firm", "TF"),
        ("Ärzte", "Ä"),
        ("شركة", "ش"),
        ("🏢", "?"),
        ("", "?"),
    ],
)
def test_the_monogram_is_the_first_letters_of_the_name(name: str, letters: str) -> None:
    assert monogram(name) == letters
    assert mark(name, None).letters == letters


def test_a_qr_code_is_dark_on_white_and_has_no_style() -> None:
    svg = qr_code("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP")
    assert svg.startswith("<svg ")
    assert 'fill="#fff"' in svg
    assert 'stroke="#000"' in svg
    assert "style" not in svg


def palettes() -> list[dict[str, str]]:
    """The variables of the light and the dark scheme, as six-digit colours."""
    blocks = re.findall(r":root \{(.*?)\}", assets.STYLE.body.decode(), re.DOTALL)
    return [{n: normalized(c) for n, c in re.findall(r"--([\w-]+): (#\w+);", block)} for block in blocks]


PAIRS = [
    ("text", "card"), ("muted", "card"), ("error", "card"), ("link", "card"), ("text", "tint"), ("muted", "tint"),
    ("link", "tint"), ("text", "quiet"), ("text", "quiet-over"), ("muted", "quiet"), ("on-brand", "brand"),
    ("on-brand", "brand-over"), ("on-brand", "brand-down"), ("text", "page"), ("far", "page"), ("far", "tint"),
    ("far", "card"),
]  # fmt: skip


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS, ids=[f"{text} on {ground}" for text, ground in PAIRS])
def test_the_style_sheet_keeps_level_aa_in_both_schemes(scheme: int, text: str, ground: str) -> None:
    palette = palettes()[scheme]
    assert contrast(palette[text], palette[ground]) >= AA


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("tenant", ["#000000", "#ffffff", "#ffd400", "#0f6cbd", "#d13438"])
def test_the_footer_can_be_read_over_the_waves_of_any_tenant(scheme: int, tenant: str) -> None:
    palette = palettes()[scheme]
    ground = palette["page"]
    for opacity in (0.09, 0.12):  # the two waves that overlap at the foot of the page
        ground = blended(tenant, ground, opacity)
    assert contrast(palette["far"], ground) >= AA


def blended(over: str, under: str, opacity: float) -> str:
    """The colour seen when ``over`` lies on ``under`` with ``opacity``."""
    pairs = ((int(over[i : i + 2], 16), int(under[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * opacity + b * (1 - opacity)):02x}" for a, b in pairs)


def test_black_and_white_are_the_ends_of_the_scale() -> None:
    assert (luminance("#000000"), luminance("#ffffff")) == (0.0, 1.0)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def get(name: str, **headers: str) -> Response:
    names = {key.replace("_", "-"): value for key, value in headers.items()}
    return assets.serve(Request(method="GET", path=f"/login/assets/{name}", args={"name": name}, headers=names))


@pytest.mark.parametrize("asset", [assets.STYLE, assets.ICON], ids=lambda asset: asset.content_type)
def test_a_file_is_served_once_and_kept_for_ever(asset: assets.Asset) -> None:
    response = get(asset.name)
    assert (response.status, response.body) == (200, asset.body)
    assert response.header("Content-Type") == asset.content_type
    assert "immutable" in (response.header("Cache-Control") or "")
    assert asset.etag.strip('"') in asset.href


@pytest.mark.parametrize("condition", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
def test_a_browser_that_has_the_file_gets_304(condition: str) -> None:
    response = get(assets.STYLE.name, if_none_match=condition.format(etag=assets.STYLE.etag))
    assert (response.status, response.body) == (304, b"")
    assert response.header("ETag") == assets.STYLE.etag


@pytest.mark.parametrize("name", ["style.css", "style.0000000000000000.css", "..", ""])
def test_a_file_of_another_name_is_404(name: str) -> None:
    assert get(name).status == 404


def test_a_browser_with_another_version_gets_the_file() -> None:
    assert get(assets.STYLE.name, if_none_match='"other"').status == 200


def test_the_files_have_one_route() -> None:
    (route,) = assets.routes()
    assert (route.rule, route.methods) == ("/login/assets/<name>", ("GET",))


def test_the_style_sheet_lets_hidden_things_stay_hidden() -> None:
    assert "[hidden] { display: none !important; }" in assets.STYLE.body.decode()


def test_the_style_sheet_loads_nothing_and_is_small() -> None:
    text = assets.STYLE.body.decode()
    assert "url(" not in text
    assert "@import" not in text
    assert len(text) < 10_000
