"""What tests of the token endpoint share: credentials in the header, and rows of tables of wrong requests."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

#: A page of the single-page application.
SPA_ORIGIN = {"Origin": "http://localhost:3000"}
GRAPH = "https://graph.microsoft.com/.default"
UNKNOWN_ID = "00000000-1111-2222-3333-444444444444"


def basic(client_id: str, secret: str) -> dict[str, str]:
    """RFC 6749 2.3.1: both parts URL-encoded."""
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def wrong(status: int, error: str, number: int, /, **changes: Any) -> tuple[int, str, int, dict[str, Any]]:
    """A row: status, ``error``, AADSTS number, and what is changed in a good request."""
    return status, error, number, changes
