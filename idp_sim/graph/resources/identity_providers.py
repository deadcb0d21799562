"""``/identity/identityProviders``: where guests can sign in beside the partners' tenants (graph-api 22.1).

Besides the built-in ones and Google a tenant can have OpenID Providers for the domains of its partners, which the
workforce tenants of the real product don't have (docs/parity.md); their properties are those of Graph's type for
customer-facing tenants, and ``domains``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from federation.external_federation import FederationConfiguration
from federation.openid_provider import GOOGLE_ID, WELL_KNOWN, ClaimsMapping, OpenIdProvider, ProviderType
from idp_sim.directory.audit import Activity
from idp_sim.directory.invitations import is_absolute_url
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, Result, Type, field_of
from idp_sim.ports import AlreadyExists, NotFound

_WRITE = ("IdentityProvider.ReadWrite.All",)
_READ = ("IdentityProvider.Read.All", *_WRITE)
READ = Access(
    delegated=_READ,
    application=_READ,
    right=holders_of("External Identity Provider Administrator", "Global Reader"),
)
WRITE = Access(delegated=_WRITE, application=_WRITE, right=holders_of("External Identity Provider Administrator"))
_PATH = "/identity/identityProviders"
#: A secret is never read back.
HIDDEN = "****"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CLAIMS = {"userId": "user_id", "email": "email", "displayName": "display_name"}
_ATTRIBUTES = {
    "displayName": "display_name",
    "clientId": "client_id",
    "clientSecret": "client_secret",
    "metadataUrl": "metadata_url",
    "scope": "scope",
}


@dataclass(frozen=True, kw_only=True)
class BuiltIn:
    """A provider that every tenant has."""

    id: str
    display_name: str
    identity_provider_type: str


@dataclass(frozen=True)
class Social:
    """A registration at Google."""

    provider: OpenIdProvider

    @property
    def id(self) -> str:
        """``Google-OAUTH``."""
        return self.provider.id


@dataclass(frozen=True)
class OpenIdConnect:
    """A partner's OpenID Provider."""

    provider: OpenIdProvider

    @property
    def id(self) -> str:
        """Its own id."""
        return self.provider.id


BUILT_IN = (
    BuiltIn(id="AADSignup-OAUTH", display_name="Microsoft Entra ID", identity_provider_type="AADSignup"),
    BuiltIn(id="MSASignup-OAUTH", display_name="Microsoft Account", identity_provider_type="MicrosoftAccount"),
    BuiltIn(id="EmailOtpSignup-OAUTH", display_name="Email One Time Passcode", identity_provider_type="EmailOTP"),
)
Shown = BuiltIn | Social | OpenIdConnect


def _shown(provider: OpenIdProvider) -> Shown:
    return Social(provider) if provider.type is ProviderType.GOOGLE else OpenIdConnect(provider)


def _stored(call: Call) -> list[OpenIdProvider]:
    return call.ports.storage.find(call.world, call.tenant, OpenIdProvider)


def _list(call: Call) -> list[Shown]:
    return [*BUILT_IN, *map(_shown, _stored(call))]


def _get(call: Call) -> Shown:
    found = next((known for known in _list(call) if known.id.lower() == call.key.lower()), None)
    if found is None:
        raise NotFound(call.key)
    return found


def _create(call: Call) -> Shown:
    provider = _checked(call, _new(call))
    try:
        call.ports.storage.insert(call.world, call.tenant, provider)
    except AlreadyExists:
        raise _refused("There is a registration at Google already; change that one.") from None
    return _shown(provider)


