"""What the format can't say: references inside a scenario, and what does not go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import TYPE_CHECKING

from federation.cross_tenant_access import B2bSetting
from federation.cross_tenant_access import problems as setting_problems
from federation.openid_provider import WELL_KNOWN
from idp_sim.applications.graph_permissions import APPLICATION_PERMISSIONS, DELEGATED_PERMISSIONS
from idp_sim.conditional_access.parse import UnsupportedPolicy, policy_from_json
from idp_sim.directory.addresses import address_problem
from idp_sim.directory.invitations import is_absolute_url
from idp_sim.directory.members import ATTRIBUTES
from idp_sim.directory.roles import ROLE_TEMPLATE_IDS
from idp_sim.scenario.identifiers import DEFAULT_WORLD, GRAPH_NAME, Identifiers, user_principal_name
from idp_sim.scenario.nearest import hint
from idp_sim.scenario.policies import Names, UnknownName, conditional_access_body, cross_tenant_access
from idp_sim.scenario.schema import OWN_ORIGIN, PASSCODE_HOME
from idp_sim.tenants.endpoints import PASSIVE
from idp_sim.tenants.model import TenantKind

if TYPE_CHECKING:
    from idp_sim.scenario.schema import ApplicationSpec, Guest, Person, Scenario, TenantSpec

_SETTINGS = (
    ("b2bCollaborationInbound", "b2b_collaboration_inbound", True),
    ("b2bCollaborationOutbound", "b2b_collaboration_outbound", False),
    ("b2bDirectConnectInbound", "b2b_direct_connect_inbound", True),
    ("b2bDirectConnectOutbound", "b2b_direct_connect_outbound", False),
)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Problem:
    """Where, and one sentence. ``key`` means the key at ``loc`` rather than its value."""

    loc: tuple[str | int, ...]
    message: str
    key: bool = False


def problems(scenario: Scenario) -> list[Problem]:
    """Everything wrong with a scenario whose format is right."""
    found = [*_countries(scenario), *_domains(scenario), *_ids(scenario)]
    for name, tenant in scenario.tenants.items():
        loc = ("tenants", name)
        found += _people(tenant, loc)
        found += _guests(scenario, name, tenant, loc)
        found += _applications(tenant, loc)
        found += _conditional_access(scenario, name, tenant, loc)
        found += _cross_tenant_access(scenario, name, tenant, loc)
        found += _providers(scenario, tenant, loc)
        found += _federations(scenario, name, tenant, loc)
    return found


def _countries(scenario: Scenario) -> Iterator[Problem]:
    for prefix in scenario.countries:
        try:
            ip_network(prefix)
        except ValueError as error:
            yield Problem(("countries", prefix), f"expected a prefix such as 198.51.100.0/24: {error}", key=True)


def _domains(scenario: Scenario) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for name, tenant in scenario.tenants.items():
        for index, domain in enumerate(tenant.domains):
            loc = ("tenants", name, "domains", index)
            if domain in owner:
                yield Problem(loc, f"the domain '{domain}' already belongs to the tenant '{owner[domain]}'")
            owner.setdefault(domain, name)


def _ids(scenario: Scenario) -> Iterator[Problem]:
    """Given ids that are used twice: tenant ids and client ids in the world, object ids too."""
    seen: dict[str, str] = {}
    for name, tenant in scenario.tenants.items():
        named = [(("tenants", name, "id"), tenant.id)]
        for part in ("users", "guests", "applications"):
            named += [(("tenants", name, part, key, "id"), item.id) for key, item in getattr(tenant, part).items()]
        named += [
            (("tenants", name, "applications", key, "client_id"), item.client_id)
            for key, item in tenant.applications.items()
        ]
        for loc, given in named:
            if given is None:
                continue
            if (first := seen.get(given.lower())) is not None:
                yield Problem(loc, f"the id '{given}' is already given at {first}")
            seen.setdefault(given.lower(), ".".join(loc))


def _people(tenant: TenantSpec, loc: tuple[str, ...]) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for key, person in tenant.users.items():
        at = (*loc, "users", key)
        address = user_principal_name(person, key, tenant.domains[0])
        where = (*at, "user_principal_name") if person.user_principal_name else at
        on_key = not person.user_principal_name
        if (problem := address_problem(address)) is not None:
            yield Problem(where, f"'{address}' is not a valid user name: {problem}", key=on_key)
        elif address.rpartition("@")[2].lower() not in tenant.domains and tenant.kind != "microsoft_account":
            yield Problem(where, f"'{address}' is in none of the tenant's domains ({', '.join(tenant.domains)})")
        if (first := names.get(address.lower())) is not None:
            yield Problem(where, f"the user '{address}' already exists as '{first}'", key=on_key)
        names.setdefault(address.lower(), key)
        yield from _person(person, tenant, at)


def _person(person: Person, tenant: TenantSpec, at: tuple[str, ...]) -> Iterator[Problem]:
    if person.mfa == "registered" and person.totp_secret is None:
        yield Problem((*at, "mfa"), "mfa 'registered' needs a totp_secret")
    if person.mfa == "none" and person.totp_secret is not None:
        yield Problem((*at, "totp_secret"), "a totp_secret goes with mfa 'registered' or 'always', not with 'none'")
    for index, role in enumerate(person.roles):
        if role not in ROLE_TEMPLATE_IDS:
            yield Problem((*at, "roles", index), f"there is no role '{role}'{hint(role, ROLE_TEMPLATE_IDS)}")
    for name in person.attributes:
        if name not in ATTRIBUTES:
            yield Problem((*at, "attributes", name), f"unknown attribute '{name}'{hint(name, ATTRIBUTES)}", key=True)
    yield from _assigned_roles(person.app_roles, tenant, (*at, "app_roles"), for_applications=False)


def _guests(scenario: Scenario, name: str, tenant: TenantSpec, loc: tuple[str, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for address, guest in tenant.guests.items():
        at = (*loc, "guests", address)
        if (problem := address_problem(address)) is not None:
            yield Problem(at, f"'{address}' can't be invited: {problem}", key=True)
        if address.lower() in seen:
            yield Problem(at, f"the guest '{address}' is given twice", key=True)
        seen.add(address.lower())
        if address.rpartition("@")[2].lower() in tenant.domains:
            yield Problem(at, f"'{address}' is in the tenant's own domain and can't be a guest", key=True)
        if guest.invited_by is not None and guest.invited_by not in tenant.users:
            unknown = f"there is no user '{guest.invited_by}' in '{name}'{hint(guest.invited_by, tenant.users)}"
            yield Problem((*at, "invited_by"), unknown)
        yield from _home(scenario, name, address, guest, at)
        yield from _assigned_roles(guest.app_roles, tenant, (*at, "app_roles"), for_applications=False)


def _home(scenario: Scenario, name: str, address: str, guest: Guest, at: tuple[str, ...]) -> Iterator[Problem]:
    homes = {*(other for other in scenario.tenants if other != name), PASSCODE_HOME}
    if guest.home is None:
        if guest.state == "Accepted":
            yield Problem(at, f"an accepted guest needs a home: the name of a tenant, or '{PASSCODE_HOME}'", key=True)
    elif guest.home not in homes:
        yield Problem((*at, "home"), f"there is no home '{guest.home}'{hint(guest.home, homes)}")
    elif guest.home != PASSCODE_HOME and home_user(scenario, guest.home, address) is None:
        yield Problem((*at, "home"), f"the tenant '{guest.home}' has no user '{address}'")


def home_user(scenario: Scenario, home: str, address: str) -> str | None:
    """The key of the home tenant's user with that address."""
    tenant = scenario.tenants[home]
    for key, person in tenant.users.items():
        if user_principal_name(person, key, tenant.domains[0]).lower() == address.lower():
            return key
    return None


