"""``leave``: a guest removes himself from an organisation, which the real product has in its portal only."""

from __future__ import annotations

from idp_sim.control.errors import ControlError
from idp_sim.control.messages import Leaving
from idp_sim.control.operation import Call, Operation
from idp_sim.http import Response
from idp_sim.services.leaving import CannotLeave, leave


def leave_organization(call: Call) -> Response:
    """The guest object goes to the deleted items."""
    body: Leaving = call.body
    tenant = call.control.worlds.tenant_named(call.world, body.tenant)
    try:
        leave(call.control.ports, call.context, tenant, body.user)
    except CannotLeave as error:
        raise ControlError(409, "cannot_leave", f"body: user: {error}") from None
    return Response(status=204)


OPERATIONS = (
    Operation(
        method="POST",
        path="/leave",
        name="leave_organization",
        summary="Let a guest leave an organization.",
        handler=leave_organization,
        answers=(204, None),
        body=Leaving,
        example={"tenant": "contoso", "user": "nora@northwind.example"},
        refusals={404: "No such tenant or guest.", 409: "The person can't leave."},
    ),
)
