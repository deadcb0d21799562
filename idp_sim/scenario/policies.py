"""Policies of a scenario: Graph's shape with names, made into Graph's shape with ids, and into records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from federation.cross_tenant_access import (
    DEFAULT_KEY,
    AutomaticUserConsent,
    B2bSetting,
    CrossTenantAccessConfiguration,
    InboundTrust,
    Target,
    TargetConfiguration,
)
from idp_sim.scenario.identifiers import Identifiers

if TYPE_CHECKING:
    from idp_sim.scenario.schema import B2bSettingSpec, CrossTenantAccessSpec, TargetConfigurationSpec

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

#: Targets that are words, not ids.
_WORDS = frozenset(
    {
        "All",
        "AllApplications",
        "AllMicrosoftApps",
        "AllUsers",
        "GuestsOrExternalUsers",
        "MicrosoftAdminPortals",
        "None",
        "Office365",
    }
)

#: Lists of a conditional access policy that hold ids: path -> which kind of thing.
_ID_LISTS: Mapping[tuple[str, ...], str] = {
    ("conditions", "users", "includeUsers"): "user",
    ("conditions", "users", "excludeUsers"): "user",
    ("conditions", "users", "includeGuestsOrExternalUsers", "externalTenants", "members"): "tenant",
    ("conditions", "users", "excludeGuestsOrExternalUsers", "externalTenants", "members"): "tenant",
    ("conditions", "applications", "includeApplications"): "application",
    ("conditions", "applications", "excludeApplications"): "application",
}


class UnknownName(LookupError):
    """A policy names something that the scenario doesn't have."""

    def __init__(self, path: tuple[str | int, ...], kind: str, name: str, known: tuple[str, ...]) -> None:
        self.path, self.kind, self.name, self.known = path, kind, name, known
        super().__init__(f"there is no {kind} '{name}'")


@dataclass(frozen=True)
class Names:
    """What names mean inside one tenant's policies."""

    ids: Identifiers
    tenant: str

    def known(self, kind: str) -> tuple[str, ...]:
        """Names of that kind; groups have none yet."""
        spec = self.ids.scenario.tenants[self.tenant]
        match kind:
            case "application":
                return tuple(spec.applications)
            case "tenant":
                return tuple(self.ids.scenario.tenants)
            case "user":
                return (*spec.users, *spec.guests)
        return ()

    def identifier(self, kind: str, name: str, path: tuple[str | int, ...]) -> str:
        """The id behind a name; words and ids stay; UnknownName."""
        if name in _WORDS or _GUID.fullmatch(name):
            return name
        if name not in self.known(kind):
            raise UnknownName(path, kind, name, self.known(kind))
        if kind == "tenant":
            return self.ids.tenant(name)
        if kind == "application":
            return self.ids.client(self.tenant, name)
        guest = name in self.ids.scenario.tenants[self.tenant].guests
        return self.ids.guest(self.tenant, name) if guest else self.ids.user(self.tenant, name)


def conditional_access_body(body: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The policy as Graph takes it, ids in place of names; UnknownName with the path of the first unknown one."""
    return _translated(body, (), names)


def _translated(value: Any, path: tuple[str, ...], names: Names) -> Any:
    if isinstance(value, Mapping):
        return {key: _translated(item, (*path, str(key)), names) for key, item in value.items()}
    kind = _ID_LISTS.get(path)
    if kind is not None and isinstance(value, list):
        return [
            names.identifier(kind, item, (*path, index)) if isinstance(item, str) else item
            for index, item in enumerate(value)
        ]
    return value


def cross_tenant_access(
    spec: CrossTenantAccessSpec, *, ids: Identifiers, tenant: str, partner: str | None
) -> CrossTenantAccessConfiguration:
    """The settings as a record; ``partner`` None means the default object; UnknownName.

    Inbound names the partner's users and the tenant's own applications, outbound the other way round.
    """
    away = partner or tenant
    own, other = Names(ids, tenant), Names(ids, away)
    trust, consent = spec.inboundTrust, spec.automaticUserConsentSettings

    def setting(name: str, users: Names, applications: Names) -> B2bSetting | None:
        given: B2bSettingSpec | None = getattr(spec, name)
        if given is None:
            return None
        return B2bSetting(
            users_and_groups=_half(given.usersAndGroups, users, (name, "usersAndGroups")),
            applications=_half(given.applications, applications, (name, "applications")),
        )

    return CrossTenantAccessConfiguration(
        tenant_id=ids.tenant(partner) if partner else DEFAULT_KEY,
        inbound_trust=trust
        and InboundTrust(
            is_mfa_accepted=trust.isMfaAccepted,
            is_compliant_device_accepted=trust.isCompliantDeviceAccepted,
            is_hybrid_azure_ad_joined_device_accepted=trust.isHybridAzureADJoinedDeviceAccepted,
        ),
        b2b_collaboration_inbound=setting("b2bCollaborationInbound", other, own),
        b2b_collaboration_outbound=setting("b2bCollaborationOutbound", own, other),
        b2b_direct_connect_inbound=setting("b2bDirectConnectInbound", other, own),
        b2b_direct_connect_outbound=setting("b2bDirectConnectOutbound", own, other),
        automatic_user_consent=consent
        and AutomaticUserConsent(inbound_allowed=consent.inboundAllowed, outbound_allowed=consent.outboundAllowed),
    )


def _half(spec: TargetConfigurationSpec, names: Names, path: tuple[str | int, ...]) -> TargetConfiguration:
    return TargetConfiguration(
        access_type=spec.accessType,
        targets=tuple(
            Target(
                target=names.identifier(target.targetType, target.target, (*path, "targets", index, "target")),
                target_type=target.targetType,
            )
            for index, target in enumerate(spec.targets)
        ),
    )