def _applications(tenant: TenantSpec, loc: tuple[str, ...]) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for key, application in tenant.applications.items():
        at = (*loc, "applications", key)
        if key == GRAPH_NAME:
            yield Problem(at, f"'{GRAPH_NAME}' is the name of Microsoft Graph; choose another", key=True)
        if application.public_client and (application.confidential or application.client_secret):
            yield Problem((*at, "public_client"), "a public client has no secret")
        for platform, uris in application.redirect_uris.by_platform().items():
            for index, uri in enumerate(uris):
                if not ("://" in uri or uri.startswith(f"{OWN_ORIGIN}/")) or "*" in uri or "#" in uri:
                    expected = "an absolute URI without '*' and '#'"
                    yield Problem((*at, "redirect_uris", platform, index), f"expected {expected} (got '{uri}')")
        for index, uri in enumerate(application.identifier_uris):
            if (first := owner.get(uri)) is not None and "{client_id}" not in uri:
                yield Problem((*at, "identifier_uris", index), f"'{uri}' already belongs to '{first}'")
            owner.setdefault(uri, key)
        yield from _consent(application, tenant, at)
        yield from _assigned_roles(
            application.application_permissions, tenant, (*at, "application_permissions"), for_applications=True
        )


def _consent(application: ApplicationSpec, tenant: TenantSpec, at: tuple[str, ...]) -> Iterator[Problem]:
    for resource, permissions in application.admin_consent.items():
        where = (*at, "admin_consent", resource)
        if resource == GRAPH_NAME:
            known: Iterable[str] = DELEGATED_PERMISSIONS
        elif resource in tenant.applications:
            known = tenant.applications[resource].scopes
        else:
            yield _unknown_application(resource, tenant, where)
            continue
        yield from _unknown_values(permissions, known, where, "permission")


def _assigned_roles(
    assigned: Mapping[str, list[str]], tenant: TenantSpec, loc: tuple[str, ...], *, for_applications: bool
) -> Iterator[Problem]:
    for resource, roles in assigned.items():
        where = (*loc, resource)
        if resource == GRAPH_NAME and for_applications:
            known: Iterable[str] = APPLICATION_PERMISSIONS
        elif resource in tenant.applications:
            known = tenant.applications[resource].app_roles
        else:
            yield _unknown_application(resource, tenant, where)
            continue
        yield from _unknown_values([r for r in roles if r != "all" or not for_applications], known, where, "app role")


