"""What a Google-kind tenant publishes: its OpenID configuration and its keys."""

from __future__ import annotations

from typing import Any

from idp_sim.edge import GOOGLE, answering_in_json, find_place
from idp_sim.http import Request, Response, Route, json_response
from idp_sim.ports import Ports
from idp_sim.services.worlds import Worlds
from idp_sim.tenants.endpoints import GoogleEndpoints

_DOCUMENT = (("Cache-Control", "public, max-age=3600"), ("Access-Control-Allow-Origin", "*"))
_KEYS = (("Cache-Control", "public, max-age=19845, must-revalidate, no-transform"),)
#: What of a key its document shows; the rest is Entra's.
_MEMBERS = ("kty", "use", "kid", "n", "e")


def document_routes(ports: Ports, worlds: Worlds) -> list[Route]:
    """Routes of the two documents."""

    @answering_in_json(ports, worlds)
    def configuration(request: Request) -> Response:
        tenant = find_place(ports, worlds, request, kinds=GOOGLE).tenant
        return json_response(
            openid_configuration(GoogleEndpoints(ports.settings.base_url, tenant.id)), headers=_DOCUMENT
        )

    @answering_in_json(ports, worlds)
    def keys(request: Request) -> Response:
        place = find_place(ports, worlds, request, kinds=GOOGLE)
        published = ports.keys.home_key_set(place.context.world, place.tenant.id).keys
        entries = [{"alg": "RS256", **{m: key.public_jwk[m] for m in _MEMBERS}} for key in published]
        return json_response({"keys": entries}, headers=_KEYS)

    return [
        Route(
            rule="/<tenant>/.well-known/openid-configuration",
            methods=("GET",),
            endpoint=configuration,
            name="google-configuration",
        ),
        Route(rule="/<tenant>/oauth2/v3/certs", methods=("GET",), endpoint=keys, name="google-keys"),
    ]


def openid_configuration(endpoints: GoogleEndpoints) -> dict[str, Any]:
    """The document with the members of Google's that are served here."""
    return {
        "issuer": endpoints.issuer,
        "authorization_endpoint": endpoints.authorize,
        "token_endpoint": endpoints.token,
        "userinfo_endpoint": endpoints.userinfo,
        "jwks_uri": endpoints.keys,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [
            "aud",
            "email",
            "email_verified",
            "exp",
            "family_name",
            "given_name",
            "iat",
            "iss",
            "name",
            "sub",
        ],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": ["authorization_code"],
    }
