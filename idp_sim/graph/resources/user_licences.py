"""Licences: those of the tenant, of a user, and giving them (graph-api 10.1, 29)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from idp_sim.directory.audit import Activity
from idp_sim.directory.licences import SKUS, Sku
from idp_sim.directory.model import AssignedLicense, User
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of, of, reads_directory
from idp_sim.graph.resource import Call, Handler, Operation, PageSize, Property, Resource, Result, Type, field_of
from idp_sim.graph.resources.user_properties import OWN, USER
from idp_sim.ports import NotFound
from idp_sim.services.users import find_user

_READ_WORDS = ("LicenseAssignment.Read.All", "Directory.Read.All", "Directory.ReadWrite.All")


def _plans(sku: Sku, *, status: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "appliesTo": "User",
            "provisioningStatus": status.get(plan.id, "Success"),
            "servicePlanId": plan.id,
            "servicePlanName": plan.name,
        }
        for plan in sku.plans
    ]


# --- of the tenant -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TenantSku:
    """A licence of the tenant, and how many users have it."""

    id: str
    sku: Sku
    consumed: int


def _used(call: Call) -> dict[str, int]:
    users = call.ports.storage.find(call.world, call.tenant, User, licensed="yes")
    held = [licence.sku_id for user in users for licence in user.licenses]
    return {id: held.count(id) for id in SKUS}


def _skus(call: Call) -> list[TenantSku]:
    used = _used(call)
    return [TenantSku(f"{call.tenant}_{id}", sku, used[id]) for id, sku in SKUS.items()]


def _sku(call: Call) -> TenantSku:
    found = next((sku for sku in _skus(call) if sku.id == call.key.lower()), None)
    if found is None:
        raise NotFound(call.key)
    return found


_READ_SKUS = of(_READ_WORDS[0], "Organization.Read.All", *_READ_WORDS[1:], right=reads_directory)
SUBSCRIBED_SKUS = Resource(
    path="/subscribedSkus",
    type_name="microsoft.graph.subscribedSku",
    properties=(
        field_of("id"),
        Property(name="appliesTo", read=lambda _sku: "User"),
        Property(name="capabilityStatus", read=lambda _sku: "Enabled"),
        field_of("consumedUnits", "consumed", type=Type.INTEGER),
        Property(
            name="prepaidUnits",
            read=lambda held: {"enabled": held.sku.enabled, "suspended": 0, "warning": 0, "lockedOut": 0},
            type=Type.OBJECT,
        ),
        Property(name="servicePlans", read=lambda held: _plans(held.sku, status={}), type=Type.OBJECTS),
        field_of("skuId", "sku.id"),
        field_of("skuPartNumber", "sku.part_number"),
    ),
    page=PageSize(default=999, maximum=999),
    not_found=Problem.OBJECT_NOT_FOUND,
    operations={
        Operation.LIST: Handler(run=_skus, access=_READ_SKUS),
        Operation.GET: Handler(run=_sku, access=_READ_SKUS),
    },
)

# --- of a user ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LicenseDetails:
    """A licence of a user."""

    id: str
    sku: Sku
    disabled: tuple[str, ...]


def _details(call: Call) -> list[LicenseDetails]:
    user = find_user(call.parent, ports=call.ports, context=call.context, tenant=call.tenant)
    return [LicenseDetails(_id(user, held), SKUS[held.sku_id], held.disabled_plans) for held in user.licenses]


def _detail(call: Call) -> LicenseDetails:
    found = next((detail for detail in _details(call) if detail.id == call.key), None)
    if found is None:
        raise NotFound(call.key)
    return found


def _id(user: User, held: AssignedLicense) -> str:
    return base64.urlsafe_b64encode(f"{user.id}{held.sku_id}".encode()).rstrip(b"=").decode()


_READ_DETAILS = Access(
    delegated=("User.Read.All", "User.ReadWrite.All", *_READ_WORDS),
    application=("User.Read.All", "User.ReadWrite.All", *_READ_WORDS),
    own=OWN,
    right=reads_directory,
)
LICENSE_DETAILS = Resource(
    path="/users/{user}/licenseDetails",
    type_name="microsoft.graph.licenseDetails",
    properties=(
        field_of("id"),
        Property(
            name="servicePlans",
            read=lambda held: _plans(held.sku, status=dict.fromkeys(held.disabled, "Disabled")),
            type=Type.OBJECTS,
        ),
        field_of("skuId", "sku.id"),
        field_of("skuPartNumber", "sku.part_number"),
    ),
    not_found=Problem.OBJECT_NOT_FOUND,
    operations={
        Operation.LIST: Handler(run=_details, access=_READ_DETAILS),
        Operation.GET: Handler(run=_detail, access=_READ_DETAILS),
    },
)

# --- giving and taking -------------------------------------------------------------------------------


def _assign(call: Call) -> Result:
    added = {held.sku_id: held for held in map(_asked, call.body["addLicenses"])}
    removed = [_known(str(id).lower()).id for id in call.body["removeLicenses"]]
    user = find_user(call.key, ports=call.ports, context=call.context, tenant=call.tenant)
    if added and not user.usage_location:
        raise _refused("License assignment cannot be done for user with invalid usage location.")
    have = {held.sku_id for held in user.licenses}
    used = _used(call)
    for id in added:
        if id not in have and used[id] >= SKUS[id].enabled:
            raise _refused(f"Subscription with SKU {id} does not have any available licenses.")
    for id in removed:
        if id in added:
            raise _refused(f"License {id} cannot be added and removed at once.")
        if id not in have:
            raise _refused(f"User does not have a corresponding license {id}.")

    def change(old: User) -> User:
        kept = tuple(held for held in old.licenses if held.sku_id not in added and held.sku_id not in removed)
        return replace(old, licenses=(*kept, *added.values()))

    changed = call.ports.storage.update(call.world, call.tenant, User, user.id, change)
    return Result(value=changed, resource=USER)


def _asked(entry: Mapping[str, Any]) -> AssignedLicense:
    sku = _known(str(entry.get("skuId", "")).lower())
    disabled = tuple(str(id).lower() for id in entry.get("disabledPlans") or ())
    unknown = set(disabled) - {plan.id for plan in sku.plans}
    if unknown:
        raise _refused(f"Service plan {min(unknown)} is not part of the license {sku.id}.")
    return AssignedLicense(sku_id=sku.id, disabled_plans=disabled)


def _known(id: str) -> Sku:
    if id not in SKUS:
        raise _refused(f"License {id} does not correspond to a valid company License.")
    return SKUS[id]


def _refused(problem: str) -> GraphError:
    return GraphError(Problem.REFERENCE_REFUSED, problem=problem)


def _nothing(_record: object) -> None:
    return None


ASSIGN_LICENSE = Handler(
    run=_assign,
    access=of(
        "User.ReadWrite.All", "Directory.ReadWrite.All", right=holders_of("License Administrator", "User Administrator")
    ),
    activity=Activity.CHANGE_LICENSE,
    parameters=(
        Property(name="addLicenses", read=_nothing, type=Type.OBJECTS, required=True),
        Property(name="removeLicenses", read=_nothing, type=Type.STRINGS, required=True),
    ),
)
