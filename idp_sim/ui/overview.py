"""What the start page shows of a world, as records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from idp_sim.applications.model import Application
from idp_sim.client_settings import ClientSettings, Snippet, snippets
from idp_sim.directory.model import GUEST, Credentials, Invitation, User
from idp_sim.ports import Context, NotFound, Ports
from idp_sim.services import authenticator
from idp_sim.tenants.endpoints import Endpoints, published_by
from idp_sim.tenants.model import Tenant, TenantKind, TenantRole

#: What is shown of each kind in each tenant; Graph has the rest.
MOST = 100
SAMPLE_APP = "sample-portal"


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """Somebody with a password in one of the tenants; ``sign_in_url`` where the sample app lets members in."""

    id: str
    tenant: Tenant
    name: str
    address: str
    password: str | None
    mfa: str
    code: str | None
    sign_in_url: str | None


@dataclass(frozen=True, kw_only=True)
class GuestRow:
    """A guest of a tenant, with what the person will be asked for."""

    id: str
    tenant: Tenant
    home: Tenant | None
    name: str
    address: str
    accepted: bool
    passcode: bool
    password: str | None
    home_user: str | None
    home_code: str | None
    code: str | None
    sign_in_url: str | None
    redeem_url: str | None


@dataclass(frozen=True, kw_only=True)
class ApplicationRow:
    """An application with its settings to copy."""

    tenant: Tenant
    name: str
    display_name: str
    client_id: str
    client_secret: str | None
    authority: str
    redirect_uris: tuple[str, ...]
    identifier_uris: tuple[str, ...]
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True, kw_only=True)
class TenantRow:
    """A tenant and where to ask it."""

    tenant: Tenant
    issuer: str
    metadata_url: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A world. Secrets are None where they are not to be shown."""

    tenants: tuple[TenantRow, ...]
    guests: tuple[GuestRow, ...]
    people: tuple[PersonRow, ...]
    applications: tuple[ApplicationRow, ...]
    more: bool


def overview(ports: Ports, context: Context, tenants: Iterable[Tenant]) -> Overview:
    """Everything the start page shows, by the world's clock."""
    reader = _Reader(ports, context, tuple(tenants))
    guests, people, applications = reader.guests(), reader.people(), reader.applications()
    return Overview(
        tenants=tuple(reader.tenant(tenant) for tenant in reader.tenants),
        guests=guests,
        people=people,
        applications=applications,
        more=reader.more,
    )


def without_secrets(shown: Overview) -> Overview:
    """The same for a reader who is not at this machine."""
    return replace(
        shown,
        guests=tuple(
            replace(guest, password=None, home_code=None, code=None, redeem_url=None) for guest in shown.guests
        ),
        people=tuple(replace(person, password=None, code=None) for person in shown.people),
        applications=tuple(replace(row, client_secret=None, snippets=()) for row in shown.applications),
    )


