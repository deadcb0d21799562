"""Does a redirect URI belong to the client? Exact, with Entra's loopback rule (entra-sign-in 13.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol
from urllib.parse import urlsplit

#: Readers of URLs drop or trim these (WHATWG URL 4.4), so a URI that holds one is not what it looks like.
_DROPPED = re.compile(r"[\x00-\x20\x7f\\]")


class RegisteredUri(Protocol):
    """A registered reply URL with its type: ``web``, ``spa`` or ``publicClient``."""

    @property
    def uri(self) -> str: ...

    @property
    def type(self) -> str: ...


def find(redirect_uri: str, registered: Iterable[RegisteredUri]) -> RegisteredUri | None:
    """The registration that ``redirect_uri`` matches, or None.

    The comparison is of the whole string, case-sensitive. For the host ``localhost`` the port is ignored;
    for ``127.0.0.1`` likewise where the type is ``publicClient`` (RFC 8252 7.3).
    """
    candidates = tuple(registered)
    for candidate in candidates:
        if candidate.uri == redirect_uri:
            return candidate
    for candidate in candidates:
        without_port = _without_loopback_port(redirect_uri, candidate.type)
        if without_port is not None and without_port == _without_loopback_port(candidate.uri, candidate.type):
            return candidate
    return None


def _without_loopback_port(uri: str, uri_type: str) -> str | None:
    """The URI with the port of a loopback host left out; None if it is no loopback URI or is malformed."""
    if _DROPPED.search(uri):
        return None
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    loopback = parts.hostname == "localhost" or (parts.hostname == "127.0.0.1" and uri_type == "publicClient")
    # The user-info part would let "localhost" be something else to a lenient reader.
    if not loopback or "@" in parts.netloc or parts.fragment:
        return None
    return parts._replace(netloc=parts.hostname or "").geturl()


def returned_form(redirect_uri: str, response_mode: str) -> str:
    """The URI that answers go to: without a path a ``/`` is added for query and fragment answers."""
    parts = urlsplit(redirect_uri)
    if not parts.path and parts.netloc and response_mode in ("query", "fragment"):
        return parts._replace(path="/").geturl()
    return redirect_uri
