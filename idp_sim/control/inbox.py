"""``inbox/messages``: captured mail."""

from __future__ import annotations

from typing import Any

from idp_sim.control.messages import MailMessages
from idp_sim.control.operation import Call, Operation, Parameter
from idp_sim.control.values import iso, seconds, whole_number
from idp_sim.http import Response, json_response
from idp_sim.services.bell import LONGEST_WAIT
from idp_sim.world import Mail

TO = Parameter(
    name="to",
    description="Only messages to this address, in any case.",
    schema={"type": "string"},
    read=str,
    example="ana@fabrikam.example",
)
AFTER = Parameter(
    name="after",
    description="Only messages with a higher id.",
    schema={"type": "integer", "minimum": 0, "default": 0},
    read=whole_number,
    example=1,
    default=0,
)
WAIT = Parameter(
    name="wait",
    description="Real seconds to wait for a message if there is none; more than 60 counts as 60.",
    schema={"type": "number", "minimum": 0, "default": 0},
    read=seconds(LONGEST_WAIT),
    example=5,
    default=0.0,
)


def list_messages(call: Call) -> Response:
    """Messages, oldest first; with ``wait`` as soon as there is one."""
    query = call.query
    found = call.control.mailroom.messages(call.world, to=query["to"], after=query["after"], wait=query["wait"])
    return json_response({"value": [message_entry(mail) for mail in found]})


def empty(call: Call) -> Response:
    """Throw all messages away."""
    call.control.mailroom.empty(call.world)
    return Response(status=204)


def message_entry(mail: Mail) -> dict[str, Any]:
    """A message on the wire."""
    return {
        "id": mail.number,
        "to": mail.to,
        "from": mail.sender,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "links": list(mail.links),
        "passcode": mail.passcode,
        "received": iso(mail.received),
        "reply_to": mail.reply_to,
        "cc": list(mail.cc),
    }


OPERATIONS = (
    Operation(
        method="GET",
        path="/inbox/messages",
        name="list_messages",
        summary="Captured mail, oldest first.",
        handler=list_messages,
        answers=(200, MailMessages),
        query=(TO, AFTER, WAIT),
    ),
    Operation(
        method="DELETE",
        path="/inbox/messages",
        name="empty_inbox",
        summary="Throw all messages away; ids go on counting.",
        handler=empty,
        answers=(204, None),
    ),
)
