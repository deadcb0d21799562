"""The origin that clients see (``--public-url``): whether it can be one, and what will not work with it.

Pure: what can be said of an address by looking at it. Whether it leads here is found out by
``adapters.reachability``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"https": 443, "http": 80}


class NoOrigin(ValueError):
    """The text is no origin; the message says what is wrong with it, and what was expected."""


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Where the server itself listens."""

    host: str
    port: int
    tls: bool


def parse(text: str) -> str:
    """The origin in its canonical form (RFC 6454 6.2): lower case, no default port, no trailing slash. NoOrigin."""
    parts = _split(text.strip())
    if parts.scheme not in DEFAULT_PORTS or not parts.netloc:
        raise NoOrigin(_no_scheme(text, parts))
    if parts.username is not None or parts.password is not None:
        raise NoOrigin(f"{text!r} is not an origin: it holds a user name or password; expected scheme, host, port")
    if parts.path.strip("/") or parts.query or parts.fragment:
        extra = text[text.index(parts.netloc) + len(parts.netloc) :]
        raise NoOrigin(
            f"{text!r} is not an origin: it has {extra!r} after the host, where there can be no path, query or "
            f"fragment, because the first path segment is the tenant's; expected {parts.scheme}://{parts.netloc}"
        )
    host = _host(text, parts)
    port = parts.port
    written = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{written}" + (f":{port}" if port not in (None, DEFAULT_PORTS[parts.scheme]) else "")


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise NoOrigin(f"{text!r} is not an origin: {error}") from None
    if port == 0 or parts.netloc.rpartition("]")[2].endswith(":"):
        raise NoOrigin(f"{text!r} is not an origin: it names no port that can be reached; leave it out, or name one")
    return parts


def _no_scheme(text: str, parts: SplitResult) -> str:
    if "://" in text:
        return f"{text!r} is not an origin: its scheme is {parts.scheme!r}; expected https or http, and a host"
    return f"{text!r} is not an origin: it has no scheme; did you mean 'https://{text.strip().strip('/')}'?"


def _host(text: str, parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if host.strip("*") != host:
        raise NoOrigin(f"{text!r} is not an origin: a client can't open a host with '*'; expected one host name")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        if address.is_unspecified:
            raise NoOrigin(
                f"{text!r} is no address that a client can open: {host} only says where to listen (--host); "
                "expected the name that clients use"
            )
        return str(address)
    try:
        ascii_host = host.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_host = ""
    if not ascii_host or not all(c.isalnum() or c in "-._" for c in ascii_host):
        raise NoOrigin(f"{text!r} is not an origin: {host!r} is no host name")
    return ascii_host


def loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``; names other than localhost count as not."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def port_of(origin: str) -> int:
    """The port that a client connects to."""
    parts = urlsplit(origin)
    return parts.port or DEFAULT_PORTS[parts.scheme]


def contradiction(origin: str, listening: Listening) -> str | None:
    """Why this origin can't lead to that server, whatever stands in between; None when it can."""
    scheme, port = urlsplit(origin).scheme, port_of(origin)
    if port != listening.port or listening.port == 0:
        return None  # something may translate
    if scheme == "http" and listening.tls:
        return f"{origin} says http, but port {port} speaks https here: say https://, or add --no-tls"
    if scheme == "https" and not listening.tls and loopback(urlsplit(origin).hostname or ""):
        return f"{origin} says https, but port {port} speaks plain http here: say http://, or leave --no-tls out"
    return None


def remarks(origin: str, listening: Listening) -> Iterator[str]:
    """What somebody who chose this origin should know: a sentence each."""
    parts = urlsplit(origin)
    host, port = parts.hostname or "", port_of(origin)
    if port != listening.port:
        yield (
            f"clients will connect to port {port} of {host}, while this server listens at port {listening.port}: "
            f"a proxy or a port mapping ({port}:{listening.port}) must lead from one to the other."
        )
    if parts.scheme == "http" and not loopback(host):
        yield (
            f"{origin} is plain http to a name other than localhost: browsers send no cross-site cookies there and "
            "give scripts no cryptography, so that form_post answers and MSAL for browsers fail; use https."
        )
    if parts.scheme == "https" and not listening.tls:
        yield f"{origin} is https and this server speaks plain http: a proxy in front must end TLS."
    if loopback(listening.host) and not loopback(host):
        yield (
            f"this server listens at {listening.host} only: whoever opens {origin} from another machine needs a proxy "
            "on this one, or --host 0.0.0.0."
        )
