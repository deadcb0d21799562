"""``dns``: the world's simulated DNS, where partners prove what is theirs (entra-sign-in 4.1)."""

from __future__ import annotations

from typing import Any

from idp_sim.control.messages import DnsEntries, DnsEntry
from idp_sim.control.operation import Call, Operation, Parameter
from idp_sim.http import Response, json_response
from idp_sim.services import dns
from idp_sim.world import DnsRecord

EXAMPLE = {"name": "partner.example", "type": "TXT", "value": "DirectFedAuthUrl=https://login.example/saml"}


def _parameter(name: str, description: str) -> Parameter:
    return Parameter(name=name, description=description, schema={"type": "string"}, read=str, example=EXAMPLE[name])


NAME = _parameter("name", "Only records of this name, in any case.")
TYPE = _parameter("type", "Only records of this type.")
VALUE = _parameter("value", "Only records with exactly this value.")


def list_records(call: Call) -> Response:
    """Records in the order in which they were published."""
    found = dns.records(call.control.ports, call.world, name=call.query["name"], kind=call.query["type"])
    return json_response({"value": [_entry(record) for record in found]})


def publish(call: Call) -> Response:
    """Publish a record; one that is there already stays as it is."""
    body: DnsEntry = call.body
    record = dns.publish(call.control.ports, call.world, name=body.name, kind=body.type, value=body.value)
    return json_response(_entry(record), 201)


def withdraw(call: Call) -> Response:
    """Take away the record of the body, or every record that the query names; without either all of them."""
    ports, body, query = call.control.ports, call.body, call.query
    if body is not None:
        wanted = DnsRecord.of(body.name, body.type, body.value)
        found = [record for record in dns.records(ports, call.world) if record == wanted]
    else:
        found = dns.records(ports, call.world, name=query["name"], kind=query["type"])
        found = [record for record in found if query["value"] in (None, record.value)]
    for record in found:
        dns.withdraw(ports, call.world, record)
    return Response(status=204)


def _entry(record: DnsRecord) -> dict[str, Any]:
    return {"name": record.name, "type": record.type, "value": record.value}


OPERATIONS = (
    Operation(
        method="GET",
        path="/dns",
        name="list_dns_records",
        summary="Records of the world's simulated DNS.",
        handler=list_records,
        answers=(200, DnsEntries),
        query=(NAME, TYPE),
    ),
    Operation(
        method="POST",
        path="/dns",
        name="publish_dns_record",
        summary="Publish a record.",
        handler=publish,
        answers=(201, DnsEntry),
        body=DnsEntry,
        example=EXAMPLE,
    ),
    Operation(
        method="DELETE",
        path="/dns",
        name="withdraw_dns_records",
        summary="Take records away: the one in the body, or those that the query names.",
        handler=withdraw,
        answers=(204, None),
        body=DnsEntry,
        body_optional=True,
        example=EXAMPLE,
        query=(NAME, TYPE, VALUE),
    ),
)
