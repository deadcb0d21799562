"""``/policies/authenticationMethodsPolicy``: which methods the tenant allows, and to whom (graph-api 20.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from idp_sim.authentication_methods.policy import (
    ALL_USERS,
    BUILT_IN,
    AuthenticationMethodsPolicy,
    MethodConfiguration,
    Target,
)
from idp_sim.directory.audit import Activity, AuditTarget
from idp_sim.events import TenantChanged
from idp_sim.graph.bodies import invalid
from idp_sim.graph.permissions import holders_of, of
from idp_sim.graph.resource import Call, Handler, Operation, PageSize, Property, Resource, Type, field_of
from idp_sim.ports import WORLD_WIDE, NotFound
from idp_sim.tenants.model import Tenant

_WRITE_WORD = "Policy.ReadWrite.AuthenticationMethod"
READ = of(
    "Policy.Read.All",
    "Policy.Read.AuthenticationMethod",
    _WRITE_WORD,
    right=holders_of("Authentication Policy Administrator", "Security Reader", "Global Reader"),
)
WRITE = of(_WRITE_WORD, right=holders_of("Authentication Policy Administrator"))
_STATES = ("enabled", "disabled")
_MIGRATION = ("preMigration", "migrationInProgress", "migrationComplete")
_TARGET = AuditTarget(id="authenticationMethodsPolicy", display_name="Authentication Methods Policy", type="Policy")
#: Settings that hold one of a few words.
_WORDS = {"allowExternalIdToUseEmailOtp": ("default", "enabled", "disabled")}


def type_of(configuration: MethodConfiguration) -> str:
    """The value of ``@odata.type``."""
    name = {"QRCodePin": "qrCodePin"}.get(configuration.id, configuration.id[:1].lower() + configuration.id[1:])
    return f"#microsoft.graph.{name}AuthenticationMethodConfiguration"


def configuration_to_json(configuration: MethodConfiguration) -> dict[str, Any]:
    """One configuration on the wire."""
    return {
        "@odata.type": type_of(configuration),
        "id": configuration.id,
        "state": _state(configuration),
        "excludeTargets": [{"id": target.id, "targetType": "group"} for target in configuration.exclude],
        "includeTargets": _included(configuration),
        **configuration.settings,
    }


def _state(configuration: MethodConfiguration) -> str:
    return "enabled" if configuration.enabled else "disabled"


def _included(configuration: MethodConfiguration) -> list[dict[str, Any]]:
    return [
        {"targetType": "group", "id": target.id, "isRegistrationRequired": target.registration_required}
        for target in configuration.include
    ]


def _policy(call: Call) -> AuthenticationMethodsPolicy:
    return call.ports.storage.get(call.world, WORLD_WIDE, Tenant, call.tenant).authentication_methods


def _store(call: Call, policy: AuthenticationMethodsPolicy) -> None:
    def new(old: Tenant) -> Tenant:
        return replace(old, authentication_methods=policy)

    call.ports.storage.update(call.world, WORLD_WIDE, Tenant, call.tenant, new)
    call.ports.events.publish(TenantChanged(world=call.world))


def _update_policy(call: Call) -> None:
    if (state := call.body.get("policyMigrationState")) is not None:
        if state not in _MIGRATION:
            raise invalid(METHODS_POLICY, "policyMigrationState", f"one of {', '.join(_MIGRATION)}")
        _store(call, replace(_policy(call), policy_migration_state=state))


@dataclass(frozen=True)
class Shown:
    """A configuration as Graph shows it; each one has a type of its own, with properties of its own."""

    configuration: MethodConfiguration

    @property
    def id(self) -> str:
        """The configuration's id."""
        return self.configuration.id


#: Configuration id -> the type of its record.
_RECORDS: dict[str, type[Shown]] = {c.id: type(f"{c.id}Configuration", (Shown,), {}) for c in BUILT_IN}


def _list(call: Call) -> list[Shown]:
    return [_RECORDS[c.id](c) for c in _policy(call).configurations if c.id in _RECORDS]


