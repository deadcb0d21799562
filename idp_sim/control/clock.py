"""``clock``: time that tests move."""

from __future__ import annotations

from msgspec import UNSET

from idp_sim.control.errors import bad_request
from idp_sim.control.messages import Clock, ClockChange
from idp_sim.control.operation import Call, Operation
from idp_sim.control.values import duration, instant, iso
from idp_sim.http import Response, json_response


def read(call: Call) -> Response:
    """The world's time, and whether it stands."""
    clocks = call.control.ports.clocks
    frozen = clocks.setting(call.world).frozen_at is not None
    return json_response({"now": iso(clocks.now(call.world)), "frozen": frozen})


def change(call: Call) -> Response:
    """Move, set, stop or start the clock; the answer is the clock afterwards."""
    body: ClockChange = call.body
    clocks, world = call.control.ports.clocks, call.world
    if body.advance is not UNSET and body.set is not UNSET:
        raise bad_request("body: give one of 'advance' and 'set', not both")
    if body.advance is UNSET and body.set is UNSET and body.freeze is UNSET:
        raise bad_request("body: expected one of the keys 'advance', 'set' and 'freeze'")
    where = "advance" if body.advance is not UNSET else "set"
    try:
        if body.advance is not UNSET:
            clocks.advance(world, duration(body.advance))
        elif body.set is not UNSET:
            clocks.set(world, instant(body.set))
    except ValueError as error:
        given = body.advance if body.advance is not UNSET else body.set
        raise bad_request(f"body: {where}: {error} (got '{given}')") from None
    if body.freeze is not UNSET:
        clocks.freeze(world, body.freeze)
    return read(call)


OPERATIONS = (
    Operation(
        method="GET",
        path="/clock",
        name="read_clock",
        summary="The world's time.",
        handler=read,
        answers=(200, Clock),
    ),
    Operation(
        method="POST",
        path="/clock",
        name="change_clock",
        summary="Move the world's clock by a duration, set it, stop it or let it run.",
        handler=change,
        answers=(200, Clock),
        body=ClockChange,
        example={"advance": "P31D"},
    ),
)
