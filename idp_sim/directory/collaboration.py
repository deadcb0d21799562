"""Which domains may be invited: the allow or deny list of external collaboration settings (entra-sign-in 2.11).

The list stands in the definition of the one B2B management policy of a tenant (graph-api 20.3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from federation.decisions import Decision
from federation.reasons import Reason
from federation.words import Rule
from idp_sim.directory.addresses import domain_of

#: Characters of the definition.
LONGEST_DEFINITION = 25_000
POLICY = "B2BManagementPolicy"
_DOMAINS = "InvitationsAllowedAndBlockedDomainsPolicy"
_ALLOWED, _BLOCKED = "AllowedDomains", "BlockedDomains"
#: What else the product keeps there; taken as it is, since nothing here reads it.
_OTHERS = ("Version", "AutoRedeemPolicy", "PreviewPolicy")


class InvalidDefinition(ValueError):
    """What is wrong with a definition, one sentence."""


@dataclass(frozen=True, kw_only=True)
class B2bManagementPolicy:
    """The stored policy; ``definition`` is JSON text, the two lists are read from it."""

    id: str
    definition: str
    display_name: str = ""
    description: str | None = None
    is_organization_default: bool = True
    allowed_domains: tuple[str, ...] = ()
    blocked_domains: tuple[str, ...] = ()


def read_definition(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The allowed and the blocked domains of a definition, in lower case; InvalidDefinition."""
    if len(text) > LONGEST_DEFINITION:
        raise InvalidDefinition(f"definition: at most {LONGEST_DEFINITION} characters, got {len(text)}.")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidDefinition("definition: expected JSON text.") from error
    policy = _object(_object(whole, "definition", (POLICY,))[POLICY], POLICY, (_DOMAINS, *_OTHERS), required=False)
    lists = _object(policy.get(_DOMAINS, {}), _DOMAINS, (_ALLOWED, _BLOCKED), required=False)
    allowed, blocked = _domains(lists, _ALLOWED), _domains(lists, _BLOCKED)
    if allowed and blocked:
        raise InvalidDefinition(f"{_DOMAINS}: either {_ALLOWED} or {_BLOCKED}, never both.")
    return allowed, blocked


def decide_domain(policy: B2bManagementPolicy | None, address: str) -> Decision | None:
    """May somebody with that address be a guest here? None without a list. A sub-domain is a domain of its own.

    Refusal: INVITED_DOMAIN_NOT_ALLOWED. Source: entra-sign-in 2.11.
    """
    if policy is None or not (policy.allowed_domains or policy.blocked_domains):
        return None
    domain = domain_of(address)
    refused = domain in policy.blocked_domains or (
        bool(policy.allowed_domains) and domain not in policy.allowed_domains
    )
    listed = "deny list" if policy.blocked_domains else "allow list"
    return Decision(
        rule=Rule.INVITATION,
        result="domain_refused" if refused else "domain_allowed",
        reason=f"The {listed} of external collaboration settings {'keeps out' if refused else 'admits'} {domain}.",
        source="entra-sign-in 2.11",
        inputs={
            "domain": domain,
            "allowed_domains": policy.allowed_domains,
            "blocked_domains": policy.blocked_domains,
        },
        refusal=Reason.INVITED_DOMAIN_NOT_ALLOWED if refused else None,
    )


def _object(value: Any, where: str, known: tuple[str, ...], *, required: bool = True) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidDefinition(f"{where}: expected an object.")
    for name in value:
        if name not in known:
            raise InvalidDefinition(f"{where}: there is no '{name}'. Known: {', '.join(known)}.")
    if required and (missing := [name for name in known if name not in value]):
        raise InvalidDefinition(f"{where}: '{missing[0]}' is missing.")
    return value


def _domains(lists: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = lists.get(name, [])
    if not isinstance(value, list) or not all(isinstance(domain, str) and _is_domain(domain) for domain in value):
        raise InvalidDefinition(f"{_DOMAINS}.{name}: expected a list of domains such as fabrikam.example.")
    return tuple(dict.fromkeys(domain.lower() for domain in value))


def _is_domain(text: str) -> bool:
    labels = text.split(".")
    return len(labels) > 1 and all(label and label.replace("-", "").isalnum() for label in labels)
