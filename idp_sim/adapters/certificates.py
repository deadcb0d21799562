"""The certificate authority of this user account, and the server certificates it signs.

The authority is made once and kept, so that trust is given once. It can sign for nothing but ``localhost``,
what lies below it, loopback addresses and names that were given (name constraints, RFC 5280 4.2.1.10). A
server with further names has an authority of its own for just these, so that nobody who trusts the first
one trusts more than before.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from idp_sim.adapters import user_files
from idp_sim.options import CannotStart

#: What every server certificate is good for.
ALWAYS = ("localhost", "*.localhost", "127.0.0.1", "::1")

#: A certificate that ends sooner than this is made anew at the next start.
NEAR_ITS_END = timedelta(days=30)

#: Addresses of no other machine: loopback, and the unspecified ones that a server in a container listens at.
OWN_NETWORKS = ("127.0.0.0/8", "::1/128", "0.0.0.0/32", "::/128")


class CertificateError(CannotStart):
    """No certificate can be had; the sentence says what a person can do."""


@dataclass(frozen=True, kw_only=True)
class ServerCertificate:
    """Files of a server's certificate.

    ``file`` holds private key and certificate together, so that the two can't part; ``ca_file`` is what
    clients trust; ``bundle_file`` is that and the authorities of the system, for tools that replace theirs.
    """

    file: Path
    ca_file: Path
    bundle_file: Path


def server_certificate(folder: Path, names: Iterable[str], now: datetime) -> ServerCertificate:
    """The certificate for ``localhost``, loopback and ``names``, from ``folder`` or made now.

    Takes the user's data folder, host names or IP addresses, and the real time (aware). CertificateError
    when the folder can't be used or holds something else.
    """
    wanted = tuple(dict.fromkeys((*ALWAYS, *map(_clean, names))))
    extra = tuple(sorted(name for name in wanted if not _always_permitted(name)))
    home = folder / "certificates"
    place = home if not extra else home / f"names-{_digest(*extra)}"
    stem = f"server-{_digest(*wanted)}"
    files = ServerCertificate(
        file=place / f"{stem}.pem", ca_file=place / "ca.pem", bundle_file=place / "ca-and-system.pem"
    )
    sidecar = place / f"{stem}.json"
    try:
        if not _still_good(files, sidecar, now):
            for part in (folder, home, place):
                user_files.private_folder(part)
            _make(files, sidecar, wanted, extra, now)
    except OSError as error:
        raise CertificateError(
            f"The folder {folder} for certificates can't be used: {error.strerror or error}. "
            "Make it writable, or name another one in IDP_SIM_HOME."
        ) from error
    return files


def _clean(name: str) -> str:
    """Lower case; the shortest form of an address, without the brackets it wears in a URL."""
    name = name.strip().strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(name.partition("%")[0]))
    except ValueError:
        pass
    try:
        ascii_name = name.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_name = ""
    if not ascii_name:
        raise CertificateError(f"'{name}' is neither a host name nor an IP address.")
    return ascii_name


def _always_permitted(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return any(address in ipaddress.ip_network(network) for network in OWN_NETWORKS)


def _digest(*values: str) -> str:
    return hashlib.sha256("\n".join(values).encode()).hexdigest()[:12]


def _still_good(files: ServerCertificate, sidecar: Path, now: datetime) -> bool:
    """Whether the files can be used as they are; decided without reading any certificate's inside."""
    try:
        facts = json.loads(sidecar.read_bytes())
        return (
            facts["authority"] == _fingerprint(files.ca_file)
            and facts["certificate"] == _fingerprint(files.file)
            and files.bundle_file.exists()
            and datetime.fromisoformat(facts["not_before"]) <= now
            and now + NEAR_ITS_END < datetime.fromisoformat(facts["not_after"])
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False


def _fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _make(
    files: ServerCertificate, sidecar: Path, names: tuple[str, ...], extra: tuple[str, ...], now: datetime
) -> None:
    from idp_sim.adapters import certificate_authority as authority  # late: it costs 30 ms of imports

    ca = authority.of_folder(files.ca_file.parent, extra, now)
    made = authority.issue(ca, names, now)
    user_files.replace(files.file, made.pem, private=True)
    user_files.replace(files.ca_file, ca.pem)
    user_files.replace(files.bundle_file, ca.pem + _system_authorities())
    facts = {
        "authority": hashlib.sha256(ca.pem).hexdigest(),
        "certificate": hashlib.sha256(made.pem).hexdigest(),
        "not_before": made.not_before.isoformat(),
        "not_after": made.not_after.isoformat(),
    }
    user_files.replace(sidecar, json.dumps(facts).encode())


def _system_authorities() -> bytes:
    """The bundle that a client without instructions trusts, so far as it is one file."""
    import ssl

    import certifi  # comes with requests

    system = Path(ssl.get_default_verify_paths().openssl_cafile)
    return (system if system.is_file() else Path(certifi.where())).read_bytes()
