"""The one endpoint of Graph: authenticate, find the resource, check, perform, answer (graph-api 1)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from federation.errors import FederationError
from idp_sim.graph import errors
from idp_sim.graph.bodies import checked, read_object
from idp_sim.graph.errors import CHALLENGE, GraphError, Problem
from idp_sim.graph.listing import collection, entity, matching
from idp_sim.graph.paths import Kind, Paths, Target
from idp_sim.graph.permissions import allowed
from idp_sim.graph.query import parse_query
from idp_sim.graph.registry import RESOURCES
from idp_sim.graph.resource import Call, Handler, Operation, Resource
from idp_sim.http import Endpoint, Request, Response, Route
from idp_sim.ports import AlreadyExists, Conflict, NotFound, Ports
from idp_sim.services.authenticate_call import authenticate
from idp_sim.services.worlds import DEFAULT_WORLD

if TYPE_CHECKING:
    from idp_sim.services.inbox import Mailroom
    from idp_sim.services.worlds import Worlds

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")

SUCCESS_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
#: The Python SDK reads errors of this type only (graph-api 4.1).
ERROR_TYPE = "application/json"

_EXPOSED = (
    "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, WWW-Authenticate, Retry-After"
)
_PREFLIGHT_HEADERS = (
    "Authorization, Content-Type, ConsistencyLevel, Prefer, client-request-id, return-client-request-id, "
    "SdkVersion, X-AnchorMailbox, If-Match"
)
_GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_DIAGNOSTIC = json.dumps(
    {
        "ServerInfo": {
            "DataCenter": "idp-sim",
            "Slice": "E",
            "Ring": "1",
            "ScaleUnit": "000",
            "RoleInstance": "idp-sim",
        }
    }
)

#: Which operation an HTTP method asks for, by what the path names.
_OPERATIONS: dict[tuple[Kind, str], Operation] = {
    (Kind.COLLECTION, "GET"): Operation.LIST,
    (Kind.COLLECTION, "POST"): Operation.CREATE,
    (Kind.COUNT, "GET"): Operation.LIST,
    (Kind.ONE, "GET"): Operation.GET,
    (Kind.ONE, "PATCH"): Operation.UPDATE,
    (Kind.ONE, "DELETE"): Operation.DELETE,
    (Kind.ACTION, "POST"): Operation.ACTION,
}


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Graph over one set of ports; ``routes`` mounts it."""

    ports: Ports
    worlds: Worlds
    mailroom: Mailroom
    resources: tuple[Resource, ...] = RESOURCES
    paths: dict[str, Paths] = field(init=False)

    def __post_init__(self) -> None:
        trees = {
            "v1.0": Paths(self.resources),
            "beta": Paths(resource for resource in self.resources if resource.beta),
        }
        object.__setattr__(self, "paths", trees)

    def endpoint(self, version: str) -> Endpoint:
        """The endpoint of a version: never raises, whatever arrives."""
        return lambda request: self._answer(version, request)

    def _answer(self, version: str, request: Request) -> Response:
        if request.method == "OPTIONS":
            return _preflight()
        ids = self._ids(request)
        now = self.ports.clocks.now(DEFAULT_WORLD)
        try:
            context, principal = authenticate(
                request.bearer_token, ports=self.ports, worlds=self.worlds, correlation_id=ids.correlation
            )
            now = context.now
            call = Call(
                version=version,
                context=context,
                principal=principal,
                ports=self.ports,
                mailroom=self.mailroom,
            )
            response = self._perform(request, call)
        except (GraphError, FederationError) as error:
            response = self._refusal(error, ids, now)
        return response.with_headers(*_common_headers(ids))

    def _perform(self, request: Request, call: Call) -> Response:
        target = self.paths[call.version].resolve(_path(request))
        operation, handler = _asked(target, request.method)
        resource = target.resource
        body = read_object(request) if operation in (Operation.CREATE, Operation.UPDATE) else {}
        if handler.access.user_only and call.principal.app_only:
            raise GraphError(Problem.USER_NEEDED)
        if not allowed(handler.access, call.principal, key=target.key, body=body):
            raise GraphError(resource.denied, tenant=call.tenant)
        call = replace(
            call,
            key=target.key,
            body=checked(resource, body, operation) if body or operation is Operation.CREATE else {},
            query=parse_query(
                request.query,
                request.headers,
                resource=resource.path,
                collection=operation is Operation.LIST,
            ),
        )
        result = _run(handler, resource, call)
        if target.kind is Kind.COUNT:
            return _count(resource, call, result)
        return self._success(operation, resource, call, result, request)

    def _success(self, operation: Operation, resource: Resource, call: Call, result: Any, request: Request) -> Response:
        match operation:
            case Operation.LIST:
                url = f"{self.ports.settings.base_url}/{call.version}/{quote(_path(request).strip('/'))}"
                return _json(collection(resource, call, result, url=url))
            case Operation.GET:
                return _json(entity(resource, call, result))
            case Operation.CREATE:
                body = entity(resource, call, result)
                location = f"{self.ports.settings.base_url}/{call.version}{resource.path}/{body.get(resource.key)}"
                return _json(body, 201).with_headers(("Location", location))
            case _:
                return Response(status=204)

    def _refusal(self, error: GraphError | FederationError, ids: _Ids, now: datetime) -> Response:
        refusal = errors.answer(error)
        body = errors.body(refusal, now=now, request_id=ids.request, client_request_id=ids.client)
        response = _json(body, refusal.status, content_type=ERROR_TYPE)
        if refusal.status == 401:
            challenge = CHALLENGE.format(base_url=self.ports.settings.base_url)
            return response.with_headers(("WWW-Authenticate", challenge))
        return response

    def _ids(self, request: Request) -> _Ids:
        own, theirs = self.ports.ids.guid(), request.headers.get("client-request-id", "")
        return _Ids(request=own, client=theirs if _GUID.match(theirs) else own)


