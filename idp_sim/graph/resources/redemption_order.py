"""``invitationRedemptionIdentityProviderConfiguration`` of the default cross-tenant access object (graph-api 19.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from federation.cross_tenant_access import CrossTenantAccessConfiguration
from federation.redemption_order import DEFAULT_ORDER, RedemptionOrder, parse_order
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.resource import Property, Type

NAME = "invitationRedemptionIdentityProviderConfiguration"
TYPE = "microsoft.graph.defaultInvitationRedemptionIdentityProviderConfiguration"
PRIMARY, FALLBACK = "primaryIdentityProviderPrecedenceOrder", "fallbackIdentityProvider"


def to_json(record: CrossTenantAccessConfiguration) -> dict[str, Any]:
    """The order that holds."""
    order = record.redemption_order or DEFAULT_ORDER
    return {PRIMARY: [word.value for word in order.primary], FALLBACK: order.fallback.value}


def changed(old: RedemptionOrder | None, value: Any, *, passcodes_enabled: bool) -> RedemptionOrder:
    """The order with what is given; what is absent stays. GraphError says what can't be."""
    if not isinstance(value, Mapping):
        raise GraphError(Problem.POLICY_INVALID, problem=f"{NAME}: expected an object, got {value!r}.")
    given = {name: item for name, item in value.items() if "@odata." not in name}
    if unknown := [name for name in given if name not in (PRIMARY, FALLBACK)]:
        raise GraphError(Problem.PROPERTY_UNKNOWN, property=f"{NAME}/{unknown[0]}", type=TYPE)
    before = old or DEFAULT_ORDER
    primary = given.get(PRIMARY, [word.value for word in before.primary])
    if not isinstance(primary, list):
        raise GraphError(Problem.POLICY_INVALID, problem=f"{NAME}.{PRIMARY}: expected a list of words.")
    try:
        return parse_order(primary, given.get(FALLBACK, before.fallback.value), passcodes_enabled=passcodes_enabled)
    except ValueError as error:
        raise GraphError(Problem.POLICY_INVALID, problem=f"{NAME}.{error}.") from None


REDEMPTION_ORDER = Property(name=NAME, read=to_json, type=Type.OBJECT, writable=True, nullable=False)