def _get(call: Call) -> Shown:
    found = _found(call)
    return _RECORDS[found.id](found)


def _found(call: Call) -> MethodConfiguration:
    """By its id in any case (graph-api 20.2); NotFound."""
    found = _policy(call).configuration(call.key)
    if found is None or found.id not in _RECORDS:
        raise NotFound(call.key)
    return found


def _update(call: Call) -> None:
    old = _found(call)
    if call.body.get("@odata.type") != type_of(old):
        raise invalid(CONFIGURATIONS_OF_ANY_TYPE, "@odata.type", f"'{type_of(old)}', which the body must carry")
    values: dict[str, Any] = {}
    if "state" in call.body:
        if call.body["state"] not in _STATES:
            raise invalid(CONFIGURATIONS_OF_ANY_TYPE, "state", f"one of {', '.join(_STATES)}")
        values["enabled"] = call.body["state"] == "enabled"
    if "includeTargets" in call.body:
        values["include"] = _targets("includeTargets", call.body["includeTargets"])
    if "excludeTargets" in call.body:
        values["exclude"] = _targets("excludeTargets", call.body["excludeTargets"])
    common = {"@odata.type", "id", "state", "includeTargets", "excludeTargets"}
    own = {name: value for name, value in call.body.items() if name not in common}
    values["settings"] = {**old.settings, **{name: _setting(old, name, value) for name, value in own.items()}}
    changed = replace(old, **values)
    _check_lifetimes(changed)
    _store(call, _policy(call).with_configuration(changed))


def _setting(old: MethodConfiguration, name: str, value: Any) -> Any:
    if name not in old.settings:
        raise invalid(CONFIGURATIONS_OF_ANY_TYPE, name, f"nothing: {type_of(old)} does not have it")
    if value is None or type(value) is not type(old.settings[name]):
        raise invalid(CONFIGURATIONS_OF_ANY_TYPE, name, f"a value like {old.settings[name]!r}")
    if name in _WORDS and value not in _WORDS[name]:
        raise invalid(CONFIGURATIONS_OF_ANY_TYPE, name, f"one of {', '.join(_WORDS[name])}")
    if isinstance(value, Mapping):
        return {**old.settings[name], **value}  # type: ignore[dict-item]  # it is of the same type
    return value


def _check_lifetimes(configuration: MethodConfiguration) -> None:
    """Minimum, default and maximum of access passes in this order, within what Graph takes (graph-api 11)."""
    names = ("minimumLifetimeInMinutes", "defaultLifetimeInMinutes", "maximumLifetimeInMinutes")
    if names[0] not in configuration.settings:
        return
    least, default, most = (configuration.settings[name] for name in names)
    if not 10 <= least <= default <= most <= 43200:  # type: ignore[operator]  # integers, as _setting saw
        raise invalid(CONFIGURATIONS_OF_ANY_TYPE, names[1], "10 <= minimum <= default <= maximum <= 43200")
    if not 8 <= configuration.settings["defaultLength"] <= 48:  # type: ignore[operator]
        raise invalid(CONFIGURATIONS_OF_ANY_TYPE, "defaultLength", "8 to 48")


def _targets(name: str, given: Any) -> tuple[Target, ...]:
    targets = []
    for place, item in enumerate(given):
        identifier = item.get("id")
        if not isinstance(identifier, str) or not identifier:
            raise invalid(CONFIGURATIONS_OF_ANY_TYPE, f"{name}[{place}].id", f"'{ALL_USERS}' or the id of a group")
        if item.get("targetType", "group") not in ("group", "user"):
            raise invalid(CONFIGURATIONS_OF_ANY_TYPE, f"{name}[{place}].targetType", "'group'")
        targets.append(
            Target(
                id=identifier if identifier == ALL_USERS else identifier.lower(),
                registration_required=item.get("isRegistrationRequired") is True,
            )
        )
    return tuple(targets)


#: Types of the settings, from their default values.
_TYPES = {bool: Type.BOOLEAN, int: Type.INTEGER, str: Type.STRING, list: Type.OBJECTS, dict: Type.OBJECT}