def _new(call: Call) -> OpenIdProvider:
    kind = call.body.get("identityProviderType")
    if kind is None and "metadataUrl" in call.body:
        kind = ProviderType.OPENID_CONNECT.value
    if kind == "Facebook":
        raise GraphError(Problem.NOT_BUILT, what="the identity provider type Facebook, which redeems no invitation")
    if kind not in tuple(ProviderType):
        raise invalid(IDENTITY_PROVIDERS, "identityProviderType", "'Google', or a metadataUrl for any other provider")
    google = kind == ProviderType.GOOGLE
    for name in ("clientId", *(("clientSecret",) if google else ("metadataUrl", "domains", "displayName"))):
        if not call.body.get(name):
            raise GraphError(Problem.PROPERTY_MISSING, property=name, resource=IDENTITY_PROVIDERS.short_type)
    blank = OpenIdProvider(
        id=GOOGLE_ID if google else call.ports.ids.guid(),
        type=ProviderType(kind),
        display_name="Google",
        client_id="",
        client_secret=None,
    )
    return _changed(blank, call.body)


def _update(call: Call) -> None:
    shown = _get(call)
    if isinstance(shown, BuiltIn):
        raise _refused(f"The built-in identity provider '{shown.id}' can't be changed.")
    if call.body.get("identityProviderType") not in (None, shown.provider.type.value):
        raise invalid(IDENTITY_PROVIDERS, "identityProviderType", f"'{shown.provider.type}', which it is")
    with call.ports.storage.unit_of_work(call.world):
        call.ports.storage.put(call.world, call.tenant, _checked(call, _changed(shown.provider, call.body)))


def _delete(call: Call) -> None:
    shown = _get(call)
    if isinstance(shown, BuiltIn):
        raise _refused(f"The built-in identity provider '{shown.id}' can't be deleted.")
    call.ports.storage.delete(call.world, call.tenant, OpenIdProvider, shown.id)


def _available(_call: Call) -> Result:
    return Result(value=["Google", "OpenIdConnect"], type="Collection(Edm.String)")


def _changed(old: OpenIdProvider, body: Mapping[str, Any]) -> OpenIdProvider:
    """The provider with what the body says; the placeholder of a secret leaves the secret as it is."""
    values = {attribute: body[name] for name, attribute in _ATTRIBUTES.items() if body.get(name) is not None}
    if values.get("client_secret") == HIDDEN:
        values.pop("client_secret")
    if body.get("domains") is not None:
        values["domains"] = tuple(domain.strip().rstrip(".").lower() for domain in body["domains"])
    if body.get("claimsMapping") is not None:
        values["claims"] = _claims(old.claims, body["claimsMapping"])
    return replace(old, **values)


def _claims(old: ClaimsMapping, given: Mapping[str, Any]) -> ClaimsMapping:
    values = {}
    for name, value in given.items():
        if "@odata." in name:
            continue
        if name not in _CLAIMS:
            raise GraphError(
                Problem.PROPERTY_UNKNOWN, property=f"claimsMapping/{name}", type=f"{_OPENID}.claimsMapping"
            )
        if not isinstance(value, str) or not value:
            raise invalid(IDENTITY_PROVIDERS, f"claimsMapping/{name}", "the name of a claim")
        values[_CLAIMS[name]] = value
    return replace(old, **values)


def _checked(call: Call, provider: OpenIdProvider) -> OpenIdProvider:
    """The provider, if it can be: an address it can be reached at, domains that are nobody else's."""
    if provider.type is ProviderType.GOOGLE:
        return provider
    url = provider.metadata_url
    if not is_absolute_url(url) or not url.endswith(WELL_KNOWN):
        raise invalid(IDENTITY_PROVIDERS, "metadataUrl", f"an absolute URL that ends in '{WELL_KNOWN}'")
    if urlsplit(url).scheme == "http" and urlsplit(url).hostname not in _LOOPBACK:
        raise invalid(IDENTITY_PROVIDERS, "metadataUrl", "an https URL; plain http is for this machine only")
    if "openid" not in provider.scope.split():
        raise invalid(IDENTITY_PROVIDERS, "scope", "scopes with 'openid' among them")
    taken = dict.fromkeys(call.principal.tenant.domains, "this tenant itself")
    taken |= {d: other.display_name for other in _stored(call) if other.id != provider.id for d in other.domains}
    for federation in call.ports.storage.find(call.world, call.tenant, FederationConfiguration):
        taken |= dict.fromkeys(federation.domains, federation.display_name)
    for domain in provider.domains:
        if domain in taken:
            raise _refused(f"The domain '{domain}' belongs to {taken[domain]}.")
        if "." not in domain or not domain.replace(".", "").replace("-", "").isalnum():
            raise invalid(IDENTITY_PROVIDERS, "domains", f"names of domains; '{domain}' is none")
    return provider


