"""Frozen records of one imagined sign-in at Contoso, for tests of the dispatcher: no storage, no server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from federation.cross_tenant_access import (
    AutomaticUserConsent,
    CrossTenantAccessConfiguration,
    InboundTrust,
    effective,
    everyone,
)
from federation.identity_providers.base import HomeRealm, Partner, RealmFacts
from federation.model import AuthenticationContext, ExternalIdentity, HomeKind, Method, PerformedMethod
from federation.oidc.authorization import AuthorizationRequest
from idp_sim.applications.model import Application
from idp_sim.conditional_access.book import PolicyBook
from idp_sim.conditional_access.model import (
    ApplicationCondition,
    ConditionalAccessPolicy,
    Conditions,
    GrantControls,
    PolicyState,
    UserCondition,
)
from idp_sim.directory.guests import accept, new_guest
from idp_sim.directory.model import Invitation, User
from idp_sim.sign_in.client import ClientFacts
from idp_sim.sign_in.facts import Account, SignInFacts
from idp_sim.sign_in.model import Purpose, SessionAccount, SignInTransaction
from idp_sim.tenants.model import Tenant, TenantKind, TenantRole

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONTOSO_ID = "c0000000-0000-4000-8000-000000000001"
FABRIKAM_ID = "f0000000-0000-4000-8000-000000000001"

CONTOSO = Tenant(
    id=CONTOSO_ID,
    name="contoso",
    kind=TenantKind.ENTRA,
    role=TenantRole.RESOURCE,
    display_name="Contoso",
    domains=("contoso.example",),
)
PORTAL = Application(
    id="portal-object", client_id="portal", service_principal="portal-sp", name="portal", display_name="Portal"
)
GRAPH = Application(
    id="graph-object", client_id="graph", service_principal="graph-sp", name="graph", display_name="Graph"
)
FABRIKAM = Partner(
    tenant=FABRIKAM_ID,
    name="fabrikam",
    display_name="Fabrikam",
    issuer=f"https://sim.example/{FABRIKAM_ID}/v2.0",
    metadata_url=f"https://sim.example/{FABRIKAM_ID}/v2.0/.well-known/openid-configuration",
)
AT_FABRIKAM = HomeRealm(
    kind=HomeKind.AZURE_ACTIVE_DIRECTORY, address="ana@fabrikam.example", partner=FABRIKAM, source="a user there"
)
AT_CONTOSO = HomeRealm(kind=HomeKind.LOCAL, address="omar@contoso.example", source="a member")
BY_PASSCODE = HomeRealm(
    kind=HomeKind.EMAIL_ONE_TIME_PASSCODE, address="otto@proseware.example", source="passcodes are on"
)

MEMBER = User(
    id="omar-object", user_principal_name="omar@contoso.example", display_name="Omar", created=NOON - timedelta(days=9)
)


def did(*methods: Method, at: str, ago: timedelta = timedelta(0)) -> AuthenticationContext:
    """What a person did at a tenant."""
    return AuthenticationContext(
        methods=tuple(PerformedMethod(method=method, instant=NOON - ago, tenant=at) for method in methods)
    )


def identity_of(address: str, *methods: Method, kind: HomeKind = HomeKind.AZURE_ACTIVE_DIRECTORY) -> ExternalIdentity:
    """Somebody who came back from Fabrikam, or who entered a passcode."""
    entra = kind is HomeKind.AZURE_ACTIVE_DIRECTORY
    home = FABRIKAM_ID if entra else None
    return ExternalIdentity(
        kind=kind,
        issuer=f"https://sts.windows.net/{FABRIKAM_ID}/" if entra else "mail",
        subject=f"{address}-at-home" if entra else address,
        addresses=(address,),
        home_tenant=home,
        home_object=f"{address}-at-home" if entra else None,
        context=did(*(methods or (Method.PASSWORD,)), at=home or CONTOSO_ID),
    )


ANA = identity_of("ana@fabrikam.example")
ANA_WITH_MFA = identity_of("ana@fabrikam.example", Method.PASSWORD, Method.SOFTWARE_OATH)
OTTO = identity_of("otto@proseware.example", Method.EMAIL, kind=HomeKind.EMAIL_ONE_TIME_PASSCODE)
PENDING = new_guest(
    id="ana-object", address="ana@fabrikam.example", initial_domain="contoso.example", now=NOON - timedelta(days=1)
)
GUEST = accept(PENDING, ANA, NOON)
OTTO_PENDING = new_guest(
    id="otto-object", address="otto@proseware.example", initial_domain="contoso.example", now=NOON - timedelta(days=1)
)
OTTO_GUEST = accept(OTTO_PENDING, OTTO, NOON)
INVITATION = Invitation(
    id="invitation",
    user=PENDING.id,
    address="ana@fabrikam.example",
    redirect_url="https://portal.contoso.example/welcome",
    redeem_url="https://sim.example/redeem?rd=x",
    ticket="0" * 64,
    created=NOON - timedelta(days=1),
)


def request_of(**changes: Any) -> AuthorizationRequest:
    """The portal's request."""
    values: dict[str, Any] = {
        "client_id": "portal",
        "redirect_uri": "https://portal.example/cb",
        "response_mode": "query",
        "scopes": ("openid",),
    }
    return AuthorizationRequest(**(values | changes))


