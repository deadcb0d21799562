"""``/domains``: names of the organization, proved by a record in the world's DNS (graph-api 16.2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from idp_sim.applications.model import Application
from idp_sim.directory.audit import Activity
from idp_sim.directory.group import Group
from idp_sim.directory.model import User
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import holders_of, of, reads_directory
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, Result, Type, field_of
from idp_sim.graph.resources.references import mixed
from idp_sim.ports import WORLD_WIDE, NotFound
from idp_sim.services import dns
from idp_sim.services.directory_objects import ServicePrincipal
from idp_sim.tenants.model import Tenant

_NAME = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A domain of the tenant."""

    id: str
    verified: bool
    default: bool
    initial: bool
    root: bool


def _domains(call: Call) -> list[Domain]:
    tenant = call.principal.tenant
    names = (*tenant.domains, *tenant.unverified_domains)
    return [
        Domain(
            id=name,
            verified=name in tenant.domains,
            default=name == (tenant.default_domain or tenant.initial_domain),
            initial=name == tenant.initial_domain,
            root=not any(name.endswith(f".{other}") for other in names),
        )
        for name in names
    ]


def _domain(call: Call) -> Domain:
    return _named(call, call.key)


def _named(call: Call, name: str) -> Domain:
    call = replace(call, principal=replace(call.principal, tenant=_tenant(call)))
    found = next((domain for domain in _domains(call) if domain.id == name.lower()), None)
    if found is None:
        raise NotFound(name)
    return found


def _tenant(call: Call) -> Tenant:
    return call.ports.storage.get(call.world, WORLD_WIDE, Tenant, call.tenant)


def _change(call: Call, change: Callable[[Tenant], Tenant]) -> None:
    call.ports.storage.update(call.world, WORLD_WIDE, Tenant, call.tenant, change)


def _refused(problem: str) -> GraphError:
    return GraphError(Problem.REFERENCE_REFUSED, problem=problem)


# --- writing -----------------------------------------------------------------------------------------


def _create(call: Call) -> Domain:
    name = str(call.body["id"]).lower()
    if not _NAME.fullmatch(name):
        raise invalid(DOMAINS, "id", "a fully qualified domain name")
    for tenant in call.ports.storage.find(call.world, WORLD_WIDE, Tenant):
        if name in tenant.domains or (tenant.id == call.tenant and name in tenant.unverified_domains):
            raise GraphError(Problem.CONFLICTING_OBJECT)
    _change(call, lambda old: replace(old, unverified_domains=(*old.unverified_domains, name)))
    return _named(call, name)


def _update(call: Call) -> None:
    """Of what can be written only the default domain means something here."""
    domain = _domain(call)
    if "isDefault" not in call.body:
        return
    if call.body["isDefault"] is not True:
        raise invalid(DOMAINS, "isDefault", "true; another domain becomes the default by its own request")
    if not domain.verified:
        raise _refused(f"The domain '{domain.id}' is not verified and cannot be the default domain.")
    _change(call, lambda old: replace(old, default_domain=domain.id))


def _delete(call: Call) -> None:
    domain = _domain(call)
    if domain.initial or domain.default:
        raise _refused(f"The domain '{domain.id}' is the initial or the default domain and cannot be deleted.")
    if _references(call, domain.id):
        raise _refused(f"The domain '{domain.id}' is still used by objects; see domainNameReferences.")

    def without(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if name != domain.id)

    _change(
        call, lambda old: replace(old, domains=without(old.domains), unverified_domains=without(old.unverified_domains))
    )


def _verify(call: Call) -> Result:
    domain = _domain(call)
    if domain.verified:
        raise _refused(f"The domain '{domain.id}' is verified already.")
    if not dns.publishes(call.ports, call.world, domain.id, _proof(call, domain)):
        problem = (
            f"Domain verification failed: '{domain.id}' has no TXT record with the value '{_proof(call, domain)}'."
        )
        raise _refused(problem)
    if any(domain.id in tenant.domains for tenant in call.ports.storage.find(call.world, WORLD_WIDE, Tenant)):
        raise GraphError(Problem.CONFLICTING_OBJECT)

    def verified(old: Tenant) -> Tenant:
        waiting = tuple(name for name in old.unverified_domains if name != domain.id)
        return replace(old, domains=(*old.domains, domain.id), unverified_domains=waiting)

    _change(call, verified)
    return Result(value=_named(call, domain.id), resource=DOMAINS)


def _promote(call: Call) -> Result:
    """A verified subdomain stands for itself; what does so already stays as it is."""
    if not _domain(call).verified:
        raise _refused(f"The domain '{call.key}' is not verified.")
    return Result(value=True, type="Edm.Boolean")


# --- proof -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DnsProof:
    """A record that proves the domain when it is published."""

    id: str
    type: str
    label: str
    text: str | None = None
    mail_exchange: str | None = None


def _proof(call: Call, domain: Domain) -> str:
    """The same for the same tenant and domain, and nobody else's."""
    digest = int(hashlib.sha256(f"{call.tenant}|{domain.id}".encode()).hexdigest(), 16)
    return f"MS=ms{digest % 10**8:08}"


