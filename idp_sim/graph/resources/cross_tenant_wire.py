"""Cross-tenant access settings between Graph's JSON and records (graph-api 19.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from federation.cross_tenant_access import (
    AutomaticUserConsent,
    B2bSetting,
    CrossTenantAccessConfiguration,
    InboundTrust,
    Target,
    TargetConfiguration,
    problems,
)

#: Wire name of a setting -> attribute of the record, and whether it is an inbound one.
SETTINGS: Mapping[str, tuple[str, bool]] = {
    "b2bCollaborationInbound": ("b2b_collaboration_inbound", True),
    "b2bCollaborationOutbound": ("b2b_collaboration_outbound", False),
    "b2bDirectConnectInbound": ("b2b_direct_connect_inbound", True),
    "b2bDirectConnectOutbound": ("b2b_direct_connect_outbound", False),
}
#: Beside its two halves this setting has ``devices``, which the product keeps for later (graph-api 19.2).
RESTRICTIONS = "tenantRestrictions"
_TRUST: Mapping[str, str] = {
    "isMfaAccepted": "is_mfa_accepted",
    "isCompliantDeviceAccepted": "is_compliant_device_accepted",
    "isHybridAzureADJoinedDeviceAccepted": "is_hybrid_azure_ad_joined_device_accepted",
}
_CONSENT: Mapping[str, str] = {
    "inboundAllowed": "inbound_allowed",
    "outboundAllowed": "outbound_allowed",
}
_HALVES = ("usersAndGroups", "applications")
_HALF_KEYS = ("accessType", "targets")
_TARGET_KEYS = ("target", "targetType")


class InvalidSettings(Exception):
    """What is wrong with a body: every problem, each a sentence that begins with its path."""

    def __init__(self, *found: str) -> None:
        self.problems = found
        super().__init__(" ".join(found))


def setting_to_json(setting: B2bSetting | None) -> dict[str, Any] | None:
    """The ``b2bSetting`` of a record, null when it inherits."""
    if setting is None:
        return None
    return {
        "usersAndGroups": _half_to_json(setting.users_and_groups),
        "applications": _half_to_json(setting.applications),
    }


def restrictions_to_json(setting: B2bSetting | None) -> dict[str, Any] | None:
    """``tenantRestrictions``, null when it inherits."""
    halves = setting_to_json(setting)
    return None if halves is None else {"devices": None, **halves}


def trust_to_json(trust: InboundTrust | None) -> dict[str, bool] | None:
    """``inboundTrust``, null when it inherits."""
    return None if trust is None else {name: getattr(trust, field) for name, field in _TRUST.items()}


def consent_to_json(consent: AutomaticUserConsent | None) -> dict[str, bool | None]:
    """``automaticUserConsentSettings``; a flag that inherits is null."""
    consent = consent or AutomaticUserConsent()
    return {name: getattr(consent, field) for name, field in _CONSENT.items()}


def changed(
    old: CrossTenantAccessConfiguration, body: Mapping[str, Any], *, partner: bool
) -> CrossTenantAccessConfiguration:
    """``old`` with the properties of ``body``; InvalidSettings lists everything that is wrong.

    A setting is replaced as a whole; the flags of ``inboundTrust`` and ``automaticUserConsentSettings`` that
    are not given keep their value. Null makes a partner inherit; the default object has nothing to inherit.
    """
    values: dict[str, Any] = {}
    found: list[str] = []
    for name, value in body.items():
        try:
            values |= _property(old, name, value, partner=partner)
        except InvalidSettings as error:
            found += error.problems
    if found:
        raise InvalidSettings(*found)
    return replace(old, **values)


def _property(old: CrossTenantAccessConfiguration, name: str, value: Any, *, partner: bool) -> dict[str, Any]:
    if value is None and not partner:
        raise InvalidSettings(f"{name}: expected an object, got null; the default has nothing to inherit.")
    if name in SETTINGS:
        field, inbound = SETTINGS[name]
        return {field: _setting(value, name, inbound=inbound, partner=partner)}
    if name == RESTRICTIONS:
        return {"tenant_restrictions": _restrictions(value, partner=partner)}
    if name == "inboundTrust":
        return {"inbound_trust": _flags(old.inbound_trust or InboundTrust(), value, _TRUST, name)}
    if name == "automaticUserConsentSettings":
        if not partner:
            raise InvalidSettings(f"{name}: is read-only in the default configuration.")
        consent = old.automatic_user_consent or AutomaticUserConsent()
        return {"automatic_user_consent": _flags(consent, value, _CONSENT, name, nullable=True)}
    return {"is_service_provider": value}


def _flags(old: Any, value: Any, table: Mapping[str, str], where: str, *, nullable: bool = False) -> Any:
    if value is None:
        return None
    given = _keys(value, tuple(table), where)
    found = [
        f"{where}.{name}: expected true or false, got {flag!r}."
        for name, flag in given.items()
        if not (isinstance(flag, bool) or (flag is None and nullable))
    ]
    if found:
        raise InvalidSettings(*found)
    return replace(old, **{table[name]: flag for name, flag in given.items()})


def _setting(value: Any, where: str, *, inbound: bool, partner: bool) -> B2bSetting | None:
    if value is None:
        return None
    halves = _keys(value, _HALVES, where)
    if missing := [half for half in _HALVES if halves.get(half) is None]:
        raise InvalidSettings(f"{where}: both usersAndGroups and applications are needed, {missing[0]} is missing.")
    setting = B2bSetting(
        users_and_groups=_half(halves["usersAndGroups"], f"{where}.usersAndGroups"),
        applications=_half(halves["applications"], f"{where}.applications"),
    )
    if found := problems(setting, where=where, inbound=inbound, partner=partner):
        raise InvalidSettings(*found)
    return setting


def _restrictions(value: Any, *, partner: bool) -> B2bSetting | None:
    """Users of others and their applications, so the targets are those of an inbound setting (entra-sign-in 7.7)."""
    if isinstance(value, Mapping) and "devices" in value:
        if value["devices"] is not None:
            raise InvalidSettings(f"{RESTRICTIONS}.devices: is reserved, expected null.")
        value = {name: item for name, item in value.items() if name != "devices"}
    return _setting(value, RESTRICTIONS, inbound=True, partner=partner)


def _half(value: Any, where: str) -> TargetConfiguration:
    given = _keys(value, _HALF_KEYS, where)
    targets = given.get("targets")
    if not isinstance(targets, list):
        raise InvalidSettings(f"{where}.targets: expected a list of targets.")
    return TargetConfiguration(
        access_type=_text(given.get("accessType"), f"{where}.accessType"),
        targets=tuple(_target(target, f"{where}.targets[{place}]") for place, target in enumerate(targets)),
    )


def _target(value: Any, where: str) -> Target:
    given = _keys(value, _TARGET_KEYS, where)
    return Target(
        target=_text(given.get("target"), f"{where}.target"),
        target_type=_text(given.get("targetType"), f"{where}.targetType"),
    )


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise InvalidSettings(f"{where}: expected a string, got {value!r}.")
    return value


def _keys(value: Any, known: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidSettings(f"{where}: expected an object, got {value!r}.")
    given = {name: item for name, item in value.items() if "@odata." not in name}
    if unknown := [name for name in given if name not in known]:
        raise InvalidSettings(*(f"{where}.{name}: no such property. Known: {', '.join(known)}." for name in unknown))
    return given


def _half_to_json(half: TargetConfiguration) -> dict[str, Any]:
    return {
        "accessType": half.access_type,
        "targets": [{"target": t.target, "targetType": t.target_type} for t in half.targets],
    }
