"""``/`` and ``/codes``: the first pages that a newcomer sees (product.md 2)."""

from __future__ import annotations

from pathlib import Path

from idp_sim.http import Request, Response, Route
from idp_sim.look.render import Look
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services import authenticator
from idp_sim.services.worlds import DEFAULT_WORLD, Worlds
from idp_sim.ui.door import Door
from idp_sim.ui.overview import overview, without_secrets

#: The longest key that anybody types into the authenticator.
LONGEST_KEY = 128


def start_routes(ports: Ports, worlds: Worlds, door: Door) -> list[Route]:
    """Routes of the start page and of the authenticator."""
    look = Look(Path(__file__).with_name("templates"))

    def start(request: Request) -> Response:
        context = _context(worlds, request)
        if context is None:
            return _no_such_world(look, request)
        local = door.is_open(request)
        shown = overview(ports, context, worlds.tenants(context.world))
        return look.response(
            "start.html",
            here="/",
            world=_named(context),
            overview=shown if local else without_secrets(shown),
            local=local,
            record=worlds.by_id(context.world),
            settings=ports.settings,
            now=context.now,
            codes_end=authenticator.period_end(context.now),
            seconds_left=authenticator.seconds_left(context.now),
        )

    def codes(request: Request) -> Response:
        """The authenticator. htmx gets what it swaps into the start page, everybody else a page that renews itself."""
        context = _context(worlds, request)
        if context is None:
            return _no_such_world(look, request)
        local = door.is_open(request)
        rows = authenticator.codes(ports, context, worlds.tenants(context.world)) if local else ()
        key = (request.query.get("key") or "")[:LONGEST_KEY]
        values = {
            "rows": rows,
            "local": local,
            "key": key,
            "key_code": authenticator.code_of(key, context.now) if key else None,
            "world": _named(context),
            "now": context.now,
            "codes_end": authenticator.period_end(context.now),
            "seconds_left": authenticator.seconds_left(context.now),
        }
        if request.headers.get("hx-request"):
            return look.fragment("codes_fragment.html", **values)
        return look.response("codes.html", **values)

    return [
        Route(rule="/", methods=("GET",), endpoint=start, name="start"),
        Route(rule="/codes", methods=("GET",), endpoint=codes, name="start-codes"),
    ]


def _context(worlds: Worlds, request: Request) -> Context | None:
    try:
        return worlds.context(request.query.get("world") or DEFAULT_WORLD)
    except NotFound:
        return None


def _named(context: Context) -> str | None:
    return None if context.world == DEFAULT_WORLD else context.world


def _no_such_world(look: Look, request: Request) -> Response:
    return look.response("no_world.html", status=404, name=request.query.get("world"))
