"""``/identity/conditionalAccess/namedLocations``: ranges of addresses, and countries (graph-api 21)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from idp_sim.conditional_access.book import PolicyBook
from idp_sim.conditional_access.locations import MOST_LOCATIONS, MOST_RANGES, SHORTEST_PREFIX, NamedLocation
from idp_sim.directory.audit import Activity
from idp_sim.graph.bodies import invalid
from idp_sim.graph.resource import Call, Handler, Operation, PageSize, Property, Resource, Type, by_creation, field_of
from idp_sim.graph.resources.conditional_access_policies import EQ, READ, WRITE_PARTS, book_of, refused
from idp_sim.ports import NotFound
from idp_sim.services import policies

IP = "#microsoft.graph.ipNamedLocation"
COUNTRY = "#microsoft.graph.countryNamedLocation"
_RANGES = {4: "#microsoft.graph.iPv4CidrRange", 6: "#microsoft.graph.iPv6CidrRange"}
_LOOKUPS = ("clientIpAddress", "authenticatorAppGps")
_OWN = {
    IP: ("isTrusted", "ipRanges"),
    COUNTRY: ("countriesAndRegions", "includeUnknownCountriesAndRegions", "countryLookupMethod"),
}
_REQUIRED = {IP: "ipRanges", COUNTRY: "countriesAndRegions"}
_COUNTRY = re.compile(r"[A-Za-z]{2}")


def _list(call: Call) -> list[NamedLocation]:
    return list(book_of(call).named_locations)


def _get(call: Call) -> NamedLocation:
    return _found(book_of(call), call.key)


def _found(book: PolicyBook, key: str) -> NamedLocation:
    found = next((location for location in book.named_locations if location.id == key.lower()), None)
    if found is None:
        raise NotFound(key)
    return found


def _create(call: Call) -> NamedLocation:
    kind = call.body.get("@odata.type")
    if kind not in _OWN:
        raise invalid(NAMED_LOCATIONS, "@odata.type", f"'{IP}' or '{COUNTRY}'")
    if not call.body.get(_REQUIRED[kind]):
        raise invalid(NAMED_LOCATIONS, _REQUIRED[kind], "a list that is not empty")
    blank = NamedLocation(id=call.ports.ids.guid(), display_name="", created=call.context.now)

    def act(book: PolicyBook) -> NamedLocation:
        if len(book.named_locations) >= MOST_LOCATIONS:
            raise refused(f"a tenant has at most {MOST_LOCATIONS} named locations")
        location = _with(blank, call.body, kind)
        call.ports.storage.insert(call.world, call.tenant, location)
        return location

    return policies.change(call.ports, call.world, call.tenant, act)


def _update(call: Call) -> None:
    def act(book: PolicyBook) -> None:
        old = _found(book, call.key)
        kind = COUNTRY if old.by_country else IP
        if call.body.get("@odata.type", kind) != kind:
            raise invalid(NAMED_LOCATIONS, "@odata.type", f"'{kind}', as the location is of that type")
        changed = replace(_with(old, call.body, kind), modified=call.context.now)
        call.ports.storage.put(call.world, call.tenant, changed)

    policies.change(call.ports, call.world, call.tenant, act)


def _delete(call: Call) -> None:
    def act(book: PolicyBook) -> None:
        location = _found(book, call.key)
        if location.trusted:
            raise refused("a trusted named location cannot be deleted; set isTrusted to false first")
        if users := book.users_of_location(location.id):
            raise refused(f"the named location is used by the policy '{users[0].display_name}'")
        call.ports.storage.delete(call.world, call.tenant, NamedLocation, location.id)

    policies.change(call.ports, call.world, call.tenant, act)


def _with(location: NamedLocation, body: Mapping[str, Any], kind: str) -> NamedLocation:
    """The location after a body was laid over it; GraphError names what is wrong."""
    for name in body:
        if name not in ("@odata.type", "displayName", *_OWN[kind]):
            raise invalid(NAMED_LOCATIONS, name, f"nothing: a location of the type {kind} does not have it")
    values: dict[str, Any] = {}
    if "displayName" in body:
        if not (body["displayName"] or "").strip():
            raise invalid(NAMED_LOCATIONS, "displayName", "a text that is not empty")
        values["display_name"] = body["displayName"]
    if "ipRanges" in body:
        values["ranges"] = _ranges(body["ipRanges"])
    if "isTrusted" in body:
        values["trusted"] = body["isTrusted"] is True
    if "countriesAndRegions" in body:
        values["countries"] = _countries(body["countriesAndRegions"])
    if "includeUnknownCountriesAndRegions" in body:
        values["include_unknown"] = body["includeUnknownCountriesAndRegions"] is True
    if body.get("countryLookupMethod") is not None:
        if body["countryLookupMethod"] not in _LOOKUPS:
            raise invalid(NAMED_LOCATIONS, "countryLookupMethod", f"one of {', '.join(_LOOKUPS)}")
        values["lookup"] = body["countryLookupMethod"]
    return replace(location, **values)


def _ranges(given: Any) -> tuple[str, ...]:
    if not given or len(given) > MOST_RANGES:
        raise invalid(NAMED_LOCATIONS, "ipRanges", f"1 to {MOST_RANGES} ranges")
    return tuple(dict.fromkeys(_range(item, place) for place, item in enumerate(given)))


def _range(item: Any, place: int) -> str:
    name = f"ipRanges[{place}]"
    if not isinstance(item, Mapping) or not isinstance(item.get("cidrAddress"), str):
        raise invalid(NAMED_LOCATIONS, name, "an object with @odata.type and cidrAddress")
    try:
        network = ipaddress.ip_network(item["cidrAddress"], strict=False)
    except ValueError as error:
        raise invalid(NAMED_LOCATIONS, f"{name}.cidrAddress", "a range such as 198.51.100.0/24") from error
    if item.get("@odata.type") != _RANGES[network.version]:
        raise invalid(NAMED_LOCATIONS, f"{name}.@odata.type", f"'{_RANGES[network.version]}' for that address")
    if "/" not in item["cidrAddress"] or network.prefixlen <= SHORTEST_PREFIX:
        raise invalid(NAMED_LOCATIONS, f"{name}.cidrAddress", f"a prefix longer than /{SHORTEST_PREFIX}")
    return item["cidrAddress"]


def _countries(given: Any) -> tuple[str, ...]:
    if not given or not all(_COUNTRY.fullmatch(code) for code in given):
        raise invalid(NAMED_LOCATIONS, "countriesAndRegions", "a list of two-letter codes of ISO 3166")
    return tuple(dict.fromkeys(code.upper() for code in given))


def _shown_ranges(location: NamedLocation) -> list[dict[str, str]] | None:
    if location.by_country:
        return None
    return [
        {"@odata.type": _RANGES[ipaddress.ip_network(text, strict=False).version], "cidrAddress": text}
        for text in location.ranges
    ]


def _only(kind: str, read: Any) -> Any:
    return lambda location: read(location) if (kind == COUNTRY) is location.by_country else None


NAMED_LOCATIONS = Resource(
    path="/identity/conditionalAccess/namedLocations",
    type_name="microsoft.graph.namedLocation",
    properties=(
        Property(
            name="@odata.type",
            read=lambda location: COUNTRY if location.by_country else IP,
            writable=True,
            selectable=False,
        ),
        field_of("id", operators=EQ),
        field_of(
            "displayName",
            writable=True,
            required=True,
            nullable=False,
            operators=EQ | {"startsWith"},
            orderable=True,
        ),
        Property(name="createdDateTime", read=lambda location: location.created, type=Type.DATE_TIME),
        Property(
            name="modifiedDateTime", read=lambda location: location.modified or location.created, type=Type.DATE_TIME
        ),
        Property(name="isTrusted", read=_only(IP, lambda location: location.trusted), type=Type.BOOLEAN, writable=True),
        Property(name="ipRanges", read=_shown_ranges, type=Type.OBJECTS, writable=True),
        Property(
            name="countriesAndRegions",
            read=_only(COUNTRY, lambda location: list(location.countries)),
            type=Type.STRINGS,
            writable=True,
        ),
        Property(
            name="includeUnknownCountriesAndRegions",
            read=_only(COUNTRY, lambda location: location.include_unknown),
            type=Type.BOOLEAN,
            writable=True,
        ),
        Property(name="countryLookupMethod", read=_only(COUNTRY, lambda location: location.lookup), writable=True),
    ),
    target_type="NamedLocation",
    operations={
        Operation.LIST: Handler(run=_list, access=READ),
        Operation.GET: Handler(run=_get, access=READ),
        Operation.CREATE: Handler(run=_create, access=WRITE_PARTS, activity=Activity.ADD_NAMED_LOCATION),
        Operation.UPDATE: Handler(run=_update, access=WRITE_PARTS, activity=Activity.UPDATE_NAMED_LOCATION),
        Operation.DELETE: Handler(run=_delete, access=WRITE_PARTS, activity=Activity.DELETE_NAMED_LOCATION),
    },
    page=PageSize(default=999, maximum=999),
    order=by_creation,
    beta=True,
)
