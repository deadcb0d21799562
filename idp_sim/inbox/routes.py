"""``/inbox``: captured mail of a world, newest first; ``/inbox/{number}``: one message."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode

from idp_sim.edge import in_world, kept_world
from idp_sim.http import Request, Response, Route
from idp_sim.inbox.body import SANDBOX, body_response
from idp_sim.look import files
from idp_sim.look.render import Look
from idp_sim.pages.assets import load
from idp_sim.ports import Ports
from idp_sim.services import reading_mail
from idp_sim.services.worlds import DEFAULT_WORLD, Worlds
from idp_sim.world import Mail

HERE = "/inbox"
STYLE = load(Path(__file__).with_name("static") / "inbox.css", prefix=files.PREFIX)
LONGEST_SEARCH = 200


def inbox_routes(ports: Ports, worlds: Worlds) -> list[Route]:
    """The list, the list alone for the live update, a message, and the message's own HTML."""
    look = Look(Path(__file__).with_name("templates"), styles=(STYLE,))

    def missing(sentence: str) -> Response:
        return look.response("look/missing.html", here=HERE, status=404, sentence=sentence)

    @in_world(worlds, missing)
    def inbox(request: Request, world: str) -> Response:
        values = _listed(ports, world, _search(request))
        return look.response("inbox.html", here=HERE, world=_named(world), wide=True, **values)

    @in_world(worlds, missing)
    def live(request: Request, world: str) -> Response:
        search = _search(request)
        if request.query.get("seen") == _version(reading_mail.newest(ports, world, 1), search):
            return Response(status=204)
        return look.fragment("_mails.html", **_listed(ports, world, search))

    @in_world(worlds, missing)
    def message(request: Request, world: str) -> Response:
        mail = reading_mail.one(ports, world, request.args["number"])
        values = _listed(ports, world, _search(request), opened=mail.number)
        return look.response(
            "message.html",
            here=HERE,
            world=_named(world),
            wide=True,
            frames="'self'",
            mail=mail,
            sandbox=SANDBOX,
            **values,
        )

    @in_world(worlds, missing)
    def body(request: Request, world: str) -> Response:
        return body_response(reading_mail.one(ports, world, request.args["number"]).html)

    return [
        Route(rule="/inbox", methods=("GET",), endpoint=inbox, name="inbox"),
        Route(rule="/inbox/list", methods=("GET",), endpoint=live, name="inbox-list"),
        Route(rule="/inbox/<number>", methods=("GET",), endpoint=message, name="inbox-message"),
        Route(rule="/inbox/<number>/body", methods=("GET",), endpoint=body, name="inbox-body"),
    ]


def _search(request: Request) -> str:
    return (request.query.get("q") or "")[:LONGEST_SEARCH].strip()


def _listed(ports: Ports, world: str, search: str, *, opened: int | None = None) -> dict[str, object]:
    mails = reading_mail.found(ports, world, search)
    newest = mails[:1] if not search else reading_mail.newest(ports, world, 1)
    return {
        "mails": mails,
        "search": search,
        "opened": opened,
        "keep": kept_world(world),
        "kept": _query(world, q=search),
        "live": _query(world, q=search, seen=_version(newest, search)),
        "kept_world": None if world == DEFAULT_WORLD else world,
        "limit": reading_mail.MOST,
    }


def _version(newest: Iterable[Mail], search: str) -> str:
    """Changes with every delivery, and when the inbox was emptied or its world reset."""
    return next((f"{mail.number}.{mail.received.timestamp():.0f}" for mail in newest), "none")


def _query(world: str, **values: str) -> str:
    pairs = {"world": "" if world == DEFAULT_WORLD else world, **values}
    given = {name: value for name, value in pairs.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _named(world: str) -> str | None:
    return None if world == DEFAULT_WORLD else world
