"""Grant controls: what each demands, and whether that is met (entra-sign-in 9.2, 9.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from idp_sim.conditional_access.model import GrantControls


@dataclass(frozen=True, kw_only=True)
class Fulfilment:
    """What the person and the device have shown so far.

    ``strengths`` and ``terms_of_use`` hold the ids of those that are met and accepted; of the device only what
    this tenant believes counts.
    """

    mfa: bool = False
    strengths: frozenset[str] = frozenset()
    compliant_device: bool = False
    hybrid_joined_device: bool = False
    terms_of_use: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One thing that a policy demands: a control by name, and the id of the strength or agreement if it has one."""

    control: str
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class GrantControl:
    """One control: ``met`` says whether it is fulfilled, ``interactive`` whether the person can be asked for it.

    ``for_guests`` is False where external users can never fulfil it and are blocked instead (9.2).
    """

    met: Callable[[Fulfilment, str], bool]
    interactive: bool = False
    blocks: bool = False
    for_guests: bool = True


BLOCK = "block"
MFA = "mfa"
AUTHENTICATION_STRENGTH = "authenticationStrength"
COMPLIANT_DEVICE = "compliantDevice"
DOMAIN_JOINED_DEVICE = "domainJoinedDevice"
APPROVED_APPLICATION = "approvedApplication"
COMPLIANT_APPLICATION = "compliantApplication"
PASSWORD_CHANGE = "passwordChange"  # noqa: S105 - a word, not a secret
TERMS_OF_USE = "termsOfUse"

#: Control -> what it means, in the order in which the person is asked (9.3 item 5). ``block``, ``mfa`` and the
#: device and application controls are values of ``builtInControls``; a value without a row is refused when a
#: policy is created.
GRANT_CONTROLS: Mapping[str, GrantControl] = MappingProxyType(
    {
        BLOCK: GrantControl(met=lambda _, __: False, blocks=True),
        MFA: GrantControl(met=lambda shown, _: shown.mfa, interactive=True),
        AUTHENTICATION_STRENGTH: GrantControl(met=lambda shown, id: id in shown.strengths, interactive=True),
        COMPLIANT_DEVICE: GrantControl(met=lambda shown, _: shown.compliant_device),
        DOMAIN_JOINED_DEVICE: GrantControl(met=lambda shown, _: shown.hybrid_joined_device),
        APPROVED_APPLICATION: GrantControl(met=lambda _, __: False, for_guests=False),
        COMPLIANT_APPLICATION: GrantControl(met=lambda _, __: False, for_guests=False),
        PASSWORD_CHANGE: GrantControl(met=lambda _, __: False, for_guests=False),
        TERMS_OF_USE: GrantControl(met=lambda shown, id: id in shown.terms_of_use, interactive=True),
    }
)

PROMPT_ORDER = tuple(GRANT_CONTROLS)


@lru_cache(maxsize=1024)
def requirements(controls: GrantControls) -> tuple[Requirement, ...]:
    """Everything that the controls name, in the order of prompting."""
    named = [Requirement(control=name) for name in controls.built_in]
    if controls.authentication_strength is not None:
        named.append(Requirement(control=AUTHENTICATION_STRENGTH, value=controls.authentication_strength))
    named += [Requirement(control=TERMS_OF_USE, value=agreement) for agreement in controls.terms_of_use]
    return tuple(sorted(named, key=lambda requirement: PROMPT_ORDER.index(requirement.control)))


def is_met(requirement: Requirement, fulfilment: Fulfilment) -> bool:
    """Whether one requirement is fulfilled."""
    return GRANT_CONTROLS[requirement.control].met(fulfilment, requirement.value)


def open_requirements(controls: GrantControls, fulfilment: Fulfilment) -> tuple[Requirement, ...]:
    """What is still to be shown; nothing where the operator is ``OR`` and one of them is met."""
    named = requirements(controls)
    missing = tuple(requirement for requirement in named if not is_met(requirement, fulfilment))
    return () if controls.operator == "OR" and len(missing) < len(named) else missing


def blocks(controls: GrantControls) -> bool:
    """Whether the controls refuse access outright."""
    return any(GRANT_CONTROLS[name].blocks for name in controls.built_in)


def met(controls: GrantControls, fulfilment: Fulfilment) -> bool:
    """Whether the controls are fulfilled: all of them, or any one where the operator is ``OR``."""
    return not open_requirements(controls, fulfilment)


def can_be_asked_for(controls: GrantControls, fulfilment: Fulfilment) -> bool:
    """Whether the person could still fulfil what is open during this sign-in."""
    answers = [GRANT_CONTROLS[missing.control].interactive for missing in open_requirements(controls, fulfilment)]
    return any(answers) if controls.operator == "OR" else all(answers)
