"""A home of every kind, played by hand: what it may say, honestly or not, to the tenant that asked it.

A new kind of home is a row of ``HOMES``; the conformance suite asks it the same questions as all others.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from federation.errors import FederationError
from federation.external_federation import ADDRESS_CLAIM, NAME_CLAIM, FederationConfiguration, PartnerProtocol
from federation.federation_client import FEDERATION_CLIENT_ID
from federation.http import HttpRequest, HttpResponse
from federation.identity_providers.base import (
    AuthenticationRequest,
    Callback,
    HomeRealm,
    Outgoing,
    Partner,
    PendingAuthentication,
    RelyingParty,
)
from federation.identity_providers.external_federation import ExternalFederation
from federation.identity_providers.registry import IDENTITY_PROVIDERS
from federation.model import AuthenticationContext, ExternalIdentity, HomeKind, Method, PerformedMethod
from federation.oidc import jwt_codec
from federation.oidc.keys import SigningKey
from federation.openid_provider import GOOGLE_ID, OpenIdProvider, ProviderType
from federation.reasons import Reason
from federation.relying_party import RelyingPartyRequest
from federation.saml import assertion, bindings, names
from federation.ws_federation import issue
from tests.signing_keys import fixed_key, other_key

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
RESOURCE = "c0000000-0000-4000-8000-000000000001"
OTHER_RESOURCE = "c0000000-0000-4000-8000-000000000002"
ADDRESS = "robin@partner.example"
ENTITY = "https://login.example/{tenant}/"
REPLY = "https://login.example/login.srf"


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer of a home. Every default is honest."""

    address: str = ADDRESS
    name: str = "Robin Vale"
    resource: str = RESOURCE  # the tenant that it is meant for
    at: datetime = NOW
    key: SigningKey = field(default_factory=other_key)
    tampered: bool = False
    denied: bool = False


#: What carries an answer: the fields that the browser brings, and what the home's token endpoint says.
Answer = tuple[dict[str, str], dict[str, Any]]


class Home(Protocol):
    """A home and the tenant that asks it."""

    kind: HomeKind
    tells_names: bool
    denies: bool

    def ask(self, nonce: str, now: datetime = NOW) -> tuple[Outgoing, PendingAuthentication]:
        """The tenant's request."""

    def say(self, outgoing: Outgoing, said: Said) -> Answer:
        """The home's answer to it."""

    def hear(self, answer: Answer, pending: PendingAuthentication, now: datetime) -> ExternalIdentity:
        """What the tenant makes of the answer; FederationError."""

    def knowing(self, key: SigningKey) -> Home:
        """The same home, whose key the tenant has learnt in the way that its protocol has for it."""


def request(nonce: str) -> AuthenticationRequest:
    """What the resource tenant asks."""
    return AuthenticationRequest(
        state=f"world.tenant.handle.{nonce}",
        nonce=nonce,
        code_verifier="a-verifier-of-more-than-forty-three-characters-0",
        assertion_id=f"assertion-{nonce}",
        correlation_id="11111111-1111-4111-8111-111111111111",
        reply_url="https://login.example/te/c/oauth2/authresp",
        address=ADDRESS,
        resource_tenant=RESOURCE,
        application="portal",
        entity_id=ENTITY.format(tenant=RESOURCE),
        partner_reply_url=REPLY,
    )


def run(exchange: Any, reply: Callable[[HttpRequest], Any]) -> Any:
    """An exchange to its end; ``reply`` answers its requests with JSON."""
    answer = None
    while True:
        try:
            asked = exchange.send(answer)
        except StopIteration as stop:
            return stop.value
        answer = HttpResponse(status=200, headers={}, body=json.dumps(reply(asked)).encode())


# --- OpenID Connect --------------------------------------------------------------------------------------

ISSUER = "https://home.example/h/v2.0"
PARTNER = Partner(
    tenant="f0000000-0000-4000-8000-000000000001",
    name="home",
    display_name="Home",
    issuer=ISSUER,
    metadata_url=f"{ISSUER}/.well-known/openid-configuration",
)
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://home.example/h/authorize",
    "token_endpoint": "https://home.example/h/token",
    "jwks_uri": "https://home.example/h/keys",
}


