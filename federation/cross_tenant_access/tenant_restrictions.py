"""Which accounts of other organisations may be used from an organisation's own network (entra-sign-in 7.7).

The network adds headers to requests for the sign-in service. The older ones name the tenants that may be reached at
all; the newer one names a policy, which is the ``tenantRestrictions`` of the organisation's cross-tenant access
settings. Neither concerns the organisation's own people and its own applications.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from federation.cross_tenant_access.evaluate import passes, targets_of
from federation.cross_tenant_access.model import B2bSetting
from federation.decisions import Decision
from federation.reasons import Reason
from federation.words import Rule

#: Header names in lower case.
TENANTS_HEADER = "restrict-access-to-tenants"
CONTEXT_HEADER = "restrict-access-context"
POLICY_HEADER = "sec-restrict-tenant-access-policy"

_POLICY_IDS = UUID("6d3a1f7c-52b4-4c0e-8d4e-0b6f5a9b7e21")
_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_POLICY = re.compile(rf"\s*({_GUID})\s*:\s*({_GUID})\s*")


@dataclass(frozen=True, kw_only=True)
class NetworkRestrictions:
    """What the headers of a request say.

    ``tenants``: domains and ids that may be reached, None without that header; ``context`` the tenant whose network
    it is; ``policy_tenant`` and ``policy_id`` of the newer header, empty where it is not readable.
    """

    tenants: tuple[str, ...] | None = None
    context: str = ""
    policy: bool = False
    policy_tenant: str = ""
    policy_id: str = ""


UNRESTRICTED = NetworkRestrictions()


def policy_id(tenant: str) -> str:
    """The ``id`` of a tenant's default settings, which the newer header has to name."""
    return str(uuid5(_POLICY_IDS, tenant.lower()))


def read_headers(headers: Mapping[str, str]) -> NetworkRestrictions:
    """The restrictions in a request's headers (names in lower case)."""
    tenants, policy = headers.get(TENANTS_HEADER), headers.get(POLICY_HEADER)
    if tenants is None and policy is None:
        return UNRESTRICTED
    found = _POLICY.fullmatch(policy or "")
    return NetworkRestrictions(
        tenants=None if tenants is None else tuple(t.strip().lower() for t in tenants.split(",") if t.strip()),
        context=headers.get(CONTEXT_HEADER, "").strip().lower(),
        policy=policy is not None,
        policy_tenant=found.group(1).lower() if found else "",
        policy_id=found.group(2).lower() if found else "",
    )


def decide_listed(network: NetworkRestrictions, *, names: Iterable[str], tenant: str) -> Decision | None:
    """May that tenant be reached from the network? None where it is not restricted in the older way.

    ``names`` are the id and the domains of the tenant; ``tenant`` its name for the sentence.
    Refusal: TENANT_NOT_LISTED.
    """
    if network.tenants is None:
        return None
    listed = not {name.lower() for name in names}.isdisjoint(network.tenants)
    return Decision(
        rule=Rule.TENANT_RESTRICTIONS,
        result="allowed" if listed else "blocked",
        reason=f"The network lets its users reach {tenant}."
        if listed
        else f"{tenant} is not among the tenants that the network lets its users reach.",
        source="entra-sign-in 7.7",
        inputs={"restrict_access_to_tenants": network.tenants, "restrict_access_context": network.context},
        refusal=None if listed else Reason.TENANT_NOT_LISTED,
    )


def decide_policy(
    network: NetworkRestrictions,
    setting: B2bSetting | None,
    *,
    home: str | None,
    target: str,
    users: Iterable[str],
    applications: Iterable[str],
    tenant: str,
) -> Decision | None:
    """May this account be used at that tenant from the network? None where the newer header was not sent.

    ``setting`` is the effective ``tenantRestrictions`` of the network's tenant towards the target, None where the
    header names no policy that exists: nothing is allowed then, since a mistake must not open a network. ``home`` is
    the tenant whose account it is, ``target`` the tenant that is signed in to. Refusal: TENANT_RESTRICTED.
    """
    if not network.policy:
        return None
    own = network.policy_tenant in (home, target)
    if setting is None:
        allowed, reason = False, "The network's header names no tenant restrictions policy that exists."
    elif own:
        allowed, reason = True, "The network's own people and applications are not restricted."
    else:
        allowed = passes(setting, users=frozenset(users), applications=frozenset(applications))
        verb = "lets" if allowed else "does not let"
        reason = f"The tenant restrictions policy of the network {verb} this account be used at {tenant}."
    return Decision(
        rule=Rule.TENANT_RESTRICTIONS,
        result="allowed" if allowed else "blocked",
        reason=reason,
        source="entra-sign-in 7.7",
        inputs={
            "policy_tenant": network.policy_tenant,
            "policy_id": network.policy_id,
            "home_tenant": home,
            **(targets_of(setting) if setting else {}),
        },
        refusal=None if allowed else Reason.TENANT_RESTRICTED,
    )
