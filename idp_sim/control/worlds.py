"""``ready``, ``reset`` and ``worlds``."""

from __future__ import annotations

from idp_sim.control.messages import NewWorld, Ready, Worlds
from idp_sim.control.operation import Call, Operation
from idp_sim.control.values import iso
from idp_sim.http import Response, json_response


def ready(call: Call) -> Response:
    """The ready document."""
    return json_response(call.control.worlds.ready(call.world))


def reset(call: Call) -> Response:
    """The world is its scenario again."""
    call.control.worlds.reset(call.world)
    return Response(status=204)


def list_worlds(call: Call) -> Response:
    """All worlds."""
    worlds = call.control.worlds.all()
    return json_response({"value": [{"id": w.id, "scenario": w.scenario, "created": iso(w.created)} for w in worlds]})


def create_world(call: Call) -> Response:
    """A further world and its ready document."""
    body: NewWorld = call.body
    world = call.control.worlds.create(body.scenario)
    location = f"{call.control.ports.settings.control_url}/ready?world={world}"
    return json_response(call.control.worlds.ready(world), 201, headers=(("Location", location),))


def delete_world(call: Call) -> Response:
    """Forget a further world."""
    call.control.worlds.delete(call.args["id"])
    return Response(status=204)


OPERATIONS = (
    Operation(
        method="GET",
        path="/ready",
        name="ready",
        summary="The ready document: addresses, people, passwords, applications.",
        handler=ready,
        answers=(200, Ready),
    ),
    Operation(
        method="POST",
        path="/reset",
        name="reset",
        summary="Make the world its scenario again: same ids and secrets; sessions, mail, logs and clock setting go.",
        handler=reset,
        answers=(204, None),
    ),
    Operation(
        method="GET",
        path="/worlds",
        name="list_worlds",
        summary="All worlds of this server.",
        handler=list_worlds,
        answers=(200, Worlds),
        in_world=False,
    ),
    Operation(
        method="POST",
        path="/worlds",
        name="create_world",
        summary="Make a further world from a shipped scenario or from a scenario object.",
        handler=create_world,
        answers=(201, Ready),
        body=NewWorld,
        example={"scenario": "contoso"},
        in_world=False,
    ),
    Operation(
        method="DELETE",
        path="/worlds/<id>",
        name="delete_world",
        summary="Forget a further world and everything in it.",
        handler=delete_world,
        answers=(204, None),
        refusals={404: "No such world.", 409: "The default world always exists."},
        in_world=False,
    ),
)