@dataclass(frozen=True)
class _Ids:
    """The two ids of a request; equal when the client sent none (graph-api 1.4)."""

    request: str
    client: str

    @property
    def correlation(self) -> str:
        return self.client.lower()


def routes(*, ports: Ports, worlds: Worlds, mailroom: Mailroom) -> list[Route]:
    """Graph's rows of the route table: ``/v1.0`` with everything, ``/beta`` with what is named there."""
    graph = Graph(ports=ports, worlds=worlds, mailroom=mailroom)
    return [
        Route(
            rule=f"/{version}/<path:path>",
            methods=METHODS,
            endpoint=graph.endpoint(version),
            name=f"graph_{version.replace('.', '_')}",
        )
        for version in ("v1.0", "beta")
    ]


def _path(request: Request) -> str:
    """The decoded path below the version."""
    return request.args.get("path") or request.path.lstrip("/").partition("/")[2]


def _asked(target: Target, method: str) -> tuple[Operation, Handler]:
    operation = _OPERATIONS.get((target.kind, method))
    if operation is Operation.ACTION:
        return operation, target.resource.actions[target.action]
    if operation is None or operation not in target.resource.operations:
        raise GraphError(Problem.METHOD_NOT_ALLOWED)
    return operation, target.resource.operations[operation]


def _run(handler: Handler, resource: Resource, call: Call) -> Any:
    try:
        return handler.run(call)
    except NotFound as error:
        raise GraphError(resource.not_found, key=call.key) from error
    except AlreadyExists as error:
        raise GraphError(Problem.ALREADY_EXISTS, property=resource.key) from error
    except Conflict as error:
        raise GraphError(Problem.CHANGED_MEANWHILE) from error


def _count(resource: Resource, call: Call, records: Any) -> Response:
    if not call.query.eventual:
        raise GraphError(Problem.COUNT_UNSUPPORTED)
    number = len(matching(resource, call, records))
    return Response(headers=(("Content-Type", "text/plain"),), body=str(number).encode())


def _json(value: Any, status: int = 200, *, content_type: str = SUCCESS_TYPE) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status=status, headers=(("Content-Type", content_type),), body=body)


def _common_headers(ids: _Ids) -> tuple[tuple[str, str], ...]:
    # No Strict-Transport-Security: on localhost it would force TLS upon every other server of the machine.
    return (
        ("Cache-Control", "no-cache"),
        ("OData-Version", "4.0"),
        ("request-id", ids.request),
        ("client-request-id", ids.client),
        ("x-ms-ags-diagnostic", _DIAGNOSTIC),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", _EXPOSED),
    )


def _preflight() -> Response:
    return Response(
        status=204,
        headers=(
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Methods", ", ".join(METHODS)),
            ("Access-Control-Allow-Headers", _PREFLIGHT_HEADERS),
            ("Access-Control-Max-Age", "3600"),
        ),
    )
