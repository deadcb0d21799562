"""A home, a resource tenant and a message between them, for tests of the SAML 1.1 codec and of attacks on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from federation.external_federation import AssertedPerson, FederationConfiguration, PartnerProtocol
from federation.identity_providers.base import Callback, PendingAuthentication
from federation.model import AuthenticationContext, HomeKind, Method, PerformedMethod
from federation.relying_party import RelyingPartyRequest
from federation.ws_federation import assertion as saml11
from federation.ws_federation import issue, partner, token_response
from federation.ws_federation.assertion import Assertion
from federation.xml.parse import Element, parse, serialized
from federation.xml.signature import sign
from tests.signing_keys import fixed_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ISSUER = "http://fs.tailspin.example/adfs/services/trust"
GLOBAL = "urn:federation:MicrosoftOnline"
TENANTED = "https://sim.example/c0000000-0000-4000-8000-000000000001/"
TARA = issue.Subject(
    immutable_id="AAECAwQFBgcICQoLDA0ODw==",
    user_principal_name="tara@tailspin.example",
    mail="tara@tailspin.example",
    display_name="Tara Duffy",
)
#: The state in ``wctx``.
STATE = "world.tenant.handle.secret"

CONFIGURATION = FederationConfiguration(
    id="tailspin",
    display_name="Tailspin Toys",
    issuer_uri=ISSUER,
    passive_sign_in_uri="https://fs.tailspin.example/adfs/ls/",
    protocol=PartnerProtocol.WS_FED,
    signing_certificate=fixed_key().certificate_text,
    domains=("tailspin.example",),
)
REQUEST = RelyingPartyRequest(
    protocol=PartnerProtocol.WS_FED, realm=GLOBAL, reply_url="https://sim.example/login.srf", state=STATE
)
PENDING = PendingAuthentication(
    kind=HomeKind.EXTERNAL_FEDERATION,
    state=STATE,
    issuer=ISSUER,
    home_tenant=None,
    home_name="Tailspin Toys",
    reply_url="https://sim.example/login.srf",
    demanded_mfa=False,
    started=NOW,
    resource_tenant="c0000000-0000-4000-8000-000000000001",
    federation=CONFIGURATION,
    entity_id=TENANTED,
)


def did(*methods: Method) -> AuthenticationContext:
    """What Tara did at home a minute ago."""
    return AuthenticationContext(
        methods=tuple(
            PerformedMethod(method=method, instant=NOW - timedelta(minutes=1), tenant="tailspin") for method in methods
        )
    )


def said(**changes: Any) -> Assertion:
    """The home's assertion about Tara, with changes."""
    given = issue.assertion_for(TARA, REQUEST, did(Method.PASSWORD), id="token", issuer=ISSUER, now=NOW)
    return replace(given, **changes)


def without(*claim_types: str) -> Assertion:
    """The assertion without these claims."""
    return replace(said(), claims=tuple(claim for claim in said().claims if claim.type not in claim_types))


def wresult(assertion: Assertion | None = None, *, change: Callable[[Element], object] | None = None) -> str:
    """The signed message, after ``change`` was made to its parsed form."""
    text = issue.result(assertion or said(), fixed_key(), realm=GLOBAL)
    if change is None:
        return text
    root = parse(text.encode())
    change(root)
    return serialized(root).decode()


def signed(assertion: Assertion, **options: Any) -> Element:
    """The signed assertion alone."""
    element = saml11.write(assertion)
    sign(element, options.pop("key", fixed_key()), id_attribute="AssertionID", at=len(element))
    return element


def enveloped(token: Element) -> str:
    """A token in its envelope."""
    root = token_response.write(token, realm=GLOBAL, created=NOW, expires=NOW + timedelta(hours=1))
    return serialized(root).decode()


def received(
    text: str,
    *,
    now: datetime = NOW,
    configuration: FederationConfiguration = CONFIGURATION,
    pending: PendingAuthentication = PENDING,
    **fields: str,
) -> AssertedPerson:
    """What the resource tenant makes of the message; FederationError."""
    sent = {"wa": "wsignin1.0", "wresult": text, "wctx": STATE, **fields}
    return partner.complete(Callback(fields=sent), pending, configuration, now)
