"""What an application and its service principal show at Graph (graph-api 17.2, 18)."""

from __future__ import annotations

from typing import Any

from idp_sim.applications.model import Application
from idp_sim.graph.errors import Problem
from idp_sim.graph.resource import Property, Resource, Type, field_of, sortable
from idp_sim.services.directory_objects import ServicePrincipal

_EQ = frozenset({"eq", "in"})
_RANGED = frozenset({"eq", "in", "ge", "le", "startsWith"})
_NE = frozenset({"ne", "not"})
_ANY = frozenset({"any"})

READ = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
WRITE = ("Application.ReadWrite.All", "Directory.ReadWrite.All")
PLATFORMS = ("web", "spa", "publicClient")


def redirect_uris(application: Application, platform: str) -> list[str]:
    """Redirect URIs of one platform, as they were registered."""
    return [uri.uri for uri in application.redirect_uris if uri.type == platform]


def web(application: Application) -> dict[str, Any]:
    """The ``web`` object."""
    return {
        "homePageUrl": application.home_page_url,
        "implicitGrantSettings": {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False},
        "logoutUrl": application.front_channel_logout_url,
        "redirectUris": redirect_uris(application, "web"),
    }


def app_roles(application: Application) -> list[dict[str, Any]]:
    """``appRoles``."""
    return [
        {
            "allowedMemberTypes": list(role.member_types),
            "description": role.description or role.display_name,
            "displayName": role.display_name,
            "id": role.id,
            "isEnabled": role.enabled,
            "origin": "Application",
            "value": role.value,
        }
        for role in application.app_roles
    ]


def scopes(application: Application) -> list[dict[str, Any]]:
    """``oauth2PermissionScopes``."""
    return [
        {
            "adminConsentDescription": scope.description or scope.display_name,
            "adminConsentDisplayName": scope.display_name,
            "id": scope.id,
            "isEnabled": scope.enabled,
            "type": scope.type,
            "userConsentDescription": scope.description or scope.display_name,
            "userConsentDisplayName": scope.display_name,
            "value": scope.value,
        }
        for scope in application.scopes
    ]


def api(application: Application) -> dict[str, Any]:
    """The ``api`` object."""
    return {
        "acceptMappedClaims": None,
        "knownClientApplications": [],
        "oauth2PermissionScopes": scopes(application),
        "preAuthorizedApplications": [],
        "requestedAccessTokenVersion": application.access_token_version,
    }


def credentials(application: Application) -> list[dict[str, Any]]:
    """``passwordCredentials``: everything but the secret itself."""
    return [
        {
            "customKeyIdentifier": None,
            "displayName": secret.display_name,
            "endDateTime": secret.expires,
            "hint": secret.value[:3],
            "keyId": secret.id,
            "secretText": None,
            "startDateTime": secret.starts,
        }
        for secret in application.secrets
    ]


def optional_claims(application: Application) -> dict[str, Any] | None:
    """``optionalClaims``, or None."""

    def listed(names: tuple[str, ...]) -> list[dict[str, Any]]:
        return [{"additionalProperties": [], "essential": False, "name": name, "source": None} for name in names]

    access, identity = application.optional_access_token_claims, application.optional_id_token_claims
    if not access and not identity:
        return None
    return {"accessToken": listed(access), "idToken": listed(identity), "saml2Token": []}


def required_access(application: Application) -> list[dict[str, Any]]:
    """``requiredResourceAccess``, by resource."""
    grouped: dict[str, list[dict[str, str]]] = {}
    for permission in application.required_permissions:
        grouped.setdefault(permission.resource, []).append({"id": permission.id, "type": permission.type})
    return [{"resourceAppId": resource, "resourceAccess": access} for resource, access in grouped.items()]


def _none(_object: object) -> None:
    return None


def _object(name: str, read: Any, **rest: Any) -> Property:
    return Property(name=name, read=read, type=Type.OBJECT, **rest)


def _objects(name: str, read: Any, **rest: Any) -> Property:
    return Property(name=name, read=read, type=Type.OBJECTS, **rest)


def _by_creation(application: Application) -> tuple[Any, ...]:
    return (sortable(application.created), application.id)


