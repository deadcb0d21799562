"""The one endpoint of Graph: authenticate, find the resource, check, perform, answer (graph-api 1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from federation.errors import FederationError
from idp_sim.graph.auditing import audited, note_refusal
from idp_sim.graph.bodies import checked, parameters, read_object, read_optional, reference
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.listing import collection, entity, matching, narrowed, number_of
from idp_sim.graph.paths import Key, Kind, Paths, Target
from idp_sim.graph.permissions import allowed
from idp_sim.graph.query import parse_query
from idp_sim.graph.registry import RESOURCES
from idp_sim.graph.resource import Call, Handler, Operation, Resource, Result, wire
from idp_sim.graph.responses import METHODS, RequestIds, common_headers, json_body, preflight, refusal
from idp_sim.graph.rights import has_over, is_owned
from idp_sim.http import Endpoint, Request, Response, Route
from idp_sim.ports import AlreadyExists, Conflict, NotFound, Ports
from idp_sim.services.authenticate_call import Principal, authenticate
from idp_sim.services.worlds import DEFAULT_WORLD

if TYPE_CHECKING:
    from idp_sim.services.inbox import Mailroom
    from idp_sim.services.worlds import Worlds

#: Where a test can make Graph refuse everything for a while, and the fault that does it (graph-api 5).
FAULT_PLACE, THROTTLED = "graph", "throttled"

#: Which operation an HTTP method asks for, by what the path names.
_OPERATIONS: dict[tuple[Kind, str], Operation] = {
    (Kind.COLLECTION, "GET"): Operation.LIST,
    (Kind.COLLECTION, "POST"): Operation.CREATE,
    (Kind.COUNT, "GET"): Operation.LIST,
    (Kind.ONE, "GET"): Operation.GET,
    (Kind.ONE, "PATCH"): Operation.UPDATE,
    (Kind.ONE, "PUT"): Operation.SET,
    (Kind.ONE, "DELETE"): Operation.DELETE,
    (Kind.REFERENCES, "GET"): Operation.LIST,
    (Kind.REFERENCES, "POST"): Operation.ADD_REFERENCE,
    (Kind.REFERENCES, "PUT"): Operation.SET_REFERENCE,
    (Kind.REFERENCES, "DELETE"): Operation.REMOVE_REFERENCE,
    (Kind.REFERENCE, "DELETE"): Operation.REMOVE_REFERENCE,
}
_LINKING = (Operation.ADD_REFERENCE, Operation.SET_REFERENCE)


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
            "v1.0": Paths(_of_version(self.resources, "v1.0")),
            "beta": Paths(_of_version(self.resources, "beta")),
        }
        object.__setattr__(self, "paths", trees)

    def endpoint(self, version: str) -> Endpoint:
        """The endpoint of a version: never raises, whatever arrives."""
        return lambda request: self._answer(version, request)

    def _answer(self, version: str, request: Request) -> Response:
        if request.method == "OPTIONS":
            return preflight()
        ids = RequestIds.of(request, own=self.ports.ids.guid())
        now = self.ports.clocks.now(DEFAULT_WORLD)
        try:
            segment = _path(request).strip("/")
            if segment == "$metadata" and request.method == "GET":
                return self._metadata(version).with_headers(*common_headers(ids))
            context, principal = authenticate(
                request.bearer_token, ports=self.ports, worlds=self.worlds, correlation_id=ids.correlation
            )
            principal = replace(principal, ip_address=request.client.ip_address)
            now = context.now
            call = Call(
                version=version,
                context=context,
                principal=principal,
                ports=self.ports,
                mailroom=self.mailroom,
            )
            if self.ports.faults.active(context.world, FAULT_PLACE) == THROTTLED:
                raise GraphError(Problem.THROTTLED)
            response = self._batch(version, request) if segment == "$batch" else self._perform(request, call)
        except (GraphError, FederationError) as error:
            response = refusal(error, ids, now, base_url=self.ports.settings.base_url)
        return response.with_headers(*common_headers(ids))

    def _metadata(self, version: str) -> Response:
        from idp_sim.graph.metadata import document  # late: nothing else needs it

        body = document(_of_version(self.resources, version), version)
        return Response(headers=(("Content-Type", "application/xml"),), body=body)

    def _batch(self, version: str, request: Request) -> Response:
        from idp_sim.graph.batch import perform  # late: few requests are batches

        if request.method != "POST":
            raise GraphError(Problem.METHOD_NOT_ALLOWED)

        def answer(item: Request) -> Response:
            return self._answer(version, item)

        return json_body(perform(read_object(request), request, answer, base_url=self.ports.settings.base_url))

    def _perform(self, request: Request, call: Call) -> Response:
        target = self.paths[call.version].resolve(_for_me(_path(request), call.principal))
        operation, handler = _asked(target, request.method)
        resource = narrowed(target.resource, target.cast)
        call = replace(
            call,
            key=target.key.text if target.key else "",
            parents=tuple(key.text for _, key in target.parents),
            cast=target.cast,
            arguments=target.arguments,
        )
        try:
            return self._carried_out(request, call, target, operation, handler)
        except (GraphError, FederationError) as error:
            note_refusal(resource, handler, call, error.message)
            raise

    def _carried_out(
        self, request: Request, call: Call, target: Target, operation: Operation, handler: Handler
    ) -> Response:
        resource = narrowed(target.resource, target.cast)
        body = _body(request, operation, handler)
        if handler.access.user_only and call.principal.app_only:
            raise GraphError(Problem.USER_NEEDED)
        about = call.parents[0] if call.parents else call.key
        if not allowed(
            handler.access,
            call.principal,
            key=about,
            body=body,
            over_object=lambda right: has_over(right, call, about),
            owned=lambda: is_owned(call, about),
        ):
            raise GraphError(resource.denied, tenant=call.tenant)
        call = _with_primary_keys(call, target)
        call = replace(
            call,
            body=_checked(resource, body, operation, handler),
            query=parse_query(
                request.query,
                request.headers,
                resource=resource.path,
                collection=operation is Operation.LIST or handler.function,
            ),
        )
        result = _run(operation, handler, resource, call)
        if target.kind is Kind.COUNT:
            return _count(resource, call, result)
        if target.kind is Kind.REFERENCES and operation is Operation.LIST:
            return self._references(resource, call, result)
        return self._success(operation, resource, call, result, request)

    def _references(self, resource: Resource, call: Call, records: Any) -> Response:
        base = f"{self.ports.settings.base_url}/{call.version}"
        links = [{"@odata.id": f"{base}/directoryObjects/{record.id}"} for record in matching(resource, call, records)]
        context = f"{base}/$metadata#Collection($ref)"
        return json_body({"@odata.context": context, "value": links})

    def _success(self, operation: Operation, resource: Resource, call: Call, result: Any, request: Request) -> Response:
        match operation:
            case Operation.LIST:
                return json_body(collection(resource, call, result, url=self._url(call, request)))
            case Operation.GET:
                return json_body(entity(resource, call, result))
            case Operation.CREATE:
                body = entity(resource, call, result)
                path = _filled(resource.path, call.parents)
                location = f"{self.ports.settings.base_url}/{call.version}{path}/{quote(str(body.get(resource.key)))}"
                return json_body(body, 201).with_headers(("Location", location))
            case Operation.ACTION if isinstance(result, Result):
                return json_body(self._result(call, result, request))
            case _:
                return Response(status=204)

    def _result(self, call: Call, result: Result, request: Request) -> dict[str, Any]:
        """The body of an action or function: a plain value, one object, or a page of objects."""
        if result.resource is not None and result.many:
            return collection(result.resource, call, result.value, url=self._url(call, request))
        if result.resource is not None:
            return entity(result.resource, call, result.value)
        context = f"{self.ports.settings.base_url}/{call.version}/$metadata#{result.type}"
        if result.raw:
            return {"@odata.context": context, **wire(result.value)}
        return {"@odata.context": context, "value": wire(result.value)}

    def _url(self, call: Call, request: Request) -> str:
        return f"{self.ports.settings.base_url}/{call.version}/{quote(_path(request).strip('/'))}"


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


def _of_version(resources: Iterable[Resource], version: str) -> list[Resource]:
    return [resource for resource in resources if (resource.beta if version == "beta" else not resource.beta_only)]


def _path(request: Request) -> str:
    """The decoded path below the version."""
    return request.args.get("path") or request.path.lstrip("/").partition("/")[2]


def _for_me(path: str, principal: Principal) -> str:
    """``/me/...`` is the signed-in user's object; ``/me`` itself is a resource of its own."""
    first, slash, rest = path.strip("/").partition("/")
    if first.lower() != "me" or not slash:
        return path
    if principal.user is None:
        raise GraphError(Problem.USER_NEEDED)
    return f"users/{principal.user.id}/{rest}"


