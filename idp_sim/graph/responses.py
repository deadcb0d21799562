"""What every answer of Graph has in common: content types, ids, headers, the form of a refusal (graph-api 1.4, 4)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from federation.errors import FederationError
from idp_sim.graph import errors
from idp_sim.graph.errors import CHALLENGE, GraphError
from idp_sim.http import Request, Response

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")

SUCCESS_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
#: The Python SDK reads errors of this type only (graph-api 4.1).
ERROR_TYPE = "application/json"
#: Seconds that a throttled client is told to wait (graph-api 5).
RETRY_AFTER = "10"

_EXPOSED = (
    "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, WWW-Authenticate, Retry-After"
)
_PREFLIGHT_HEADERS = (
    "Authorization, Content-Type, ConsistencyLevel, Prefer, client-request-id, return-client-request-id, "
    "SdkVersion, X-AnchorMailbox, If-Match"
)
_GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_DIAGNOSTIC = json.dumps(
    {
        "ServerInfo": {
            "DataCenter": "idp-sim",
            "Slice": "E",
            "Ring": "1",
            "ScaleUnit": "000",
            "RoleInstance": "idp-sim",
        }
    }
)


@dataclass(frozen=True)
class RequestIds:
    """The two ids of a request; equal when the client sent none (graph-api 1.4)."""

    request: str
    client: str

    @classmethod
    def of(cls, request: Request, *, own: str) -> RequestIds:
        """``own`` and what the client calls its request, if that is a GUID."""
        theirs = request.headers.get("client-request-id", "")
        return cls(request=own, client=theirs if _GUID.match(theirs) else own)

    @property
    def correlation(self) -> str:
        """What ties the request to others."""
        return self.client.lower()


def json_body(value: Any, status: int = 200, *, content_type: str = SUCCESS_TYPE) -> Response:
    """An answer of that JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status=status, headers=(("Content-Type", content_type),), body=body)


def refusal(error: GraphError | FederationError, ids: RequestIds, now: datetime, *, base_url: str) -> Response:
    """The error in Graph's form, with the challenge of a 401 and the wait of a 429."""
    row = errors.answer(error)
    body = errors.body(row, now=now, request_id=ids.request, client_request_id=ids.client)
    response = json_body(body, row.status, content_type=ERROR_TYPE)
    if row.status == 401:
        return response.with_headers(("WWW-Authenticate", CHALLENGE.format(base_url=base_url)))
    if row.status == 429:
        return response.with_headers(("Retry-After", RETRY_AFTER))
    return response


def common_headers(ids: RequestIds) -> tuple[tuple[str, str], ...]:
    """Headers of every answer.

    No Strict-Transport-Security: on localhost it would force TLS upon every other server of the machine.
    """
    return (
        ("Cache-Control", "no-cache"),
        ("OData-Version", "4.0"),
        ("request-id", ids.request),
        ("client-request-id", ids.client),
        ("x-ms-ags-diagnostic", _DIAGNOSTIC),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", _EXPOSED),
    )


def preflight() -> Response:
    """The answer to a browser that asks before it sends (CORS)."""
    return Response(
        status=204,
        headers=(
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Methods", ", ".join(METHODS)),
            ("Access-Control-Allow-Headers", _PREFLIGHT_HEADERS),
            ("Access-Control-Max-Age", "3600"),
        ),
    )
