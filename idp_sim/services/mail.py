"""Writes the mails of a tenant and hands them to the mailroom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from federation.one_time_passcode import LIFETIME
from idp_sim.directory.model import Invitation, User
from idp_sim.mails import invitation as invitation_mail
from idp_sim.mails import passcode as passcode_mail
from idp_sim.mails.invitation import InvitationMail
from idp_sim.services.inbox import Mailroom
from idp_sim.tenants.model import Tenant
from idp_sim.world import Mail


def send_invitation(
    mailroom: Mailroom,
    world: str,
    *,
    tenant: Tenant,
    invitation: Invitation,
    inviter: User | None,
    now: datetime,
    automatic: bool = False,
) -> Mail:
    """Send the invitation, or the notification where redemption is automatic (entra-sign-in 7.6).

    ``inviter`` is None where an application invites. The custom message is dropped then, and where the
    inviter has no mail address here (entra-sign-in 2.9).
    """
    address = inviter.mail if inviter else None
    values = InvitationMail(
        organization=tenant.display_name,
        domain=tenant.initial_domain,
        accept_url=invitation.redeem_url,
        target_url=invitation.redirect_url,
        inviter=inviter.display_name if inviter else None,
        inviter_address=address,
        custom_message=invitation.customized_message if address else None,
        privacy_statement_url=tenant.privacy_statement_url,
    )
    message = invitation_mail.notification(values) if automatic else invitation_mail.invitation(values)
    return mailroom.deliver(
        world,
        to=invitation.address,
        sender=invitation_mail.sender(tenant.display_name),
        subject=message.subject,
        text=message.text,
        html=message.html,
        links=message.links,
        received=now,
        reply_to=address,
        cc=invitation.cc_recipients,
    )


def send_passcode(
    mailroom: Mailroom,
    world: str,
    *,
    tenant: Tenant,
    to: str,
    code: str,
    now: datetime,
    applications: Iterable[str] = (),
) -> Mail:
    """Send a one-time passcode; ``applications`` are names of what it opens."""
    message = passcode_mail.passcode(
        organization=tenant.display_name,
        code=code,
        minutes=int(LIFETIME.total_seconds() // 60),
        applications=applications,
    )
    return mailroom.deliver(
        world,
        to=to,
        sender=passcode_mail.sender(tenant.display_name),
        subject=message.subject,
        text=message.text,
        html=message.html,
        received=now,
        passcode=code,
    )
