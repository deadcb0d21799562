"""Whether the server answers."""

from __future__ import annotations

from idp_sim import __version__
from idp_sim.http import Request, Response, Route, json_response


def health_route(server_id: str) -> Route:
    """``GET /health`` (product.md 2); a header tells this server from others."""
    headers = (("Cache-Control", "no-store"), ("X-Idp-Sim-Server", server_id))

    def health(request: Request) -> Response:
        return json_response({"status": "ok", "version": __version__}, headers=headers)

    return Route(rule="/health", methods=("GET",), endpoint=health, name="health")
