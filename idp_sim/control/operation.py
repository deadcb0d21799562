"""How a call is declared, and how its input is read: once, at the edge, with a sentence for every mistake."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from idp_sim.control.errors import ControlError, bad_request
from idp_sim.control.messages import Message
from idp_sim.decoders import decoder
from idp_sim.http import Params, Request, Response
from idp_sim.ports import Context, Ports
from idp_sim.scenario.nearest import hint
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones
from idp_sim.services.worlds import DEFAULT_WORLD, Worlds

#: Signs a person in without a browser: the request of ``POST sign-ins`` as a dict -> its answer.
Headless = Callable[[Context, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Control:
    """What the calls work with."""

    ports: Ports
    worlds: Worlds
    mailroom: Mailroom
    phones: Phones
    headless: Headless


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A query parameter. ``read`` turns its text into a value, ValueError says what was expected."""

    name: str
    description: str
    schema: Mapping[str, Any]
    read: Callable[[str], Any]
    example: Any
    default: Any = None


WORLD = Parameter(
    name="world",
    description="Id of the world; without it the default one.",
    schema={"type": "string", "default": DEFAULT_WORLD},
    read=str,
    example=DEFAULT_WORLD,
    default=DEFAULT_WORLD,
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call with everything it brought, checked. ``world`` is a world that exists (or the default one)."""

    control: Control
    world: str
    query: Mapping[str, Any]
    body: Any
    args: Mapping[str, str]

    @property
    def context(self) -> Context:
        """Where and when; NotFound for an unknown world."""
        return self.control.worlds.context(self.world)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one path: a row of the table that is the API.

    ``path`` is below ``/_sim``, with ``<name>`` for placeholders. ``answers`` maps the good status to its
    message type, None for no body. ``example`` is a body that the call takes.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Callable[[Call], Response]
    answers: tuple[int, type[Message] | None]
    body: type[Message] | None = None
    body_optional: bool = False
    example: Mapping[str, Any] | None = None
    query: tuple[Parameter, ...] = ()
    refusals: Mapping[int, str] = field(default_factory=dict)
    in_world: bool = True

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All query parameters."""
        return (*self.query, WORLD) if self.in_world else self.query

    def call(self, request: Request, control: Control) -> Call:
        """The checked call; ControlError, NotFound for an unknown world."""
        query = _read_query(request.query, self.parameters)
        world = query.pop("world", DEFAULT_WORLD)
        if self.in_world:
            control.worlds.by_id(world)
        left_out = self.body_optional and not request.body.strip()
        body = read_body(request.body, self.body) if self.body and not left_out else _no_body(request)
        return Call(control=control, world=world, query=query, body=body, args=request.args)


def _read_query(given: Params, declared: tuple[Parameter, ...]) -> dict[str, Any]:
    by_name = {parameter.name: parameter for parameter in declared}
    values = {parameter.name: parameter.default for parameter in declared}
    for name, text in given.pairs:
        if name not in by_name:
            raise bad_request(f"query: unknown parameter '{name}'{hint(name, by_name)}")
        if len(given.all(name)) > 1:
            raise bad_request(f"query: the parameter '{name}' is given more than once")
        try:
            values[name] = by_name[name].read(text)
        except ValueError as error:
            raise bad_request(f"query: {name}: {error} (got '{text}')") from None
    return values


def _no_body(request: Request) -> None:
    if request.body.strip() not in (b"", b"{}"):
        raise bad_request(f"body: {request.method} {request.path} takes no body")


def read_body(body: bytes, expected: type[Message]) -> Message:
    """The body as a message; ControlError names the key and what was expected."""
    try:
        message: Message = decoder(expected).decode(body)
        return message
    except msgspec.ValidationError as error:
        raise bad_request(_explained(str(error), expected)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        keys = ", ".join(field.encode_name for field in msgspec.structs.fields(expected))
        problem = "it is empty" if not body.strip() else f"it is not valid JSON ({error})"
        raise ControlError(
            400, "invalid_json", f"body: expected a JSON object with the keys {keys}; {problem}"
        ) from None


_PATH = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`$")
_QUOTED = re.compile(r"`([^`]*)`|'([^']*)'")
_JSON_WORDS = {
    "str": "text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


def _explained(message: str, expected: type[Message]) -> str:
    """msgspec's message as a sentence of ours: path first, words of JSON, the nearest name."""
    found = _PATH.search(message)
    path = found["path"] if found else ""
    text = _PATH.sub("", message)
    where = f"body: {path}: " if path else "body: "
    quoted = _QUOTED.search(text)
    named = (quoted[1] or quoted[2] or "") if quoted else ""
    if text.startswith("Object contains unknown field"):
        known = [field.encode_name for field in msgspec.structs.fields(_at(expected, path))]
        return f"{where}unknown key '{named}'{hint(named, known)}"
    if text.startswith("Object missing required field"):
        return f"{where}the key '{named}' is missing"
    if text.startswith("Invalid enum value"):
        choices = [choice for choice in _choices(_at(expected, path)) if isinstance(choice, str)]
        return f"{where}expected one of {', '.join(choices)} (got '{named}'){hint(named, choices)}"
    return where + _QUOTED.sub(lambda match: _in_words(match[1] or match[2]), text[:1].lower() + text[1:])


def _in_words(types: str) -> str:
    return " or ".join(_JSON_WORDS.get(name, f"'{name}'") for name in types.split(" | "))


def _at(expected: Any, path: str) -> Any:
    """The declared type at a path such as ``device.compliant``."""
    for part in filter(None, path.split(".")):
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(expected)}
        expected = fields[part]
    return expected


def _choices(kind: Any) -> list[Any]:
    if typing.get_origin(kind) is typing.Literal:
        return list(typing.get_args(kind))
    return [choice for part in typing.get_args(kind) for choice in _choices(part)]