@dataclass(frozen=True)
class OpenIdHome:
    """A home that speaks OpenID Connect; ``client`` is the tenant's registration there, where it needs one."""

    kind: HomeKind
    client: OpenIdProvider | None = None
    published: tuple[SigningKey, ...] = field(default_factory=lambda: (other_key(),))
    tells_names: bool = True
    denies: bool = True

    def ask(self, nonce: str, now: datetime = NOW) -> tuple[Outgoing, PendingAuthentication]:
        realm = HomeRealm(kind=self.kind, address=ADDRESS, partner=PARTNER, openid=self.client)
        provider: Any = IDENTITY_PROVIDERS[self.kind]
        return run(provider.begin(realm, request(nonce), now), lambda asked: METADATA)  # type: ignore[no-any-return]

    def say(self, outgoing: Outgoing, said: Said) -> Answer:
        query = {name: values[0] for name, values in parse_qs(urlsplit(outgoing.url).query).items()}
        if said.denied:
            return {"state": query["state"], "error": "access_denied"}, {}
        own = said.resource == RESOURCE
        audience = self.client.client_id if self.client else FEDERATION_CLIENT_ID
        claims = {
            "iss": ISSUER,
            "aud": audience if own or self.client is None else "another-client",
            "nonce": query["nonce"],
            "tid": PARTNER.tenant,
            "resource_tid": said.resource,
            "oid": "robin-at-home",
            "sub": "robin-at-home",
            "preferred_username": said.address,
            "email": said.address,
            "email_verified": True,
            "name": said.name,
            "iat": int(said.at.timestamp()),
            "nbf": int(said.at.timestamp()),
            "exp": int((said.at + timedelta(hours=1)).timestamp()),
        }
        token = jwt_codec.sign(claims, said.key)
        if said.tampered:
            header, content, signature = token.split(".")
            token = f"{header}.{content[:-2]}AA.{signature}"
        return {"state": query["state"], "code": "the code"}, {"id_token": token, "token_type": "Bearer"}

    def hear(self, answer: Answer, pending: PendingAuthentication, now: datetime) -> ExternalIdentity:
        fields, response = answer
        keys = {"keys": [dict(key.public_jwk) for key in self.published]}

        def reply(asked: HttpRequest) -> Any:
            return response if asked.url.endswith("/token") else keys

        provider: Any = IDENTITY_PROVIDERS[self.kind]
        own = RelyingParty(sign=lambda claims: jwt_codec.sign(claims, fixed_key()), openid=self.client)
        # The browser brings the state that the tenant sent along; whose answer it is shows the token's nonce.
        fields = {**fields, "state": pending.state}
        return run(provider.complete(Callback(fields=fields), pending, own, now), reply)  # type: ignore[no-any-return]

    def knowing(self, key: SigningKey) -> OpenIdHome:
        return replace(self, published=(*self.published, key))


# --- SAML 2.0 and WS-Federation ----------------------------------------------------------------------------


@dataclass
class Memory:
    """Used assertions of one tenant."""

    used: set[str] = field(default_factory=set)

    def __call__(self, assertion: str, *, issuer: str, expires: datetime) -> None:
        if assertion in self.used:
            raise FederationError(Reason.ASSERTION_REPLAYED)
        self.used.add(assertion)


@dataclass(frozen=True)
class FederatedHome:
    """What both protocols of partner federation share."""

    protocol: PartnerProtocol
    kind: HomeKind = HomeKind.EXTERNAL_FEDERATION
    known: SigningKey = field(default_factory=other_key)
    memory: Memory = field(default_factory=Memory)
    tells_names: bool = False
    denies: bool = False

    @property
    def configuration(self) -> FederationConfiguration:
        return FederationConfiguration(
            id="1",
            display_name="Home",
            issuer_uri="https://home.example/issuer",
            passive_sign_in_uri="https://home.example/sso",
            protocol=self.protocol,
            signing_certificate=self.known.certificate_text,
            domains=("partner.example",),
        )

    def ask(self, nonce: str, now: datetime = NOW) -> tuple[Outgoing, PendingAuthentication]:
        realm = HomeRealm(kind=self.kind, address=ADDRESS, federation=self.configuration, partner=PARTNER)
        return run(ExternalFederation().begin(realm, request(nonce), now), lambda asked: {})  # type: ignore[no-any-return]

    def hear(self, answer: Answer, pending: PendingAuthentication, now: datetime) -> ExternalIdentity:
        fields = {name: pending.state if name in ("RelayState", "wctx") else value for name, value in answer[0].items()}
        callback = Callback(fields=fields, use_once=self.memory, decryption_key=lambda: fixed_key().xml_key)
        pending = replace(pending, federation=self.configuration)
        own = RelyingParty(sign=lambda claims: "")
        return run(ExternalFederation().complete(callback, pending, own, now), lambda asked: {})  # type: ignore[no-any-return]

    def knowing(self, key: SigningKey) -> FederatedHome:
        return replace(self, known=key)


