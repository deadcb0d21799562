"""Licences of a tenant and their service plans (graph-api 10.1, 29)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class ServicePlan:
    """A part of a licence."""

    id: str
    name: str


@dataclass(frozen=True)
class Sku:
    """A licence that every Entra-kind tenant has, a thousand times."""

    id: str
    part_number: str
    plans: tuple[ServicePlan, ...]
    enabled: int = 1000


#: Microsoft Entra ID P1 and P2, which conditional access and the logs need, by ``skuId``.
SKUS: Mapping[str, Sku] = MappingProxyType(
    {
        sku.id: sku
        for sku in (
            Sku(
                "078d2b04-f1bd-4111-bbd4-b4b1b354cef4",
                "AAD_PREMIUM",
                (ServicePlan("41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM"),),
            ),
            Sku(
                "84a661c4-e949-4bd2-a560-ed7766fcaf2b",
                "AAD_PREMIUM_P2",
                (
                    ServicePlan("41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM"),
                    ServicePlan("eec0eb4f-6444-4f95-aba0-50c24d67f998", "AAD_PREMIUM_P2"),
                ),
            ),
        )
    }
)
