"""Authentication strengths: which combinations of methods a policy accepts, and what is still missing.

Sources: entra-sign-in 8.2, 8.3; graph-api 21.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from federation.model import AuthenticationContext, Method, PerformedMethod

#: Methods that together are accepted; Graph joins them with commas, and their order means nothing.
Combination = frozenset[Method]

#: Methods that an external user of an Entra home can use at the resource tenant itself (8.2).
USABLE_BY_GUESTS_HERE = frozenset({Method.SMS, Method.VOICE, Method.PUSH, Method.SOFTWARE_OATH})

#: Counts only as the first thing that was done in a sign-in; nobody is offered it after another factor (8.3).
PRIMARY_ONLY = frozenset({Method.WINDOWS_HELLO_FOR_BUSINESS})


@dataclass(frozen=True, kw_only=True)
class CombinationConfiguration:
    """A narrower rule for one combination: the keys, or the issuers of certificates, that may be used for it.

    ``allowed`` holds AAGUIDs of ``fido2`` keys, or the subject key identifiers of certificate issuers (lower case);
    ``policy_oids`` the certificate policies of which one must stand in the certificate.
    """

    id: str
    applies_to: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    policy_oids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AuthenticationStrength:
    """A strength; ``combinations`` in Graph's spelling (``password,sms``), in the order in which they were given."""

    id: str
    display_name: str
    combinations: tuple[str, ...]
    description: str = ""
    built_in: bool = False
    configurations: tuple[CombinationConfiguration, ...] = ()
    created: datetime | None = None
    modified: datetime | None = None

    @property
    def satisfies_mfa(self) -> bool:
        """``requirementsSatisfied`` of Graph: whether every accepted combination is a multifactor one."""
        return all(parse_combination(text) in MULTIFACTOR_COMBINATIONS for text in self.combinations)


def parse_combination(text: str) -> Combination:
    """The methods of ``password,sms``. ValueError for a word that is no method, or an empty text."""
    return frozenset(Method(word.strip()) for word in text.split(","))


_PASSWORDLESS = ("windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush")
_PHISHING_RESISTANT = _PASSWORDLESS[:3]
_MULTIFACTOR = (
    *_PASSWORDLESS,
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
    "password,microsoftAuthenticatorPush",
    "password,softwareOath",
    "password,hardwareOath",
    "password,x509CertificateSingleFactor",
    "password,x509CertificateMultiFactor",
    "password,sms",
    "password,voice",
    "federatedMultiFactor",
    "microsoftAuthenticatorPush,federatedSingleFactor",
    "softwareOath,federatedSingleFactor",
    "hardwareOath,federatedSingleFactor",
    "sms,federatedSingleFactor",
    "voice,federatedSingleFactor",
)
#: One factor alone: a custom strength may accept them, but does not satisfy ``mfa`` then.
_SINGLE = (
    "password",
    "sms",
    "hardwareOath",
    "softwareOath",
    "microsoftAuthenticatorPush",
    "voice",
    "email",
    "qrCodePin",
    "x509CertificateSingleFactor",
    "federatedSingleFactor",
)

MULTIFACTOR_COMBINATIONS = frozenset(parse_combination(text) for text in _MULTIFACTOR)
#: Every combination that a strength can list, in Graph's spelling.
KNOWN_COMBINATIONS: MappingProxyType[Combination, str] = MappingProxyType(
    {parse_combination(text): text for text in (*_MULTIFACTOR, *_SINGLE)}
)

MULTIFACTOR_AUTHENTICATION = AuthenticationStrength(
    id="00000000-0000-0000-0000-000000000002",
    display_name="Multifactor authentication",
    description="Combinations of methods that satisfy strong authentication, such as a password + SMS",
    combinations=_MULTIFACTOR,
    built_in=True,
)
PASSWORDLESS_MFA = AuthenticationStrength(
    id="00000000-0000-0000-0000-000000000003",
    display_name="Passwordless MFA",
    description="Passwordless methods that satisfy strong authentication, such as Passwordless sign-in with the "
    "Microsoft Authenticator",
    combinations=_PASSWORDLESS,
    built_in=True,
)
PHISHING_RESISTANT_MFA = AuthenticationStrength(
    id="00000000-0000-0000-0000-000000000004",
    display_name="Phishing resistant MFA",
    description="Phishing resistant, passwordless methods for the strongest authentication, such as a FIDO2 "
    "security key",
    combinations=_PHISHING_RESISTANT,
    built_in=True,
)
#: The strengths that every tenant has, by id; they can be neither changed nor deleted.
BUILT_IN: MappingProxyType[str, AuthenticationStrength] = MappingProxyType(
    {strength.id: strength for strength in (MULTIFACTOR_AUTHENTICATION, PASSWORDLESS_MFA, PHISHING_RESISTANT_MFA)}
)


