"""Colours of tenants, made safe to show: any text in, a valid colour out, and a text colour that can be read on it."""

from __future__ import annotations

import re

DEFAULT = "#0f6cbd"
LIGHT = "#ffffff"
DARK = "#000000"

_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


def normalized(color: str | None) -> str:
    """``#rrggbb`` in lower case; ``DEFAULT`` for anything that is not ``#rgb`` or ``#rrggbb``."""
    if not color or not _HEX.fullmatch(color):
        return DEFAULT
    digits = color[1:].lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)


def luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 (black) to 1 (white) (WCAG 2.2, relative luminance)."""
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(background: str) -> str:
    """White or black, whichever reads better on ``background``.

    The better of the two always reaches 4.58, above the 4.5 of level AA (WCAG 2.2, 1.4.3); a softer
    black would not.
    """
    return max((LIGHT, DARK), key=lambda text: contrast(text, background))
