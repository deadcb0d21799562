"""Applications that every Entra-kind tenant has without registering them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from federation.federation_client import FEDERATION_CLIENT_ID
from idp_sim.applications.graph_permissions import DELEGATED_PERMISSIONS, application_roles
from idp_sim.applications.model import Application, PermissionScope, RedirectUri
from idp_sim.tenants.endpoints import Endpoints

GRAPH_ID = "00000003-0000-0000-c000-000000000000"
GRAPH_URI = "https://graph.microsoft.com"
#: The application name of a redemption in the sign-in log (entra-sign-in 2.2).
ACCEPTANCE_PORTAL_ID = "4660504c-45b3-4674-a709-71951a6b0763"
#: What homes that are not Entra know every Entra tenant by (entra-sign-in 4.2).
FEDERATION_REALM = "urn:federation:MicrosoftOnline"
ENTRA_RELYING_PARTY_ID = str(uuid5(NAMESPACE_URL, FEDERATION_REALM))
#: Delegated permissions of Graph that only an administrator can grant are all but these.
USER_CONSENTABLE = frozenset({"openid", "profile", "email", "offline_access", "User.Read", "User.ReadBasic.All"})
OIDC_SCOPES = ("openid", "profile", "email", "offline_access")


def graph(base_url: str) -> Application:
    """Microsoft Graph; ``{base_url}`` is a name of it too, for clients that derive a scope from the host."""
    return Application(
        id=GRAPH_ID,
        client_id=GRAPH_ID,
        service_principal=GRAPH_ID,
        name="graph",
        display_name="Microsoft Graph",
        identifier_uris=(GRAPH_URI, f"{GRAPH_URI}/", base_url, f"{base_url}/"),
        access_token_version=1,
        app_roles=application_roles(),
        scopes=tuple(
            PermissionScope(
                id=identifier,
                value=value,
                display_name=value,
                type="User" if value in USER_CONSENTABLE else "Admin",
            )
            for value, identifier in DELEGATED_PERMISSIONS.items()
        ),
        first_party=True,
    )


def acceptance_portal() -> Application:
    """Microsoft Invitation Acceptance Portal, the application of every redemption."""
    return Application(
        id=ACCEPTANCE_PORTAL_ID,
        client_id=ACCEPTANCE_PORTAL_ID,
        service_principal=ACCEPTANCE_PORTAL_ID,
        name="acceptance-portal",
        display_name="Microsoft Invitation Acceptance Portal",
        first_party=True,
    )


def federation_client(resource_reply_urls: tuple[str, ...]) -> Application:
    """The application by which resource tenants send people home; its reply URLs are those of the tenants."""
    return Application(
        id=FEDERATION_CLIENT_ID,
        client_id=FEDERATION_CLIENT_ID,
        service_principal=str(uuid5(NAMESPACE_URL, FEDERATION_CLIENT_ID)),
        name="federation",
        display_name="Entra B2B federation",
        redirect_uris=tuple(RedirectUri(uri=url) for url in resource_reply_urls),
        access_token_version=2,
        optional_id_token_claims=("auth_time",),
        first_party=True,
    )


def federation_reply_urls(base_url: str, tenant_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Reply URLs of the tenants of a world."""
    return tuple(Endpoints(base_url, tenant).federation_reply for tenant in tenant_ids)


def entra_relying_party(base_url: str, tenant_ids: tuple[str, ...]) -> Application:
    """Entra as a relying party of homes that speak SAML or WS-Federation, named as AD FS administrators know it.

    Its identifiers are the audience of old federations and the tenanted ones of new ones (entra-sign-in 4.2, 4.6).
    """
    return Application(
        id=ENTRA_RELYING_PARTY_ID,
        client_id=ENTRA_RELYING_PARTY_ID,
        service_principal=ENTRA_RELYING_PARTY_ID,
        name="entra",
        display_name="Microsoft Office 365 Identity Platform",
        identifier_uris=(FEDERATION_REALM, *(f"{base_url}/{tenant}/" for tenant in tenant_ids)),
        redirect_uris=(RedirectUri(uri=f"{base_url}/login.srf"),),
        first_party=True,
    )


FIRST_PARTY_NAMES: Mapping[str, str] = {
    GRAPH_ID: "Microsoft Graph",
    ACCEPTANCE_PORTAL_ID: "Microsoft Invitation Acceptance Portal",
    FEDERATION_CLIENT_ID: "Entra B2B federation",
    ENTRA_RELYING_PARTY_ID: "Microsoft Office 365 Identity Platform",
}
