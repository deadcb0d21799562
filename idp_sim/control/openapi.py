"""``openapi.json``, made from the table of operations: what is mounted is what is described."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

import idp_sim
from idp_sim.control.messages import Error, Message
from idp_sim.control.operation import Operation, Parameter

_PLACEHOLDER = re.compile(r"<(\w+)>")
_REF = "#/components/schemas/{name}"


def document(operations: Iterable[Operation], *, control_url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 description of ``operations``. It holds no secret."""
    operations = tuple(operations)
    messages = {Error: None}
    for operation in operations:
        messages |= {kind: None for kind in (operation.body, operation.answers[1]) if kind is not None}
    _, schemas = msgspec.json.schema_components(list(messages), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(template(operation.path), {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "idp-sim control API",
            "version": idp_sim.__version__,
            "description": "The simulator's own API: worlds, time, mail, people, sign-ins. "
            "Times are those of the world, unless said otherwise.",
        },
        "servers": [{"url": control_url}],
        "security": [{"control_token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "control_token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The control token that the server printed when it started.",
                }
            },
        },
    }


def template(path: str) -> str:
    """``/users/<id>`` as OpenAPI writes it."""
    return _PLACEHOLDER.sub(r"{\1}", path)


def _described(operation: Operation) -> dict[str, Any]:
    status, answer = operation.answers
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [
            *(
                {"name": n, "in": "path", "required": True, "schema": {"type": "string"}}
                for n in _PLACEHOLDER.findall(operation.path)
            ),
            *(_parameter(parameter) for parameter in operation.parameters),
        ],
        "responses": {str(status): _good(answer), **_refusals(operation)},
    }
    if operation.body is not None:
        content = {"schema": _reference(operation.body), "example": operation.example}
        described["requestBody"] = {"required": not operation.body_optional, "content": {"application/json": content}}
    return described


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": dict(parameter.schema),
        "example": parameter.example,
    }


def _good(answer: type[Message] | None) -> dict[str, Any]:
    if answer is None:
        return {"description": "Done."}
    description = (answer.__doc__ or "").strip()
    return {"description": description, "content": {"application/json": {"schema": _reference(answer)}}}


def _refusals(operation: Operation) -> dict[str, Any]:
    known = {400: "The input is not as described.", 401: "The control token is missing or wrong."}
    if operation.in_world:
        known[404] = "No such world."
    known |= operation.refusals
    content = {"application/json": {"schema": _reference(Error)}}
    return {str(status): {"description": text, "content": content} for status, text in sorted(known.items())}


def _reference(kind: type[Message]) -> dict[str, str]:
    return {"$ref": _REF.format(name=kind.__name__)}
