"""The token endpoint (RFC 6749 3.2) on Authlib's core: grant dispatch, client authentication, error flow.

Authlib chooses the grant and authenticates the client; what a grant gives and how it is refused is in
``services.grants`` and ``services.issue_tokens``, with Entra's codes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientAuthentication
from authlib.oauth2.rfc6749.errors import InvalidClientError, OAuth2Error, UnsupportedGrantTypeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant, RefreshTokenGrant
from authlib.oauth2.rfc6749.util import extract_basic_authorization

from federation.errors import FederationError
from federation.federation_client import ASSERTION_TYPE, FEDERATION_CLIENT_ID
from federation.reasons import Reason
from idp_sim.edge import (
    CORS,
    MULTI_TENANT,
    NO_STORE,
    PREFLIGHT,
    Place,
    answering_in_json,
    correlation_id,
    find_place,
    oauth_error,
)
from idp_sim.http import Request, Response, Route, json_response
from idp_sim.oidc_provider.client import RegisteredClient, why_not_authenticated
from idp_sim.oidc_provider.token_request import TokenRequest
from idp_sim.ports import Ports
from idp_sim.services import applications, grants, issue_tokens
from idp_sim.services.authorities import open_authority, tenant_of_grant
from idp_sim.services.client_assertions import resource_tenant_of
from idp_sim.services.exchanges import PublishedDocuments
from idp_sim.services.issue_tokens import Issuing
from idp_sim.services.journal import note
from idp_sim.services.worlds import Worlds
from idp_sim.tenants.endpoints import Endpoints

AUTHENTICATION_METHODS = ["private_key_jwt", "client_secret_post", "client_secret_basic", "none"]
#: How the method shows in ``azpacr`` and ``appidacr``.
AUTHENTICATION_CLASS = {"none": "none", "private_key_jwt": "assertion"}


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the grants reach: the ports, and what partners publish."""

    ports: Ports
    documents: PublishedDocuments


class TokenServer(AuthorizationServer):  # type: ignore[misc]
    """Authlib's dispatch over our records; one object serves every tenant, the request knows which."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = parts
        for grant in (CodeGrant, RefreshGrant, OwnCredentialsGrant):
            self.register_grant(grant)

    def authenticate_client(self, request: TokenRequest, methods: list[str], endpoint: str = "token") -> Any:
        """The client of the request by one of the methods. FederationError says why not."""
        ports, place = self.parts.ports, request.place

        def query_client(client_id: str) -> RegisteredClient | None:
            found = applications.find_client(ports, place.context, place.tenant, client_id)
            if found is None:
                return None
            client = applications.admitted(found, client_id=client_id, tenant=place.tenant)
            return RegisteredClient(client, place.context.now, origin=request.origin)

        authentication = ClientAuthentication(query_client)
        authentication.register("private_key_jwt", self._by_assertion)
        authentication.register("none", self._by_nothing)
        try:
            return authentication(request, methods, endpoint)
        except InvalidClientError as error:
            raise self._explained(request) from error

    def _by_nothing(self, query_client: Any, request: TokenRequest) -> RegisteredClient | None:
        """Authlib's own looks for a secret in the body alone and would overlook one in the header."""
        client: RegisteredClient | None = query_client(request.form.get("client_id") or "")
        return None if request.has_credentials else client

    def _by_assertion(self, query_client: Any, request: TokenRequest) -> RegisteredClient | None:
        if request.form.get("client_assertion_type") != ASSERTION_TYPE:
            return None
        client: RegisteredClient | None = query_client(request.form.get("client_id", ""))
        if client is None or client.get_client_id() != FEDERATION_CLIENT_ID:
            return None
        assertion = request.parameter("client_assertion")
        place = request.place
        request.resource_tenant = resource_tenant_of(
            self.parts.ports, self.parts.documents, place.context, place.tenant, assertion
        )
        return client

    def _explained(self, request: TokenRequest) -> FederationError:
        basic_id, basic_secret = extract_basic_authorization(request.headers)
        client_id = basic_id or request.form.get("client_id")
        if not client_id:
            return FederationError(Reason.MISSING_PARAMETER, parameter="client_id")
        place = request.place
        return why_not_authenticated(
            applications.find_client(self.parts.ports, place.context, place.tenant, client_id),
            client_id=client_id,
            secret=basic_secret or request.form.get("client_secret"),
            assertion="client_assertion" in request.form,
            origin=request.origin,
            tenant=place.tenant.display_name,
            now=place.context.now,
        )

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        """Ours already."""
        return request

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        """A successful answer; refusals travel as FederationError."""
        return json_response(body, status, headers=(*CORS, *NO_STORE))

    def handle_error_response(self, request: TokenRequest, error: OAuth2Error) -> Response:
        """Authlib's own refusals, in Entra's words."""
        if isinstance(error, UnsupportedGrantTypeError):
            grant_type = request.form.get("grant_type")
            if not grant_type:
                raise FederationError(Reason.MISSING_PARAMETER, parameter="grant_type") from error
            raise FederationError(Reason.GRANT_TYPE_UNSUPPORTED, grant_type=grant_type) from error
        raise FederationError(Reason.GRANT_INVALID, detail=str(error)) from error


