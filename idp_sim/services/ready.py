"""The ready document: everything a client or a test needs to begin (product.md 3), read from storage."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import idp_sim
from federation.model import HomeKind
from idp_sim.applications.first_party import FEDERATION_REALM
from idp_sim.applications.model import Application
from idp_sim.directory.model import Credentials, User
from idp_sim.ports import Ports
from idp_sim.tenants.endpoints import Endpoints, published_by
from idp_sim.tenants.model import Tenant, TenantKind
from idp_sim.world import WorldRecord


def document(ports: Ports, world: WorldRecord, tenants: list[Tenant]) -> dict[str, Any]:
    """The ready document of a world, with users, guests and applications as they are now."""
    settings = ports.settings
    directories = [(tenant, _Directory(ports, world.id, tenant)) for tenant in tenants]
    home_of = {
        address: tenant.name
        for tenant, directory in directories
        for user in directory.users
        if not user.external
        for address in user.addresses
    }
    return {
        "version": idp_sim.__version__,
        "base_url": settings.base_url,
        "control_url": settings.control_url,
        "control_token": settings.control_token,
        "ca_file": settings.ca_file,
        "pid": os.getpid(),
        "world": world.id,
        "scenario": world.scenario,
        "tenants": [tenant_entry(tenant, settings.base_url) for tenant in tenants],
        "applications": [
            application_entry(tenant, application)
            for tenant, _ in directories
            for application in ports.storage.find(world.id, tenant.id, Application)
            if not application.first_party
        ],
        "users": [
            user_entry(tenant, user, directory.credentials(user))
            for tenant, directory in directories
            for user in directory.users
            if not user.external
        ],
        "guests": [
            guest_entry(tenant, user, directory.credentials(user), tenants=tenants, home_of=home_of)
            for tenant, directory in directories
            for user in directory.users
            if user.external
        ],
        "federation": {
            tenant.name: federation_entry(tenant, settings.base_url)
            for tenant in tenants
            if tenant.kind is TenantKind.ENTRA
        },
    }


def tenant_entry(tenant: Tenant, base_url: str) -> dict[str, Any]:
    """An entry of ``tenants``."""
    published = published_by(tenant, base_url)
    return {
        "name": tenant.name,
        "id": tenant.id,
        "kind": tenant.kind.value,
        "role": tenant.role.value,
        "domains": list(tenant.domains),
        "issuer": published.issuer,
        "metadata_url": published.metadata_url,
    }


def application_entry(tenant: Tenant, application: Application) -> dict[str, Any]:
    """An entry of ``applications``."""
    return {
        "tenant": tenant.name,
        "name": application.name,
        "id": application.id,
        "client_id": application.client_id,
        "client_secret": application.secrets[0].value if application.secrets else None,
        "redirect_uris": [redirect.uri for redirect in application.redirect_uris],
        "identifier_uris": list(application.identifier_uris),
        "saml_entity_id": application.saml_entity_id,
    }


def user_entry(tenant: Tenant, user: User, credentials: Credentials | None) -> dict[str, Any]:
    """An entry of ``users``."""
    return {
        "tenant": tenant.name,
        "id": user.id,
        "user_principal_name": user.user_principal_name,
        "password": credentials and credentials.password,
        "mfa": user.mfa,
        "totp_secret": credentials and credentials.totp_secret,
        "phone": credentials and credentials.phone,
    }


def guest_entry(
    tenant: Tenant,
    user: User,
    credentials: Credentials | None,
    *,
    tenants: list[Tenant],
    home_of: Mapping[str, str],
) -> dict[str, Any]:
    """An entry of ``guests``. A pending guest's home is the tenant that has a user of that address."""
    return {
        "tenant": tenant.name,
        "id": user.id,
        "mail": user.mail,
        "home": _home_name(user, tenants, home_of),
        "state": user.external_user_state,
        "totp_secret": credentials and credentials.totp_secret,
        "phone": credentials and credentials.phone,
    }


def federation_entry(tenant: Tenant, base_url: str) -> dict[str, Any]:
    """An entry of ``federation``: what partners' identity providers must know of a tenant (entra-sign-in 4, 5)."""
    reply = f"{base_url}/login.srf"
    return {
        "saml_entity_id": f"{base_url}/{tenant.id}/",
        "saml_acs": reply,
        "wsfed_realm": FEDERATION_REALM,
        "wsfed_reply": reply,
        "oidc_redirect_uri": Endpoints(base_url, tenant.id).federation_reply,
    }


def _home_name(user: User, tenants: list[Tenant], home_of: Mapping[str, str]) -> str | None:
    home = user.home
    if home is not None and home.home_tenant is not None:
        return next((tenant.name for tenant in tenants if tenant.id == home.home_tenant), None)
    if home is not None and home.kind == HomeKind.EMAIL_ONE_TIME_PASSCODE.value:
        return None
    return home_of.get((user.mail or "").lower())


class _Directory:
    """Users of a tenant with their credentials, read at once."""

    def __init__(self, ports: Ports, world: str, tenant: Tenant) -> None:
        self.users = ports.storage.find(world, tenant.id, User)
        self._credentials = {c.user: c for c in ports.storage.find(world, tenant.id, Credentials)}

    def credentials(self, user: User) -> Credentials | None:
        return self._credentials.get(user.id)
