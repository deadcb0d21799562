"""A sign-in as conditional access sees it."""

from __future__ import annotations

from idp_sim.conditional_access.model import SignIn
from idp_sim.directory.guests import external_user_type
from idp_sim.sign_in.checks.common import applications
from idp_sim.sign_in.client import Device
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SignInTransaction


def sign_in_record(transaction: SignInTransaction, facts: SignInFacts, *, user_action: str | None = None) -> SignIn:
    """The sign-in as conditional access judges it; ``user_action`` is what the person is about to do instead."""
    user = facts.user
    assert user is not None, "conditional access runs after the account was found"
    place = facts.book.place(transaction.client.ip_address)
    return SignIn(
        user=user.id,
        user_type=user.user_type,
        external_user_type="b2bDirectConnectUser" if transaction.direct_connect else external_user_type(user),
        home_tenant=user.home.home_tenant if user.home else None,
        groups=user.groups,
        directory_roles=user.directory_roles,
        applications=tuple(sorted(applications(facts))),
        user_action=user_action,
        authentication_contexts=wanted_contexts(transaction, facts),
        demanded_policies=transaction.request.demanded_policies if transaction.request else (),
        client=transaction.client,
        locations=place.locations,
        trusted_location=place.trusted,
        device=believed_device(transaction, facts),
    )


def wanted_contexts(transaction: SignInTransaction, facts: SignInFacts) -> tuple[str, ...]:
    """The authentication contexts that the application asks for, as far as the tenant offers them."""
    asked = transaction.request.authentication_contexts if transaction.request else ()
    return tuple(context for context in asked if context in facts.book.contexts)


def believed_device(transaction: SignInTransaction, facts: SignInFacts) -> Device | None:
    """What of the device counts here: of a guest only what a trusted home vouches for (9.4)."""
    device, identity = transaction.client.device, transaction.identity
    if identity is None:
        return device if device != Device() else None
    trust = facts.inbound.inbound_trust if facts.inbound else None
    compliant = bool(trust and trust.is_compliant_device_accepted and identity.compliant_device)
    joined = bool(trust and trust.is_hybrid_azure_ad_joined_device_accepted and identity.hybrid_joined_device)
    if not compliant and not joined:
        return None
    return Device(compliant=compliant, hybrid_joined=joined, attributes=device.attributes)
