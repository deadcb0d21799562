"""``/phone``: what the phones of the simulated people show."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from idp_sim.edge import in_world
from idp_sim.http import Request, Response, Route
from idp_sim.look import files
from idp_sim.look.render import Look
from idp_sim.pages.assets import load
from idp_sim.phone.view import phones
from idp_sim.ports import Ports
from idp_sim.services.authenticator import codes, seconds_left
from idp_sim.services.second_factor import PERIOD
from idp_sim.services.worlds import DEFAULT_WORLD, Worlds

HERE = "/phone"
STYLE = load(Path(__file__).with_name("static") / "phone.css", prefix=files.PREFIX)
LONGEST_NAME = 320


def phone_routes(ports: Ports, worlds: Worlds) -> list[Route]:
    """The page, and its phones alone for the live update."""
    look = Look(Path(__file__).with_name("templates"), styles=(STYLE,))

    def missing(sentence: str) -> Response:
        return look.response("look/missing.html", here=HERE, status=404, sentence=sentence)

    def values(request: Request, world: str) -> dict[str, object]:
        user = (request.query.get("user") or "")[:LONGEST_NAME].strip()
        context = worlds.context(world)
        kept = {"world": "" if world == DEFAULT_WORLD else world, "user": user}
        return {
            "phones": phones(codes(ports, context, worlds.tenants(world)), words=user),
            "user": user,
            "now": context.now,
            "left": seconds_left(context.now),
            "period": int(PERIOD.total_seconds()),
            "stands": ports.clocks.setting(world).frozen_at is not None,
            "live": f"?{urlencode({name: value for name, value in kept.items() if value})}",
            "kept_world": kept["world"] or None,
        }

    @in_world(worlds, missing)
    def phone(request: Request, world: str) -> Response:
        given = values(request, world)
        return look.response("phone.html", here=HERE, world=None if world == DEFAULT_WORLD else world, **given)

    @in_world(worlds, missing)
    def live(request: Request, world: str) -> Response:
        return look.fragment("_phones.html", **values(request, world))

    return [
        Route(rule="/phone", methods=("GET",), endpoint=phone, name="phone"),
        Route(rule="/phone/codes", methods=("GET",), endpoint=live, name="phone-codes"),
    ]