#: An application registration wherever one is shown.
APPLICATION = Resource(
    path="/applications",
    type_name="microsoft.graph.application",
    properties=(
        field_of("id", operators=_EQ, advanced=_NE),
        field_of("appId", "client_id", operators=_EQ, advanced=_NE),
        _object("api", api, writable=True, nullable=False),
        _objects("appRoles", app_roles, writable=True, nullable=False),
        field_of(
            "createdDateTime", "created", type=Type.DATE_TIME, operators=frozenset({"eq", "ge", "le"}), advanced=_NE
        ),
        field_of("deletedDateTime", "deleted", type=Type.DATE_TIME, operators=frozenset({"eq", "ge", "le"})),
        Property(name="defaultRedirectUri", read=_none),
        field_of("description", writable=True, searchable=True),
        field_of(
            "displayName",
            writable=True,
            required=True,
            nullable=False,
            operators=_RANGED,
            advanced=_NE,
            searchable=True,
            orderable=True,
        ),
        field_of("groupMembershipClaims", writable=True),
        field_of("identifierUris", type=Type.STRINGS, writable=True, nullable=False, operators=_ANY, advanced=_NE),
        Property(name="isDisabled", read=_none, type=Type.BOOLEAN),
        field_of("isFallbackPublicClient", "public_client", type=Type.BOOLEAN, writable=True),
        Property(name="keyCredentials", read=lambda _app: [], type=Type.OBJECTS),
        Property(name="nativeAuthenticationApisEnabled", read=_none),
        field_of("notes", writable=True),
        _object("optionalClaims", optional_claims, writable=True),
        _objects("passwordCredentials", credentials, creatable=True, nullable=False),
        _object(
            "publicClient",
            lambda app: {"redirectUris": redirect_uris(app, "publicClient")},
            writable=True,
            nullable=False,
        ),
        Property(name="publisherDomain", read=lambda _app: None),
        _objects("requiredResourceAccess", required_access, writable=True, nullable=False),
        Property(name="samlMetadataUrl", read=_none),
        Property(name="servicePrincipalLockConfiguration", read=_none, type=Type.OBJECT),
        field_of("signInAudience", writable=True, operators=_EQ | {"startsWith"}, advanced=_NE),
        _object("spa", lambda app: {"redirectUris": redirect_uris(app, "spa")}, writable=True, nullable=False),
        field_of("tags", type=Type.STRINGS, writable=True, nullable=False, operators=_ANY, advanced=_NE),
        Property(name="tokenEncryptionKeyId", read=_none),
        field_of("uniqueName", creatable=True, operators=_EQ, advanced=_NE),
        _object("web", web, writable=True, nullable=False),
    ),
    operations={},
    order=_by_creation,
    directory_object=True,
    not_found=Problem.OBJECT_NOT_FOUND,
    target_type="Application",
    indexes={"id": "id", "appId": "client_id"},
)


def _of(read: Any) -> Any:
    return lambda principal: read(principal.application)


def _field(name: str, attribute: str, **rest: Any) -> Property:
    return Property(name=name, read=lambda principal: getattr(principal.application, attribute), **rest)


def _sign_on_mode(principal: ServicePrincipal) -> str | None:
    return "saml" if principal.application.saml_entity_id else None


def _names(principal: ServicePrincipal) -> list[str]:
    return [principal.application.client_id, *principal.application.identifier_uris]


def _reply_urls(principal: ServicePrincipal) -> list[str]:
    return [uri.uri for uri in principal.application.redirect_uris]


#: A service principal wherever one is shown.
SERVICE_PRINCIPAL = Resource(
    path="/servicePrincipals",
    type_name="microsoft.graph.servicePrincipal",
    properties=(
        field_of("id", operators=_EQ, advanced=_NE),
        _field("accountEnabled", "account_enabled", type=Type.BOOLEAN, writable=True, operators=_EQ, advanced=_NE),
        _field("appDisplayName", "display_name", operators=_RANGED, advanced=_NE),
        _field("appId", "client_id", creatable=True, required=True, operators=_EQ, advanced=_NE),
        Property(name="appOwnerOrganizationId", read=lambda _principal: None),
        _field(
            "appRoleAssignmentRequired",
            "assignment_required",
            type=Type.BOOLEAN,
            writable=True,
            nullable=False,
            operators=_EQ,
            advanced=_NE,
        ),
        Property(name="appRoles", read=_of(app_roles), type=Type.OBJECTS),
        _field(
            "displayName",
            "display_name",
            operators=_RANGED,
            advanced=_NE,
            searchable=True,
            orderable=True,
        ),
        _field("homepage", "home_page_url"),
        Property(name="keyCredentials", read=lambda _principal: [], type=Type.OBJECTS),
        Property(name="loginUrl", read=_none),
        _field("logoutUrl", "front_channel_logout_url"),
        Property(name="notificationEmailAddresses", read=lambda _principal: [], type=Type.STRINGS),
        Property(name="oauth2PermissionScopes", read=_of(scopes), type=Type.OBJECTS),
        Property(name="passwordCredentials", read=_of(credentials), type=Type.OBJECTS),
        Property(name="preferredSingleSignOnMode", read=_sign_on_mode),
        Property(name="preferredTokenSigningKeyThumbprint", read=_none),
        Property(name="replyUrls", read=_reply_urls, type=Type.STRINGS),
        Property(name="samlSingleSignOnSettings", read=_none, type=Type.OBJECT),
        Property(name="servicePrincipalNames", read=_names, type=Type.STRINGS, operators=_ANY, advanced=_NE),
        Property(name="servicePrincipalType", read=lambda _principal: "Application", operators=_EQ),
        _field("signInAudience", "sign_in_audience"),
        _field("tags", "tags", type=Type.STRINGS, writable=True, nullable=False, operators=_ANY, advanced=_NE),
        Property(name="tokenEncryptionKeyId", read=_none),
    ),
    operations={},
    order=lambda principal: (sortable(principal.application.created), principal.id),
    directory_object=True,
    not_found=Problem.OBJECT_NOT_FOUND,
    target_type="ServicePrincipal",
)
