"""``/directory/federationConfigurations``: SAML and WS-Federation partners of the tenant (graph-api 22.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from federation.external_federation import FederationConfiguration, PartnerProtocol
from idp_sim.directory.audit import Activity
from idp_sim.directory.federations import problem_with
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of
from idp_sim.graph.resource import Call, Handler, Operation, PageSize, Property, Resource, Type, field_of
from idp_sim.ports import NotFound
from idp_sim.services import dns

_WRITE = ("IdentityProvider.ReadWrite.All", "Domain.ReadWrite.All")
_READ = ("IdentityProvider.Read.All", "Domain.Read.All", *_WRITE)
READ = Access(
    delegated=_READ,
    application=_READ,
    right=holders_of("External Identity Provider Administrator", "Global Reader"),
)
WRITE = Access(delegated=_WRITE, application=_WRITE, right=holders_of("External Identity Provider Administrator"))
TYPE_NAME = "microsoft.graph.samlOrWsFedExternalDomainFederation"
DOMAIN_TYPE = "microsoft.graph.externalDomainName"
_PATH = "/directory/federationConfigurations"
_ATTRIBUTES = {
    "displayName": "display_name",
    "issuerUri": "issuer_uri",
    "metadataExchangeUri": "metadata_exchange_uri",
    "passiveSignInUri": "passive_sign_in_uri",
    "signingCertificate": "signing_certificate",
    "nextSigningCertificate": "next_signing_certificate",
}
#: What an absent or null value of a body stands for.
_BLANK: Mapping[str, Any] = {"metadata_exchange_uri": None, "next_signing_certificate": None}


@dataclass(frozen=True)
class ExternalDomain:
    """One entry of ``domains``."""

    id: str


def _list(call: Call) -> list[FederationConfiguration]:
    return call.ports.storage.find(call.world, call.tenant, FederationConfiguration)


def _get(call: Call, key: str | None = None) -> FederationConfiguration:
    return call.ports.storage.get(call.world, call.tenant, FederationConfiguration, (key or call.key).lower())


def _create(call: Call) -> FederationConfiguration:
    made = FederationConfiguration(
        id=call.ports.ids.guid(),
        domains=tuple(_domain(item) for item in call.body.get("domains") or ()),
        **_values(call.body, FEDERATION_CONFIGURATIONS),
    )
    with call.ports.storage.unit_of_work(call.world):
        _check(call, made)
        call.ports.storage.insert(call.world, call.tenant, made)
    return made


def _update(call: Call) -> None:
    with call.ports.storage.unit_of_work(call.world):
        changed = replace(_get(call), **_values(call.body, FEDERATION_CONFIGURATIONS))
        _check(call, changed)
        call.ports.storage.put(call.world, call.tenant, changed)


def _delete(call: Call) -> None:
    """All domains but one are taken away first (entra-sign-in 4.1)."""
    with call.ports.storage.unit_of_work(call.world):
        if len(_get(call).domains) > 1:
            raise _refused("The federation still has several domains; delete all of them but one first.")
        call.ports.storage.delete(call.world, call.tenant, FederationConfiguration, call.key.lower())


def _values(body: Mapping[str, Any], resource: Resource) -> dict[str, Any]:
    """The attributes that a body sets."""
    values = {
        attribute: body[name] if body[name] is not None else _BLANK.get(attribute, "")
        for name, attribute in _ATTRIBUTES.items()
        if name in body
    }
    for certificate in ("signing_certificate", "next_signing_certificate"):
        if values.get(certificate):
            values[certificate] = "".join(values[certificate].split())
    if "preferredAuthenticationProtocol" in body:
        wanted = body["preferredAuthenticationProtocol"]
        try:
            values["protocol"] = PartnerProtocol(wanted)
        except ValueError:
            raise invalid(resource, "preferredAuthenticationProtocol", "'saml' or 'wsFed'") from None
    return values


def _domain(item: Mapping[str, Any]) -> str:
    given = item.get("id")
    unknown = [name for name in item if name != "id" and "@odata." not in name]
    if unknown:
        raise GraphError(Problem.PROPERTY_UNKNOWN, property=unknown[0], type=DOMAIN_TYPE)
    if not isinstance(given, str):
        raise invalid(FEDERATION_CONFIGURATIONS, "domains", "objects with the name of a domain as id")
    return given.strip().rstrip(".").lower()


def _check(call: Call, configuration: FederationConfiguration) -> None:
    problem = problem_with(
        configuration,
        own_domains=call.principal.tenant.domains,
        others=[other for other in _list(call) if other.id != configuration.id],
        publishes=lambda domain, value: dns.publishes(call.ports, call.world, domain, value),
    )
    if problem is not None:
        raise _refused(problem)


def _refused(problem: str) -> GraphError:
    return GraphError(Problem.REFERENCE_REFUSED, problem=problem)


# --- the domains of one federation ---------------------------------------------------------------------


def _domains(call: Call) -> list[ExternalDomain]:
    return [ExternalDomain(domain) for domain in _get(call, call.parent).domains]


def _one_domain(call: Call) -> ExternalDomain:
    if call.key.lower() not in _get(call, call.parent).domains:
        raise NotFound(call.key)
    return ExternalDomain(call.key.lower())


def _add_domain(call: Call) -> ExternalDomain:
    domain = _domain(call.body)
    with call.ports.storage.unit_of_work(call.world):
        old = _get(call, call.parent)
        changed = replace(old, domains=(*old.domains, domain))
        _check(call, changed)
        call.ports.storage.put(call.world, call.tenant, changed)
    return ExternalDomain(domain)


def _remove_domain(call: Call) -> None:
    with call.ports.storage.unit_of_work(call.world):
        old, removed = _get(call, call.parent), _one_domain(call).id
        left = tuple(domain for domain in old.domains if domain != removed)
        if not left:
            raise _refused("The last domain goes with the federation itself; delete that.")
        call.ports.storage.put(call.world, call.tenant, replace(old, domains=left))


_TYPED = Resource(
    path=_PATH,
    type_name=TYPE_NAME,
    properties=(
        field_of("id"),
        field_of("displayName", writable=True, operators=frozenset({"eq", "startsWith"}), orderable=True),
        field_of("issuerUri", writable=True, required=True, nullable=False, operators=frozenset({"eq"})),
        field_of("metadataExchangeUri", writable=True),
        field_of("passiveSignInUri", writable=True, required=True, nullable=False),
        Property(
            name="preferredAuthenticationProtocol",
            read=lambda record: record.protocol.value,
            writable=True,
            required=True,
            nullable=False,
        ),
        Property(name="signingCertificate", read=lambda record: record.signing_certificate or None, writable=True),
        field_of("nextSigningCertificate", writable=True, default=False),
        Property(
            name="domains",
            read=lambda record: [{"@odata.type": f"#{DOMAIN_TYPE}", "id": domain} for domain in record.domains],
            type=Type.OBJECTS,
            creatable=True,
            required=True,
            nullable=False,
        ),
    ),
    target_type="Policy",
    operations={
        Operation.LIST: Handler(run=_list, access=READ),
        Operation.GET: Handler(run=_get, access=READ),
        Operation.CREATE: Handler(run=_create, access=WRITE, activity=Activity.ADD_FEDERATION),
        Operation.UPDATE: Handler(run=_update, access=WRITE, activity=Activity.UPDATE_FEDERATION),
        Operation.DELETE: Handler(run=_delete, access=WRITE, activity=Activity.DELETE_FEDERATION),
    },
    page=PageSize(default=100, maximum=999),
)

FEDERATION_CONFIGURATIONS = replace(_TYPED, variants={FederationConfiguration: _TYPED})

FEDERATION_DOMAINS = Resource(
    path=f"{_PATH}/{{federation}}/{TYPE_NAME}/domains",
    type_name=DOMAIN_TYPE,
    properties=(field_of("id", creatable=True, required=True, nullable=False),),
    target_type="Policy",
    subject=lambda call: _get(call, call.parent),
    audited_as=lambda: _TYPED,
    operations={
        Operation.LIST: Handler(run=_domains, access=READ),
        Operation.GET: Handler(run=_one_domain, access=READ),
        Operation.CREATE: Handler(run=_add_domain, access=WRITE, activity=Activity.UPDATE_FEDERATION),
        Operation.DELETE: Handler(run=_remove_domain, access=WRITE, activity=Activity.UPDATE_FEDERATION),
    },
)

FEDERATION_RESOURCES = (FEDERATION_CONFIGURATIONS, FEDERATION_DOMAINS)
