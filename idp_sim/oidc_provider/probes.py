"""What real clients ask before they sign anybody in: instance discovery and user realm (entra-sign-in 12.5, 12.6)."""

from __future__ import annotations

from urllib.parse import urlsplit

from federation.errors import FederationError
from federation.reasons import Reason
from idp_sim.edge import CORS, MULTI_TENANT, answering_in_json
from idp_sim.http import Request, Response, Route, json_response
from idp_sim.ports import Ports
from idp_sim.services.worlds import Worlds

CLOUD = "microsoftonline.com"


def probe_routes(ports: Ports, worlds: Worlds) -> list[Route]:
    """Routes of the probes."""
    base_url = ports.settings.base_url
    own_host = urlsplit(base_url).netloc

    @answering_in_json(ports, worlds)
    def instance(request: Request) -> Response:
        asked = request.query.get("authorization_endpoint")
        if asked is None:
            raise FederationError(Reason.MISSING_PARAMETER, parameter="authorization_endpoint")
        try:
            parts = urlsplit(asked)
        except ValueError:
            raise FederationError(Reason.UNKNOWN_INSTANCE) from None
        segments = [segment for segment in parts.path.split("/") if segment]
        if parts.netloc.lower() != own_host.lower() or not segments:
            raise FederationError(Reason.UNKNOWN_INSTANCE)
        tenant = segments[0]
        if tenant.lower() not in MULTI_TENANT:
            worlds.of_tenant(tenant)
        document = {
            "tenant_discovery_endpoint": f"{base_url}/{tenant}/v2.0/.well-known/openid-configuration",
            "api-version": request.query.get("api-version", "1.1"),
            "metadata": [{"preferred_network": own_host, "preferred_cache": own_host, "aliases": [own_host]}],
        }
        return json_response(document, headers=CORS)

    @answering_in_json(ports, worlds)
    def user_realm(request: Request) -> Response:
        login = request.args.get("user") or request.query.get("login") or ""
        if login.count("@") != 1:
            raise FederationError(
                Reason.INVALID_PARAMETER, parameter="user", value=login, expected="a name of the form user@domain"
            )
        domain = login.rpartition("@")[2].lower()
        found = _tenant_of_domain(worlds, domain)
        version = request.query.get("api-version") or "1.0"
        if version.startswith("2") or "json" in request.query:
            return json_response(_realm_2(login, domain, found), headers=CORS)
        return json_response(_realm_1(domain, found), headers=CORS)

    return [
        Route(rule="/common/discovery/instance", methods=("GET",), endpoint=instance, name="instance-discovery"),
        Route(rule="/common/userrealm/<user>", methods=("GET",), endpoint=user_realm, name="user-realm"),
        Route(rule="/common/userrealm", methods=("GET",), endpoint=user_realm, name="user-realm-bare"),
        Route(rule="/getuserrealm.srf", methods=("GET",), endpoint=user_realm, name="get-user-realm"),
    ]


def _tenant_of_domain(worlds: Worlds, domain: str) -> str | None:
    """Display name of the managed tenant with the domain, or None."""
    try:
        return worlds.of_tenant(domain)[1].display_name
    except FederationError:
        return None


def _realm_1(domain: str, found: str | None) -> dict[str, object]:
    return {
        "ver": "1.0",
        "account_type": "Managed" if found else "Unknown",
        "domain_name": domain,
        "cloud_instance_name": CLOUD,
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }


def _realm_2(login: str, domain: str, found: str | None) -> dict[str, object]:
    return {
        "State": 4 if found else 3,
        "UserState": 1,
        "Login": login,
        "NameSpaceType": "Managed" if found else "Unknown",
        "DomainName": domain,
        "FederationBrandName": found or "",
        "CloudInstanceName": CLOUD,
        "CloudInstanceIssuerUri": "urn:federation:MicrosoftOnline",
    }
