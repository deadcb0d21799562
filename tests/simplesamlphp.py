"""A SimpleSAMLphp of the distribution, run by PHP's own server on a free port, configured in a folder of its own.

Nothing of it is ours but the configuration: it is a home that somebody else wrote.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from federation.oidc.keys import SigningKey

INSTALLED = Path("/usr/share/simplesamlphp")
#: How long the server may take to answer for the first time.
STARTS_WITHIN = 20.0
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"


def installed() -> bool:
    """Whether the package and PHP are there; where CI is set they have to be."""
    return shutil.which("php") is not None and (INSTALLED / "www").is_dir()


needed = pytest.mark.skipif(
    not installed() and not os.environ.get("CI"),
    reason="SimpleSAMLphp or PHP is not installed (apt-get: simplesamlphp)",
)


@dataclass
class SimpleSamlPhp:
    """The running server: its base address, entity id, and the folder of its configuration."""

    folder: Path
    port: int
    users: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Where it is installed."""
        return f"http://localhost:{self.port}/simplesaml"

    @property
    def entity_id(self) -> str:
        """Its issuer, which is the address of its metadata."""
        return f"{self.base}/saml2/idp/metadata.php"

    @property
    def sign_on(self) -> str:
        """Its single sign-on service."""
        return f"{self.base}/saml2/idp/SSOService.php"

    def use_key(self, key: SigningKey) -> None:
        """Sign with this key from now on."""
        private = key.key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "cert" / "idp.pem").write_bytes(private)
        lines = [key.certificate_text[at : at + 64] for at in range(0, len(key.certificate_text), 64)]
        text = "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
        (self.folder / "cert" / "idp.crt").write_text(text)

    def configure(self, *, service_providers: Mapping[str, Mapping[str, Any]]) -> None:
        """Know these service providers by entity id, and the people of ``users``."""
        config, metadata = self.folder / "config", self.folder / "metadata"
        (config / "config.php").write_text(_php("$config", self._config()))
        people = {
            f"{name}:{person['password']}": {k: [v] for k, v in person.items() if k != "password"}
            for name, person in self.users.items()
        }
        sources = {"people": {"exampleauth:UserPass": None, **people}}
        (config / "authsources.php").write_text(_php("$config", _first_positional(sources)))
        (metadata / "saml20-idp-hosted.php").write_text(
            _php(f"$metadata['{self.entity_id}']", self._identity_provider())
        )
        remote = "".join(
            _php(f"$metadata['{name}']", dict(sp), opening=False) for name, sp in service_providers.items()
        )
        (metadata / "saml20-sp-remote.php").write_text(f"<?php\n{remote}")

    def _config(self) -> dict[str, Any]:
        folder = str(self.folder)
        return {
            "baseurlpath": f"{self.base}/",
            "certdir": f"{folder}/cert/",
            "loggingdir": f"{folder}/log/",
            "datadir": f"{folder}/data/",
            "tempdir": f"{folder}/tmp/",
            "metadatadir": f"{folder}/metadata",
            "secretsalt": "TEST-ONLY-salt",
            "auth.adminpassword": "TEST-ONLY-admin",
            "technicalcontact_name": "Tests",
            "technicalcontact_email": "tests@partner.example",
            "timezone": "UTC",
            "logging.handler": "file",
            "logging.logfile": "simplesamlphp.log",
            "enable.saml20-idp": True,
            "module.enable": {"exampleauth": True, "core": True, "saml": True},
            "session.cookie.secure": False,
            "session.cookie.samesite": None,
            "session.phpsession.savepath": f"{folder}/sessions",
            "store.type": "phpsession",
            "trusted.url.domains": [],
            "metadata.sources": [{"type": "flatfile"}],
            "admin.checkforupdates": False,
        }

    def _identity_provider(self) -> dict[str, Any]:
        return {
            "host": "__DEFAULT__",
            "privatekey": "idp.pem",
            "certificate": "idp.crt",
            "auth": "people",
            "attributes.NameFormat": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
            "NameIDFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            "authproc": {
                3: {
                    "class": "saml:AttributeNameID",
                    "attribute": "uid",
                    "Format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
                },
                90: {"class": "core:AttributeMap", "mail": f"{CLAIMS}/emailaddress", "cn": f"{CLAIMS}/name"},
            },
        }


@contextmanager
def running(folder: Path) -> Iterator[SimpleSamlPhp]:
    """The server on a free port; it is stopped in the end."""
    for name in ("config", "metadata", "cert", "log", "data", "tmp", "sessions", "root"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    link = folder / "root" / "simplesaml"
    if not link.exists():
        link.symlink_to(INSTALLED / "www")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = SimpleSamlPhp(folder=folder, port=port)
    environment = {**os.environ, "SIMPLESAMLPHP_CONFIG_DIR": str(folder / "config")}
    log = (folder / "log" / "php.log").open("wb")
    server = subprocess.Popen(
        ["php", "-d", "date.timezone=UTC", "-S", f"localhost:{port}", "-t", str(folder / "root")],
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        home.configure(service_providers={})
        _wait(port, server)
        yield home
    finally:
        server.terminate()
        server.wait(10)
        log.close()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends:
        assert server.poll() is None, "PHP's server has ended"
        try:
            requests.get(f"http://localhost:{port}/nothing", timeout=2)
        except requests.exceptions.ConnectionError:
            continue
        return
    raise AssertionError("PHP's server does not answer")


def _first_positional(sources: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """An authentication source is a list that begins with its class."""
    made = {}
    for name, source in sources.items():
        (kind, _), *rest = source.items()
        made[name] = {0: kind, **dict(rest)}
    return made


def _php(variable: str, value: Any, *, opening: bool = True) -> str:
    return f"{'<?php' if opening else ''}\n{variable} = {_literal(value)};\n"


def _literal(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        case list() | tuple():
            return "[" + ", ".join(_literal(item) for item in value) + "]"
        case _:
            return "[" + ", ".join(f"{_literal(key)} => {_literal(item)}" for key, item in value.items()) + "]"