def transaction_of(**changes: Any) -> SignInTransaction:
    """A sign-in that has just begun."""
    values: dict[str, Any] = {
        "id": "w.t.s",
        "tenant": CONTOSO_ID,
        "sign_in_id": "sign-in",
        "correlation_id": "correlation",
        "created": NOON,
        "expires": NOON + timedelta(hours=1),
        "browser": "b",
        "secret": "s",
        "purpose": Purpose.APPLICATION,
        "client": ClientFacts(),
        "application": "portal",
        "request": request_of(),
    }
    return SignInTransaction(**(values | changes))


def silent(transaction: SignInTransaction) -> SignInTransaction:
    """The same sign-in, asked for with ``prompt=none``."""
    return replace(transaction, request=replace(transaction.request or request_of(), prompt="none"))


def came_back(identity: ExternalIdentity = ANA, **changes: Any) -> SignInTransaction:
    """A guest back from home."""
    values: dict[str, Any] = {
        "address": identity.address,
        "identity": identity,
        "authentication": identity.context,
        "fresh": True,
    }
    return transaction_of(**(values | changes))


def typed_password(**changes: Any) -> SignInTransaction:
    """A member who has given the password."""
    values: dict[str, Any] = {
        "address": MEMBER.user_principal_name,
        "user": MEMBER.id,
        "authentication": did(Method.PASSWORD, at=CONTOSO_ID),
        "fresh": True,
        "stay_signed_in": False,
    }
    return transaction_of(**(values | changes))


def facts_of(**changes: Any) -> SignInFacts:
    """What is known at Contoso when nothing special is; ``policies`` are those of its book."""
    policies = changes.pop("policies", None)
    if policies is not None:
        changes["book"] = replace(changes.get("book", PolicyBook()), policies=tuple(policies))
    return SignInFacts(**({"tenant": CONTOSO, "application": PORTAL} | changes))


def guest_facts(**changes: Any) -> SignInFacts:
    """What is known of Ana, an accepted guest from Fabrikam."""
    values: dict[str, Any] = {
        "user": GUEST,
        "realm": realm_of("ana@fabrikam.example", managed=FABRIKAM, known=True),
        "candidates": (AT_FABRIKAM,),
        "inbound": inbound(),
        "home_name": "Fabrikam",
    }
    return facts_of(**(values | changes))


def realm_of(address: str, **changes: Any) -> RealmFacts:
    """What discovery knows of an address."""
    return RealmFacts(tenant=CONTOSO_ID, address=address, **changes)


def inbound(
    *, accept_mfa: bool = False, access: str = "allowed", consent: bool = False
) -> CrossTenantAccessConfiguration:
    """Contoso's effective settings towards Fabrikam."""
    partner = CrossTenantAccessConfiguration(
        tenant_id=FABRIKAM_ID,
        inbound_trust=InboundTrust(is_mfa_accepted=accept_mfa),
        b2b_collaboration_inbound=everyone(access),
        automatic_user_consent=AutomaticUserConsent(inbound_allowed=consent),
    )
    return effective(partner, None)


def outbound(access: str) -> CrossTenantAccessConfiguration:
    """A home's effective settings towards the tenant that asked."""
    return effective(
        CrossTenantAccessConfiguration(tenant_id=CONTOSO_ID, b2b_collaboration_outbound=everyone(access)), None
    )


def policy(
    control: str, *, state: PolicyState = PolicyState.ENABLED, name: str = "a policy"
) -> ConditionalAccessPolicy:
    """A policy for everybody and everything."""
    return ConditionalAccessPolicy(
        id=f"{name}-{control}",
        display_name=name,
        state=state,
        conditions=Conditions(
            users=UserCondition(include_users=("All",)), applications=ApplicationCondition(include=("All",))
        ),
        grant_controls=GrantControls(built_in=(control,)),
        created=NOON,
    )


def account_of(user: User, *methods: Method, ago: timedelta = timedelta(minutes=5), **changes: Any) -> Account:
    """A live session of ``user`` in this browser."""
    values: dict[str, Any] = {
        "user": user.id,
        "sid": f"sid of {user.id}",
        "signed_in": NOON - ago,
        "expires": NOON + timedelta(hours=20),
        "authentication": did(*(methods or (Method.PASSWORD,)), at=CONTOSO_ID, ago=ago),
    }
    return Account(session=SessionAccount(**(values | changes)), user=user)
