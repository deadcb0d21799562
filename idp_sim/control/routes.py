"""The table of calls, and how they are mounted: token, method, input, handler, refusal."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from functools import cache

from idp_sim.control import (
    applications,
    clock,
    dns,
    errors,
    inbox,
    leave,
    openapi,
    phone,
    policies,
    sign_ins,
    users,
    worlds,
)
from idp_sim.control.errors import ControlError
from idp_sim.control.operation import Control, Headless, Operation
from idp_sim.http import Endpoint, Request, Response, Route, json_response
from idp_sim.ports import Ports
from idp_sim.scenario.nearest import nearest
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones
from idp_sim.services.worlds import Worlds

OPERATIONS: tuple[Operation, ...] = (
    *worlds.OPERATIONS,
    *clock.OPERATIONS,
    *inbox.OPERATIONS,
    *dns.OPERATIONS,
    *phone.OPERATIONS,
    *users.OPERATIONS,
    *leave.OPERATIONS,
    *applications.OPERATIONS,
    *sign_ins.OPERATIONS,
    *policies.OPERATIONS,
)

#: Every method reaches the endpoint of a path, so that a wrong one is answered in this API's own shape.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ROOT = "/_sim"
_NO_STORE = ("Cache-Control", "no-store")


def routes(*, ports: Ports, worlds: Worlds, mailroom: Mailroom, phones: Phones, headless: Headless) -> list[Route]:
    """The control API. ``headless(context, body)`` performs ``POST sign-ins``."""
    control = Control(ports=ports, worlds=worlds, mailroom=mailroom, phones=phones, headless=headless)
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = operation

    def guarded(endpoint: Endpoint) -> Endpoint:
        return lambda request: _answered(lambda: _with_token(request, ports.settings.control_token, endpoint))

    mounted = [
        Route(rule=f"{_ROOT}{path}", methods=METHODS, endpoint=guarded(_path(control, operations)), name=_name(path))
        for path, operations in by_path.items()
    ]
    described = _described(ports.settings.control_url)
    return [
        *mounted,
        Route(rule=f"{_ROOT}/openapi.json", methods=METHODS, endpoint=described, name="control.openapi"),
        Route(rule=_ROOT, methods=METHODS, endpoint=guarded(_unknown), name="control.root"),
        Route(rule=f"{_ROOT}/<path:rest>", methods=METHODS, endpoint=guarded(_unknown), name="control.unknown"),
    ]


def _path(control: Control, operations: dict[str, Operation]) -> Endpoint:
    """The endpoint of one path with its methods."""

    def endpoint(request: Request) -> Response:
        operation = operations.get(request.method)
        if operation is None:
            return _method_not_allowed(request, operations)
        return operation.handler(operation.call(request, control)).with_headers(_NO_STORE)

    return endpoint


def _with_token(request: Request, expected: str, endpoint: Endpoint) -> Response:
    given = request.bearer_token
    if given is None or not hmac.compare_digest(given.encode(), expected.encode()):
        problem = "is missing" if given is None else "is not the control token of this server"
        message = f"the header 'Authorization: Bearer CONTROL_TOKEN' is needed; the token {problem}"
        raise ControlError(401, "unauthorized", message)
    return endpoint(request)


def _answered(act: Callable[[], Response]) -> Response:
    try:
        return act()
    except errors.KNOWN as error:
        return errors.answer(error)


def _method_not_allowed(request: Request, allowed: Iterable[str]) -> Response:
    names = ", ".join(sorted(allowed))
    problem = f"{request.path} takes {names}, not {request.method}"
    return errors.answer(ControlError(405, "method_not_allowed", problem)).with_headers(("Allow", names))


def _unknown(request: Request) -> Response:
    known = [openapi.template(operation.path) for operation in OPERATIONS]
    near = nearest(request.path.removeprefix(_ROOT), known)
    raise errors.not_found(f"there is no {request.path}" + (f"; did you mean '{_ROOT}{near}'?" if near else ""))


def _described(control_url: str) -> Endpoint:
    """The description is made when first asked for, and needs no token: it holds no secret."""
    document = cache(lambda: openapi.document(OPERATIONS, control_url=control_url))

    def endpoint(request: Request) -> Response:
        if request.method != "GET":
            return _method_not_allowed(request, ("GET",))
        return json_response(document())

    return endpoint


def _name(path: str) -> str:
    return "control" + path.replace("/", ".").replace("<", "").replace(">", "")
