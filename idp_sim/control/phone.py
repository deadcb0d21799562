"""``phone``: what reached the simulated phones, and the answers to push requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from idp_sim.control.errors import ControlError, bad_request, not_found
from idp_sim.control.inbox import AFTER, WAIT
from idp_sim.control.messages import ApprovalAnswer, PhoneMessage, PhoneMessages
from idp_sim.control.operation import Call, Operation, Parameter
from idp_sim.control.values import iso
from idp_sim.http import Response, json_response
from idp_sim.ports import NotFound
from idp_sim.services.phones import ApprovalRefused, state_of
from idp_sim.world import Approval
from idp_sim.world import PhoneMessage as Message

USER = Parameter(
    name="user",
    description="Only messages to this person: user principal name, or the address that a guest signs in with.",
    schema={"type": "string"},
    read=str,
    example="nora@northwind.example",
)
#: Refusals of an answer to a push request that are not about how the call was made.
_CONFLICTS = frozenset({"already_answered", "expired"})


def list_messages(call: Call) -> Response:
    """Messages, oldest first; with ``wait`` as soon as there is one."""
    query = call.query
    found = call.control.phones.messages(call.world, user=query["user"], after=query["after"], wait=query["wait"])
    now = call.context.now
    return json_response({"value": [message_entry(message, now) for message in found]})


def answer(call: Call) -> Response:
    """Approve or deny a push request."""
    body: ApprovalAnswer = call.body
    text = call.args["id"]
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise not_found(f"there is no push request '{text}'")
    try:
        decided = call.control.phones.decide(
            call.world, int(text), Approval(body.decision), matched=body.number, now=call.context.now
        )
    except NotFound:
        raise not_found(f"there is no push request '{text}'") from None
    except ApprovalRefused as error:
        if error.code in _CONFLICTS:
            raise ControlError(409, error.code, str(error)) from None
        raise bad_request(f"body: number: {error}", error.code) from None
    return json_response(message_entry(decided, call.context.now))


def message_entry(message: Message, now: datetime) -> dict[str, Any]:
    """A message on the wire."""
    return {
        "id": message.number,
        "kind": message.kind.value,
        "tenant": message.tenant_name,
        "user": message.address,
        "user_principal_name": message.user_principal_name,
        "phone": message.phone,
        "application": message.application,
        "text": message.text,
        "code": message.code,
        "number": message.match,
        "state": state_of(message, now),
        "received": iso(message.sent),
        "expires": iso(message.expires),
    }


OPERATIONS = (
    Operation(
        method="GET",
        path="/phone/messages",
        name="list_phone_messages",
        summary="Text messages, calls and push requests of the simulated phones, oldest first.",
        handler=list_messages,
        answers=(200, PhoneMessages),
        query=(USER, AFTER, WAIT),
    ),
    Operation(
        method="POST",
        path="/phone/approvals/<id>",
        name="answer_push_request",
        summary="Approve or deny a push request; to approve, with the number that the sign-in page shows.",
        handler=answer,
        answers=(200, PhoneMessage),
        body=ApprovalAnswer,
        example={"decision": "approve", "number": 42},
        refusals={
            400: "The number is missing or wrong (a wrong one denies the request), or it is no push request.",
            404: "There is no such message.",
            409: "The request was answered before, or has expired.",
        },
    ),
)
