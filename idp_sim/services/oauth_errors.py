"""The body of an OAuth error as Entra writes it (entra-sign-in 15.1), from a row of the reason table."""

from __future__ import annotations

from typing import Any

from federation.reasons import Reason
from idp_sim.ports import Context


def error_description(reason: Reason, message: str, *, trace_id: str, context: Context) -> str:
    """``AADSTS…: sentence`` and the three lines that support people ask for, separated by CR LF."""
    text = f"AADSTS{reason.code}: {message}" if reason.code else message
    lines = (
        text,
        f"Trace ID: {trace_id}",
        f"Correlation ID: {context.correlation_id}",
        f"Timestamp: {context.now:%Y-%m-%d %H:%M:%SZ}",
    )
    return "\r\n".join(lines)


def error_uri(base_url: str, reason: Reason) -> str | None:
    """The look-up page of the number; None where there is no number."""
    return f"{base_url}/error?code={reason.code}" if reason.code else None


def error_body(
    reason: Reason, message: str, *, trace_id: str, context: Context, base_url: str, claims: str | None = None
) -> dict[str, Any]:
    """The JSON body at the token endpoint; ``claims`` is a JSON document as a string (13.7)."""
    body: dict[str, Any] = {
        "error": reason.value.error_at_token_endpoint,
        "error_description": error_description(reason, message, trace_id=trace_id, context=context),
        "error_codes": [reason.code] if reason.code else [],
        "timestamp": f"{context.now:%Y-%m-%d %H:%M:%SZ}",
        "trace_id": trace_id,
        "correlation_id": context.correlation_id,
    }
    if uri := error_uri(base_url, reason):
        body["error_uri"] = uri
    if reason.value.suberror:
        body["suberror"] = reason.value.suberror
    if claims is not None:
        body["claims"] = claims
    return body
