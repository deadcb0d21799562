"""What every mail shares: escaping, and one column that reads well in light and dark and without pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

_FONT = "font-family:'Segoe UI',system-ui,-apple-system,Roboto,Helvetica,Arial,sans-serif"

# Mail programs that know no style sheet show the inline colours of the light form.
_DARK = (
    "@media (prefers-color-scheme:dark){"
    "body,.page{background:#1b1a19!important}"
    ".card{background:#252423!important;border-color:#3b3a39!important}"
    ".ink,.ink strong{color:#f3f2f1!important}"
    ".quiet{color:#c8c6c4!important}"
    ".quiet a{color:#75b6e7!important}"
    ".notice{background:#3a3000!important;border-color:#8a7400!important;color:#fff4ce!important}"
    ".note{border-color:#2b88d8!important}"
    ".line{border-color:#3b3a39!important}"
    "}"
)


@dataclass(frozen=True, kw_only=True)
class Message:
    """A mail's subject and its two bodies; ``links[0]`` is its action."""

    subject: str
    text: str
    html: str
    links: tuple[str, ...] = ()


def one_line(text: str) -> str:
    """``text`` fit for a header or a heading: no line breaks, no control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text).split())


def paragraph(html: str, *, quiet: bool = False) -> str:
    """A paragraph of ready HTML."""
    name, color, size = ("quiet", "#605e5c", "13px") if quiet else ("ink", "#242424", "15px")
    return f'<p class="{name}" style="margin:0 0 16px;color:{color};font-size:{size};line-height:1.5">{html}</p>'


def heading(text: str) -> str:
    """The one heading."""
    style = "margin:0 0 16px;color:#242424;font-size:22px;line-height:1.3;font-weight:600"
    return f'<h1 class="ink" style="{style}">{escape(text)}</h1>'


def notice(text: str) -> str:
    """A caution that stands out."""
    style = (
        "margin:0 0 24px;padding:12px 16px;background:#fff4ce;border:1px solid #e1c340;border-radius:4px;"
        "color:#3b2e00;font-size:13px;line-height:1.5"
    )
    return f'<p class="notice" style="{style}">{escape(text)}</p>'


def quotation(text: str) -> str:
    """Somebody's own words: escaped, line breaks kept."""
    style = (
        "margin:0 0 24px;padding:4px 0 4px 16px;border-left:3px solid #0f6cbd;color:#242424;font-size:15px;"
        "line-height:1.5;white-space:pre-wrap"
    )
    return f'<blockquote class="note ink" style="{style}">{escape(text)}</blockquote>'


def button(label: str, url: str) -> str:
    """The one action."""
    style = (
        "display:inline-block;padding:10px 24px;background:#0f6cbd;border-radius:4px;color:#ffffff;"
        "font-size:15px;font-weight:600;text-decoration:none"
    )
    return f'<p style="margin:0 0 24px"><a href="{escape(url)}" style="{style}">{escape(label)}</a></p>'


def link(url: str, label: str | None = None) -> str:
    """A plain link."""
    return f'<a href="{escape(url)}" style="color:#0f6cbd">{escape(label or url)}</a>'


def rule() -> str:
    """A line between the message and its footer."""
    return '<hr class="line" style="margin:8px 0 16px;border:0;border-top:1px solid #e1dfdd">'


def document(title: str, parts: Iterable[str]) -> str:
    """A whole HTML mail; it loads nothing from anywhere."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f"<title>{escape(title)}</title><style>{_DARK}</style></head>"
        f'<body style="margin:0;background:#f5f5f5;{_FONT}">'
        '<table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" '
        'style="background:#f5f5f5"><tr><td align="center" style="padding:24px 12px">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px">'
        '<tr><td class="card" style="padding:32px 28px 16px;background:#ffffff;border:1px solid #e1dfdd;'
        f'border-radius:8px;{_FONT}">{"".join(parts)}</td></tr></table></td></tr></table></body></html>'
    )
