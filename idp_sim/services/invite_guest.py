"""Invite a person: load the facts, ask the rule, store user and invitation in one transaction, send the mail.

Source: graph-api 9, entra-sign-in 2. What automatic redemption leaves behind is undocumented; the reference
would have an Entra guest Accepted at once (7.6). Here the guest stays pending until the first silent sign-in:
acceptance binds the guest to the home's key of the person, and that key travels in the home's signed token
only; reading it across the border would be a fourth question (product.md 6).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

from federation.cross_tenant_access import (
    DEFAULT_KEY,
    B2bSetting,
    CrossTenantAccessConfiguration,
    effective,
    open_to_invitation,
)
from federation.decisions import Decision
from federation.errors import FederationError
from idp_sim.directory.audit import Activity, AuditTarget
from idp_sim.directory.collaboration import B2bManagementPolicy
from idp_sim.directory.guests import made_external, new_guest, pending_again
from idp_sim.directory.invitations import (
    InvitationFacts,
    InvitationRequest,
    Inviter,
    Outcome,
    decide_invitation,
)
from idp_sim.directory.model import Invitation, User
from idp_sim.ports import Context, NotFound, Ports, TenantSummary
from idp_sim.services import audit
from idp_sim.services.authenticate_call import Principal
from idp_sim.services.inbox import Mailroom
from idp_sim.services.mail import send_invitation
from idp_sim.services.secrets_at_rest import digest
from idp_sim.services.users import forget_password, user_with_address
from idp_sim.tenants.model import Tenant


@dataclass(frozen=True, kw_only=True)
class Invited:
    """What an invitation did: the stored record, the user it leads to, and the decision."""

    invitation: Invitation
    user: User
    reset: bool
    decision: Decision

    @property
    def completed(self) -> bool:
        """Whether the person had accepted an earlier invitation."""
        return self.decision.result == Outcome.ALREADY_REDEEMED.value


def invite_guest(
    request: InvitationRequest,
    principal: Principal,
    *,
    ports: Ports,
    mailroom: Mailroom,
    context: Context,
) -> Invited:
    """Create the guest, or find the one there is, and give a new redeem link.

    The inviting user becomes the guest's sponsor. FederationError with the reason of the refusal; nothing is
    written then. Facts and writing are one transaction, so that two invitations of one address make one guest.
    """
    tenant = principal.tenant
    request = replace(request, address=request.address.strip())
    try:
        return _invite(request, principal, ports=ports, mailroom=mailroom, context=context)
    except FederationError as error:
        target = AuditTarget(id="", display_name=request.address, type="User")
        audit.note(
            Activity.INVITE,
            target,
            by=audit.initiator(principal),
            ports=ports,
            context=context,
            tenant=tenant.id,
            details=[("invitedUserEmailAddress", request.address)],
            failure=error.message,
        )
        raise


def _invite(
    request: InvitationRequest, principal: Principal, *, ports: Ports, mailroom: Mailroom, context: Context
) -> Invited:
    tenant = principal.tenant
    with ports.storage.unit_of_work(context.world):
        home = _home(request.address, tenant, ports=ports, context=context)
        settings = _settings_towards(home, tenant, ports=ports, context=context)
        facts = _facts(request, principal, home, settings, ports=ports, context=context)
        decision = decide_invitation(facts)
        if decision.refusal is not None:
            raise FederationError(decision.refusal, detail=decision.reason, **decision.inputs)
        user = _person(facts, decision, principal, ports=ports, context=context)
        invitation = _invitation(request, principal, user, ports=ports, context=context)
        made = decision.result == Outcome.CREATE_GUEST.value
        audit.note_invitation(invitation, user, principal, made=made, ports=ports, context=context)
        if request.send_message:
            send_invitation(
                mailroom,
                context.world,
                tenant=tenant,
                invitation=invitation,
                inviter=principal.user,
                now=context.now,
                automatic=_automatic(home, settings, tenant, ports=ports, context=context),
            )
    return Invited(invitation=invitation, user=user, reset=request.reset, decision=decision)


def _person(
    facts: InvitationFacts, decision: Decision, principal: Principal, *, ports: Ports, context: Context
) -> User:
    """The object that the invitation leads to, made or changed as the decision says."""
    tenant, now, address = principal.tenant.id, context.now, facts.request.address
    named = facts.named
    if named is None:
        return facts.existing or _new_guest(facts.request, principal, ports=ports, context=context)
    if decision.result not in (Outcome.RESET_REDEMPTION.value, Outcome.CONVERT_INTERNAL_USER.value):
        return named
    converting = decision.result == Outcome.CONVERT_INTERNAL_USER.value

    def change(user: User) -> User:
        return made_external(user, address, now) if converting else pending_again(user, now)

    # A link of before would let the former account redeem again.
    ports.storage.purge(context.world, tenant, Invitation, user=named.id)
    user = ports.storage.update(context.world, tenant, User, named.id, change)
    if converting:
        forget_password(named.id, ports=ports, context=context, tenant=tenant)
    return user


def redeem_url(base_url: str, *, tenant: str, invitation: str, ticket: str) -> str:
    """The link of an invitation in the real product's form (entra-sign-in 2.2)."""
    inner = f"{base_url}/redeem/?tenant={tenant}&user={invitation}&ticket={ticket}&ver=2.0"
    return f"{base_url}/redeem?rd={quote(inner, safe='')}"