def _proofs(call: Call) -> list[DnsProof]:
    domain = _named(call, call.parent)
    text = _proof(call, domain)
    number = text.removeprefix("MS=")
    return [
        DnsProof(f"{number}-txt", "Txt", domain.id, text=text),
        DnsProof(f"{number}-mx", "Mx", domain.id, mail_exchange=f"{number}.msv1.invalid"),
    ]


def _references(call: Call, name: str) -> list[Any]:
    """Users, groups and applications that are named in the domain."""
    find, end = call.ports.storage.find, f"@{name}"
    users = [
        user
        for user in find(call.world, call.tenant, User)
        if any(value.lower().endswith(end) for value in (user.user_principal_name, *user.proxy_addresses))
    ]
    groups = [group for group in find(call.world, call.tenant, Group) if (group.mail or "").lower().endswith(end)]
    named = re.compile(rf"^(api|https?)://([^/]+\.)?{re.escape(name)}(/|:|$)")
    applications = [
        ServicePrincipal(application)
        for application in find(call.world, call.tenant, Application)
        if application.service_principal and any(named.match(uri) for uri in application.identifier_uris)
    ]
    return [*users, *groups, *applications]


_WRITE_WORDS = ("Domain.ReadWrite.All",)
_READ = of("Domain.Read.All", *_WRITE_WORDS, "Directory.Read.All", "Directory.ReadWrite.All", right=reads_directory)
_WRITE = of(*_WRITE_WORDS, right=holders_of("Domain Name Administrator"))

DOMAINS = Resource(
    path="/domains",
    type_name="microsoft.graph.domain",
    properties=(
        field_of("id", creatable=True, required=True, nullable=False),
        Property(name="authenticationType", read=lambda _domain: "Managed"),
        Property(name="availabilityStatus", read=lambda domain: None if domain.verified else "AvailableImmediately"),
        Property(name="isAdminManaged", read=lambda _domain: True, type=Type.BOOLEAN),
        field_of("isDefault", "default", type=Type.BOOLEAN, writable=True, nullable=False),
        field_of("isInitial", "initial", type=Type.BOOLEAN),
        field_of("isRoot", "root", type=Type.BOOLEAN),
        field_of("isVerified", "verified", type=Type.BOOLEAN),
        Property(name="manufacturer", read=lambda _domain: None),
        Property(name="model", read=lambda _domain: None),
        Property(name="passwordNotificationWindowInDays", read=lambda _domain: 14, type=Type.INTEGER),
        Property(name="passwordValidityPeriodInDays", read=lambda _domain: 90, type=Type.INTEGER),
        Property(name="state", read=lambda _domain: None, type=Type.OBJECT),
        Property(
            name="supportedServices",
            read=lambda domain: ["Email", "OfficeCommunicationsOnline"] if domain.verified else [],
            type=Type.STRINGS,
        ),
    ),
    not_found=Problem.OBJECT_NOT_FOUND,
    target_type="Directory",
    operations={
        Operation.LIST: Handler(run=_domains, access=_READ),
        Operation.GET: Handler(run=_domain, access=_READ),
        Operation.CREATE: Handler(run=_create, access=_WRITE, activity=Activity.ADD_UNVERIFIED_DOMAIN),
        Operation.UPDATE: Handler(run=_update, access=_WRITE, activity=Activity.UPDATE_DOMAIN),
        Operation.DELETE: Handler(run=_delete, access=_WRITE, activity=Activity.DELETE_DOMAIN),
    },
    actions={
        "verify": Handler(
            run=_verify,
            access=_WRITE,
            activity=Activity.VERIFY_DOMAIN,
            parameters=(Property(name="forceTakeover", read=lambda _record: None, type=Type.BOOLEAN),),
        ),
        "promote": Handler(run=_promote, access=_WRITE, activity=Activity.UPDATE_DOMAIN),
    },
)

VERIFICATION_RECORDS = Resource(
    path="/domains/{domain}/verificationDnsRecords",
    type_name="microsoft.graph.domainDnsRecord",
    properties=(
        field_of("id"),
        Property(name="isOptional", read=lambda _proof: False, type=Type.BOOLEAN),
        field_of("label"),
        Property(name="mailExchange", read=lambda proof: proof.mail_exchange),
        field_of("recordType", "type"),
        Property(name="supportedService", read=lambda _proof: "Email"),
        field_of("text"),
        Property(name="ttl", read=lambda _proof: 3600, type=Type.INTEGER),
    ),
    not_found=Problem.OBJECT_NOT_FOUND,
    operations={Operation.LIST: Handler(run=_proofs, access=_READ)},
)
DOMAIN_REFERENCES = mixed(
    "/domains/{domain}/domainNameReferences",
    User,
    Group,
    ServicePrincipal,
    load=lambda call: _references(call, _named(call, call.parent).id),
    access=_READ,
)

DOMAIN_RESOURCES = (DOMAINS, VERIFICATION_RECORDS, DOMAIN_REFERENCES)