def _asked(target: Target, method: str) -> tuple[Operation, Handler]:
    if target.kind is Kind.ACTION:
        assert target.handler is not None, "the path named it"
        if method != ("GET" if target.handler.function else "POST"):
            raise GraphError(Problem.METHOD_NOT_ALLOWED)
        return Operation.ACTION, target.handler
    operation = _OPERATIONS.get((target.kind, method))
    if operation is None or operation not in target.resource.operations:
        raise GraphError(Problem.METHOD_NOT_ALLOWED)
    return operation, target.resource.operations[operation]


def _body(request: Request, operation: Operation, handler: Handler) -> dict[str, Any]:
    if operation in (Operation.CREATE, Operation.UPDATE, Operation.SET, *_LINKING):
        return read_object(request)
    if operation is Operation.ACTION and not handler.function:
        return read_optional(request)
    return {}


def _checked(resource: Resource, body: dict[str, Any], operation: Operation, handler: Handler) -> dict[str, Any]:
    if operation in _LINKING:
        return {"reference": reference(body)}
    if operation is Operation.ACTION:
        return parameters(handler.parameters, body, action=resource.short_type)
    return checked(resource, body, operation) if body or operation is Operation.CREATE else {}


def _with_primary_keys(call: Call, target: Target) -> Call:
    """Alternate keys turned into primary ones, now that the caller may know whether they exist."""

    def primary(resource: Resource, key: Key) -> str:
        if not key.name:
            return key.text
        try:
            return resource.alternates[key.name](call, key.text)
        except NotFound as error:
            raise GraphError(resource.not_found, key=key.text) from error

    return replace(
        call,
        key=primary(target.resource, target.key) if target.key else "",
        parents=tuple(primary(resource, key) for resource, key in target.parents),
    )


def _filled(path: str, parents: tuple[str, ...]) -> str:
    """A resource's path with the keys that it lies below."""
    keys = iter(parents)
    return "/".join(quote(next(keys)) if segment.startswith("{") else segment for segment in path.split("/"))


def _run(operation: Operation, handler: Handler, resource: Resource, call: Call) -> Any:
    try:
        return audited(operation, handler, resource, call)
    except NotFound as error:
        raise GraphError(resource.not_found, key=call.key or call.parent) from error
    except AlreadyExists as error:
        raise GraphError(Problem.ALREADY_EXISTS, property=resource.key) from error
    except Conflict as error:
        raise GraphError(Problem.CHANGED_MEANWHILE) from error


def _count(resource: Resource, call: Call, records: Any) -> Response:
    if not call.query.eventual:
        raise GraphError(Problem.COUNT_UNSUPPORTED)
    number = number_of(resource, call, records)
    return Response(headers=(("Content-Type", "text/plain"),), body=str(number).encode())
