"""Fails a test that tries to reach anything but this machine."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest


class ForbiddenAddress(OSError):
    """Somebody tried to leave the machine."""


class NetworkGuard:
    """Stands before every connection of this process and remembers those it refused.

    Product code may well turn the refusal into an error page, so the refusals are asked for after each test.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Put the guard before ``connect``, ``connect_ex``, ``sendto`` and name resolution."""
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, self._guarded(getattr(socket.socket, name), position=0))
        patch.setattr(socket.socket, "sendto", self._guarded(socket.socket.sendto, position=-1))
        resolve = socket.getaddrinfo

        def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
            if not (_is_literal(host) or is_local(host)):
                self._refuse(f"name {host}")
            return resolve(host, *args, **kwargs)

        patch.setattr(socket, "getaddrinfo", getaddrinfo)

    def _guarded(self, real: Any, *, position: int) -> Any:
        def guarded(self_: socket.socket, *args: Any) -> Any:
            address = args[position]
            if self_.family in (socket.AF_INET, socket.AF_INET6) and not is_local(address[0]):
                self._refuse(f"address {address[0]}, port {address[1]}")
            return real(self_, *args)

        return guarded

    def _refuse(self, what: str) -> None:
        self.refused.append(what)
        raise ForbiddenAddress(f"tests must not reach {what}")


def is_local(host: Any) -> bool:
    """Whether a host name or address means this machine; the unspecified address is a way to say so."""
    if isinstance(host, bytes):
        host = host.decode()
    if not host:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host.lower().rstrip(".").rpartition(".")[2] == "localhost"
    return address.is_loopback or address.is_unspecified


def _is_literal(host: Any) -> bool:
    """An address that is written out is resolved without asking anybody."""
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except (ValueError, AttributeError):
        return False
    return True
