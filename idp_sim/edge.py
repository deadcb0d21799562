"""What the protocol edges share: finding the tenant of a request, its context, and OAuth errors as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from urllib.parse import urlencode

from federation.errors import FederationError
from federation.reasons import Reason
from idp_sim.http import Request, Response, json_response
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services.oauth_errors import error_body
from idp_sim.services.watch import announce_refusal
from idp_sim.services.worlds import DEFAULT_WORLD, Worlds
from idp_sim.tenants.model import Tenant, TenantKind

#: Authorities that stand for many tenants (entra-sign-in 12.1).
MULTI_TENANT = frozenset({"common", "organizations", "consumers"})
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+\Z"
)

#: Browser applications call documents and the token endpoint from another origin (graph-api 31.1 item 16).
CORS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
    ("Access-Control-Expose-Headers", "x-ms-request-id, client-request-id, Retry-After"),
)
PREFLIGHT = Response(
    status=204,
    headers=(
        *CORS,
        ("Access-Control-Allow-Headers", "*, Authorization, Content-Type, client-request-id, X-AnchorMailbox"),
        ("Access-Control-Max-Age", "86400"),
    ),
)
NO_OTHER_ERRORS: Mapping[Reason, str] = MappingProxyType({})
NO_STORE = (("Cache-Control", "no-store, no-cache"), ("Pragma", "no-cache"))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a request belongs: its tenant, and world and time in ``context``."""

    context: Context
    tenant: Tenant


def correlation_id(request: Request, new_id: Callable[[], str]) -> str:
    """``client-request-id`` of the client when it is a GUID (header, query or form), else a new one (15.1)."""
    name = "client-request-id"
    given = request.headers.get(name) or request.query.get(name) or request.form.get(name)
    return given.lower() if given and GUID.match(given) else new_id()


#: Kinds of tenant that have the endpoints of Microsoft's identity platform.
MICROSOFT = frozenset({TenantKind.ENTRA, TenantKind.MICROSOFT_ACCOUNT})
GOOGLE = frozenset({TenantKind.GOOGLE})


def find_place(ports: Ports, worlds: Worlds, request: Request, *, kinds: frozenset[TenantKind] = MICROSOFT) -> Place:
    """The tenant that the path names, if it is of one of ``kinds``.

    FederationError: TENANT_IDENTIFIER_INVALID, TENANT_NOT_FOUND; SINGLE_TENANT_APPLICATION at an authority that
    stands for many tenants, because every application belongs to one.
    """
    name = request.args["tenant"]
    if name.lower() in MULTI_TENANT:
        client_id = request.query.get("client_id") or request.form.get("client_id") or "?"
        raise FederationError(Reason.SINGLE_TENANT_APPLICATION, client_id=client_id, authority=name.lower())
    if not GUID.match(name) and not DOMAIN.match(name):
        raise FederationError(Reason.TENANT_IDENTIFIER_INVALID, tenant=name)
    world, tenant = worlds.of_tenant(name)
    if tenant.kind not in kinds:
        raise FederationError(Reason.TENANT_NOT_FOUND, tenant=name)
    return Place(context=worlds.context(world, correlation_id(request, ports.ids.guid)), tenant=tenant)


def context_without_tenant(ports: Ports, request: Request, worlds: Worlds) -> Context:
    """A context for errors of requests that name no known tenant: the default world's time."""
    return worlds.context("default", correlation_id(request, ports.ids.guid))


def answering_in_json(
    ports: Ports, worlds: Worlds, *, errors: Mapping[Reason, str] = NO_OTHER_ERRORS
) -> Callable[[Callable[[Request], Response]], Callable[[Request], Response]]:
    """Decorates an endpoint whose FederationErrors are answered as OAuth JSON (15.1).

    ``errors`` are the ``error`` strings that are others at this endpoint than in the table.
    """

    def decorate(endpoint: Callable[[Request], Response]) -> Callable[[Request], Response]:
        @wraps(endpoint)
        def guarded(request: Request) -> Response:
            try:
                return endpoint(request)
            except FederationError as error:
                context = context_without_tenant(ports, request, worlds)
                return oauth_error(ports, context, error, word=errors.get(error.reason))

        return guarded

    return decorate


def oauth_error(
    ports: Ports, context: Context, error: FederationError, *, claims: str | None = None, word: str | None = None
) -> Response:
    """The JSON answer of the token endpoint and the documents; 401 for ``invalid_client``, else 400 (15.1).

    ``word`` is another ``error`` than the table's. A refused method names the ones that are taken (RFC 9110 15.5.6).
    """
    announce_refusal(ports, context, error)
    trace_id = ports.ids.guid()
    body = error_body(
        error.reason,
        error.message,
        trace_id=trace_id,
        context=context,
        base_url=ports.settings.base_url,
        claims=claims or error.values.get("claims"),
    )
    if word is not None:
        body["error"] = word
    headers = (*CORS, *NO_STORE, ("x-ms-request-id", trace_id))
    if error.reason is Reason.METHOD_NOT_ALLOWED:
        headers = (*headers, ("Allow", str(error.values["allowed"])))
    return json_response(body, error.reason.value.status, headers=headers)


def in_world(
    worlds: Worlds, missing: Callable[[str], Response]
) -> Callable[[Callable[[Request, str], Response]], Callable[[Request], Response]]:
    """Decorates an endpoint of the pages for people, which gets the request and the world that ``?world=`` names.

    An unknown world, or whatever else is NotFound, is answered by ``missing`` with a sentence.
    """

    def decorate(endpoint: Callable[[Request, str], Response]) -> Callable[[Request], Response]:
        @wraps(endpoint)
        def guarded(request: Request) -> Response:
            try:
                world = request.query.get("world") or DEFAULT_WORLD
                worlds.by_id(world)
                return endpoint(request, world)
            except NotFound as error:
                return missing(f"There is no {error}.")

        return guarded

    return decorate


def kept_world(world: str) -> str:
    """The query that keeps a page in its world: empty for the default one."""
    return "" if world == DEFAULT_WORLD else f"?{urlencode({'world': world})}"
