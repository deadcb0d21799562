"""A partner's own SAML 2.0 or WS-Federation identity provider (entra-sign-in 4): one row for each protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from federation.errors import FederationError
from federation.external_federation import (
    AssertedPerson,
    FederationConfiguration,
    PartnerProtocol,
    identity_of,
    renewal_due,
    renewed,
)
from federation.http import Exchange, HttpRequest
from federation.identity_providers.base import (
    AuthenticationRequest,
    Callback,
    HomeRealm,
    Outgoing,
    Partner,
    PendingAuthentication,
    RealmFacts,
    RelyingParty,
)
from federation.model import ExternalIdentity, HomeKind
from federation.reasons import Reason

#: Builds the message to the partner; the id that its answer must name comes beside it.
Begin = Callable[[FederationConfiguration, AuthenticationRequest, datetime], tuple[Outgoing, str]]
#: Reads the partner's answer in the safe order; FederationError refuses it.
Complete = Callable[[Callback, PendingAuthentication, FederationConfiguration, datetime], AssertedPerson]


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """One row: how a partner that speaks this protocol is asked and understood."""

    begin: Begin
    complete: Complete


def _saml_begin(
    configuration: FederationConfiguration, request: AuthenticationRequest, now: datetime
) -> tuple[Outgoing, str]:
    from federation.saml import partner  # late: pysaml2's classes cost 0.16 s

    return partner.begin(configuration, request, now)


def _saml_complete(
    callback: Callback, pending: PendingAuthentication, configuration: FederationConfiguration, now: datetime
) -> AssertedPerson:
    from federation.saml import partner

    return partner.complete(callback, pending, configuration, now)


def _ws_federation_begin(
    configuration: FederationConfiguration, request: AuthenticationRequest, now: datetime
) -> tuple[Outgoing, str]:
    from federation.ws_federation import partner

    return partner.begin(configuration, request, now)


def _ws_federation_complete(
    callback: Callback, pending: PendingAuthentication, configuration: FederationConfiguration, now: datetime
) -> AssertedPerson:
    from federation.ws_federation import partner

    return partner.complete(callback, pending, configuration, now)


PROTOCOLS: Mapping[PartnerProtocol, Protocol] = MappingProxyType(
    {
        PartnerProtocol.SAML: Protocol(begin=_saml_begin, complete=_saml_complete),
        PartnerProtocol.WS_FED: Protocol(begin=_ws_federation_begin, complete=_ws_federation_complete),
    }
)


class ExternalFederation:
    """The kind ``externalFederation`` of redemption orders."""

    kind: HomeKind = HomeKind.EXTERNAL_FEDERATION

    def matches(self, facts: RealmFacts) -> HomeRealm | None:
        """Discovery is per domain here (entra-sign-in 2.3 row 2)."""
        found = facts.federated
        if found is None:
            return None
        return HomeRealm(
            kind=self.kind,
            address=facts.address,
            partner=Partner(
                tenant="",
                name=found.display_name,
                display_name=found.display_name,
                issuer=found.issuer_uri,
                metadata_url=found.metadata_exchange_uri or "",
            ),
            federation=found,
            source=f"the domain is federated with {found.display_name}",
        )

    def begin(
        self, realm: HomeRealm, request: AuthenticationRequest, now: datetime
    ) -> Exchange[tuple[Outgoing, PendingAuthentication]]:
        """Renew the partner's certificate if that is due, then build the request (4.2, 4.3, 4.4)."""
        if realm.federation is None:
            raise ValueError("a home of this kind always has a federation")
        configuration = yield from _with_certificate(realm.federation, now)
        outgoing, request_id = PROTOCOLS[configuration.protocol].begin(configuration, request, now)
        pending = PendingAuthentication(
            kind=self.kind,
            state=request.state,
            nonce="",
            code_verifier="",
            issuer=configuration.issuer_uri,
            home_tenant=None,
            home_name=configuration.display_name,
            token_endpoint="",
            keys_url="",
            reply_url=request.partner_reply_url,
            demanded_mfa=False,
            started=now,
            assertion_id="",
            resource_tenant=request.resource_tenant,
            correlation_id=request.correlation_id,
            federation=configuration,
            request_id=request_id,
            entity_id=request.entity_id,
        )
        return outgoing, pending

    def complete(
        self, callback: Callback, pending: PendingAuthentication, own: RelyingParty, now: datetime
    ) -> Exchange[ExternalIdentity]:
        """Check the answer, use it up, and only then believe it."""
        yield from ()  # everything that is needed is in the answer and in the configuration
        configuration = pending.federation
        if configuration is None or callback.use_once is None:
            raise ValueError("an answer of this kind needs its federation and a memory of used assertions")
        person = PROTOCOLS[configuration.protocol].complete(callback, pending, configuration, now)
        identity = identity_of(configuration, person)
        callback.use_once(person.assertion_id, issuer=configuration.issuer_uri, expires=person.expires)
        return identity


def _with_certificate(configuration: FederationConfiguration, now: datetime) -> Exchange[FederationConfiguration]:
    if not renewal_due(configuration, now):
        return configuration
    from federation.saml.partner_metadata import signing_certificates

    response = yield HttpRequest(
        method="GET",
        url=str(configuration.metadata_exchange_uri),
        partner=configuration.display_name,
        headers={"Cache-Control": "no-cache"},
    )
    if response.status != 200:
        raise FederationError(
            Reason.IDENTITY_PROVIDER_UNREACHABLE,
            partner=configuration.display_name,
            problem=f"Its federation metadata answered with status {response.status}.",
        )
    return renewed(configuration, signing_certificates(response.body, configuration))
