"""Routes whose modules are imported when they are first asked for, or when the server has time.

A server that has just started listens sooner when it need not import first what answers pages, tokens and
administration; ``warm`` does that right after. A request that comes in between waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, MapAdapter, Rule

from idp_sim.http import Endpoint, Request, Response, Route

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class LateRoutes:
    """One mount for a whole table of routes that ``make`` gives."""

    def __init__(self, make: Callable[[], list[Route]]) -> None:
        self._make = make
        self._guard = Lock()
        self._router: tuple[MapAdapter, dict[str, Endpoint]] | None = None

    def mounts(self) -> list[Route]:
        """The rows to mount now: every path."""
        return [
            Route(rule="/", methods=METHODS, endpoint=self._answer, name="late-root"),
            Route(rule="/<path:rest>", methods=METHODS, endpoint=self._answer, name="late"),
        ]

    def match(self, path: str, method: str) -> tuple[Endpoint, Mapping[str, str]] | None:
        """The endpoint for a path and the values of its placeholders; None where there is none (yet)."""
        if self._router is None:  # nothing is built for the sake of a path that may not be behind this mount
            return None
        adapter, endpoints = self._router
        try:
            name, args = adapter.match(path, method=method)
        except HTTPException:
            return None
        return endpoints[name], args

    def warm(self) -> None:
        """Import and build what is behind the mount."""
        self._built()

    def _built(self) -> tuple[MapAdapter, dict[str, Endpoint]]:
        if self._router is None:
            with self._guard:
                if self._router is None:
                    routes = self._make()
                    rules = [Rule(route.rule, endpoint=route.name, methods=route.methods) for route in routes]
                    adapter = Map(rules, strict_slashes=False, merge_slashes=False).bind("localhost")
                    self._router = adapter, {route.name: route.endpoint for route in routes}
        return self._router

    def _answer(self, request: Request) -> Response:
        """The endpoint for the path; werkzeug's NotFound and MethodNotAllowed pass through to the adapter."""
        adapter, endpoints = self._built()
        name, args = adapter.match(request.path, method=request.method)
        return endpoints[name](replace(request, args=args))
