"""Small drawings inside pages. SVG attributes carry the tenant's colour, because the policy forbids inline styles."""

from __future__ import annotations

from dataclasses import dataclass

from idp_sim.pages.colors import normalized, readable_on


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A tenant's monogram: its letters, its colour, and a text colour that can be read on it."""

    letters: str
    color: str
    text_color: str


def mark(name: str, color: str | None) -> Mark:
    """The monogram of a tenant called ``name``, whatever its colour is."""
    fill = normalized(color)
    return Mark(letters=monogram(name), color=fill, text_color=readable_on(fill))


def monogram(name: str) -> str:
    """The first letters of the first two words, in upper case; ``?`` if there is no letter or digit."""
    words = ("".join(c for c in word if c.isalnum()) for word in name.split())
    return "".join(word[0].upper() for word in [word for word in words if word][:2]) or "?"


def qr_code(text: str) -> str:
    """``text`` as a QR code (ISO/IEC 18004, level M) in SVG; dark on white in every colour scheme, so that it scans.

    The mask is fixed: to rate all eight takes four times as long as everything else, and readers take any.
    """
    import segno  # only the registration page needs it

    code = segno.make(text, error="m", micro=False, mask=3)
    return code.svg_inline(border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True)
