"""A tenant's conditional access: read once, kept until it changes (performance), changed in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from federation.authentication_strength import AuthenticationStrength
from idp_sim.conditional_access.authentication_context import AuthenticationContextClassReference
from idp_sim.conditional_access.book import PolicyBook, PolicyRevision
from idp_sim.conditional_access.locations import AddressCountries, NamedLocation
from idp_sim.conditional_access.model import ConditionalAccessPolicy
from idp_sim.conditional_access.terms_of_use import Agreement, AgreementAcceptance
from idp_sim.ports import WORLD_WIDE, NotFound, Ports

R = TypeVar("R")


def policy_book(ports: Ports, world: str, tenant: str) -> PolicyBook:
    """The tenant's policies and what they refer to, as they are now."""
    place = ("policy book", world, tenant)
    kept = ports.shelf.peek(place, _revision(ports, world, tenant))
    if isinstance(kept, PolicyBook):
        return kept
    with ports.storage.unit_of_work(world):  # book and revision must belong together
        revision = _revision(ports, world, tenant)
        book = _read(ports, world, tenant)
    ports.shelf.keep(place, revision, book)
    return book


def change(ports: Ports, world: str, tenant: str, act: Callable[[PolicyBook], R]) -> R:
    """Do ``act`` with the book as it is, and let everybody read it anew afterwards: all in one transaction."""
    with ports.storage.unit_of_work(world):
        done = act(_read(ports, world, tenant))
        ports.storage.put(world, tenant, PolicyRevision(revision=ports.ids.guid()))
    return done


def acceptances(ports: Ports, world: str, tenant: str, user: str) -> list[AgreementAcceptance]:
    """What a person answered to terms of use."""
    return ports.storage.find(world, tenant, AgreementAcceptance, user=user)


def _revision(ports: Ports, world: str, tenant: str) -> str:
    try:
        return ports.storage.get(world, tenant, PolicyRevision, "policies").revision
    except NotFound:
        return ""  # as the scenario made it


def _read(ports: Ports, world: str, tenant: str) -> PolicyBook:
    def every(record: type[Any]) -> tuple[Any, ...]:
        return tuple(ports.storage.find(world, tenant, record))

    try:
        countries = ports.storage.get(world, WORLD_WIDE, AddressCountries, "countries")
    except NotFound:
        countries = AddressCountries()
    return PolicyBook(
        policies=tuple(policy for policy in every(ConditionalAccessPolicy) if policy.deleted is None),
        named_locations=every(NamedLocation),
        custom_strengths=every(AuthenticationStrength),
        authentication_contexts=every(AuthenticationContextClassReference),
        agreements=every(Agreement),
        countries=countries,
    )
