"""What this machine can do: the *sign* and the *import* that goals are given in."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


@cache
def _key() -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signatures_per_second(rounds: int = 3, seconds: float = 0.15) -> float:
    """RSA-2048 signatures of one core through ``cryptography``; the median of ``rounds``."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    key, text, scheme, digest = _key(), b"x" * 600, padding.PKCS1v15(), hashes.SHA256()
    figures = []
    for _ in range(rounds):
        count, start = 0, time.thread_time()
        while (spent := time.thread_time() - start) < seconds:
            for _ in range(20):
                key.sign(text, scheme, digest)
            count += 20
        figures.append(count / spent)
    return statistics.median(figures)


def import_seconds() -> float:
    """Wall time of one ``python -c "import flask, cryptography"``."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import flask, cryptography"], check=True, env=environment)
    return time.perf_counter() - start
