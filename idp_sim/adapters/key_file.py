"""Signing keys in a file that only its owner can read."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from federation.oidc.keys import KeySet, KeyState, SigningKey
from idp_sim.adapters import user_files
from idp_sim.options import CannotStart
from idp_sim.ports import StorageUnavailable


class KeyFile:
    """Key sets by name. What the file holds is looked through at once; keys are parsed when they are needed.

    CannotStart when it can't be read or holds something else.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept = self._read()

    def load(self) -> dict[str, KeySet]:
        """Every set that was saved."""
        return {name: _key_set(rows) for name, rows in self._kept.items()}

    def save(self, sets: Mapping[str, KeySet]) -> None:
        """Keep these sets and no others: all of them, or what was there stays. StorageUnavailable."""
        self._kept = {name: [_row(key) for key in keys.keys] for name, keys in sets.items()}
        text = json.dumps({"sets": self._kept}, indent=1)
        try:
            user_files.replace(self._file, text.encode(), private=True)
        except OSError as error:
            raise StorageUnavailable(f"the signing keys can't be kept: {error.strerror or error}") from error

    def _read(self) -> dict[str, list[dict[str, str]]]:
        try:
            sets = json.loads(self._file.read_bytes())["sets"]
            for rows in sets.values():
                for row in rows:
                    if "PRIVATE KEY" not in row["private_key"] or not row["certificate"]:
                        raise ValueError("a key is missing")
                    KeyState(row["state"])
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise CannotStart(
                f"The signing keys in '{self._file}' can't be read: {error.strerror or error}."
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CannotStart(
                f"'{self._file}' doesn't hold signing keys as idp-sim writes them; "
                "put the right file back, or remove this one for new keys."
            ) from error
        return dict(sets)


def _row(key: SigningKey) -> dict[str, str]:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private: Any = key.key.private_key
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate = base64.b64encode(key.certificate).decode()
    return {"private_key": pem.decode(), "certificate": certificate, "state": str(key.state)}


def _key_set(rows: list[dict[str, str]]) -> KeySet:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from joserfc.jwk import RSAKey

    keys = []
    for row in rows:
        # Checking an RSA key takes 50 ms, and this one was made here.
        private: Any = load_pem_private_key(row["private_key"].encode(), None, unsafe_skip_rsa_key_validation=True)
        certificate = base64.b64decode(row["certificate"])
        keys.append(SigningKey(key=RSAKey.import_key(private), certificate=certificate, state=KeyState(row["state"])))
    return KeySet(keys=tuple(keys))
