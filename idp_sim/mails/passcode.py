"""The mail that brings a one-time passcode (entra-sign-in 3)."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from idp_sim.mails import layout
from idp_sim.mails.layout import Message, one_line

SENDER = "{organization} (via Microsoft) <account-security-noreply@accountprotection.microsoft.com>"
_IGNORE = "If you did not ask for a code, ignore this mail."


def sender(organization: str) -> str:
    """The ``From`` line."""
    return SENDER.format(organization=one_line(organization).translate(str.maketrans("", "", '<>"')))


def passcode(*, organization: str, code: str, minutes: int, applications: Iterable[str] = ()) -> Message:
    """The code, how long it is good for, and what it opens; the code is the only run of digits of its length."""
    name = one_line(organization)
    subject = f"Your {name} account verification code"
    opens = ", ".join(map(one_line, applications)) or "its applications"
    purpose = f"Enter this code to sign in to {name} ({opens})."
    validity = f"It can be used once, within {minutes} minutes."
    code_style = "margin:0 0 24px;color:#242424;font-size:32px;font-weight:600;letter-spacing:4px"
    parts = [
        layout.heading("Account verification code"),
        layout.paragraph(escape(purpose)),
        layout.paragraph(escape(validity)),
        f'<p class="ink" style="{code_style}">{escape(code)}</p>',
        layout.paragraph(escape(_IGNORE), quiet=True),
    ]
    return Message(
        subject=subject,
        text="\n\n".join([purpose, validity, f"Account verification code: {code}", _IGNORE]) + "\n",
        html=layout.document(subject, parts),
    )
