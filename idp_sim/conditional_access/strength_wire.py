"""Authentication strengths in Graph's wire shape (graph-api 21)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from federation.authentication_strength import (
    KNOWN_COMBINATIONS,
    MULTIFACTOR_COMBINATIONS,
    AuthenticationStrength,
    CombinationConfiguration,
    parse_combination,
)

FIDO2 = "#microsoft.graph.fido2CombinationConfiguration"
X509 = "#microsoft.graph.x509CertificateCombinationConfiguration"
#: Combinations that each kind of configuration can narrow.
CONFIGURABLE: dict[str, tuple[str, ...]] = {
    FIDO2: ("fido2",),
    X509: ("x509CertificateSingleFactor", "x509CertificateMultiFactor"),
}


def strength_to_json(strength: AuthenticationStrength) -> dict[str, Any]:
    """The strength as ``authenticationStrengthPolicy``, without annotations."""
    return {
        "id": strength.id,
        "createdDateTime": _instant(strength.created),
        "modifiedDateTime": _instant(strength.modified or strength.created),
        "displayName": strength.display_name,
        "description": strength.description,
        "policyType": "builtIn" if strength.built_in else "custom",
        "requirementsSatisfied": "mfa" if strength.satisfies_mfa else "none",
        "allowedCombinations": list(strength.combinations),
        "combinationConfigurations": [configuration_to_json(one) for one in strength.configurations],
    }


def configuration_to_json(configuration: CombinationConfiguration) -> dict[str, Any]:
    """One ``combinationConfiguration``."""
    common = {"id": configuration.id, "appliesToCombinations": list(configuration.applies_to)}
    if configuration.applies_to == CONFIGURABLE[FIDO2]:
        return {"@odata.type": FIDO2, **common, "allowedAAGUIDs": list(configuration.allowed)}
    return {
        "@odata.type": X509,
        **common,
        "allowedIssuerSkis": list(configuration.allowed),
        "allowedPolicyOIDs": list(configuration.policy_oids),
    }


def read_combinations(texts: Iterable[str]) -> tuple[str, ...]:
    """Combinations in Graph's spelling; ValueError says which is none, or that two kinds can't stand together."""
    found: dict[str, bool] = {}
    for text in texts:
        try:
            methods = parse_combination(text)
        except ValueError:
            methods = frozenset()
        if methods not in KNOWN_COMBINATIONS:
            raise ValueError(f"'{text}' is no combination of authentication methods")
        found[KNOWN_COMBINATIONS[methods]] = methods in MULTIFACTOR_COMBINATIONS
    if not found:
        raise ValueError("at least one combination is needed")
    if len(set(found.values())) > 1:
        raise ValueError("combinations that satisfy multifactor authentication and others cannot stand together")
    return tuple(found)


def _instant(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}" if instant else "2021-12-01T00:00:00Z"
