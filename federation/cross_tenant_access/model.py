"""Cross-tenant access settings as records, and what holds where nothing is set (entra-sign-in 7, graph-api 19)."""

from __future__ import annotations

from dataclasses import dataclass

from federation.redemption_order import RedemptionOrder

ALLOWED = "allowed"
BLOCKED = "blocked"
ALL_USERS = "AllUsers"
ALL_APPLICATIONS = "AllApplications"


@dataclass(frozen=True, kw_only=True)
class Target:
    """``target`` is ``AllUsers``, ``AllApplications``, another well-known word or an id."""

    target: str
    target_type: str  # user, group, application


@dataclass(frozen=True, kw_only=True)
class TargetConfiguration:
    """One half of a setting."""

    access_type: str  # allowed or blocked
    targets: tuple[Target, ...]


@dataclass(frozen=True, kw_only=True)
class B2bSetting:
    """Users and applications, read together (entra-sign-in 7.3)."""

    users_and_groups: TargetConfiguration
    applications: TargetConfiguration


@dataclass(frozen=True, kw_only=True)
class InboundTrust:
    """Which claims of the home tenant count here."""

    is_mfa_accepted: bool = False
    is_compliant_device_accepted: bool = False
    is_hybrid_azure_ad_joined_device_accepted: bool = False


@dataclass(frozen=True, kw_only=True)
class AutomaticUserConsent:
    """Consent suppression; None inherits (entra-sign-in 7.6)."""

    inbound_allowed: bool | None = None
    outbound_allowed: bool | None = None


#: Clouds that a tenant of this one may open itself to, as Graph names them (graph-api 19.1).
OTHER_CLOUDS = ("microsoftonline.us", "partner.microsoftonline.cn")


@dataclass(frozen=True, kw_only=True)
class CrossTenantAccessPolicy:
    """What the settings towards all organisations have in common: their name, and which other clouds are open."""

    id: str = "crossTenantAccessPolicy"
    display_name: str = "CrossTenantAccessPolicy"
    allowed_cloud_endpoints: tuple[str, ...] = ()


def everyone(access_type: str) -> B2bSetting:
    """All users and all applications, ``allowed`` or ``blocked``."""
    return B2bSetting(
        users_and_groups=TargetConfiguration(
            access_type=access_type, targets=(Target(target=ALL_USERS, target_type="user"),)
        ),
        applications=TargetConfiguration(
            access_type=access_type, targets=(Target(target=ALL_APPLICATIONS, target_type="application"),)
        ),
    )


@dataclass(frozen=True, kw_only=True)
class IdentitySynchronization:
    """May that partner push its users into this tenant (entra-sign-in 7.9)? Stands in partner objects only."""

    display_name: str | None = None
    is_sync_allowed: bool = False


@dataclass(frozen=True, kw_only=True)
class CrossTenantAccessConfiguration:
    """The default object (``tenant_id`` is ``default``) or a partner object; None inherits.

    ``tenant_restrictions`` says which accounts of others may be used from this tenant's own network (7.7).
    """

    tenant_id: str
    inbound_trust: InboundTrust | None = None
    b2b_collaboration_inbound: B2bSetting | None = None
    b2b_collaboration_outbound: B2bSetting | None = None
    b2b_direct_connect_inbound: B2bSetting | None = None
    b2b_direct_connect_outbound: B2bSetting | None = None
    automatic_user_consent: AutomaticUserConsent | None = None
    tenant_restrictions: B2bSetting | None = None
    identity_synchronization: IdentitySynchronization | None = None
    is_service_default: bool = False
    is_service_provider: bool | None = None
    policy_id: str = ""  # of the default object, filled in when it is shown
    redemption_order: RedemptionOrder | None = None  # of the default object only (entra-sign-in 2.4)


DEFAULT_KEY = "default"

#: What holds where neither partner nor default says anything (entra-sign-in 7.2).
SYSTEM_DEFAULT = CrossTenantAccessConfiguration(
    tenant_id=DEFAULT_KEY,
    inbound_trust=InboundTrust(),
    b2b_collaboration_inbound=everyone("allowed"),
    b2b_collaboration_outbound=everyone("allowed"),
    b2b_direct_connect_inbound=everyone("blocked"),
    b2b_direct_connect_outbound=everyone("blocked"),
    automatic_user_consent=AutomaticUserConsent(inbound_allowed=False, outbound_allowed=False),
    tenant_restrictions=everyone("blocked"),
    is_service_default=True,
)
