"""``ports.Border`` over storage: the questions that one tenant may ask about another (product.md 6)."""

from __future__ import annotations

from federation.cross_tenant_access import (
    DEFAULT_KEY,
    B2bSetting,
    CrossTenantAccessConfiguration,
    decide_outbound,
    effective,
    open_to_invitation,
    policy_id,
)
from idp_sim.directory.model import User
from idp_sim.ports import WORLD_WIDE, Holders, NotFound, Storage, TenantSummary
from idp_sim.services.groups import groups_of
from idp_sim.settings import Settings
from idp_sim.tenants.endpoints import published_by
from idp_sim.tenants.model import Tenant, TenantKind


class StorageBorder:
    """Answers from the other tenant's records; nothing else of them crosses."""

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self._storage = storage
        self._settings = settings

    def tenant_of(self, world: str, address: str) -> TenantSummary | None:
        """The managed tenant with a user of that name, by user, not by domain (entra-sign-in 2.3).

        Where a tenant has verified the address's domain, only that tenant's own users count: nobody else can
        claim the address by writing it into the ``mail`` of a user of his.
        """
        return self._managed(world, self._tenants(world), address)

    def holders_of(self, world: str, address: str) -> Holders:
        """Every kind of tenant that holds the address: Entra and personal accounts by user, Google by domain."""
        tenants = self._tenants(world)
        first = {tenant.kind: tenant for tenant in reversed(tenants)}
        google = next((t for t in tenants if t.kind is TenantKind.GOOGLE and t.owns(address)), None)
        personal = first.get(TenantKind.MICROSOFT_ACCOUNT)
        return Holders(
            managed=self._managed(world, tenants, address),
            google=self._summary(google) if google else None,
            personal=self._summary(personal) if personal else None,
            personal_account=personal is not None and self._user(world, personal.id, address) is not None,
            verified=any(tenant.owns(address) for tenant in tenants if tenant is not personal),
        )

    def _managed(self, world: str, all_tenants: list[Tenant], address: str) -> TenantSummary | None:
        tenants = [tenant for tenant in all_tenants if tenant.kind is TenantKind.ENTRA]
        owners = [tenant for tenant in tenants if tenant.owns(address)]
        for tenant in owners or tenants:
            if self._user(world, tenant.id, address) is not None:
                return self._summary(tenant)
        return None

    def outbound_consent(self, world: str, home: str, resource: str) -> bool:
        """The home's ``outboundAllowed`` for that resource tenant; False where it has no settings for it (7.6)."""
        consent = self._effective(world, home, resource).automatic_user_consent
        return bool(consent and consent.outbound_allowed)

    def outbound_allowed(
        self, world: str, home: str, user_address: str, resource: str, application: str | None
    ) -> bool:
        """Does the home let this user go there? Without an application: to any of them at all (7.4)."""
        configuration = self._effective(world, home, resource)
        user = self._user(world, home, user_address)
        identity = user.id if user else ""
        own = groups_of(user, storage=self._storage, world=world, tenant=home) if user else ()
        groups = frozenset(own)
        if application is None:
            setting = configuration.b2b_collaboration_outbound
            return setting is None or open_to_invitation(setting, users=groups | {identity})
        return not decide_outbound(
            configuration,
            user=identity,
            groups=groups,
            applications=frozenset({application}),
            home=home,
            resource=resource,
        ).refused

    def tenant_restrictions(self, world: str, tenant: str, policy: str, target: str) -> B2bSetting | None:
        """What the network's own tenant says of accounts at ``target``; None for a policy that does not exist (7.7)."""
        known = any(found.id == tenant and found.kind is TenantKind.ENTRA for found in self._tenants(world))
        if not known or policy != policy_id(tenant):
            return None
        return self._effective(world, tenant, target).tenant_restrictions

    def _effective(self, world: str, tenant: str, partner: str) -> CrossTenantAccessConfiguration:
        """The tenant's settings towards a partner."""
        default = self._configuration(world, tenant, DEFAULT_KEY)
        return effective(self._configuration(world, tenant, partner), default)

    def _configuration(self, world: str, tenant: str, key: str) -> CrossTenantAccessConfiguration | None:
        try:
            return self._storage.get(world, tenant, CrossTenantAccessConfiguration, key)
        except NotFound:
            return None

    def _user(self, world: str, tenant: str, address: str) -> User | None:
        """A person who signs in there, by user principal name or mail; guests of that tenant live elsewhere."""
        wanted = address.lower()
        found = self._storage.find(world, tenant, User, user_principal_name=wanted)
        found = found or self._storage.find(world, tenant, User, mail=wanted)
        return next((user for user in found if not user.external), None)

    def _tenants(self, world: str) -> list[Tenant]:
        return self._storage.find(world, WORLD_WIDE, Tenant)

    def _summary(self, tenant: Tenant) -> TenantSummary:
        published = published_by(tenant, self._settings.base_url)
        return TenantSummary(
            id=tenant.id,
            name=tenant.name,
            display_name=tenant.display_name,
            kind=tenant.kind.value,
            issuer=published.issuer,
            metadata_url=published.metadata_url,
        )
