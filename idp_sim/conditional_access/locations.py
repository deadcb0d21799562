"""Named locations: ranges of addresses and countries, and which of them an address is in (entra-sign-in 9.4)."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: A range must be narrower than /8; so many locations a tenant, and ranges a location, are allowed.
SHORTEST_PREFIX = 8
MOST_LOCATIONS = 195
MOST_RANGES = 2000


@dataclass(frozen=True, kw_only=True)
class NamedLocation:
    """A place with a name: ``ranges`` (CIDR) make it an IP location, ``countries`` (ISO codes) a country location.

    ``include_unknown`` counts addresses of no known country in; ``lookup`` is ``clientIpAddress`` or
    ``authenticatorAppGps``.
    """

    id: str
    display_name: str
    created: datetime
    modified: datetime | None = None
    ranges: tuple[str, ...] = ()
    trusted: bool = False
    countries: tuple[str, ...] = ()
    include_unknown: bool = False
    lookup: str = "clientIpAddress"

    @property
    def by_country(self) -> bool:
        """Whether it is a country location."""
        return not self.ranges


@dataclass(frozen=True, kw_only=True)
class AddressCountries:
    """Which country an address is in: prefixes of a world's scenario, the longest that fits wins. World-wide."""

    name: str = "countries"
    prefixes: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _networks(self) -> tuple[tuple[Network, str], ...]:
        pairs = [(ipaddress.ip_network(prefix), country) for prefix, country in self.prefixes.items()]
        return tuple(sorted(pairs, key=lambda pair: pair[0].prefixlen, reverse=True))

    def of(self, address: Address | None) -> str | None:
        """The ISO code of the address's country, or None."""
        if address is None:
            return None
        return next(
            (
                country
                for network, country in self._networks
                if network.version == address.version and address in network
            ),
            None,
        )


def read_address(text: str) -> Address | None:
    """An address as written in a request; an IPv4 address in IPv6 clothes is the IPv4 address. None if it is none."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


@dataclass(frozen=True)
class Place:
    """Where a sign-in comes from, as policies see it."""

    locations: frozenset[str]
    trusted: bool


class LocationIndex:
    """The locations of a tenant, ready for look-ups: ranges are sorted once, an address is found by bisection."""

    def __init__(self, locations: Iterable[NamedLocation]) -> None:
        locations = tuple(locations)
        self.ids = frozenset(location.id for location in locations)
        self._ranges = tuple((location, _merged(location.ranges)) for location in locations if location.ranges)
        self._countries = tuple(location for location in locations if location.by_country)

    def place(self, ip_address: str, country: str | None) -> Place:
        """The named locations of an address; ``country`` is where it lies, if that is known."""
        address = read_address(ip_address)
        found = [location for location, ranges in self._ranges if address is not None and _holds(ranges, address)]
        found += [
            location
            for location in self._countries
            if (location.include_unknown if country is None else country.upper() in location.countries)
        ]
        return Place(frozenset(location.id for location in found), any(location.trusted for location in found))


#: Per version of the protocol: the first addresses of merged ranges in order, and the last of each.
_Ranges = Mapping[int, tuple[list[int], list[int]]]


def _merged(ranges: Iterable[str]) -> _Ranges:
    by_version: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    for text in ranges:
        version, first, last = _bounds(text)
        by_version[version].append((first, last))
    merged: dict[int, tuple[list[int], list[int]]] = {}
    for version, bounds in by_version.items():
        firsts: list[int] = []
        lasts: list[int] = []
        for first, last in sorted(bounds):
            if lasts and first <= lasts[-1] + 1:
                lasts[-1] = max(lasts[-1], last)
            else:
                firsts.append(first)
                lasts.append(last)
        merged[version] = (firsts, lasts)
    return merged


def _bounds(text: str) -> tuple[int, int, int]:
    """Version, first and last address of a range. Hundreds of thousands of IPv4 ranges are read in one go."""
    if ":" in text:
        network = ipaddress.ip_network(text, strict=False)
        return 6, int(network.network_address), int(network.broadcast_address)
    address, _, prefix = text.partition("/")
    value = 0
    for part in address.split("."):
        value = value << 8 | int(part)
    size = 1 << (32 - int(prefix or 32))
    first = value & ~(size - 1)
    return 4, first, first + size - 1


def _holds(ranges: _Ranges, address: Address) -> bool:
    firsts, lasts = ranges[address.version]
    at = bisect_right(firsts, int(address)) - 1
    return at >= 0 and int(address) <= lasts[at]
