"""Sends something to a person's simulated phone, and notes that it went there."""

from __future__ import annotations

from datetime import datetime

from idp_sim.services.journal import note
from idp_sim.services.scene import Scene
from idp_sim.world import PhoneMessage, PhoneMessageKind

PHONE = "phone"
#: What the journal calls what reaches a phone.
NAMES = {
    PhoneMessageKind.SMS: "text message",
    PhoneMessageKind.VOICE: "voice call",
    PhoneMessageKind.PUSH: "push request",
}


def ring(
    scene: Scene,
    *,
    kind: PhoneMessageKind,
    text: str,
    expires: datetime,
    phone: str | None = None,
    code: str | None = None,
    match: int | None = None,
) -> PhoneMessage:
    """Deliver, in the caller's unit of work if there is one."""
    user, tenant = scene.user, scene.tenant
    message = PhoneMessage(
        number=0,  # given on delivery
        kind=kind,
        tenant=tenant.id,
        tenant_name=tenant.name,
        user=user.id,
        address=user.sign_in_name.lower(),
        user_principal_name=user.user_principal_name.lower(),
        application=scene.facts.resource_tenant_name or scene.facts.application.display_name,
        text=text,
        sent=scene.context.now,
        expires=expires,
        phone=phone,
        code=code,
        match=match,
        secret=scene.ports.ids.secret(18),
    )
    delivered = scene.phones.deliver(scene.context.world, message)
    note(
        scene.ports,
        scene.context,
        tenant=tenant.name,
        sender=tenant.display_name,
        receiver=message.address,
        name=NAMES[kind],
        fields={"to": phone or message.address},
        protocol=PHONE,
    )
    return delivered
