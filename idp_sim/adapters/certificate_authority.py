"""A certificate authority in a folder, and certificates signed by it, in the profile that strict clients want.

Python 3.13 checks strictly (``VERIFY_X509_STRICT``): an authority needs critical basic constraints, key usage
and a subject key identifier; what it signs needs an authority key identifier (RFC 5280 4.2.1).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from idp_sim.adapters import user_files
from idp_sim.adapters.certificates import OWN_NETWORKS, CertificateError

AUTHORITY_LIFETIME = timedelta(days=3650)
#: Some clients refuse more than 398 days even below an authority that the user has added.
SERVER_LIFETIME = timedelta(days=397)
#: Clocks of machines, containers and virtual machines differ.
SKEW = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A key and its self-signed certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(Encoding.PEM)


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A server's private key and certificate as one text, and how long it holds."""

    pem: bytes
    not_before: datetime
    not_after: datetime


def of_folder(folder: Path, names: tuple[str, ...], now: datetime) -> Authority:
    """The authority kept in the folder, or a new one that may sign for localhost, loopback and ``names``.

    Of two processes that start at once both get the same. CertificateError when the file holds something else.
    """
    file = folder / "ca-key.pem"
    if file.exists():
        kept = _parse(file.read_bytes(), file)
        if now + SERVER_LIFETIME < kept.certificate.not_valid_after_utc:
            return kept
        file.unlink(missing_ok=True)  # too near its end to sign for a server
    made = _new_authority(names, now)
    return _parse(user_files.create_once(file, _private_pem(made.key) + made.pem), file)


def issue(ca: Authority, names: tuple[str, ...], now: datetime) -> Issued:
    """A certificate for a server with these names."""
    key = ec.generate_private_key(ec.SECP256R1())
    begins, ends = now - SKEW, now + SERVER_LIFETIME
    own_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    ca_id = ca.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        _builder("idp-sim server", ca.certificate.subject, key, begins, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(own_id, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_id), critical=False)
        .sign(ca.key, hashes.SHA256())
    )
    return Issued(
        pem=_private_pem(key) + certificate.public_bytes(Encoding.PEM),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def _new_authority(names: tuple[str, ...], now: datetime) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    label = "idp-sim local authority" + (f" for {', '.join(names)}" if names else "")
    subject = _name(label[:64])
    own_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        _builder(label[:64], subject, key, now - SKEW, now + AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(own_id, critical=False)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=_permitted(names), excluded_subtrees=None), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    return Authority(key=key, certificate=certificate)


def _permitted(names: tuple[str, ...]) -> list[x509.GeneralName]:
    """The subtrees it may sign for; a DNS subtree holds what lies below its name too."""
    networks = list(OWN_NETWORKS)
    permitted: list[x509.GeneralName] = [x509.DNSName("localhost")]
    for name in names:
        try:
            networks.append(str(ipaddress.ip_network(name)))
        except ValueError:
            permitted.append(x509.DNSName(name.removeprefix("*.")))
    return permitted + [x509.IPAddress(ipaddress.ip_network(network)) for network in networks]


def _builder(
    label: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(label))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _name(label: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "idp-sim"), x509.NameAttribute(NameOID.COMMON_NAME, label)]
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(**used: bool) -> x509.KeyUsage:
    unused = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**{**unused, **used})


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _parse(pem: bytes, file: Path) -> Authority:
    try:
        key = load_pem_private_key(pem, password=None)
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise _not_ours(file) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise _not_ours(file)
    return Authority(key=key, certificate=certificate)


def _not_ours(file: Path) -> CertificateError:
    return CertificateError(
        f"{file} does not hold the key and certificate of an authority made by idp-sim; "
        "delete it, and a new one is made that clients have to trust again."
    )