def _home(address: str, tenant: Tenant, *, ports: Ports, context: Context) -> TenantSummary | None:
    """The other managed tenant that has the address, by user (entra-sign-in 2.3)."""
    found = ports.border.tenant_of(context.world, address)
    return None if found is None or found.id == tenant.id else found


def _settings_towards(
    home: TenantSummary | None, tenant: Tenant, *, ports: Ports, context: Context
) -> CrossTenantAccessConfiguration | None:
    """Our own settings for that organisation; None where the address has no Entra home."""
    if home is None:
        return None

    def stored(key: str) -> CrossTenantAccessConfiguration | None:
        try:
            return ports.storage.get(context.world, tenant.id, CrossTenantAccessConfiguration, key)
        except NotFound:
            return None

    return effective(stored(home.id), stored(DEFAULT_KEY))


def _facts(
    request: InvitationRequest,
    principal: Principal,
    home: TenantSummary | None,
    settings: CrossTenantAccessConfiguration | None,
    *,
    ports: Ports,
    context: Context,
) -> InvitationFacts:
    tenant, user = principal.tenant, principal.user
    inbound = settings.b2b_collaboration_inbound if settings else None
    return InvitationFacts(
        request=request,
        inviter=Inviter(
            user=user.id if user else None,
            user_type=user.user_type if user else "",
            directory_roles=principal.directory_roles,
        ),
        allow_invites_from=tenant.allow_invites_from,
        domains=tenant.domains,
        named=_named(request, ports=ports, context=context, tenant=tenant),
        existing=user_with_address(request.address, ports=ports, context=context, tenant=tenant.id),
        collaboration=next(iter(ports.storage.find(context.world, tenant.id, B2bManagementPolicy, limit=1)), None),
        inbound_open=inbound is None or _may_be_open(inbound),
        outbound_open=home is None
        or ports.border.outbound_allowed(context.world, home.id, request.address, tenant.id, None),
    )


def _named(request: InvitationRequest, *, ports: Ports, context: Context, tenant: Tenant) -> User | None:
    """The user whom the request names; NotFound."""
    if request.user is None:
        return None
    return ports.storage.get(context.world, tenant.id, User, request.user.lower())


def _may_be_open(inbound: B2bSetting) -> bool:
    """Whether some application is open to some person of that organisation.

    An inbound setting names people by their id at home, which is not known before they sign in; so only a
    setting that nobody passes refuses the invitation, and the sign-in decides the rest.
    """
    listed = frozenset(target.target for target in inbound.users_and_groups.targets)
    return open_to_invitation(inbound, users=frozenset()) or open_to_invitation(inbound, users=listed)


def _automatic(
    home: TenantSummary | None,
    settings: CrossTenantAccessConfiguration | None,
    tenant: Tenant,
    *,
    ports: Ports,
    context: Context,
) -> bool:
    """Whether both tenants have switched the consent page off for each other (entra-sign-in 7.6)."""
    consent = settings.automatic_user_consent if settings else None
    if home is None or consent is None or not consent.inbound_allowed:
        return False
    return ports.border.outbound_consent(context.world, home.id, tenant.id)


def _new_guest(
    request: InvitationRequest,
    principal: Principal,
    *,
    ports: Ports,
    context: Context,
) -> User:
    guest = new_guest(
        id=ports.ids.guid(),
        address=request.address,
        initial_domain=principal.tenant.initial_domain,
        now=context.now,
        display_name=request.display_name,
        user_type=request.user_type,
        sponsors=request.sponsors if request.sponsors is not None else (principal.user.id,) if principal.user else (),
    )
    ports.storage.insert(context.world, principal.tenant.id, guest)
    return guest


def _invitation(
    request: InvitationRequest, principal: Principal, user: User, *, ports: Ports, context: Context
) -> Invitation:
    identifier, ticket = ports.ids.guid(), ports.ids.secret(32)
    invitation = Invitation(
        id=identifier,
        user=user.id,
        address=request.address,
        redirect_url=request.redirect_url,
        redeem_url=redeem_url(
            ports.settings.base_url,
            tenant=principal.tenant.id,
            invitation=identifier,
            ticket=ticket,
        ),
        ticket=digest(ticket),
        created=context.now,
        display_name=request.display_name,
        invited_by=principal.user.id if principal.user else None,
        user_type=request.user_type,
        message_language=request.message_language,
        customized_message=request.customized_message,
        send_message=request.send_message,
        cc_recipients=request.cc_recipients,
        redeemed=None if user.pending else user.external_user_state_changed,
    )
    ports.storage.insert(context.world, principal.tenant.id, invitation)
    return invitation
