"""The authorities that stand for many tenants: ``common``, ``organizations``, ``consumers`` (entra-sign-in 12.1).

They sign nobody in themselves: they find out in which tenant somebody signs in, and send the request there. So a
guest who comes this way is at home afterwards, and no guest anywhere (2.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from federation.errors import FederationError
from federation.home_realm import ACCOUNT_TYPE_HINTS, AccountType
from federation.reasons import Reason
from idp_sim.applications.model import Application
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services.secrets_at_rest import digest
from idp_sim.services.sessions import live_accounts
from idp_sim.services.worlds import DEFAULT_WORLD, Worlds
from idp_sim.sign_in.model import AuthorizationCode, RefreshToken
from idp_sim.tenants.model import Tenant, TenantKind

#: Authority -> the kinds of account that sign in there.
AUTHORITIES: Mapping[str, frozenset[AccountType]] = MappingProxyType(
    {
        "common": frozenset(AccountType),
        "organizations": frozenset({AccountType.WORK}),
        "consumers": frozenset({AccountType.PERSONAL}),
    }
)
_WORK_AND_PERSONAL = frozenset(AccountType)
#: ``signInAudience`` -> the kinds of account from other tenants that the application takes.
AUDIENCES: Mapping[str, frozenset[AccountType]] = MappingProxyType(
    {
        "AzureADMultipleOrgs": frozenset({AccountType.WORK}),
        "AzureADandPersonalMicrosoftAccount": _WORK_AND_PERSONAL,
        "PersonalMicrosoftAccount": frozenset({AccountType.PERSONAL}),
    }
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """Where an address signs in; ``both`` where it has a work account and a personal one."""

    tenant: Tenant | None = None
    both: bool = False
    problem: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class Authority:
    """One authority as one application comes to it."""

    ports: Ports
    worlds: Worlds
    world: str
    application: Application
    accounts: frozenset[AccountType]

    @property
    def tenants(self) -> dict[str, Tenant]:
        """Tenants of the world that take part, by id."""
        kinds = {AccountType.WORK: TenantKind.ENTRA, AccountType.PERSONAL: TenantKind.MICROSOFT_ACCOUNT}
        wanted = {kinds[account] for account in self.accounts}
        return {tenant.id: tenant for tenant in self.worlds.tenants(self.world) if tenant.kind in wanted}

    def of_address(self, address: str, account: AccountType | None = None) -> Found:
        """Where somebody with that address signs in: in the tenant that has the user, or that owns the domain."""
        holders, taking = self.ports.border.holders_of(self.world, address), self.tenants
        personal = taking.get(holders.personal.id) if holders.personal and holders.personal_account else None
        work = taking.get(holders.managed.id) if holders.managed else None
        if work is None and personal is None:  # the owner's page does not tell whether the user exists
            work = next((tenant for tenant in taking.values() if tenant.owns(address)), None)
        if account is not None:
            work, personal = (work, None) if account is AccountType.WORK else (None, personal)
        if work and personal:
            return Found(both=True)
        if work or personal:
            return Found(tenant=work or personal)
        known = holders.personal_account and AccountType.PERSONAL not in self.accounts
        return Found(problem=Reason.PERSONAL_ACCOUNT_NOT_SUPPORTED if known else Reason.USER_UNKNOWN)

    def of_domain(self, domain: str) -> Tenant | None:
        """The organisation with that verified domain (*Sign in to an organization*)."""
        wanted = domain.strip().lower()
        return next((t for t in self.tenants.values() if t.kind is TenantKind.ENTRA and wanted in t.domains), None)

    def of_hint(self, hint: str | None) -> Tenant | None:
        """What ``domain_hint`` leads to at once: the tenant of a domain, or that of personal accounts."""
        if hint is None:
            return None
        if ACCOUNT_TYPE_HINTS.get(hint.lower()) is AccountType.PERSONAL:
            return self.personal_accounts
        return self.of_domain(hint)

    @property
    def personal_accounts(self) -> Tenant | None:
        """The tenant of personal accounts, where it takes part."""
        return next((t for t in self.tenants.values() if t.kind is TenantKind.MICROSOFT_ACCOUNT), None)

    def signed_in(self, context: Context, browser: str) -> tuple[Tenant, ...]:
        """Tenants at which somebody is signed in at home in this browser; a guest's session is not at home."""
        return tuple(
            tenant
            for tenant in self.tenants.values()
            if any(not a.user.external for a in live_accounts(self.ports, context, tenant.id, browser))
        )


def open_authority(ports: Ports, worlds: Worlds, name: str, client_id: str | None) -> Authority:
    """The authority ``name`` for an application, which must not be one for a single tenant.

    FederationError: MISSING_PARAMETER, APPLICATION_NOT_FOUND, SINGLE_TENANT_APPLICATION, NOT_FOR_PERSONAL_ACCOUNTS,
    FOR_PERSONAL_ACCOUNTS_ONLY.
    """
    if not client_id:
        raise FederationError(Reason.MISSING_PARAMETER, parameter="client_id")
    world, application = _registration(ports, worlds, client_id)
    taken = AUDIENCES.get(application.sign_in_audience)
    if taken is None:
        raise FederationError(Reason.SINGLE_TENANT_APPLICATION, client_id=client_id, authority=name)
    accounts = AUTHORITIES[name] & taken
    if not accounts:
        wrong = Reason.NOT_FOR_PERSONAL_ACCOUNTS if name == "consumers" else Reason.FOR_PERSONAL_ACCOUNTS_ONLY
        raise FederationError(wrong, client_id=client_id, application=application.display_name)
    if name == "common" and application.sign_in_audience == "PersonalMicrosoftAccount":
        raise FederationError(
            Reason.FOR_PERSONAL_ACCOUNTS_ONLY, client_id=client_id, application=application.display_name
        )
    return Authority(ports=ports, worlds=worlds, world=world, application=application, accounts=accounts)


def tenant_of_grant(authority: Authority, *, code: str | None, refresh_token: str | None) -> Tenant:
    """The tenant that issued a code or a refresh token; FederationError(GRANT_INVALID) where none did."""
    wanted: tuple[tuple[type, str | None], ...] = ((AuthorizationCode, code), (RefreshToken, refresh_token))
    for record, secret in wanted:
        for tenant in authority.tenants.values() if secret else ():
            try:
                authority.ports.storage.get(authority.world, tenant.id, record, digest(secret or ""))
            except NotFound:
                continue
            return tenant
    raise FederationError(Reason.GRANT_INVALID)


def _registration(ports: Ports, worlds: Worlds, client_id: str) -> tuple[str, Application]:
    """World and application of a client id: of the only world that has it, else of the default one (product.md 2)."""
    found = [
        (record.id, application)
        for record in worlds.all()
        for tenant in worlds.tenants(record.id)
        if tenant.kind is TenantKind.ENTRA
        for application in ports.storage.find(record.id, tenant.id, Application, client_id=client_id.lower())
    ]
    chosen = next((pair for pair in found if pair[0] == DEFAULT_WORLD), found[0] if len(found) == 1 else None)
    if chosen is None:
        raise FederationError(Reason.APPLICATION_NOT_FOUND, client_id=client_id, tenant="Microsoft")
    return chosen