def meets(context: AuthenticationContext, strength: AuthenticationStrength, *, tenant: str) -> bool:
    """Whether what counts at ``tenant`` satisfies the strength.

    ``context`` holds what is believed only: second factors of an untrusted home are taken out before
    (``mfa.trusted``). A first factor that was given at another tenant counts as ``federatedSingleFactor`` too.
    """
    return any(not missing for missing in _missing(context, strength, tenant))


def completing(
    context: AuthenticationContext, strength: AuthenticationStrength, *, tenant: str, usable: Collection[Method]
) -> frozenset[Method]:
    """The ``usable`` methods each of which, done next at ``tenant``, would satisfy the strength; empty if none would.

    A method that counts as the first of a sign-in only is never among them.
    """
    missing = (methods for methods in _missing(context, strength, tenant) if len(methods) == 1)
    return frozenset().union(*missing) & frozenset(usable) - PRIMARY_ONLY


def unmet(
    context: AuthenticationContext, strengths: Iterable[AuthenticationStrength], *, tenant: str
) -> tuple[AuthenticationStrength, ...]:
    """The strengths that ``context`` does not satisfy; several policies demand all of theirs."""
    return tuple(strength for strength in strengths if not meets(context, strength, tenant=tenant))


def completing_all(
    context: AuthenticationContext,
    strengths: Iterable[AuthenticationStrength],
    *,
    tenant: str,
    usable: Collection[Method],
) -> frozenset[Method]:
    """The methods to offer next for all ``strengths``: those that satisfy every unmet one, else those of the first.

    Empty as soon as one of them can't be satisfied with a ``usable`` method.
    """
    offers = [
        completing(context, strength, tenant=tenant, usable=usable)
        for strength in unmet(context, strengths, tenant=tenant)
    ]
    if not offers or not all(offers):
        return frozenset()
    return frozenset.intersection(*offers) or offers[0]


#: Methods whose keys or certificates a configuration can narrow.
_CONFIGURABLE = frozenset({Method.FIDO2, Method.X509_CERTIFICATE_MULTI_FACTOR, Method.X509_CERTIFICATE_SINGLE_FACTOR})


def _missing(
    context: AuthenticationContext, strength: AuthenticationStrength, tenant: str
) -> tuple[frozenset[Method], ...]:
    """Per accepted combination, the methods that were not used."""
    return tuple(
        parse_combination(text) - _shown(context, strength, text, tenant=tenant) for text in strength.combinations
    )


def _shown(
    context: AuthenticationContext, strength: AuthenticationStrength, combination: str, *, tenant: str
) -> frozenset[Method]:
    """What the person used, as far as the strength's configurations for the combination admit it."""
    methods = parse_combination(combination)
    rules = [
        configuration
        for configuration in strength.configurations
        if methods in {parse_combination(text) for text in configuration.applies_to}
    ]
    used = {
        performed.method
        for performed in context.methods
        if all(_admits(rule, performed) for rule in rules) and not _too_late(performed, context)
    }
    if any(performed.tenant != tenant for performed in context.methods):
        used.add(Method.FEDERATED_SINGLE_FACTOR)
    return frozenset(used)


def _admits(rule: CombinationConfiguration, performed: PerformedMethod) -> bool:
    """A rule speaks of keys and certificates; a password beside them is not its business."""
    if performed.method not in _CONFIGURABLE:
        return True
    issued = not rule.allowed or (performed.authenticator or "").lower() in rule.allowed
    return issued and (not rule.policy_oids or bool(set(performed.policy_oids) & set(rule.policy_oids)))


def _too_late(performed: PerformedMethod, context: AuthenticationContext) -> bool:
    if performed.method not in PRIMARY_ONLY:
        return False
    return any(
        other.tenant == performed.tenant and other.instant < performed.instant and other.method not in PRIMARY_ONLY
        for other in context.methods
    )