class _Reader:
    """Reads one world once."""

    def __init__(self, ports: Ports, context: Context, tenants: tuple[Tenant, ...]) -> None:
        self._ports = ports
        self._context = context
        self.tenants = tenants
        self.more = False
        self._by_id: Mapping[str, Tenant] = {tenant.id: tenant for tenant in tenants}
        self._applications = {tenant.id: self._own_applications(tenant) for tenant in tenants}

    def tenant(self, tenant: Tenant) -> TenantRow:
        published = published_by(tenant, self._ports.settings.base_url)
        return TenantRow(tenant=tenant, issuer=published.issuer, metadata_url=published.metadata_url)

    def people(self) -> tuple[PersonRow, ...]:
        rows = []
        for tenant in self.tenants:
            for user in self._users(tenant, external=False):
                credentials = self._credentials(tenant.id, user.id)
                rows.append(
                    PersonRow(
                        id=user.id,
                        tenant=tenant,
                        name=user.display_name,
                        address=user.user_principal_name,
                        password=credentials.password if credentials else None,
                        mfa=user.mfa,
                        code=self._code(credentials),
                        sign_in_url=self._sign_in_url(tenant, user.user_principal_name),
                    )
                )
        return tuple(rows)

    def guests(self) -> tuple[GuestRow, ...]:
        rows = [self._guest(tenant, user) for tenant in self.tenants for user in self._users(tenant, external=True)]
        return tuple(sorted(rows, key=lambda row: not row.accepted))

    def applications(self) -> tuple[ApplicationRow, ...]:
        shared_first = sorted(self.tenants, key=lambda tenant: tenant.role is not TenantRole.RESOURCE)
        return tuple(
            self._application(tenant, application)
            for tenant in shared_first
            for application in self._applications[tenant.id]
        )

    # --- inside --------------------------------------------------------------------------------------

    def _guest(self, tenant: Tenant, user: User) -> GuestRow:
        address = user.mail or user.user_principal_name
        home = self._by_id.get(user.home.home_tenant or "") if user.home else self._home_of(address)
        at_home = self._user_at(home, address) if home else None
        home_credentials = self._credentials(home.id, at_home.id) if home and at_home else None
        accepted = not user.pending
        return GuestRow(
            id=user.id,
            tenant=tenant,
            home=home,
            name=user.display_name,
            address=address,
            accepted=accepted,
            passcode=home is None,
            password=home_credentials.password if home_credentials else None,
            home_user=at_home.id if at_home else None,
            home_code=self._code(home_credentials),
            code=self._code(self._credentials(tenant.id, user.id)),
            sign_in_url=self._sign_in_url(tenant, address) if accepted else None,
            redeem_url=None if accepted else self._redeem_url(tenant, user),
        )

    def _application(self, tenant: Tenant, application: Application) -> ApplicationRow:
        settings = self._ports.settings
        redirect_uris = tuple(redirect.uri for redirect in application.redirect_uris)
        client = ClientSettings(
            base_url=settings.base_url,
            tenant_id=tenant.id,
            client_id=application.client_id,
            client_secret=application.secrets[0].value if application.secrets else None,
            redirect_uri=next(iter(redirect_uris), None),
            ca_file=settings.ca_file,
        )
        return ApplicationRow(
            tenant=tenant,
            name=application.name,
            display_name=application.display_name,
            client_id=client.client_id,
            client_secret=client.client_secret,
            authority=client.authority,
            redirect_uris=redirect_uris,
            identifier_uris=application.identifier_uris,
            snippets=snippets(client),
        )

    def _users(self, tenant: Tenant, *, external: bool) -> list[User]:
        find, world = self._ports.storage.find, self._context.world
        found = find(world, tenant.id, User, limit=MOST + 1)
        if len(found) > MOST:
            self.more = True
            if external:  # they may all come after the first members
                found = find(world, tenant.id, User, limit=MOST, user_type=GUEST)
        return [user for user in found[:MOST] if user.external == external]

    def _own_applications(self, tenant: Tenant) -> list[Application]:
        found = self._ports.storage.find(self._context.world, tenant.id, Application, limit=MOST + 1)
        self.more = self.more or len(found) > MOST
        return [application for application in found[:MOST] if not application.first_party]

    def _home_of(self, address: str) -> Tenant | None:
        """Where a guest who has not accepted will be sent (entra-sign-in 2.3)."""
        return next((tenant for tenant in self.tenants if self._user_at(tenant, address)), None)

    def _user_at(self, tenant: Tenant, address: str) -> User | None:
        if tenant.kind is not TenantKind.ENTRA:
            return None
        found = self._ports.storage.find(
            self._context.world, tenant.id, User, limit=1, user_principal_name=address.lower()
        )
        return found[0] if found else None

    def _credentials(self, tenant: str, user: str) -> Credentials | None:
        try:
            return self._ports.storage.get(self._context.world, tenant, Credentials, user)
        except NotFound:
            return None

    def _code(self, credentials: Credentials | None) -> str | None:
        secret = credentials.totp_secret if credentials else None
        return authenticator.code_of(secret, self._context.now) if secret else None

    def _sign_in_url(self, tenant: Tenant, address: str) -> str | None:
        """The sample app's own page for a sign-in begun by others (OpenID Connect Core 1.0, 4)."""
        if not any(application.name == SAMPLE_APP for application in self._applications[tenant.id]):
            return None
        base_url = self._ports.settings.base_url
        parameters = {"iss": Endpoints(base_url, tenant.id).issuer, "login_hint": address}
        return f"{base_url}/sample/portal/sign-in?{urlencode(parameters, quote_via=quote)}"

    def _redeem_url(self, tenant: Tenant, user: User) -> str | None:
        found = self._ports.storage.find(
            self._context.world, tenant.id, Invitation, limit=1, newest_first=True, user=user.id
        )
        return found[0].redeem_url if found else None
