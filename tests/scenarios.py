"""What tests know of the shipped scenarios without counting people by hand: the default one grows with every home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "scenarios"
CONTOSO: dict[str, Any] = yaml.safe_load((_FOLDER / "contoso.yaml").read_text(encoding="utf-8"))["tenants"]
#: Guests of Contoso, by the part of their address before the ``@``.
GUEST_NAMES = frozenset(address.partition("@")[0] for address in CONTOSO["contoso"]["guests"])
