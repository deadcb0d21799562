"""Metadata of SAML homes, and of the Entra-kind tenants as their service providers (entra-sign-in 4.2, 4.6)."""

from __future__ import annotations

from federation.external_federation import GLOBAL_AUDIENCE
from federation.saml import metadata
from idp_sim.edge import NO_STORE, answering_in_json, find_place
from idp_sim.http import Request, Response, Route
from idp_sim.ports import Ports
from idp_sim.saml_provider.kit import SAML_HOMES
from idp_sim.services.worlds import DEFAULT_WORLD, Worlds
from idp_sim.tenants.endpoints import Endpoints, SamlEndpoints

XML = ("Content-Type", "application/samlmetadata+xml; charset=utf-8")


def document_routes(ports: Ports, worlds: Worlds) -> list[Route]:
    """Three documents: a home's, a tenant's as service provider, and that of all tenants under their old name."""

    @answering_in_json(ports, worlds)
    def identity_provider(request: Request) -> Response:
        place = find_place(ports, worlds, request, kinds=SAML_HOMES)
        endpoints = SamlEndpoints(ports.settings.base_url, place.tenant.id)
        keys = ports.keys.home_key_set(place.context.world, place.tenant.id)
        described = metadata.IdentityProvider(
            id=f"_{ports.ids.guid()}",
            entity_id=endpoints.issuer,
            sign_on_url=endpoints.sign_on,
            logout_url=endpoints.sign_out,
            organization=place.tenant.display_name,
            organization_url=f"https://{place.tenant.initial_domain}",
        )
        others = (key for key in keys.keys if key is not keys.signing)
        body = metadata.identity_provider(described, (keys.signing, *others), keys.signing)
        return Response(headers=(XML, *NO_STORE), body=body)

    @answering_in_json(ports, worlds)
    def service_provider(request: Request) -> Response:
        place = find_place(ports, worlds, request)
        endpoints = Endpoints(ports.settings.base_url, place.tenant.id)
        key = ports.keys.key_set(place.context.world, place.tenant.id).signing
        body = metadata.service_provider(endpoints.federation_entity, endpoints.partner_reply, (key,))
        return Response(headers=(XML, *NO_STORE), body=body)

    @answering_in_json(ports, worlds)
    def all_tenants(request: Request) -> Response:
        reply = Endpoints(ports.settings.base_url, "common").partner_reply
        key = ports.keys.key_set(DEFAULT_WORLD, "common").signing
        body = metadata.service_provider(GLOBAL_AUDIENCE, reply, (key,))
        return Response(headers=(XML, *NO_STORE), body=body)

    saml20 = "federationmetadata/saml20/federationmetadata.xml"
    return [
        Route(rule="/<tenant>/saml/metadata", methods=("GET",), endpoint=identity_provider, name="saml-metadata"),
        Route(rule=f"/<tenant>/{saml20}", methods=("GET",), endpoint=service_provider, name="saml-sp-metadata"),
        Route(rule=f"/{saml20}", methods=("GET",), endpoint=all_tenants, name="saml-sp-metadata-of-all"),
    ]
