"""``/phone``: what the phones of the simulated people show."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from idp_sim.edge import in_world
from idp_sim.http import Request, Response, Route, redirect
from idp_sim.look import files
from idp_sim.look.render import Look
from idp_sim.pages.assets import load
from idp_sim.phone import messages
from idp_sim.phone.view import phones
from idp_sim.ports import NotFound, Ports
from idp_sim.services.authenticator import codes, seconds_left
from idp_sim.services.phones import Phones
from idp_sim.services.totp import PERIOD
from idp_sim.services.worlds import DEFAULT_WORLD, Worlds

HERE = "/phone"
STYLE = load(Path(__file__).with_name("static") / "phone.css", prefix=files.PREFIX)
LONGEST_NAME = 320
LONGEST_NUMBER = 18


def phone_routes(ports: Ports, worlds: Worlds, phones_of: Phones) -> list[Route]:
    """The page, its two halves alone for the live update, and the answers to push requests."""
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

    def listed(request: Request, world: str) -> dict[str, object]:
        user = (request.query.get("user") or "")[:LONGEST_NAME].strip()
        now = worlds.context(world).now
        found = messages.shown(phones_of.messages(world), now, words=user)
        kept = {"world": "" if world == DEFAULT_WORLD else world, "user": user}
        query = urlencode({name: value for name, value in kept.items() if value})
        seen = messages.version(found)
        return {
            "messages": found,
            "now": now,
            "seen": seen,
            "news": f"?{urlencode({**{n: v for n, v in kept.items() if v}, 'seen': seen})}",
            "query": f"?{query}" if query else "",
        }

    @in_world(worlds, missing)
    def phone(request: Request, world: str) -> Response:
        given = values(request, world) | listed(request, world)
        return look.response("phone.html", here=HERE, world=None if world == DEFAULT_WORLD else world, **given)

    @in_world(worlds, missing)
    def live(request: Request, world: str) -> Response:
        return look.fragment("_phones.html", **values(request, world))

    @in_world(worlds, missing)
    def news(request: Request, world: str) -> Response:
        """Nothing while nothing changed, so that what is being typed stays."""
        given = listed(request, world)
        if request.query.get("seen") == given["seen"]:
            return Response(status=204)
        return look.fragment("_messages.html", **given)

    @in_world(worlds, missing)
    def approval(request: Request, world: str) -> Response:
        text = request.args["number"]
        if not text.isascii() or not text.isdecimal() or len(text) > LONGEST_NUMBER:
            raise NotFound(f"push request {text}")
        problem = messages.answer(phones_of, world, int(text), request.form, worlds.context(world).now)
        if problem is not None:
            return look.response("look/missing.html", here=HERE, status=400, sentence=problem)
        return redirect(f"{HERE}{listed(request, world)['query']}", 303)

    return [
        Route(rule="/phone", methods=("GET",), endpoint=phone, name="phone"),
        Route(rule="/phone/codes", methods=("GET",), endpoint=live, name="phone-codes"),
        Route(rule="/phone/news", methods=("GET",), endpoint=news, name="phone-news"),
        Route(rule="/phone/approvals/<number>", methods=("POST",), endpoint=approval, name="phone-approval"),
    ]
