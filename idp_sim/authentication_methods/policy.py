"""``authenticationMethodsPolicy``: which methods a tenant allows, and to whom (graph-api 20.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

ALL_USERS = "all_users"


@dataclass(frozen=True, kw_only=True)
class Target:
    """``all_users`` or a group by its id."""

    id: str
    registration_required: bool = False

    def names(self, groups: Collection[str]) -> bool:
        """Whether somebody with these groups is meant."""
        return self.id == ALL_USERS or self.id in groups


@dataclass(frozen=True, kw_only=True)
class MethodConfiguration:
    """One method's configuration; ``settings`` are its own properties in Graph's words.

    Exclusion beats inclusion. ``display_name`` is set on external methods alone, which tenants can have many of.
    """

    id: str
    enabled: bool = True
    include: tuple[Target, ...] = (Target(id=ALL_USERS),)
    exclude: tuple[Target, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    display_name: str = ""

    def allows(self, groups: Collection[str]) -> bool:
        """Whether somebody with these groups may use the method."""
        if not self.enabled or any(target.names(groups) for target in self.exclude):
            return False
        return any(target.names(groups) for target in self.include)


#: The configurations that every tenant has, in Graph's order. What the simulator can't do is off.
BUILT_IN: tuple[MethodConfiguration, ...] = (
    MethodConfiguration(
        id="Fido2",
        settings={
            "isSelfServiceRegistrationAllowed": True,
            "isAttestationEnforced": False,
            "keyRestrictions": {"isEnforced": False, "enforcementType": "block", "aaGuids": []},
        },
    ),
    MethodConfiguration(id="MicrosoftAuthenticator", settings={"isSoftwareOathEnabled": False, "featureSettings": {}}),
    MethodConfiguration(id="Sms"),
    MethodConfiguration(
        id="TemporaryAccessPass",
        settings={
            "defaultLifetimeInMinutes": 60,
            "defaultLength": 8,
            "minimumLifetimeInMinutes": 60,
            "maximumLifetimeInMinutes": 480,
            "isUsableOnce": False,
        },
    ),
    MethodConfiguration(id="HardwareOath", enabled=False),
    MethodConfiguration(id="SoftwareOath"),
    MethodConfiguration(id="Voice", settings={"isOfficePhoneAllowed": False}),
    MethodConfiguration(id="Email", settings={"allowExternalIdToUseEmailOtp": "default"}),
    MethodConfiguration(
        id="X509Certificate",
        enabled=False,
        settings={"certificateUserBindings": [], "authenticationModeConfiguration": {}},
    ),
    MethodConfiguration(id="QRCodePin", enabled=False),
    MethodConfiguration(id="VerifiableCredentials", enabled=False),
)
_BUILT_IN_BY_ID = {configuration.id.lower(): configuration for configuration in BUILT_IN}


@dataclass(frozen=True, kw_only=True)
class AuthenticationMethodsPolicy:
    """A tenant's policy: what an administrator changed, over the configurations that every tenant has."""

    changed: tuple[MethodConfiguration, ...] = ()
    policy_migration_state: str = "migrationComplete"

    @property
    def configurations(self) -> tuple[MethodConfiguration, ...]:
        """All of them: the built-in ones, then external methods in the order in which they were added."""
        changed = {configuration.id.lower(): configuration for configuration in self.changed}
        built_in = tuple(changed.pop(c.id.lower(), c) for c in BUILT_IN)
        return (*built_in, *changed.values())

    @property
    def external(self) -> tuple[MethodConfiguration, ...]:
        """The external methods."""
        return tuple(c for c in self.changed if c.id.lower() not in _BUILT_IN_BY_ID)

    def configuration(self, id: str) -> MethodConfiguration | None:
        """The configuration by its id, in any case; None where there is none."""
        key = id.lower()
        changed = next((c for c in self.changed if c.id.lower() == key), None)
        return changed or _BUILT_IN_BY_ID.get(key)

    def allows(self, id: str, groups: Collection[str]) -> bool:
        """Whether somebody with these groups may use what the configuration ``id`` governs."""
        configuration = self.configuration(id)
        return configuration is not None and configuration.allows(groups)

    def setting(self, id: str, name: str) -> object:
        """A property of a configuration's own."""
        configuration = self.configuration(id)
        return configuration.settings.get(name) if configuration else None

    def with_configuration(self, configuration: MethodConfiguration) -> AuthenticationMethodsPolicy:
        """The policy with the configuration in place of the one of the same id."""
        key = configuration.id.lower()
        if any(c.id.lower() == key for c in self.changed):
            changed = tuple(configuration if c.id.lower() == key else c for c in self.changed)
        else:
            changed = (*self.changed, configuration)
        return replace(self, changed=changed)

    def without(self, id: str) -> AuthenticationMethodsPolicy:
        """The policy without what was said about the configuration ``id``."""
        return replace(self, changed=tuple(c for c in self.changed if c.id.lower() != id.lower()))