def _refused(problem: str) -> GraphError:
    return GraphError(Problem.REFERENCE_REFUSED, problem=problem)


def _secret(shown: Any) -> str | None:
    return HIDDEN if shown.provider.client_secret is not None else None


def _claims_to_json(shown: Any) -> dict[str, str]:
    return {name: getattr(shown.provider.claims, attribute) for name, attribute in _CLAIMS.items()}


_NAME = field_of("displayName", "provider.display_name", writable=True)
_CLIENT = (
    field_of("clientId", "provider.client_id", writable=True),
    Property(name="clientSecret", read=_secret, writable=True),
)
_OPENID = "microsoft.graph.openIdConnectIdentityProvider"
_OF_OPENID = (
    field_of("metadataUrl", "provider.metadata_url", writable=True),
    field_of("scope", "provider.scope", writable=True),
    Property(name="claimsMapping", read=_claims_to_json, type=Type.OBJECT, writable=True),
    field_of("domains", "provider.domains", type=Type.STRINGS, writable=True),
)
_TYPE = field_of("identityProviderType", "provider.type", writable=True)

#: One row for each type of the mixed collection.
VARIANTS: Mapping[type, Resource] = {
    BuiltIn: Resource(
        path=_PATH,
        type_name="microsoft.graph.builtInIdentityProvider",
        properties=(field_of("id"), field_of("displayName"), field_of("identityProviderType")),
        operations={},
    ),
    Social: Resource(
        path=_PATH,
        type_name="microsoft.graph.socialIdentityProvider",
        properties=(field_of("id"), _NAME, _TYPE, *_CLIENT),
        operations={},
    ),
    OpenIdConnect: Resource(
        path=_PATH,
        type_name=_OPENID,
        properties=(field_of("id"), _NAME, *_CLIENT, *_OF_OPENID),
        operations={},
    ),
}


def _any(name: str, type: Type = Type.STRING) -> Property:
    """A property as bodies may have it; what a record shows of it is read by its own type."""

    def read(shown: Shown) -> Any:
        table = {p.name: p for p in VARIANTS[shown.__class__].properties}
        blank = () if type is Type.STRINGS else None
        return table[name].read(shown) if name in table else blank

    return Property(name=name, read=read, type=type, writable=name != "id")


IDENTITY_PROVIDERS = Resource(
    path=_PATH,
    type_name="microsoft.graph.identityProviderBase",
    properties=(
        *map(_any, ("id", "displayName", "identityProviderType", "clientId", "clientSecret", "metadataUrl", "scope")),
        _any("claimsMapping", Type.OBJECT),
        _any("domains", Type.STRINGS),
    ),
    variants=VARIANTS,
    operations={
        Operation.LIST: Handler(run=_list, access=READ),
        Operation.GET: Handler(run=_get, access=READ),
        Operation.CREATE: Handler(run=_create, access=WRITE, activity=Activity.ADD_IDENTITY_PROVIDER),
        Operation.UPDATE: Handler(run=_update, access=WRITE, activity=Activity.UPDATE_IDENTITY_PROVIDER),
        Operation.DELETE: Handler(run=_delete, access=WRITE, activity=Activity.DELETE_IDENTITY_PROVIDER),
    },
    collection_actions={"availableProviderTypes": Handler(run=_available, access=READ, function=True)},
)
