"""Who really asks, when proxies stand in between: ``Forwarded`` (RFC 7239) and the older ``X-Forwarded-*``.

Anybody can write these headers, so they are believed from the proxies that were named, and from nobody else.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: What says that a request was passed on; whoever sends one of these is not the visitor's own browser.
HEADERS = (
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-prefix",
    "x-real-ip",
    "via",
)

#: A pair of RFC 7239 4: a token, and a token or a quoted string.
_PAIR = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)=("(?:[^"\\]|\\.)*"|[^\s;,"]*)\s*')
_ENDS_ELEMENT = ","


class Misleading(Exception):
    """The headers of a named proxy contradict each other or the address; the sentence is for whoever set it up."""


@dataclass(frozen=True, kw_only=True)
class Passed:
    """What is known of a request after looking at who passed it on.

    ``client`` is the visitor's address, ``host`` what the visitor asked for, ``scheme`` how (None: not said).
    ``certain`` says that ``client`` is the visitor: nobody passed the request on, or a named proxy told who asks.
    """

    client: str
    host: str
    scheme: str | None = None
    certain: bool = True
    passed_on: bool = False


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Proxies as networks: addresses, or networks such as ``172.16.0.0/12``. ValueError that names the wrong one."""
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text.strip()))
        except ValueError as error:
            raise ValueError(
                f"{text!r} is neither an IP address nor a network such as 172.16.0.0/12: {error}"
            ) from None
    return tuple(found)


def look(peer: str, headers: Mapping[str, str], proxies: tuple[Network, ...]) -> Passed:
    """Who asks, from the connection's own address and the headers (lower case). Misleading."""
    host = headers.get("host", "")
    if not any(name in headers for name in HEADERS):
        return Passed(client=peer, host=host)
    if not _named(peer, proxies):
        return Passed(client=peer, host=host, certain=False, passed_on=True)
    if headers.get("x-forwarded-prefix", "").strip("/ "):
        raise Misleading(
            "the proxy serves this below a path (X-Forwarded-Prefix), but the first path segment is the tenant's: "
            "give the simulator a host name or port of its own"
        )
    if "forwarded" in headers:
        if "x-forwarded-for" in headers:
            raise Misleading(
                "both Forwarded and X-Forwarded-For arrived: let the proxy remove the one that it doesn't write itself"
            )
        return _by_the_standard(peer, host, headers["forwarded"], proxies)
    chain = [_address(text) for text in headers.get("x-forwarded-for", "").split(",") if text.strip()]
    host = _first(headers.get("x-forwarded-host")) or host
    return _believed(peer, chain, proxies, host=host, scheme=_first(headers.get("x-forwarded-proto")))


def _by_the_standard(peer: str, host: str, text: str, proxies: tuple[Network, ...]) -> Passed:
    elements = list(_elements(text))
    chain = [_address(element["for"]) for element in elements if "for" in element]
    host = next((element["host"] for element in elements if element.get("host")), host)
    scheme = next((element["proto"] for element in elements if element.get("proto")), None)
    return _believed(peer, chain, proxies, host=host, scheme=scheme)


def _believed(
    peer: str, chain: list[str | None], proxies: tuple[Network, ...], *, host: str, scheme: str | None
) -> Passed:
    client = _client(chain, proxies)
    return Passed(
        client=client or peer,
        host=host,
        scheme=scheme.lower() if scheme else None,
        certain=client is not None,
        passed_on=True,
    )


def _elements(text: str) -> Iterator[dict[str, str]]:
    """The elements of ``Forwarded``, one for each hop, the first hop first. Misleading when it can't be read."""
    element: dict[str, str] = {}
    position = 0
    while position < len(text):
        pair = _PAIR.match(text, position)
        if pair is None:
            raise Misleading("the header Forwarded is not as RFC 7239 has it")
        name, value = pair.groups()
        element[name.lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        position = pair.end()
        separator = text[position : position + 1]
        if separator not in ("", ";", _ENDS_ELEMENT):
            raise Misleading("the header Forwarded is not as RFC 7239 has it")
        if separator in ("", _ENDS_ELEMENT):
            yield element
            element = {}
        position += 1


def _client(chain: list[str | None], proxies: tuple[Network, ...]) -> str | None:
    """From the nearest hop outwards, the first that is no named proxy: what lies beyond it, it may have invented.

    None when no hop is told, or that one hides its address on purpose (RFC 7239 6.3).
    """
    for address in reversed(chain):
        if address is None or not _named(address, proxies):
            return address
    return chain[0] if chain else None


def _address(text: str) -> str | None:
    """The IP address of a hop, without brackets and port (RFC 7239 6); None for a name that hides it."""
    text = text.strip().strip('"')
    bracketed = re.fullmatch(r"\[(.*)\](?::\d+)?", text)
    bare = bracketed[1] if bracketed else text.rpartition(":")[0] if text.count(":") == 1 else text
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _named(address: str, proxies: tuple[Network, ...]) -> bool:
    if not proxies:
        return False
    try:
        parsed = ipaddress.ip_address(_address(address) or address)
    except ValueError:
        return False
    return any(parsed in network for network in proxies)


def _first(text: str | None) -> str | None:
    return text.partition(",")[0].strip() if text else None
