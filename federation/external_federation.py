"""Federation with a partner's SAML or WS-Federation identity provider (entra-sign-in 4, graph-api 22.2).

The record is Graph's ``samlOrWsFedExternalDomainFederation``; the rules here are those that both protocols share.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from federation.errors import FederationError
from federation.model import AuthenticationContext, ExternalIdentity, HomeKind, Method, PerformedMethod
from federation.reasons import Reason

#: What every Entra tenant calls itself towards older federations; still accepted as an audience (4.2).
GLOBAL_AUDIENCE = "urn:federation:MicrosoftOnline"
ADDRESS_CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
NAME_CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
#: How far two clocks may be apart.
SKEW = timedelta(minutes=5)


class PartnerProtocol(StrEnum):
    """``preferredAuthenticationProtocol``."""

    SAML = "saml"
    WS_FED = "wsFed"


@dataclass(frozen=True, kw_only=True)
class FederationConfiguration:
    """One partner of one tenant. ``domains`` are lower case; certificates are base64 of DER on one line.

    ``signing_certificate`` is empty until it is read from ``metadata_exchange_uri`` for the first time.
    """

    id: str
    display_name: str
    issuer_uri: str
    passive_sign_in_uri: str
    protocol: PartnerProtocol = PartnerProtocol.SAML
    metadata_exchange_uri: str | None = None
    signing_certificate: str = ""
    next_signing_certificate: str | None = None
    domains: tuple[str, ...] = ()

    @property
    def certificates(self) -> tuple[str, ...]:
        """Every certificate that may sign; the announced next one counts already."""
        return tuple(c for c in (self.signing_certificate, self.next_signing_certificate) if c)

    def covers(self, address: str) -> bool:
        """Whether the address lies in one of the federated domains."""
        return address.rpartition("@")[2].lower() in self.domains


@dataclass(frozen=True, kw_only=True)
class AssertedPerson:
    """What an assertion of either protocol says, after every check of its form, origin, audience and time."""

    assertion_id: str
    expires: datetime
    subject: str
    addresses: tuple[str, ...]
    display_name: str | None
    authenticated: datetime


def renewal_due(configuration: FederationConfiguration, now: datetime) -> bool:
    """Whether the certificate must be read from metadata: there is none yet, or it has expired (4.4).

    A partner that rolls its key over earlier is not noticed; its sign-ins fail until then, as in the real product.
    """
    if configuration.metadata_exchange_uri is None:
        return False
    if not configuration.signing_certificate:
        return True
    ends = expiry(configuration.signing_certificate)
    return ends is not None and now >= ends


def renewed(configuration: FederationConfiguration, published: tuple[str, ...]) -> FederationConfiguration:
    """The configuration with the certificates that the partner publishes: the one in use, and the next one."""
    following = published[1] if len(published) > 1 else None
    return replace(configuration, signing_certificate=published[0], next_signing_certificate=following)


def expiry(certificate: str) -> datetime | None:
    """When a certificate (base64 DER) ends; None where the text is no certificate."""
    from cryptography import x509

    from federation.xml.signature import certificate_der

    try:
        return x509.load_der_x509_certificate(certificate_der(certificate)).not_valid_after_utc
    except ValueError:
        return None


def identity_of(configuration: FederationConfiguration, person: AssertedPerson) -> ExternalIdentity:
    """The person as a guest's identity. FederationError(SAML_TOKEN_ADDRESS): no address in the federated domains.

    Whatever the partner says of a second factor, it counts as one factor (4.5).
    """
    address = person.addresses[0] if len(person.addresses) == 1 else ""
    if not address or address.count("@") != 1 or not configuration.covers(address):
        raise FederationError(Reason.SAML_TOKEN_ADDRESS, detail=f"addresses in the assertion: {person.addresses}")
    method = PerformedMethod(
        method=Method.FEDERATED_SINGLE_FACTOR, instant=person.authenticated, tenant=configuration.issuer_uri
    )
    return ExternalIdentity(
        kind=HomeKind.EXTERNAL_FEDERATION,
        issuer=configuration.issuer_uri,
        subject=person.subject,
        addresses=(address.lower(),),
        display_name=person.display_name,
        context=AuthenticationContext(methods=(method,)),
    )


def check_window(starts: datetime | None, ends: datetime | None, now: datetime, *, what: str) -> None:
    """``NotBefore <= now < NotOnOrAfter`` with ``SKEW``. FederationError(INVALID_SAML_TOKEN)."""
    if starts is not None and now < starts - SKEW:
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem=f"{what} is not yet valid")
    if ends is not None and now >= ends + SKEW:
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem=f"{what} has expired")


def proof_needed(passive_sign_in_uri: str, domain: str) -> str | None:
    """The TXT value that the domain must publish, or None where its own host proves it (4.1).

    A host that is the domain, or lies below it, needs no proof; neither does one of this machine.
    """
    host = (urlsplit(passive_sign_in_uri).hostname or "").lower()
    own = host == domain or host.endswith(f".{domain}")
    loopback = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    return None if own or loopback else f"DirectFedAuthUrl={passive_sign_in_uri}"
