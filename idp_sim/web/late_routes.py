"""Routes whose modules are imported when they are first asked for, or when the server has time.

A server that has just started answers its first request sooner when it need not import what serves
administration; ``warm`` does that in the background as soon as it listens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from werkzeug.routing import Map, MapAdapter, Rule

from idp_sim.http import Endpoint, Request, Response, Route


class LateRoutes:
    """One mount below ``prefix`` for a whole table of routes that ``make`` gives."""

    def __init__(self, *, prefix: str, methods: tuple[str, ...], make: Callable[[], list[Route]]) -> None:
        self._prefix = prefix
        self._methods = methods
        self._make = make
        self._guard = Lock()
        self._router: tuple[MapAdapter, dict[str, Endpoint]] | None = None

    def mounts(self) -> list[Route]:
        """The rows to mount now: the prefix itself and everything below it."""
        name = f"late{self._prefix.replace('/', '_').replace('.', '_')}"
        return [
            Route(rule=self._prefix, methods=self._methods, endpoint=self._answer, name=f"{name}_root"),
            Route(rule=f"{self._prefix}/<path:rest>", methods=self._methods, endpoint=self._answer, name=name),
        ]

    def warm(self) -> None:
        """Import and build what is behind the mount."""
        self._built()

    def _built(self) -> tuple[MapAdapter, dict[str, Endpoint]]:
        with self._guard:
            if self._router is None:
                routes = self._make()
                rules = [Rule(route.rule, endpoint=route.name, methods=route.methods) for route in routes]
                adapter = Map(rules, strict_slashes=False, merge_slashes=False).bind("localhost")
                self._router = adapter, {route.name: route.endpoint for route in routes}
        return self._router

    def _answer(self, request: Request) -> Response:
        adapter, endpoints = self._built()
        name, args = adapter.match(request.path, method=request.method)
        return endpoints[name](replace(request, args=args))
