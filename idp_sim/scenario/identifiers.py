"""Ids of everything a scenario names: given ones in the default world, derived ones elsewhere (product.md 2)."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from federation.identity_providers.microsoft_account import PERSONAL_ACCOUNTS
from idp_sim.applications.first_party import GRAPH_ID
from idp_sim.applications.graph_permissions import APPLICATION_PERMISSIONS
from idp_sim.directory.members import personal_id

if TYPE_CHECKING:
    from idp_sim.scenario.schema import ApplicationSpec, Person, Scenario

DEFAULT_WORLD = "default"
#: How a scenario calls Microsoft Graph among its applications.
GRAPH_NAME = "microsoft-graph"

_NAMESPACE = UUID("6a1de6b2-7b0c-5c0e-9d6f-2f6d3a1b7c55")


@dataclass(frozen=True)
class Identifiers:
    """Ids of one world. The same scenario, world id and names give the same ids on every machine.

    ``secrets_root`` is a secret that client secrets are derived from, so that they are the same too; nobody who
    doesn't know it can work them out.
    """

    scenario: Scenario
    world: str
    secrets_root: str | None = None

    def derived(self, *names: str) -> str:
        """An id from the world's id and ``names``."""
        return str(uuid5(_NAMESPACE, "\x1f".join((self.world, *names))))

    def client_secret(self, tenant: str, name: str) -> str | None:
        """The derived client secret of an application; None without a root."""
        if self.secrets_root is None:
            return None
        purpose = "\x1f".join(("client secret", self.world, tenant, name))
        made = hmac.digest(self.secrets_root.encode(), purpose.encode(), "sha256")
        return base64.urlsafe_b64encode(made[:30]).decode()

    def tenant(self, tenant: str) -> str:
        """Tenant id."""
        spec = self.scenario.tenants[tenant]
        known = PERSONAL_ACCOUNTS if spec.kind == "microsoft_account" else None
        return self._given(spec.id or known) or self.derived("tenant", tenant)

    def user(self, tenant: str, name: str) -> str:
        """Object id of a user, by the key in ``users``."""
        given = self._given(self.scenario.tenants[tenant].users[name].id)
        derived = self.derived("user", tenant, name)
        return given or (personal_id(derived) if self.scenario.tenants[tenant].kind == "microsoft_account" else derived)

    def guest(self, tenant: str, address: str) -> str:
        """Object id of a guest, by address."""
        given = self.scenario.tenants[tenant].guests[address].id
        return self._given(given) or self.derived("guest", tenant, address.lower())

    def application(self, tenant: str, name: str) -> str:
        """Object id of an application registration."""
        return self._given(self._spec(tenant, name).id) or self.derived("application", tenant, name)

    def client(self, tenant: str, name: str) -> str:
        """Client id of an application."""
        if name == GRAPH_NAME:
            return GRAPH_ID
        return self._given(self._spec(tenant, name).client_id) or self.derived("client", tenant, name)

    def service_principal(self, tenant: str, name: str) -> str:
        """Object id of an application's service principal."""
        return self.derived("service_principal", tenant, name)

    def scope(self, tenant: str, name: str, value: str) -> str:
        """Id of a delegated permission that an application publishes."""
        return self._given(self._spec(tenant, name).scopes[value].id) or self.derived("scope", tenant, name, value)

    def app_role(self, tenant: str, name: str, value: str) -> str:
        """Id of an app role of an application, or of an application permission of Graph."""
        if name == GRAPH_NAME:
            return APPLICATION_PERMISSIONS[value]
        given = self._spec(tenant, name).app_roles[value].id
        return self._given(given) or self.derived("app_role", tenant, name, value)

    def _spec(self, tenant: str, name: str) -> ApplicationSpec:
        return self.scenario.tenants[tenant].applications[name]

    def _given(self, identifier: str | None) -> str | None:
        return identifier.lower() if identifier and self.world == DEFAULT_WORLD else None


def user_principal_name(person: Person, name: str, initial_domain: str) -> str:
    """A person's user principal name; by default the key at the tenant's first domain."""
    return person.user_principal_name or f"{name}@{initial_domain}"
