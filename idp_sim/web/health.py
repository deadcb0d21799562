"""Whether the server answers."""

from __future__ import annotations

from idp_sim import __version__
from idp_sim.http import Request, Response, Route, json_response


def health_route() -> Route:
    """``GET /health`` (product.md 2)."""

    def health(request: Request) -> Response:
        return json_response({"status": "ok", "version": __version__}, headers=(("Cache-Control", "no-store"),))

    return Route(rule="/health", methods=("GET",), endpoint=health, name="health")