def _unknown_application(name: str, tenant: TenantSpec, loc: tuple[str, ...]) -> Problem:
    known = (*tenant.applications, GRAPH_NAME)
    return Problem(loc, f"there is no application '{name}' in this tenant{hint(name, known)}", key=True)


def _unknown_values(values: list[str], known: Iterable[str], loc: tuple[str, ...], what: str) -> Iterator[Problem]:
    names = tuple(known)
    for index, value in enumerate(values):
        if value not in names:
            yield Problem((*loc, index), f"there is no {what} '{value}'{hint(value, names)}")


def _conditional_access(scenario: Scenario, name: str, tenant: TenantSpec, loc: tuple[str, ...]) -> Iterator[Problem]:
    names = Names(Identifiers(scenario, DEFAULT_WORLD), name)
    for index, body in enumerate(tenant.conditional_access):
        at: tuple[str | int, ...] = (*loc, "conditional_access", index)
        try:
            policy_from_json(conditional_access_body(body, names), id="policy", now=_EPOCH)
        except UnknownName as error:
            yield Problem((*at, *error.path), f"{error}{hint(error.name, error.known)}")
        except UnsupportedPolicy as error:
            yield from (Problem(at, problem) for problem in error.problems)


def _providers(scenario: Scenario, tenant: TenantSpec, loc: tuple[str, ...]) -> Iterator[Problem]:
    """The tenant's registrations at providers."""
    if tenant.google is not None:
        homes = [name for name, other in scenario.tenants.items() if other.kind == "google"]
        if tenant.google.home not in homes:
            unknown = f"there is no tenant '{tenant.google.home}' of kind 'google'{hint(tenant.google.home, homes)}"
            yield Problem((*loc, "google", "home"), unknown)
    owner: dict[str, str] = {}
    for name, provider in tenant.openid_providers.items():
        at = (*loc, "openid_providers", name)
        if not provider.metadata_url.endswith(WELL_KNOWN) or not is_absolute_url(provider.metadata_url):
            yield Problem((*at, "metadata_url"), f"expected an http or https URL that ends in '{WELL_KNOWN}'")
        for index, domain in enumerate(provider.domains):
            if domain in tenant.domains:
                yield Problem((*at, "domains", index), f"'{domain}' is a domain of this tenant itself")
            if (first := owner.get(domain)) is not None:
                yield Problem((*at, "domains", index), f"'{domain}' already belongs to '{first}'")
            owner.setdefault(domain, name)


def _cross_tenant_access(scenario: Scenario, name: str, tenant: TenantSpec, loc: tuple[str, ...]) -> Iterator[Problem]:
    settings = tenant.cross_tenant_access
    ids = Identifiers(scenario, DEFAULT_WORLD)
    listed = [(None, settings.default)] if settings.default else []
    for partner, spec in [*listed, *settings.partners.items()]:
        at = (*loc, "cross_tenant_access", *(("partners", partner) if partner else ("default",)))
        if partner is not None and (partner not in scenario.tenants or partner == name):
            others = [other for other in scenario.tenants if other != name]
            yield Problem(at, f"there is no other tenant '{partner}'{hint(partner, others)}", key=True)
            continue
        try:
            configuration = cross_tenant_access(spec, ids=ids, tenant=name, partner=partner)
        except UnknownName as error:
            yield Problem((*at, *error.path), f"{error}{hint(error.name, error.known)}")
            continue
        for wire, field, inbound in _SETTINGS:
            setting: B2bSetting | None = getattr(configuration, field)
            if setting is not None:
                found = setting_problems(setting, where=wire, inbound=inbound, partner=partner is not None)
                yield from (Problem((*at, wire), problem) for problem in found)


def _federations(scenario: Scenario, name: str, tenant: TenantSpec, loc: tuple[str, ...]) -> Iterator[Problem]:
    """Only partners with an identity provider of that protocol, and no domain twice (graph-api 22.2)."""
    owner: dict[str, str] = {}
    for partner, federation in tenant.federations.items():
        at = (*loc, "federations", partner)
        if partner not in scenario.tenants or partner == name:
            others = [other for other in scenario.tenants if other != name]
            yield Problem(at, f"there is no other tenant '{partner}'{hint(partner, others)}", key=True)
            continue
        kind = scenario.tenants[partner].kind
        if (TenantKind(kind), federation.protocol) not in PASSIVE:
            spoken = [protocol for known, protocol in PASSIVE if known == kind]
            can = " and ".join(f"'{protocol}'" for protocol in spoken) or "neither of the two protocols"
            yield Problem((*at, "protocol"), f"a tenant of kind '{kind}' speaks {can}")
        for domain in federation.domains or scenario.tenants[partner].domains:
            if domain in tenant.domains:
                yield Problem((*at, "domains"), f"the domain '{domain}' is verified in '{name}' itself")
            if (first := owner.get(domain)) is not None:
                yield Problem((*at, "domains"), f"the domain '{domain}' is already federated with '{first}'")
            owner.setdefault(domain, partner)
