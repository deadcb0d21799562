"""What every kind of home answers: does this address belong to you, how does a sign-in begin and complete.

``begin`` and ``complete`` are exchanges: generators that yield requests to the partner and receive its
answers, so that they do no I/O and a test can drive them by hand. Fresh random values come in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from federation.external_federation import FederationConfiguration
from federation.http import Exchange
from federation.model import ExternalIdentity, HomeKind
from federation.openid_provider import OpenIdProvider
from federation.redemption_order import DEFAULT_ORDER, RedemptionOrder


@dataclass(frozen=True, kw_only=True)
class Partner:
    """Another organisation as home realm discovery sees it."""

    tenant: str
    name: str
    display_name: str
    issuer: str
    metadata_url: str


@dataclass(frozen=True, kw_only=True)
class HomeRealm:
    """A candidate: where a person with the address can sign in. ``partner`` is None where nobody else is asked.

    ``source`` says why it is a candidate, for the explanation; ``federation`` is set for a federated partner,
    ``openid`` to the client that the tenant registered at a provider, where it had to.
    """

    kind: HomeKind
    address: str
    partner: Partner | None = None
    source: str = ""
    federation: FederationConfiguration | None = None
    openid: OpenIdProvider | None = None


@dataclass(frozen=True, kw_only=True)
class RealmFacts:
    """What discovery may look at for one address (entra-sign-in 2.3).

    ``local`` is whether the tenant itself has a member with the address; ``managed`` the other managed
    tenant that has it; ``one_time_passcode`` whether the tenant lets addresses without a home use a
    passcode; ``known`` whether a guest object with the address exists here; ``redeemed`` the kind of home
    that this guest redeemed with, which sticks (entra-sign-in 2.5), None while pending; ``federated`` the
    partner federation that the address's domain belongs to.

    ``google`` is Google where the address is one of its own, ``google_client`` what the tenant registered
    there; ``openid`` the provider that was configured for the address's domain; ``personal`` the provider of
    personal accounts, ``personal_account`` whether it has one with the address, ``personal_possible`` whether
    one can be made; ``order`` is the tenant's redemption order (2.4). An address that begins with ``@`` stands
    for nobody in particular of that domain (``domain_hint``).
    """

    tenant: str
    address: str
    local: bool = False
    own_domain: bool = False
    managed: Partner | None = None
    one_time_passcode: bool = True
    known: bool = False
    redeemed: HomeKind | None = None
    federated: FederationConfiguration | None = None
    google: Partner | None = None
    google_client: OpenIdProvider | None = None
    openid: OpenIdProvider | None = None
    personal: Partner | None = None
    personal_account: bool = False
    personal_possible: bool = False
    order: RedemptionOrder = DEFAULT_ORDER

    @property
    def login_hint(self) -> str:
        """The address as a home may be told it: nothing where nobody in particular is meant."""
        return "" if self.address.startswith("@") else self.address


@dataclass(frozen=True, kw_only=True)
class AuthenticationRequest:
    """What the resource tenant asks a home for, with the fresh values to use.

    ``state`` is opaque to the home; ``reply_url`` is where it answers; ``resource_tenant`` and
    ``application`` name the goal so that the home can apply its outbound settings. Of each of ``strengths`` one
    combination must be used there; ``direct_connect``: the person comes without an object of the resource tenant.
    """

    state: str
    nonce: str
    code_verifier: str
    assertion_id: str
    correlation_id: str
    reply_url: str
    address: str
    resource_tenant: str
    application: str
    demand_mfa: bool = False
    demand_device: bool = False
    strengths: tuple[tuple[str, ...], ...] = ()
    direct_connect: bool = False
    force_login: bool = False
    entity_id: str = ""  # what SAML and WS-Federation partners call the resource tenant
    partner_reply_url: str = ""  # where they answer


@dataclass(frozen=True, kw_only=True)
class PendingAuthentication:
    """What must be remembered to check the answer: stored inside the sign-in transaction.

    ``federation``, ``request_id`` and ``entity_id`` are those of SAML and WS-Federation partners.

    ``provider`` is the id of what the tenant has configured for that home, loaded anew when the answer comes;
    ``client_id`` what the tenant is called there. The fields of one protocol are empty in the others.
    """

    kind: HomeKind
    state: str
    issuer: str
    home_tenant: str | None
    home_name: str
    reply_url: str
    started: datetime
    resource_tenant: str
    demanded_mfa: bool = False
    demanded_device: bool = False
    correlation_id: str = ""
    federation: FederationConfiguration | None = None
    request_id: str = ""
    entity_id: str = ""
    provider: str = ""
    client_id: str = ""
    # OpenID Connect
    nonce: str = ""
    code_verifier: str = ""
    token_endpoint: str = ""
    keys_url: str = ""
    userinfo_url: str = ""
    assertion_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """Send the browser there."""

    url: str


@dataclass(frozen=True, kw_only=True)
class AutoSubmitForm:
    """Let the browser post the fields there."""

    url: str
    fields: Mapping[str, str]


Outgoing = Redirect | AutoSubmitForm


class UseOnce(Protocol):
    """Remembers that an assertion was used."""

    def __call__(self, assertion: str, *, issuer: str, expires: datetime) -> None:
        """FederationError(ASSERTION_REPLAYED) when it was used before; atomic."""


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What the browser brought back from the home, and what a bearer assertion in it is opened and used up with.

    ``decryption_key`` makes the resource tenant's ``xmlsec.Key``.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    use_once: UseOnce | None = None
    decryption_key: Callable[[], Any] | None = None


class ClientSigner(Protocol):
    """Signs the client assertion with the resource tenant's key (RFC 7523)."""

    def __call__(self, claims: Mapping[str, object]) -> str:
        """A compact JWS over ``claims``."""


@dataclass(frozen=True, kw_only=True)
class RelyingParty:
    """What the tenant that asked has at the time of the answer, so that what was changed meanwhile counts.

    ``sign`` signs with the tenant's own key; ``openid`` is the client it is registered as at the home, with its
    secret.
    """

    sign: ClientSigner
    openid: OpenIdProvider | None = None


class IdentityProvider(Protocol):
    """One kind of home."""

    @property
    def kind(self) -> HomeKind:
        """Which kind: the key of the registry."""

    def matches(self, facts: RealmFacts) -> HomeRealm | None:
        """A candidate when the address belongs to this kind of home, else None."""


class RedirectIdentityProvider(IdentityProvider, Protocol):
    """A home that authenticates on its own pages."""

    def begin(
        self, realm: HomeRealm, request: AuthenticationRequest, now: datetime
    ) -> Exchange[tuple[Outgoing, PendingAuthentication]]:
        """Build the message to the home."""

    def complete(
        self, callback: Callback, pending: PendingAuthentication, own: RelyingParty, now: datetime
    ) -> Exchange[ExternalIdentity]:
        """Check the answer; FederationError refuses it."""
