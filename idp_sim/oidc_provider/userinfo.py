"""The userinfo endpoint (OpenID Connect Core 5.3, entra-sign-in 12.8): a Graph token that was asked with ``openid``."""

from __future__ import annotations

from typing import Any

from federation.errors import FederationError
from idp_sim.applications.first_party import GRAPH_ID, GRAPH_URI
from idp_sim.edge import CORS, NO_STORE, PREFLIGHT, correlation_id
from idp_sim.http import Request, Response, Route, json_response
from idp_sim.ports import Ports
from idp_sim.services.authenticate_call import Principal, authenticate
from idp_sim.services.worlds import Worlds
from idp_sim.tokens.claims import pairwise_subject


def userinfo_routes(ports: Ports, worlds: Worlds) -> list[Route]:
    """The route of the endpoint."""

    def userinfo(request: Request) -> Response:
        if request.method == "OPTIONS":
            return PREFLIGHT
        token = request.bearer_token or (request.form.get("access_token") if request.method == "POST" else None)
        try:
            _, principal = authenticate(
                token, ports=ports, worlds=worlds, correlation_id=correlation_id(request, ports.ids.guid)
            )
        except FederationError as error:
            return _refused(401, "invalid_token", error.message)
        if principal.user is None or "openid" not in principal.scopes:
            return _refused(403, "insufficient_scope", "The token was not asked for with the scope openid.")
        return json_response(_claims(principal), headers=(*CORS, *NO_STORE))

    return [Route(rule="/oidc/userinfo", methods=("GET", "POST", "OPTIONS"), endpoint=userinfo, name="userinfo")]


def _claims(principal: Principal) -> dict[str, Any]:
    user = principal.user
    assert user is not None
    claims: dict[str, Any] = {"sub": pairwise_subject(principal.tenant.id, GRAPH_ID, user.id)}
    if "profile" in principal.scopes:
        claims["name"] = user.display_name
        if user.surname:
            claims["family_name"] = user.surname
        if user.given_name:
            claims["given_name"] = user.given_name
        claims["picture"] = f"{GRAPH_URI}/v1.0/me/photo/$value"
    if "email" in principal.scopes and user.mail:
        claims["email"] = user.mail
    return claims


def _refused(status: int, error: str, description: str) -> Response:
    """RFC 6750 3: the error in the header as well as in the body."""
    quoted = description.replace("\\", "").replace('"', "'")
    challenge = f'Bearer realm="", error="{error}", error_description="{quoted}"'
    body = {"error": error, "error_description": description}
    return json_response(body, status, headers=(*CORS, *NO_STORE, ("WWW-Authenticate", challenge)))