class _Grant:
    """What our grants share: all methods of client authentication, and tokens from our service."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATION_METHODS
    request: TokenRequest
    server: TokenServer

    @property
    def issuing(self) -> Issuing:
        """For whom tokens are made here."""
        request = self.request
        return Issuing(
            tenant=request.place.tenant,
            client=request.client.application,
            client_authentication=AUTHENTICATION_CLASS.get(request.auth_method, "secret"),
            scope=request.form.get("scope"),
            client_info=request.form.get("client_info") == "1",
            claims=request.form.get("claims"),
        )

    def authenticated(self) -> RegisteredClient:
        """The client, noted in the request as Authlib's grants do."""
        self.request.client = self.server.authenticate_client(self.request, self.TOKEN_ENDPOINT_AUTH_METHODS)
        client: RegisteredClient = self.request.client
        return client

    def answered(self, tokens: dict[str, Any]) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """The response triple of Authlib's grants; request and response are noted in the journal.

        For a code they belong to the sign-in that the code came from, so that its story has an end.
        """
        request, ports = self.request, self.server.parts.ports
        _note_request(ports, request)
        _note_response(ports, request.journal_place, request.client.get_client_id(), tokens, status=200)
        return 200, tokens, []


class CodeGrant(_Grant, AuthorizationCodeGrant):  # type: ignore[misc]
    """RFC 6749 4.1.3 with RFC 7636."""

    def validate_token_request(self) -> None:
        """Authenticate the client and take the code, which only one request ever gets."""
        request, parts = self.request, self.server.parts
        client = self.authenticated()
        place = request.place
        request.authorization_code = grants.redeem_code(
            parts.ports,
            place.context,
            place.tenant,
            grants.CodeRequest(
                code=request.parameter("code"),
                client_id=client.get_client_id(),
                redirect_uri=request.form.get("redirect_uri") or None,
                code_verifier=request.form.get("code_verifier") or None,
                origin=request.origin,
                resource_tenant=request.resource_tenant,
            ),
        )

    def create_token_response(self) -> Any:
        """Access token, and by scope ID token and refresh token."""
        request = self.request
        return self.answered(
            issue_tokens.for_code(
                self.server.parts.ports, request.place.context, self.issuing, request.authorization_code
            )
        )


class RefreshGrant(_Grant, RefreshTokenGrant):  # type: ignore[misc]
    """RFC 6749 6; the token lives on beside its successor (entra-sign-in 11.9)."""

    def validate_token_request(self) -> None:
        """Authenticate the client and look the token up."""
        request = self.request
        client = self.authenticated()
        request.refresh_token = grants.redeem_refresh_token(
            self.server.parts.ports,
            request.place.context,
            request.place.tenant,
            token=request.parameter("refresh_token"),
            client_id=client.get_client_id(),
            origin=request.origin,
        )
        # The network that the client is on now, not the one it was on at the sign-in.
        known = request.refresh_token.client
        request.refresh_token = replace(request.refresh_token, client=replace(known, restrictions=request.restrictions))

    def create_token_response(self) -> Any:
        """New tokens, maybe for another resource, after the rules were asked again."""
        request = self.request
        return self.answered(
            issue_tokens.for_refresh_token(
                self.server.parts.ports, request.place.context, self.issuing, request.refresh_token
            )
        )


