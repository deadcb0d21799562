"""Which organisation's users may go where: records, evaluation, and what a setting may not say.

Owns the meaning of the default and partner objects; leaves to others how they are written on the wire
(``idp_sim.graph``) and when they are asked (the sign-in, the invitation).
"""

from federation.cross_tenant_access.consistency import problems
from federation.cross_tenant_access.evaluate import (
    automatic_consent,
    decide_inbound,
    decide_outbound,
    effective,
    open_to_invitation,
    passes,
)
from federation.cross_tenant_access.model import (
    ALL_APPLICATIONS,
    ALL_USERS,
    ALLOWED,
    BLOCKED,
    DEFAULT_KEY,
    OTHER_CLOUDS,
    SYSTEM_DEFAULT,
    AutomaticUserConsent,
    B2bSetting,
    CrossTenantAccessConfiguration,
    CrossTenantAccessPolicy,
    IdentitySynchronization,
    InboundTrust,
    Target,
    TargetConfiguration,
    everyone,
)
from federation.cross_tenant_access.tenant_restrictions import (
    UNRESTRICTED,
    NetworkRestrictions,
    decide_listed,
    decide_policy,
    policy_id,
    read_headers,
)

__all__ = [
    "ALLOWED",
    "ALL_APPLICATIONS",
    "ALL_USERS",
    "BLOCKED",
    "DEFAULT_KEY",
    "OTHER_CLOUDS",
    "SYSTEM_DEFAULT",
    "UNRESTRICTED",
    "AutomaticUserConsent",
    "B2bSetting",
    "CrossTenantAccessConfiguration",
    "CrossTenantAccessPolicy",
    "IdentitySynchronization",
    "InboundTrust",
    "NetworkRestrictions",
    "Target",
    "TargetConfiguration",
    "automatic_consent",
    "decide_inbound",
    "decide_listed",
    "decide_outbound",
    "decide_policy",
    "effective",
    "everyone",
    "open_to_invitation",
    "passes",
    "policy_id",
    "problems",
    "read_headers",
]
