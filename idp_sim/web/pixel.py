"""The answer to a sign-out message that arrives in a hidden frame or picture: a one-pixel GIF, never stored."""

from __future__ import annotations

from idp_sim.http import Response

_GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b")


def done() -> Response:
    """The picture."""
    return Response(
        headers=(("Content-Type", "image/gif"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")),
        body=_GIF,
    )
