"""Documents of an AD FS-like home: federation metadata and the WS-MetadataExchange document."""

from __future__ import annotations

from federation.ws_federation import exchange_metadata, metadata
from idp_sim.adfs.kit import ADFS
from idp_sim.edge import NO_STORE, answering_in_json, find_place
from idp_sim.http import Request, Response, Route
from idp_sim.ports import Ports
from idp_sim.services.worlds import Worlds
from idp_sim.tenants.endpoints import AdfsEndpoints

XML = ("Content-Type", "application/xml; charset=utf-8")


def document_routes(ports: Ports, worlds: Worlds) -> list[Route]:
    """Both documents; the path of the metadata is the one that AD FS has."""

    @answering_in_json(ports, worlds)
    def federation_metadata(request: Request) -> Response:
        place = find_place(ports, worlds, request, kinds=ADFS)
        endpoints = AdfsEndpoints(ports.settings.base_url, place.tenant.id)
        keys = ports.keys.home_key_set(place.context.world, place.tenant.id)
        others = (key for key in keys.keys if key is not keys.signing)
        service = metadata.Service(
            issuer=endpoints.issuer,
            display_name=place.tenant.display_name,
            passive=endpoints.passive,
            mex=endpoints.mex,
            certificates=(keys.signing.certificate_text, *(key.certificate_text for key in others)),
        )
        body = metadata.document(service, keys.signing, id=ports.ids.guid())
        return Response(headers=(XML, *NO_STORE), body=body)

    @answering_in_json(ports, worlds)
    def mex(request: Request) -> Response:
        place = find_place(ports, worlds, request, kinds=ADFS)
        trust = AdfsEndpoints(ports.settings.base_url, place.tenant.id).trust
        body = exchange_metadata.document((f"{trust}/2005/usernamemixed", f"{trust}/13/usernamemixed"))
        return Response(headers=(XML,), body=body)

    return [
        Route(
            rule="/<tenant>/FederationMetadata/2007-06/FederationMetadata.xml",
            methods=("GET",),
            endpoint=federation_metadata,
            name="adfs-federation-metadata",
        ),
        Route(rule="/<tenant>/adfs/services/trust/mex", methods=("GET",), endpoint=mex, name="adfs-mex"),
    ]
