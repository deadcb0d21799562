"""``/explain`` and ``/explain/{id}``: the sign-ins of a world, and why each ended as it did."""

from __future__ import annotations

from pathlib import Path

from idp_sim.edge import in_world, kept_world
from idp_sim.explain.diagram import draw
from idp_sim.explain.view import rows
from idp_sim.http import Request, Response, Route
from idp_sim.look import files
from idp_sim.look.render import Look
from idp_sim.pages.assets import load
from idp_sim.ports import Ports
from idp_sim.services import sign_in_log, traces
from idp_sim.services.worlds import DEFAULT_WORLD, Worlds
from idp_sim.sign_in.model import SignInRow

HERE = "/explain"
STYLE = load(Path(__file__).with_name("static") / "explain.css", prefix=files.PREFIX)
#: How many sign-ins the list shows.
MOST = 200


def explain_routes(ports: Ports, worlds: Worlds) -> list[Route]:
    """Both pages, and the list alone for the live update."""
    look = Look(Path(__file__).with_name("templates"), styles=(STYLE,))

    def missing(sentence: str) -> Response:
        return look.response("look/missing.html", here=HERE, status=404, sentence=sentence)

    @in_world(worlds, missing)
    def sign_ins(request: Request, world: str) -> Response:
        return look.response("sign_ins.html", here=HERE, world=_named(world), **_listed(ports, worlds, world))

    @in_world(worlds, missing)
    def live(request: Request, world: str) -> Response:
        if request.query.get("seen") == _version(ports, worlds, world):
            return Response(status=204)
        return look.fragment("_sign_in_rows.html", **_listed(ports, worlds, world))

    @in_world(worlds, missing)
    def explain(request: Request, world: str) -> Response:
        tenants = worlds.tenants(world)
        trace = traces.trace(ports, world, tenants, request.args["id"])
        story = rows(trace)
        return look.response(
            "trace.html",
            here=HERE,
            world=_named(world),
            wide=True,
            keep=kept_world(world),
            entry=trace.entry,
            tenant=next(tenant.display_name for tenant in tenants if tenant.name == trace.entry.tenant),
            rows=story,
            drawing=draw(story, trace.parties),
            final=next((row for row in story if row.last_word), None),
            messages=len(trace.crossings),
            decisions=sum(row.kind == "rule" for row in story),
        )

    return [
        Route(rule="/explain", methods=("GET",), endpoint=sign_ins, name="explain"),
        Route(rule="/explain/list", methods=("GET",), endpoint=live, name="explain-list"),
        Route(rule="/explain/<id>", methods=("GET",), endpoint=explain, name="explain-one"),
    ]


def _listed(ports: Ports, worlds: Worlds, world: str) -> dict[str, object]:
    version = _version(ports, worlds, world)  # first: what comes meanwhile is shown by the next look
    entries = sign_in_log.entries(ports, world, worlds.tenants(world))
    return {
        "keep": kept_world(world),
        "version": version,
        "entries": entries[:MOST],
        "more": max(len(entries) - MOST, 0),
    }


def _version(ports: Ports, worlds: Worlds, world: str) -> str:
    """Changes whenever a row is added to any tenant's log, or the log is gone."""
    newest = (
        ports.storage.find(world, tenant.id, SignInRow, limit=1, newest_first=True) for tenant in worlds.tenants(world)
    )
    return str(max((row.order for rows_ in newest for row in rows_), default=0))


def _named(world: str) -> str | None:
    return None if world == DEFAULT_WORLD else world
