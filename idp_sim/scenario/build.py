"""A scenario as records of one world."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from federation.external_federation import FederationConfiguration, PartnerProtocol
from federation.model import ExternalIdentity
from idp_sim.applications.graph_permissions import APPLICATION_PERMISSIONS
from idp_sim.applications.model import (
    Application,
    AppRole,
    AppRoleAssignment,
    ClientSecret,
    OAuth2PermissionGrant,
    PermissionScope,
    RedirectUri,
)
from idp_sim.conditional_access.locations import AddressCountries
from idp_sim.conditional_access.parse import policy_from_json
from idp_sim.directory.guests import accept, new_guest
from idp_sim.directory.members import new_member
from idp_sim.directory.model import Credentials, Invitation, User
from idp_sim.directory.roles import ROLE_TEMPLATE_IDS
from idp_sim.ports import WORLD_WIDE, Ids
from idp_sim.scenario.check import home_user
from idp_sim.scenario.homes import HOME_IDENTITIES, AtHome, passcode_identity
from idp_sim.scenario.identifiers import GRAPH_NAME, Identifiers, user_principal_name
from idp_sim.scenario.policies import Names, conditional_access_body, cross_tenant_access
from idp_sim.scenario.registrations import Registrations
from idp_sim.scenario.schema import OWN_ORIGIN, PASSCODE_HOME
from idp_sim.tenants.endpoints import PASSIVE, published
from idp_sim.tenants.model import Tenant, TenantKind, TenantRole
from idp_sim.world import WorldRecord

if TYPE_CHECKING:
    from idp_sim.scenario.schema import ApplicationSpec, Guest, PartnerFederation, Person, Scenario, TenantSpec

#: A record and the tenant it belongs to (WORLD_WIDE for those of the world).
Stored = tuple[str, object]


def build(
    scenario: Scenario,
    *,
    world: str,
    ids: Ids,
    base_url: str,
    now: datetime,
    digest: str = "",
    secrets_root: str | None = None,
) -> list[Stored]:
    """Every record of a world made from ``scenario``, which must have been checked; ``digest`` is its file's.

    Ids are those of ``Identifiers``, and so are client secrets with a ``secrets_root``; else these are random, as
    invitation tickets always are.
    """
    names = Identifiers(scenario, world, secrets_root)
    builder = _Builder(names, ids, base_url, now, Registrations(names, ids, base_url))
    made = WorldRecord(
        id=world, scenario=scenario.name or "custom", created=now, scenario_digest=digest, base_url=base_url
    )
    records: list[Stored] = [(WORLD_WIDE, made)]
    if scenario.countries:
        records.append((WORLD_WIDE, AddressCountries(prefixes=scenario.countries)))
    for name, spec in scenario.tenants.items():
        tenant = builder.tenant(name, spec)
        records.append((WORLD_WIDE, tenant))
        records += ((tenant.id, record) for record in builder.records_of(name, spec))
    return records


@dataclass(frozen=True)
class _Builder:
    names: Identifiers
    ids: Ids
    base_url: str
    now: datetime
    registrations: Registrations

    def tenant(self, name: str, spec: TenantSpec) -> Tenant:
        return Tenant(
            id=self.names.tenant(name),
            name=name,
            kind=TenantKind(spec.kind),
            role=TenantRole(spec.role),
            display_name=spec.display_name or name.capitalize(),
            domains=tuple(spec.domains),
            color=spec.color,
            country=spec.country,
            preferred_language=spec.preferred_language,
            privacy_statement_url=spec.privacy_statement_url,
            privacy_contact=spec.privacy_contact,
            allow_invites_from=spec.allow_invites_from,
            email_otp=spec.email_otp,
            guests_may_leave=spec.guests_may_leave,
            mfa_registration=spec.mfa_registration,
        )

    def records_of(self, name: str, spec: TenantSpec) -> Iterator[object]:
        """Everything that lies in one tenant."""
        for key, person in spec.users.items():
            yield from self._person(name, spec, key, person)
        for address, guest in spec.guests.items():
            yield from self._guest(name, spec, address, guest)
        for key, application in spec.applications.items():
            yield from self._application(name, spec, key, application)
        for index, body in enumerate(spec.conditional_access):
            yield policy_from_json(
                conditional_access_body(body, Names(self.names, name)),
                id=self.names.derived("conditional_access", name, str(index)),
                now=self.now,
            )
        settings = spec.cross_tenant_access
        if settings.default is not None:
            yield cross_tenant_access(settings.default, ids=self.names, tenant=name, partner=None)
        yield from self.registrations.providers_of(name, spec)
        yield from self.registrations.clients_at(name)
        for partner, partner_settings in settings.partners.items():
            yield cross_tenant_access(partner_settings, ids=self.names, tenant=name, partner=partner)
        for partner, federation in spec.federations.items():
            yield self._federation(name, partner, federation)

    def _federation(self, name: str, partner: str, federation: PartnerFederation) -> FederationConfiguration:
        """A partner by configuration alone; its certificate is read from its metadata when it is first needed."""
        home, spec = self.names.tenant(partner), self.names.scenario.tenants[partner]
        kind = TenantKind(spec.kind)
        own = published(kind, self.base_url, home)
        return FederationConfiguration(
            id=self.names.derived("federation", name, partner),
            display_name=spec.display_name or partner.capitalize(),
            issuer_uri=own.issuer,
            passive_sign_in_uri=PASSIVE[(kind, federation.protocol)](self.base_url, home),
            protocol=PartnerProtocol(federation.protocol),
            metadata_exchange_uri=own.metadata_url,
            domains=tuple(federation.domains or spec.domains),
        )

    # --- people --------------------------------------------------------------------------------------

    def _person(self, name: str, spec: TenantSpec, key: str, person: Person) -> Iterator[object]:
        identifier = self.names.user(name, key)
        yield new_member(
            id=identifier,
            user_principal_name=user_principal_name(person, key, spec.domains[0]),
            now=self.now,
            display_name=person.display_name or key.capitalize(),
            mfa=person.mfa,
            attributes=person.attributes,
            directory_roles=[ROLE_TEMPLATE_IDS[role] for role in person.roles],
            account_enabled=person.account_enabled,
        )
        yield Credentials(
            user=identifier,
            password=person.password,
            totp_secret=totp_secret(person.totp_secret),
            phone=person.phone,
        )
        yield from self._assignments(name, spec, identifier, "User", person.app_roles)

    def _guest(self, name: str, spec: TenantSpec, address: str, guest: Guest) -> Iterator[object]:
        inviter = self.names.user(name, guest.invited_by) if guest.invited_by else None
        user = new_guest(
            id=self.names.guest(name, address),
            address=address,
            initial_domain=spec.domains[0],
            now=self.now,
            display_name=guest.display_name or self._name_at_home(address, guest),
            sponsors=[inviter] if inviter else [],
        )
        user = replace(user, account_enabled=guest.account_enabled)
        accepted = guest.state == "Accepted" and guest.home is not None
        if accepted:
            user = accept(user, self._home_identity(address, guest), self.now)
        yield user
        yield self._invitation(name, user, guest, inviter, accepted=accepted)
        if guest.totp_secret or guest.phone:
            yield Credentials(user=user.id, totp_secret=totp_secret(guest.totp_secret), phone=guest.phone)
        yield from self._assignments(name, spec, user.id, "User", guest.app_roles)

    def _name_at_home(self, address: str, guest: Guest) -> str | None:
        """The inviter knows the person by the same name as the home does."""
        if guest.home is None or guest.home == PASSCODE_HOME:
            return None
        key = home_user(self.names.scenario, guest.home, address)
        return self.names.scenario.tenants[guest.home].users[key].display_name if key else None

    def _home_identity(self, address: str, guest: Guest) -> ExternalIdentity:
        """What the home said when the guest redeemed."""
        if guest.home is None or guest.home == PASSCODE_HOME:
            return passcode_identity(address)
        key = home_user(self.names.scenario, guest.home, address)
        kind = TenantKind(self.names.scenario.tenants[guest.home].kind)
        home = self.names.tenant(guest.home)
        at_home = AtHome(
            tenant=home,
            user=self.names.user(guest.home, key or ""),
            address=address,
            issuer=published(kind, self.base_url, home).issuer,
        )
        return HOME_IDENTITIES[kind.value](at_home)

    def _invitation(self, name: str, user: User, guest: Guest, inviter: str | None, *, accepted: bool) -> Invitation:
        """The invitation behind a guest, with a link that works (entra-sign-in 2.2)."""
        tenant, ticket = self.names.tenant(name), self.ids.secret(32)
        identifier = self.names.derived("invitation", name, user.id)
        inner = f"{self.base_url}/redeem/?tenant={tenant}&user={identifier}&ticket={ticket}&ver=2.0"
        return Invitation(
            id=identifier,
            user=user.id,
            address=user.mail or "",
            redirect_url=guest.redirect_url or f"{self.base_url}/",
            redeem_url=f"{self.base_url}/redeem?rd={quote(inner, safe='')}",
            ticket=hashlib.sha256(ticket.encode()).hexdigest(),
            created=self.now,
            display_name=user.display_name,
            invited_by=inviter,
            redeemed=self.now if accepted else None,
        )

    # --- applications --------------------------------------------------------------------------------

    def _application(self, name: str, spec: TenantSpec, key: str, application: ApplicationSpec) -> Iterator[object]:
        client, principal = self.names.client(name, key), self.names.service_principal(name, key)
        yield Application(
            id=self.names.application(name, key),
            client_id=client,
            service_principal=principal,
            name=key,
            display_name=application.display_name or key,
            redirect_uris=tuple(
                RedirectUri(uri=self._own(uri), type=platform)
                for platform, uris in application.redirect_uris.by_platform().items()
                for uri in uris
            ),
            identifier_uris=tuple(uri.replace("{client_id}", client) for uri in application.identifier_uris),
            secrets=self._secrets(name, key, application),
            public_client=application.public_client,
            front_channel_logout_url=self._own(application.front_channel_logout_url or "") or None,
            access_token_version=application.access_token_version,
            app_roles=tuple(
                AppRole(
                    id=self.names.app_role(name, key, value),
                    value=value,
                    display_name=role.display_name,
                    member_types=role.member_types,
                )
                for value, role in application.app_roles.items()
            ),
            scopes=tuple(
                PermissionScope(
                    id=self.names.scope(name, key, value),
                    value=value,
                    display_name=scope.display_name,
                    type=scope.type,
                )
                for value, scope in application.scopes.items()
            ),
            assignment_required=application.assignment_required,
            sign_in_audience=application.sign_in_audience,
            optional_id_token_claims=tuple(application.optional_claims.id_token),
            optional_access_token_claims=tuple(application.optional_claims.access_token),
        )
        for resource, permissions in application.admin_consent.items():
            yield OAuth2PermissionGrant(
                id=self.names.derived("grant", name, key, resource),
                client=client,
                resource=self.names.client(name, resource),
                principal=None,
                scopes=tuple(permissions),
            )
        yield from self._assignments(name, spec, principal, "ServicePrincipal", application.application_permissions)

    def _own(self, uri: str) -> str:
        """``{base_url}`` means the simulator itself, for applications that live on it."""
        return uri.replace(OWN_ORIGIN, self.base_url)

    def _secrets(self, name: str, key: str, application: ApplicationSpec) -> tuple[ClientSecret, ...]:
        if not (application.confidential or application.client_secret):
            return ()
        value = application.client_secret or self.names.client_secret(name, key) or self.ids.secret(30)
        return (ClientSecret(id=self.names.derived("secret", name, key), value=value),)

    def _assignments(
        self, name: str, spec: TenantSpec, principal: str, principal_type: str, assigned: Mapping[str, list[str]]
    ) -> Iterator[AppRoleAssignment]:
        for resource, roles in assigned.items():
            every = APPLICATION_PERMISSIONS if resource == GRAPH_NAME else spec.applications[resource].app_roles
            for role in every if "all" in roles else roles:
                yield AppRoleAssignment(
                    id=self.names.derived("app_role_assignment", principal, resource, role),
                    principal=principal,
                    principal_type=principal_type,
                    resource=self.names.client(name, resource),
                    role=self.names.app_role(name, resource, role),
                )


def totp_secret(text: str | None) -> str | None:
    """A base32 secret as it is stored: capitals, no spaces, no padding."""
    return text.replace(" ", "").upper().rstrip("=") if text else None
