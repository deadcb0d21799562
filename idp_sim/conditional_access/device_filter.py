"""Filters for devices, such as ``device.isCompliant -eq True -and device.model -ne "Surface"`` (entra-sign-in 9.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from idp_sim.directory import rule_language
from idp_sim.directory.rule_language import InvalidRule, Test, Vocabulary
from idp_sim.sign_in.client import Device

__all__ = ["InvalidRule", "parse"]


def _attribute(name: str) -> Callable[[Device | None], Any]:
    def read(device: Device | None) -> Any:
        if device is None:
            return None
        return next((value for key, value in device.attributes.items() if key.lower() == name.lower()), None)

    return read


def _compliant(device: Device | None) -> bool | None:
    return None if device is None else device.compliant


def _trust_type(device: Device | None) -> Any:
    if device is not None and device.hybrid_joined:
        return "ServerAD"
    return _attribute("trustType")(device)


_PLAIN = (
    "deviceId",
    "deviceOwnership",
    "displayName",
    "enrollmentProfileName",
    "manufacturer",
    "mdmAppId",
    "model",
    "operatingSystem",
    "operatingSystemVersion",
    "physicalIds",
    "profileType",
    "systemLabels",
    *(f"extensionAttribute{number}" for number in range(1, 16)),
)

#: Attributes that a filter may read, by lower-case name. Of a device that nobody vouches for all are null.
ATTRIBUTES: Mapping[str, Callable[[Device | None], Any]] = {
    **{name.lower(): _attribute(name) for name in _PLAIN},
    "iscompliant": _compliant,
    "trusttype": _trust_type,
}
VOCABULARY = Vocabulary(kind="device", attributes=ATTRIBUTES, example="device.model")


def parse(rule: str) -> Test:
    """The rule as a question about a device or None; InvalidRule."""
    return rule_language.parse(rule, VOCABULARY)
