"""Values of an application that Graph is asked to store, each checked (graph-api 17.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from idp_sim.applications.model import Application, AppRole, PermissionScope, RedirectUri, RequiredPermission
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError
from idp_sim.graph.resource import Resource
from idp_sim.graph.resources.application_properties import APPLICATION

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s#*]+")
_AUDIENCES = (
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
)
#: Properties that are stored as they come.
_PLAIN: Mapping[str, str] = {
    "description": "description",
    "notes": "notes",
    "isFallbackPublicClient": "public_client",
    "groupMembershipClaims": "group_membership_claims",
    "uniqueName": "unique_name",
    "accountEnabled": "account_enabled",
    "appRoleAssignmentRequired": "assignment_required",
}


def changed(application: Application, body: Mapping[str, Any]) -> Application:
    """``application`` with the properties of a checked body; GraphError names the first bad value."""
    for name, value in body.items():
        if name in _PLAIN:
            application = replace(application, **{_PLAIN[name]: bool(value) if isinstance(value, bool) else value})
        elif name in _STORE:
            application = _STORE[name](application, value)
    if application.public_client is None:
        application = replace(application, public_client=False)
    return application


def bad(name: str, expected: str, resource: Resource = APPLICATION) -> GraphError:
    """The refusal of a value."""
    return invalid(resource, name, expected)


def _display_name(application: Application, value: Any) -> Application:
    if not value.strip():
        raise bad("displayName", "a value that is not empty")
    return replace(application, display_name=value)


def _audience(application: Application, value: Any) -> Application:
    if value not in _AUDIENCES:
        raise bad("signInAudience", f"one of {', '.join(_AUDIENCES)}")
    return replace(application, sign_in_audience=value)


def _identifier_uris(application: Application, value: Any) -> Application:
    for uri in value:
        if not _URI.fullmatch(uri):
            raise bad("identifierUris", f"absolute URIs such as api://{{appId}}, not '{uri[:80]}'")
    return replace(application, identifier_uris=tuple(value))


def _tags(application: Application, value: Any) -> Application:
    return replace(application, tags=tuple(value))


def _platform(platform: str) -> Callable[[Application, Any], Application]:
    def store(application: Application, value: Any) -> Application:
        if value is None:
            raise bad(platform, "an object")
        if "redirectUris" in value:
            application = _redirects(application, platform, value["redirectUris"])
        if platform == "web":
            if "homePageUrl" in value:
                application = replace(application, home_page_url=value["homePageUrl"])
            if "logoutUrl" in value:
                application = replace(application, front_channel_logout_url=value["logoutUrl"])
        return application

    return store


def _redirects(application: Application, platform: str, uris: Any) -> Application:
    if not isinstance(uris, list) or not all(isinstance(uri, str) and _URI.fullmatch(uri) for uri in uris):
        raise bad(f"{platform}/redirectUris", "absolute URIs without fragment and wildcard")
    others = tuple(uri for uri in application.redirect_uris if uri.type != platform)
    return replace(
        application, redirect_uris=(*others, *(RedirectUri(uri=uri, type=platform) for uri in dict.fromkeys(uris)))
    )


def _api(application: Application, value: Any) -> Application:
    version = value.get("requestedAccessTokenVersion", application.access_token_version)
    if version not in (None, 1, 2):
        raise bad("api/requestedAccessTokenVersion", "null, 1 or 2")
    application = replace(application, access_token_version=version or 1)
    if "oauth2PermissionScopes" in value:
        found = [_scope(item) for item in value["oauth2PermissionScopes"]]
        application = replace(application, scopes=tuple(found))
    return application


def _scope(item: Any) -> PermissionScope:
    where = "api/oauth2PermissionScopes"
    if not isinstance(item, dict) or not isinstance(item.get("value"), str):
        raise bad(where, "objects with id, value and adminConsentDisplayName")
    return PermissionScope(
        id=_id(item, where),
        value=item["value"],
        display_name=str(item.get("adminConsentDisplayName") or item["value"]),
        type="Admin" if item.get("type") == "Admin" else "User",
        description=str(item.get("adminConsentDescription") or ""),
        enabled=item.get("isEnabled") is not False,
    )


def _app_roles(application: Application, value: Any) -> Application:
    roles = tuple(_role(item) for item in value)
    kept = {role.id for role in roles}
    for role in application.app_roles:
        if role.enabled and role.id not in kept:
            raise bad("appRoles", f"the role '{role.value}' to be disabled before it is removed")
    return replace(application, app_roles=roles)


def _role(item: Any) -> AppRole:
    if not isinstance(item, dict) or not isinstance(item.get("displayName"), str):
        raise bad("appRoles", "objects with id, value, displayName and allowedMemberTypes")
    kinds = item.get("allowedMemberTypes")
    if not isinstance(kinds, list) or not kinds or not {"User", "Application"}.issuperset(map(str, kinds)):
        raise bad("appRoles/allowedMemberTypes", "User, Application or both")
    return AppRole(
        id=_id(item, "appRoles"),
        value=str(item.get("value") or ""),
        display_name=item["displayName"],
        member_types=tuple(kinds),
        description=str(item.get("description") or ""),
        enabled=item.get("isEnabled") is not False,
    )


def _required(application: Application, value: Any) -> Application:
    found = []
    for item in value:
        access = item.get("resourceAccess") if isinstance(item, dict) else None
        if not isinstance(access, list) or not isinstance(item.get("resourceAppId"), str):
            raise bad("requiredResourceAccess", "objects with resourceAppId and resourceAccess")
        for permission in access:
            if not isinstance(permission, dict) or permission.get("type") not in ("Scope", "Role"):
                raise bad("requiredResourceAccess/resourceAccess", "objects with id and a type of Scope or Role")
            where = "requiredResourceAccess/resourceAccess"
            found.append(
                RequiredPermission(
                    resource=item["resourceAppId"].lower(), id=_id(permission, where), type=permission["type"]
                )
            )
    return replace(application, required_permissions=tuple(found))


def _optional_claims(application: Application, value: Any) -> Application:
    def names(kind: str) -> tuple[str, ...]:
        items = (value or {}).get(kind) or []
        if not isinstance(items, list) or not all(
            isinstance(i, dict) and isinstance(i.get("name"), str) for i in items
        ):
            raise bad(f"optionalClaims/{kind}", "objects with a name")
        return tuple(item["name"] for item in items)

    return replace(
        application, optional_id_token_claims=names("idToken"), optional_access_token_claims=names("accessToken")
    )


def _id(item: Mapping[str, Any], where: str) -> str:
    if not isinstance(item.get("id"), str) or not _GUID.fullmatch(item["id"]):
        raise bad(f"{where}/id", "a GUID")
    return str(item["id"]).lower()


_STORE: Mapping[str, Callable[[Application, Any], Application]] = {
    "displayName": _display_name,
    "signInAudience": _audience,
    "identifierUris": _identifier_uris,
    "tags": _tags,
    "web": _platform("web"),
    "spa": _platform("spa"),
    "publicClient": _platform("publicClient"),
    "api": _api,
    "appRoles": _app_roles,
    "requiredResourceAccess": _required,
    "optionalClaims": _optional_claims,
}