class OwnCredentialsGrant(_Grant, ClientCredentialsGrant):  # type: ignore[misc]
    """RFC 6749 4.4."""

    def validate_token_request(self) -> None:
        """Authenticate the client, which must have credentials of its own."""
        self.authenticated()
        if self.request.auth_method == "none":
            raise FederationError(Reason.CLIENT_CREDENTIAL_MISSING)

    def create_token_response(self) -> Any:
        """An access token for the application itself."""
        request, ports = self.request, self.server.parts.ports
        place, issuing = request.place, self.issuing
        asked = grants.scopes_of_client_credentials(ports, place.context, place.tenant, issuing.client, issuing.scope)
        grants.check_network(ports, place.context, place.tenant, issuing.client, asked, request.restrictions)
        return self.answered(issue_tokens.for_client_credentials(ports, place.context, issuing, asked))


def token_routes(ports: Ports, worlds: Worlds, documents: PublishedDocuments) -> list[Route]:
    """The route of the token endpoint."""
    server = TokenServer(Parts(ports=ports, documents=documents))

    @answering_in_json(ports, worlds)
    def token(request: Request) -> Response:
        if request.method == "OPTIONS":
            return PREFLIGHT
        if request.method != "POST":
            raise FederationError(Reason.METHOD_NOT_ALLOWED, allowed="POST, OPTIONS", method=request.method)
        alias = request.args["tenant"].lower()
        place = (
            _place_at(ports, worlds, request, alias) if alias in MULTI_TENANT else find_place(ports, worlds, request)
        )
        try:
            return _answered(ports, server, request, place)
        except FederationError as error:
            answer = oauth_error(ports, place.context, error)
            body = json.loads(answer.body)
            _note_response(ports, place, request.form.get("client_id"), body, status=answer.status)
            return answer

    return [
        Route(
            rule="/<tenant>/oauth2/v2.0/token",
            methods=("POST", "GET", "OPTIONS"),
            endpoint=token,
            name="token",
        )
    ]


def _place_at(ports: Ports, worlds: Worlds, request: Request, authority: str) -> Place:
    """At an authority of many tenants: the one that the code or the refresh token is of (entra-sign-in 12.1)."""
    form = request.form
    if form.get("grant_type") == ClientCredentialsGrant.GRANT_TYPE:
        raise FederationError(Reason.GRANT_AT_COMMON)
    basic_id, _ = extract_basic_authorization(request.headers)
    opened = open_authority(ports, worlds, authority, basic_id or form.get("client_id"))
    tenant = tenant_of_grant(opened, code=form.get("code"), refresh_token=form.get("refresh_token"))
    return Place(context=worlds.context(opened.world, correlation_id(request, ports.ids.guid)), tenant=tenant)


def _answered(ports: Ports, server: TokenServer, request: Request, place: Place) -> Response:
    token_request = TokenRequest(request, place, Endpoints(ports.settings.base_url, place.tenant.id).token)
    try:
        response: Response = server.create_token_response(token_request)
    except FederationError:
        _note_request(ports, token_request)
        raise
    return response


def _note_request(ports: Ports, request: TokenRequest) -> None:
    place = request.journal_place
    note(
        ports,
        place.context,
        tenant=place.tenant.name,
        sender=request.form.get("client_id") or "client",
        receiver=place.tenant.display_name,
        name="token request",
        fields=request.form,
        start_line=f"POST {Endpoints(ports.settings.base_url, place.tenant.id).token}",
    )


def _note_response(
    ports: Ports, place: Place, client_id: str | None, fields: Mapping[str, object], *, status: int
) -> None:
    note(
        ports,
        place.context,
        tenant=place.tenant.name,
        sender=place.tenant.display_name,
        receiver=client_id or "client",
        name="token response",
        fields=fields,
        start_line=str(status),
    )