def _setting_property(name: str, value: object) -> Property:
    def read(shown: Shown) -> object:
        return shown.configuration.settings.get(name)

    return Property(name=name, read=read, type=_TYPES[type(value)], writable=True)


_COMMON = (
    field_of("id"),
    Property(name="state", read=lambda shown: _state(shown.configuration), writable=True, nullable=False),
    Property(
        name="excludeTargets",
        read=lambda shown: [{"id": target.id, "targetType": "group"} for target in shown.configuration.exclude],
        type=Type.OBJECTS,
        writable=True,
        nullable=False,
    ),
    Property(
        name="includeTargets",
        read=lambda shown: _included(shown.configuration),
        type=Type.OBJECTS,
        writable=True,
        nullable=False,
    ),
)


def _of_its_type(configuration: MethodConfiguration) -> Resource:
    own = tuple(_setting_property(name, value) for name, value in configuration.settings.items())
    return replace(CONFIGURATIONS_OF_ANY_TYPE, type_name=type_of(configuration)[1:], properties=(*_COMMON, *own))


def _every_property() -> tuple[Property, ...]:
    """What a body can hold, whatever the configuration's type."""
    settings = {name: value for c in BUILT_IN for name, value in c.settings.items()}
    odata_type = Property(
        name="@odata.type", read=lambda shown: type_of(shown.configuration), writable=True, selectable=False
    )
    return (odata_type, *_COMMON, *(_setting_property(name, value) for name, value in settings.items()))


METHODS_POLICY = Resource(
    path="/policies/authenticationMethodsPolicy",
    type_name="microsoft.graph.authenticationMethodsPolicy",
    collection=False,
    properties=(
        Property(name="id", read=lambda _policy: "authenticationMethodsPolicy"),
        Property(name="displayName", read=lambda _policy: "Authentication Methods Policy"),
        Property(
            name="description",
            read=lambda _policy: "The tenant-wide policy that controls which authentication methods are allowed.",
        ),
        Property(name="lastModifiedDateTime", read=lambda _policy: None, type=Type.DATE_TIME),
        Property(name="policyVersion", read=lambda _policy: "1.5"),
        field_of("policyMigrationState", writable=True, nullable=False),
        Property(name="reconfirmationInDays", read=lambda _policy: None, type=Type.INTEGER),
        Property(
            name="registrationEnforcement",
            read=lambda _policy: {
                "authenticationMethodsRegistrationCampaign": {
                    "snoozeDurationInDays": 1,
                    "state": "default",
                    "excludeTargets": [],
                    "includeTargets": [],
                }
            },
            type=Type.OBJECT,
        ),
        Property(
            name="authenticationMethodConfigurations",
            read=lambda policy: [configuration_to_json(c) for c in policy.configurations],
            type=Type.OBJECTS,
        ),
    ),
    target=lambda _policy: _TARGET,
    operations={
        Operation.GET: Handler(run=_policy, access=READ),
        Operation.UPDATE: Handler(run=_update_policy, access=WRITE, activity=Activity.UPDATE_METHODS_POLICY),
    },
)
CONFIGURATIONS_OF_ANY_TYPE = Resource(
    path="/policies/authenticationMethodsPolicy/authenticationMethodConfigurations",
    type_name="microsoft.graph.authenticationMethodConfiguration",
    properties=_every_property(),
    target=lambda shown: AuditTarget(id="authenticationMethodsPolicy", display_name=shown.id, type="Policy"),
    page=PageSize(default=999, maximum=999),
    operations={
        Operation.LIST: Handler(run=_list, access=READ),
        Operation.GET: Handler(run=_get, access=READ),
        Operation.UPDATE: Handler(run=_update, access=WRITE, activity=Activity.UPDATE_METHODS_POLICY),
    },
)
CONFIGURATIONS = replace(CONFIGURATIONS_OF_ANY_TYPE, variants={_RECORDS[c.id]: _of_its_type(c) for c in BUILT_IN})
