"""What a federation with a partner's identity provider must be like (entra-sign-in 4.1, graph-api 22.2); pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from federation.external_federation import FederationConfiguration, proof_needed
from federation.xml.signature import certificate_der

_DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])\Z")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

#: Whether a domain publishes a TXT record of that value.
Publishes = Callable[[str, str], bool]


def problem_with(
    configuration: FederationConfiguration,
    *,
    own_domains: Iterable[str],
    others: Iterable[FederationConfiguration],
    publishes: Publishes,
) -> str | None:
    """Why a tenant with ``own_domains`` and federations ``others`` can't have it, in one sentence; None if it can."""
    others = tuple(others)
    if any(other.issuer_uri == configuration.issuer_uri for other in others):
        return f"The issuerUri '{configuration.issuer_uri}' belongs to another federation of this tenant."
    if not configuration.issuer_uri.strip():
        return "The issuerUri is empty."
    return (
        _addresses(configuration)
        or _certificates(configuration)
        or _domains(configuration, frozenset(own_domains), others)
        or _proofs(configuration, publishes)
    )


def _addresses(configuration: FederationConfiguration) -> str | None:
    if not _https(configuration.passive_sign_in_uri):
        return f"The passiveSignInUri '{configuration.passive_sign_in_uri}' must be an absolute https URL."
    metadata = configuration.metadata_exchange_uri
    if metadata is not None and not _https(metadata):
        return f"The metadataExchangeUri '{metadata}' must be an absolute https URL."
    return None


def _https(url: str) -> bool:
    """https, or plain http on this machine, where a simulator may run without TLS."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        usable = parts.port != 0 and not parts.fragment
    except ValueError:
        return False
    loopback = host in LOOPBACK or host.endswith(".localhost")
    return usable and bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and loopback))


def _certificates(configuration: FederationConfiguration) -> str | None:
    if not configuration.signing_certificate and configuration.metadata_exchange_uri is None:
        return "A signingCertificate is needed, or a metadataExchangeUri that it can be read from."
    for name, text in (
        ("signingCertificate", configuration.signing_certificate),
        ("nextSigningCertificate", configuration.next_signing_certificate),
    ):
        if text and not _is_certificate(text):
            return f"The {name} is not the base64 of an X.509 certificate without PEM lines."
    return None


def _is_certificate(text: str) -> bool:
    from cryptography import x509

    if "-----" in text:
        return False
    try:
        x509.load_der_x509_certificate(certificate_der(text))
    except ValueError:
        return False
    return True


def _domains(
    configuration: FederationConfiguration, own: frozenset[str], others: tuple[FederationConfiguration, ...]
) -> str | None:
    if not configuration.domains:
        return "At least one domain is needed."
    if len(set(configuration.domains)) < len(configuration.domains):
        return "A domain is given more than once."
    for domain in configuration.domains:
        if not _DOMAIN.match(domain):
            return f"'{domain}' is not a domain name."
        if domain in own:
            return f"The domain '{domain}' is verified in this tenant; only other organizations' domains are federated."
        if any(domain in other.domains for other in others):
            return f"The domain '{domain}' belongs to another federation of this tenant."
    return None


def _proofs(configuration: FederationConfiguration, publishes: Publishes) -> str | None:
    for domain in configuration.domains:
        proof = proof_needed(configuration.passive_sign_in_uri, domain)
        if proof is not None and not publishes(domain, proof):
            return (
                f"The host of the passiveSignInUri is not part of the domain '{domain}', which must publish the DNS "
                f"record: {domain}. IN TXT {proof}"
            )
    return None