@dataclass(frozen=True)
class SamlHome(FederatedHome):
    """A SAML 2.0 identity provider."""

    protocol: PartnerProtocol = PartnerProtocol.SAML
    tells_names: bool = True
    denies: bool = True

    def say(self, outgoing: Outgoing, said: Said) -> Answer:
        query = {name: values[0] for name, values in parse_qs(urlsplit(outgoing.url).query).items()}
        identifier = bindings.inflated(query["SAMLRequest"]).split(b' ID="')[1].split(b'"')[0].decode()
        issuer = self.configuration.issuer_uri
        if said.denied:
            codes = (names.RESPONDER, names.AUTHN_FAILED)
            told = assertion.Failure(
                response_id="_r", issuer=issuer, reply_url=REPLY, request_id=identifier, codes=codes, message="no"
            )
            return {"SAMLResponse": bindings.encoded(assertion.failure(told, said.at)), "RelayState": "?"}, {}
        statement = assertion.Statement(
            response_id=f"_r{identifier}",
            assertion_id=f"_a{identifier}",
            issuer=issuer,
            audience=ENTITY.format(tenant=said.resource),
            reply_url=REPLY,
            request_id=identifier,
            name_id="robin-at-home",
            name_id_format=names.PERSISTENT,
            attributes=((ADDRESS_CLAIM, (said.address,)), (NAME_CLAIM, (said.name,))),
            context=names.PASSWORD_CONTEXT,
            authenticated=said.at,
            session_index="_s",
        )
        xml = assertion.response(statement, said.key, said.at)
        if said.tampered:
            xml = xml.replace(b"robin-at-home", b"other-at-home")
        return {"SAMLResponse": bindings.encoded(xml), "RelayState": "?"}, {}


@dataclass(frozen=True)
class WsFederationHome(FederatedHome):
    """A WS-Federation identity provider; its messages name no request, and it has none for a refusal."""

    protocol: PartnerProtocol = PartnerProtocol.WS_FED

    def say(self, outgoing: Outgoing, said: Said) -> Answer:
        realm = ENTITY.format(tenant=said.resource)
        asked = RelyingPartyRequest(protocol=self.protocol, realm=realm, reply_url=REPLY)
        subject = issue.Subject(
            immutable_id="cm9iaW4tYXQtaG9tZQ==",
            user_principal_name=said.address,
            mail=said.address,
            display_name=said.name,
        )
        done = PerformedMethod(method=Method.PASSWORD, instant=said.at, tenant="home")
        told = issue.assertion_for(
            subject,
            asked,
            AuthenticationContext(methods=(done,)),
            id="0b7c2c0e-7a55-4c62-9a0a-5f6f3c3c0a01",
            issuer=self.configuration.issuer_uri,
            now=said.at,
        )
        text = issue.result(told, said.key, realm=realm)
        if said.tampered:
            text = text.replace("cm9iaW4tYXQtaG9tZQ==", "b3RoZXItYXQtaG9tZQ==")
        return {"wa": "wsignin1.0", "wresult": text, "wctx": "?"}, {}


def _client(kind: ProviderType, id: str) -> OpenIdProvider:
    return OpenIdProvider(
        id=id,
        type=kind,
        display_name="Home",
        client_id="contoso-at-home",
        client_secret="TEST-ONLY",
        metadata_url=PARTNER.metadata_url,
        domains=("partner.example",),
    )


#: A fresh home of every kind by name.
HOMES: dict[str, Callable[[], Home]] = {
    "Entra": lambda: OpenIdHome(HomeKind.AZURE_ACTIVE_DIRECTORY),
    "personal account": lambda: OpenIdHome(HomeKind.MICROSOFT_ACCOUNT),
    "Google": lambda: OpenIdHome(HomeKind.SOCIAL, _client(ProviderType.GOOGLE, GOOGLE_ID)),
    "OpenID Provider": lambda: OpenIdHome(HomeKind.OPENID_CONNECT, _client(ProviderType.OPENID_CONNECT, "oidc")),
    "SAML": SamlHome,
    "WS-Federation": WsFederationHome,
}
