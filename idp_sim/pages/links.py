"""Which addresses may become a link or a form's target on our pages."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Schemes that a browser runs or renders in the page's own name, instead of going somewhere.
_NEVER = frozenset({"javascript", "data", "vbscript", "blob", "filesystem", "view-source"})

# Browsers drop these before they read the scheme (WHATWG URL, basic URL parser, step 1 and 3).
_IGNORED = re.compile(r"[\x00-\x20]+")

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9.-]+", re.IGNORECASE)


def navigable(url: str | None) -> str | None:
    """``url`` if a browser would only navigate to it, else None.

    Private schemes of installed applications (RFC 8252 7.1) pass; whatever runs as script does not.
    """
    if not url:
        return None
    scheme = _SCHEME.match(_IGNORED.sub("", url))
    return None if scheme and scheme[1].lower() in _NEVER else url


def frame_source(url: str) -> str | None:
    """The Content-Security-Policy source that lets ``url`` into a frame; None if it is not http or https.

    A host that the policy's grammar cannot name (an IPv6 address) is allowed by its scheme.
    """
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return f"{parts.scheme}://{parts.hostname}{port}" if _HOST.fullmatch(parts.hostname) else f"{parts.scheme}:"
