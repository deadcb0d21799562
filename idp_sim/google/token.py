"""Google's token endpoint and userinfo: codes are those of every tenant here, tokens and errors are Google's."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from federation.errors import FederationError
from federation.oidc import jwt_codec
from federation.oidc.keys import SigningKey
from federation.reasons import Reason
from idp_sim.applications.model import Application
from idp_sim.directory.model import User
from idp_sim.edge import GOOGLE, NO_STORE, Place, find_place
from idp_sim.http import Params, Request, Response, Route, json_response
from idp_sim.ports import NotFound, Ports
from idp_sim.services import applications, grants
from idp_sim.services.journal import note
from idp_sim.services.watch import announce_refusal
from idp_sim.services.worlds import Worlds
from idp_sim.tenants.endpoints import GoogleEndpoints
from idp_sim.tokens import google

#: Entra's reasons in Google's words; what is not here is a grant that is not good.
ERRORS: Mapping[Reason, tuple[int, str, str]] = {
    Reason.CLIENT_SECRET_INVALID: (401, "invalid_client", "Unauthorized"),
    Reason.APPLICATION_NOT_FOUND: (401, "invalid_client", "The OAuth client was not found."),
    Reason.GRANT_TYPE_UNSUPPORTED: (400, "unsupported_grant_type", "Invalid grant_type"),
    Reason.MISSING_PARAMETER: (400, "invalid_request", "Missing required parameter"),
    Reason.REDIRECT_URI_DIFFERS_FROM_CODE: (400, "redirect_uri_mismatch", "Bad Request"),
    Reason.TENANT_NOT_FOUND: (404, "not_found", "There is no such tenant."),
}


def token_routes(ports: Ports, worlds: Worlds) -> list[Route]:
    """Routes of the two endpoints."""

    def token(request: Request) -> Response:
        place = None
        try:
            place = find_place(ports, worlds, request, kinds=GOOGLE)
            body = _tokens(ports, place, request)
            answer = json_response(body, headers=NO_STORE)
        except FederationError as error:
            answer = _refused(error)
            if place is not None:
                announce_refusal(ports, place.context, error)
        return answer

    def userinfo(request: Request) -> Response:
        try:
            place = find_place(ports, worlds, request, kinds=GOOGLE)
            return json_response(_userinfo(ports, place, request), headers=NO_STORE)
        except (FederationError, NotFound):
            body = {"error": "invalid_token", "error_description": "Invalid Credentials"}
            return json_response(body, 401, headers=(*NO_STORE, ("WWW-Authenticate", 'Bearer error="invalid_token"')))

    return [
        Route(rule="/<tenant>/token", methods=("POST",), endpoint=token, name="google-token"),
        Route(rule="/<tenant>/v1/userinfo", methods=("GET", "POST"), endpoint=userinfo, name="google-userinfo"),
    ]


def _tokens(ports: Ports, place: Place, request: Request) -> dict[str, object]:
    form, tenant = request.form, place.tenant
    if form.get("grant_type") != "authorization_code":
        raise FederationError(Reason.GRANT_TYPE_UNSUPPORTED, grant_type=form.get("grant_type") or "")
    client = _client(ports, place, request)
    code = form.get("code")
    if code is None:
        raise FederationError(Reason.MISSING_PARAMETER, parameter="code")
    wanted = grants.CodeRequest(
        code=code,
        client_id=client.client_id,
        redirect_uri=form.get("redirect_uri"),
        code_verifier=form.get("code_verifier"),
    )
    record = grants.redeem_code(ports, place.context, tenant, wanted)
    user = grants.person_of_code(ports, place.context, tenant, record.user)
    endpoints, key = GoogleEndpoints(ports.settings.base_url, tenant.id), _key(ports, place)
    about: dict[str, Any] = {"client_id": client.client_id, "scopes": record.scopes, "now": place.context.now}
    body: dict[str, object] = {
        "access_token": jwt_codec.sign(google.access_token(user, endpoints, **about), key),
        "expires_in": int(google.LIFETIME.total_seconds()) - 1,
        "scope": " ".join(record.scopes),
        "token_type": "Bearer",
    }
    if "openid" in record.scopes:
        body["id_token"] = jwt_codec.sign(google.id_token(user, endpoints, nonce=record.nonce, **about), key)
    _note(ports, place, client, record.correlation_id, form, body)
    return body


def _client(ports: Ports, place: Place, request: Request) -> Application:
    """The client of the request by its secret, in the form or in the header (RFC 6749 2.3.1)."""
    client_id, secret = _credentials(request)
    client = applications.find_client(ports, place.context, place.tenant, client_id)
    if client is None:
        raise FederationError(Reason.APPLICATION_NOT_FOUND, client_id=client_id, tenant=place.tenant.display_name)
    if True not in [hmac.compare_digest(known.value.encode(), secret.encode()) for known in client.secrets]:
        raise FederationError(Reason.CLIENT_SECRET_INVALID)
    return client


def _credentials(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise FederationError(Reason.CLIENT_SECRET_INVALID) from None
        return unquote(name), unquote(secret)
    return request.form.get("client_id") or "", request.form.get("client_secret") or ""


def _userinfo(ports: Ports, place: Place, request: Request) -> dict[str, object]:
    endpoints = GoogleEndpoints(ports.settings.base_url, place.tenant.id)
    known = ports.keys.home_key_set(place.context.world, place.tenant.id)
    claims = jwt_codec.verify(request.bearer_token or "", jwt_codec.own_keys(known), place.context.now)
    if claims.get("aud") != endpoints.userinfo:
        raise FederationError(Reason.INVALID_EXTERNAL_TOKEN, problem="it is not for userinfo")
    user = ports.storage.get(place.context.world, place.tenant.id, User, str(claims["sub"]))
    return google.person(user, tuple(str(claims["scope"]).split()))


def _key(ports: Ports, place: Place) -> SigningKey:
    return ports.keys.home_key_set(place.context.world, place.tenant.id).signing


def _refused(error: FederationError) -> Response:
    status, word, description = ERRORS.get(error.reason, (400, "invalid_grant", "Bad Request"))
    return json_response({"error": word, "error_description": description}, status, headers=NO_STORE)


def _note(
    ports: Ports, place: Place, client: Application, correlation_id: str, form: Params, body: dict[str, object]
) -> None:
    """Both messages belong to the sign-in that the code came from."""
    context = replace(place.context, correlation_id=correlation_id or place.context.correlation_id)
    url = GoogleEndpoints(ports.settings.base_url, place.tenant.id).token
    sides = (client.display_name, place.tenant.display_name)
    for sender, receiver, name, fields, line in (
        (*sides, "token request", form.as_dict(), f"POST {url}"),
        (*reversed(sides), "token response", body, "200"),
    ):
        note(
            ports,
            context,
            tenant=place.tenant.name,
            sender=sender,
            receiver=receiver,
            name=name,
            fields=fields,
            start_line=line,
        )
