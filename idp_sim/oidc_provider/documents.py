"""Metadata and key documents of tenants, and of the multi-tenant authorities (entra-sign-in 12.3, 12.4)."""

from __future__ import annotations

from typing import Any

from federation.oidc.discovery import openid_configuration
from federation.reasons import Reason
from idp_sim import __version__
from idp_sim.edge import MULTI_TENANT, PREFLIGHT, answering_in_json, find_place
from idp_sim.http import Request, Response, Route, json_response
from idp_sim.ports import Ports
from idp_sim.services.worlds import Worlds
from idp_sim.tenants.endpoints import Endpoints

#: The placeholder that the multi-tenant authorities put where a token has its tenant id.
ISSUER_TENANT = "{tenantid}"
PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad"
#: Headers of the real documents. Its cookies are left out; Strict-Transport-Security says "none", because browsers
#: keep it by host name: a promise for ``localhost`` would break whatever else a developer serves there without TLS.
PUBLIC = (
    ("Cache-Control", "max-age=86400, private"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, OPTIONS"),
    ("Strict-Transport-Security", "max-age=0"),
    ("X-Content-Type-Options", "nosniff"),
    ("P3P", 'CP="DSP CUR OTPi IND OTRi ONL FIN"'),
    ("x-ms-ests-server", f"idp-sim {__version__}"),
)
#: At documents an unknown tenant has a word of its own (12.3).
ERRORS = {Reason.TENANT_NOT_FOUND: "invalid_tenant"}
#: ``tenant_region_scope`` and its countries; a country that is not listed is in the whole world, ``WW``.
COUNTRIES_OF_REGION = {
    "NA": "CA MX US",
    "EU": "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK",
    "AS": "CN HK ID IN JP KR MY PH SG TH TW VN",
    "OC": "AU FJ NZ",
}
REGIONS = {country: region for region, countries in COUNTRIES_OF_REGION.items() for country in countries.split()}


def documents(ports: Ports, worlds: Worlds) -> list[Route]:
    """Routes of the documents."""
    base_url = ports.settings.base_url

    def published(document: dict[str, Any]) -> Response:
        return json_response(document, headers=(*PUBLIC, ("x-ms-request-id", ports.ids.guid())))

    @answering_in_json(ports, worlds, errors=ERRORS)
    def configuration(request: Request) -> Response:
        if request.method == "OPTIONS":
            return PREFLIGHT
        alias = request.args["tenant"].lower()
        if alias in MULTI_TENANT:
            issuer_tenant = PERSONAL_ACCOUNTS if alias == "consumers" else ISSUER_TENANT
            tenant, issuer, region = alias, Endpoints(base_url, issuer_tenant).issuer, None
        else:
            found = find_place(ports, worlds, request).tenant
            tenant, issuer = found.id, Endpoints(base_url, found.id).issuer
            region = REGIONS.get(found.country or "", "WW")
        endpoints = Endpoints(base_url, tenant)
        document = openid_configuration(
            issuer=issuer, root=endpoints.root, tenant_region_scope=region, userinfo_endpoint=endpoints.userinfo
        )
        return published(document)

    @answering_in_json(ports, worlds, errors=ERRORS)
    def keys(request: Request) -> Response:
        if request.method == "OPTIONS":
            return PREFLIGHT
        if request.args["tenant"].lower() in MULTI_TENANT:
            world, tenant = "default", worlds.tenants("default")[0].id
        else:
            place = find_place(ports, worlds, request)
            world, tenant = place.context.world, place.tenant.id
        issuer = Endpoints(base_url, ISSUER_TENANT).issuer
        return published(ports.keys.key_set(world, tenant).document(issuer))

    methods = ("GET", "OPTIONS")
    return [
        Route(
            rule="/<tenant>/v2.0/.well-known/openid-configuration",
            methods=methods,
            endpoint=configuration,
            name="openid-configuration",
        ),
        Route(rule="/<tenant>/discovery/v2.0/keys", methods=methods, endpoint=keys, name="keys"),
        Route(rule="/<tenant>/discovery/keys", methods=methods, endpoint=keys, name="keys-v1"),
    ]
