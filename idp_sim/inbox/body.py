"""A mail's HTML made safe to show. Pure.

It has an address of its own instead of standing in the frame's ``srcdoc``: there it would inherit the page's
policy, which allows no inline style, and mails have no other. Here it has a policy of its own, which holds also
when somebody opens the address directly: no script, no form, nothing loaded, an origin that nobody shares.
"""

from __future__ import annotations

import re

from idp_sim.http import Response, html_response

#: What a link in a mail may do: open a tab, which is an ordinary one again.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
#: Links of mails open a tab of their own, as in every mail program; sign-in pages can't be framed anyway.
_BASE = '<base target="_blank">'


def body_response(html: str) -> Response:
    """The mail's own HTML as an answer."""
    headers = (
        ("Content-Security-Policy", POLICY),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
    )
    return html_response(with_new_tabs(html), headers=headers)


def with_new_tabs(html: str) -> str:
    """``html`` with a base that opens links in new tabs; put before everything where there is no head."""
    head = _HEAD.search(html)
    return html[: head.end()] + _BASE + html[head.end() :] if head else _BASE + html
