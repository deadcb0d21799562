"""The mail of an invitation, and the notification in its place under automatic redemption (entra-sign-in 2.9, 7.6)."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from idp_sim.mails import layout
from idp_sim.mails.layout import Message, one_line

SENDER = "Microsoft Invitations on behalf of {organization} <invites@microsoft.com>"
CAUTION = (
    "Be careful with invitations: act on this one only if you know and trust the person and the organization "
    "named below. If it comes unexpectedly, ask them by another way first; it may be an attempt at fraud."
)
LATER = (
    "Accepting takes you to {target}. Keep this mail: the same link leads back to the resources of {organization} "
    "later."
)
NO_PRIVACY_STATEMENT = "{organization} has published no privacy statement that could be shown here."


@dataclass(frozen=True, kw_only=True)
class InvitationMail:
    """What the mail says. ``inviter`` is a person's name, None where an application invites.

    ``custom_message`` is plain text; who calls has already dropped one that must not be sent.
    """

    organization: str
    domain: str
    accept_url: str
    target_url: str
    inviter: str | None = None
    inviter_address: str | None = None
    custom_message: str | None = None
    privacy_statement_url: str | None = None


def sender(organization: str) -> str:
    """The ``From`` line."""
    name = one_line(organization).translate(str.maketrans("", "", '<>"'))
    return SENDER.format(organization=name)


def invitation(mail: InvitationMail) -> Message:
    """Caution, who invites, their words, the target, *Accept invitation*, and the footer, in this order."""
    who = one_line(mail.inviter or mail.organization)
    subject = f"{who} invited you to access applications within their organization"
    later = LATER.format(target=mail.target_url, organization=mail.organization)
    parts = [layout.notice(CAUTION), layout.heading(subject), *_sender_block(mail)]
    if mail.custom_message:
        parts += [layout.paragraph(f"Message from {escape(who)}:"), layout.quotation(mail.custom_message)]
    parts += [
        layout.button("Accept invitation", mail.accept_url),
        layout.paragraph(escape(later), quiet=True),
        layout.rule(),
        layout.paragraph(_privacy_html(mail), quiet=True),
    ]
    text = [CAUTION, f"{subject}.", _sender_text(mail)]
    if mail.custom_message:
        text.append(f"Message from {who}:\n{mail.custom_message}")
    text += [f"Accept invitation: {mail.accept_url}", later, _privacy_text(mail)]
    return Message(
        subject=subject,
        text="\n\n".join(text) + "\n",
        html=layout.document(subject, parts),
        links=_links(mail),
    )


def notification(mail: InvitationMail) -> Message:
    """The mail under automatic redemption: it asks for nothing, its link leads straight on."""
    subject = f"You now have access to applications of {one_line(mail.organization)}"
    explanation = (
        f"Your organization and {mail.organization} trust each other's invitations, so there is nothing to accept: "
        "sign in with your work account and you are in."
    )
    parts = [
        layout.notice(CAUTION),
        layout.heading(subject),
        *_sender_block(mail),
        layout.paragraph(escape(explanation)),
        layout.button(f"Open {one_line(mail.organization)}", mail.accept_url),
        layout.rule(),
        layout.paragraph(_privacy_html(mail), quiet=True),
    ]
    text = [
        CAUTION,
        f"{subject}.",
        _sender_text(mail),
        explanation,
        f"Open {mail.organization}: {mail.accept_url}",
        _privacy_text(mail),
    ]
    return Message(
        subject=subject,
        text="\n\n".join(text) + "\n",
        html=layout.document(subject, parts),
        links=_links(mail),
    )


def _sender_block(mail: InvitationMail) -> list[str]:
    lines = [f"<strong>Organization:</strong> {escape(mail.organization)}"]
    lines.append(f"<strong>Domain:</strong> {escape(mail.domain)}")
    if mail.inviter:
        address = f" ({escape(mail.inviter_address)})" if mail.inviter_address else ""
        lines.insert(0, f"<strong>Sender:</strong> {escape(one_line(mail.inviter))}{address}")
    return [layout.paragraph("<br>".join(lines))]


def _sender_text(mail: InvitationMail) -> str:
    lines = [f"Organization: {mail.organization}", f"Domain: {mail.domain}"]
    if mail.inviter:
        address = f" ({mail.inviter_address})" if mail.inviter_address else ""
        lines.insert(0, f"Sender: {one_line(mail.inviter)}{address}")
    return "\n".join(lines)


def _privacy_html(mail: InvitationMail) -> str:
    if mail.privacy_statement_url is None:
        return escape(NO_PRIVACY_STATEMENT.format(organization=mail.organization))
    statement = layout.link(mail.privacy_statement_url, "privacy statement")
    return f"Read the {statement} of {escape(mail.organization)}."


def _privacy_text(mail: InvitationMail) -> str:
    if mail.privacy_statement_url is None:
        return NO_PRIVACY_STATEMENT.format(organization=mail.organization)
    return f"Privacy statement of {mail.organization}: {mail.privacy_statement_url}"


def _links(mail: InvitationMail) -> tuple[str, ...]:
    return (mail.accept_url, *((mail.privacy_statement_url,) if mail.privacy_statement_url else ()))
