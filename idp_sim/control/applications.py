"""``applications``: registered in one call, for the command line and for tests; Graph does the same in three."""

from __future__ import annotations

from idp_sim.control.errors import ControlError, bad_request
from idp_sim.control.messages import NewApplication, ReadyApplication
from idp_sim.control.operation import Call, Operation
from idp_sim.http import Response, json_response
from idp_sim.ports import AlreadyExists
from idp_sim.services import registrations
from idp_sim.services.ready import application_entry


def create(call: Call) -> Response:
    """A new application; the answer has its client id and, for the platform ``web``, its secret."""
    body: NewApplication = call.body
    tenant = call.control.worlds.tenant_named(call.world, body.tenant)
    try:
        application = registrations.register(
            call.control.ports,
            call.context,
            tenant,
            name=body.name,
            platform=body.platform,
            redirect_uris=body.redirect_uris,
        )
    except registrations.InvalidRegistration as error:
        raise bad_request(f"body: {error}") from None
    except AlreadyExists:
        problem = f"there is an application '{body.name}' in '{tenant.name}' already"
        raise ControlError(409, "already_exists", f"body: name: {problem}") from None
    return json_response(application_entry(tenant, application), 201)


OPERATIONS = (
    Operation(
        method="POST",
        path="/applications",
        name="create_application",
        summary="Register an application; its principal and, for the platform 'web', a client secret come with it.",
        handler=create,
        answers=(201, ReadyApplication),
        body=NewApplication,
        example={"tenant": "contoso", "name": "my-app", "redirect_uris": ["http://localhost:3000/auth/callback"]},
        refusals={404: "No such tenant.", 409: "The name is taken."},
    ),
)
