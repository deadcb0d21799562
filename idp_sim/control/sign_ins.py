"""``sign-ins``: headless sign-in, the list of sign-ins, and why each ended as it did."""

from __future__ import annotations

import ipaddress
from typing import Any

import msgspec

from idp_sim.applications.model import Application
from idp_sim.control.errors import bad_request, not_found
from idp_sim.control.messages import Explanation, NewSignIn, SignIn, SignInResult, SignIns, Trace
from idp_sim.control.operation import Call, Operation
from idp_sim.control.values import iso
from idp_sim.http import Response, json_response
from idp_sim.scenario.nearest import hint
from idp_sim.services import sign_in_log, traces, wire
from idp_sim.services.sign_in_log import SignInEntry


def sign_in(call: Call) -> Response:
    """Sign a person in through the very steps of a browser."""
    body: NewSignIn = call.body
    tenant = call.control.worlds.tenant_named(call.world, body.tenant)
    applications = call.control.ports.storage.find(call.world, tenant.id, Application)
    names = [application.name for application in applications]
    if body.application not in names:
        problem = f"there is no application '{body.application}' in '{tenant.name}'"
        raise not_found(f"body: application: {problem}{hint(body.application, names)}")
    try:
        ipaddress.ip_address(body.ip_address)
    except ValueError:
        raise bad_request(f"body: ip_address: expected an IP address (got '{body.ip_address}')") from None
    return json_response(call.control.headless(call.context, msgspec.to_builtins(body)))


def list_sign_ins(call: Call) -> Response:
    """Finished and refused sign-ins, newest first."""
    found = sign_in_log.entries(call.control.ports, call.world, call.control.worlds.tenants(call.world))
    return json_response({"value": [summary(entry) for entry in found]})


def read(call: Call) -> Response:
    """One sign-in with its steps."""
    where = (call.control.ports, call.world, call.control.worlds.tenants(call.world), call.args["id"])
    entry = sign_in_log.entry(*where)
    error = dict(zip(("code", "name", "message"), entry.error, strict=True)) if entry.error else None
    return json_response({**summary(entry), "error": error, "steps": sign_in_log.steps(*where)})


def explain(call: Call) -> Response:
    """Every decision of a sign-in."""
    where = (call.control.ports, call.world, call.control.worlds.tenants(call.world), call.args["id"])
    entry = sign_in_log.entry(*where)
    return json_response({"id": entry.id, "outcome": entry.outcome, "decisions": sign_in_log.explanation(*where)})


def trace(call: Call) -> Response:
    """Every protocol message of a sign-in, raw and decoded."""
    told = traces.trace(call.control.ports, call.world, call.control.worlds.tenants(call.world), call.args["id"])
    messages = [
        {
            "from": crossing.sender.name,
            "to": crossing.receiver.name,
            "protocol": crossing.message.protocol,
            "name": crossing.message.name,
            "instant": iso(crossing.message.instant),
            "raw": wire.raw(crossing.message),
            "decoded": wire.decoded(crossing.message),
        }
        for crossing in told.crossings
    ]
    return json_response({"id": told.entry.id, "outcome": told.entry.outcome, "messages": messages})


def summary(entry: SignInEntry) -> dict[str, Any]:
    """A sign-in of the list."""
    return {
        "id": entry.id,
        "tenant": entry.tenant,
        "user": entry.user,
        "application": entry.application,
        "created": iso(entry.created),
        "outcome": entry.outcome,
        "code": entry.code,
        "correlation_id": entry.correlation_id,
    }


OPERATIONS = (
    Operation(
        method="POST",
        path="/sign-ins",
        name="sign_in",
        summary="Headless sign-in through the very steps of a browser.",
        handler=sign_in,
        answers=(200, SignInResult),
        body=NewSignIn,
        example={"tenant": "contoso", "user": "ana@fabrikam.example", "application": "portal"},
        refusals={404: "No such tenant or application."},
    ),
    Operation(
        method="GET",
        path="/sign-ins",
        name="list_sign_ins",
        summary="Finished and refused sign-ins, newest first.",
        handler=list_sign_ins,
        answers=(200, SignIns),
    ),
    Operation(
        method="GET",
        path="/sign-ins/<id>",
        name="read_sign_in",
        summary="One sign-in with what happened.",
        handler=read,
        answers=(200, SignIn),
        refusals={404: "No such sign-in."},
    ),
    Operation(
        method="GET",
        path="/sign-ins/<id>/explanation",
        name="explain_sign_in",
        summary="Every decision of a sign-in, of both tenants, in order.",
        handler=explain,
        answers=(200, Explanation),
        refusals={404: "No such sign-in."},
    ),
    Operation(
        method="GET",
        path="/traces/<id>",
        name="trace_sign_in",
        summary="Every protocol message of a sign-in, raw and decoded, secrets masked.",
        handler=trace,
        answers=(200, Trace),
        refusals={404: "No such sign-in."},
    ),
)
