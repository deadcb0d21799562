"""Grant controls: what each demands, and whether that is met (entra-sign-in 9.2, 9.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from idp_sim.conditional_access.model import GrantControls


@dataclass(frozen=True, kw_only=True)
class Fulfilment:
    """What the person and the device have shown so far."""

    mfa: bool = False


@dataclass(frozen=True, kw_only=True)
class GrantControl:
    """One control: ``met`` says whether it is fulfilled, ``interactive`` whether the person can be asked for it."""

    met: Callable[[Fulfilment], bool]
    interactive: bool = False
    blocks: bool = False


BLOCK = "block"
MFA = "mfa"

#: ``builtInControls`` value -> control. A value without a row is refused when a policy is created.
GRANT_CONTROLS: Mapping[str, GrantControl] = MappingProxyType(
    {
        BLOCK: GrantControl(met=lambda _: False, blocks=True),
        MFA: GrantControl(met=lambda fulfilment: fulfilment.mfa, interactive=True),
    }
)


def blocks(controls: GrantControls) -> bool:
    """Whether the controls refuse access outright."""
    return any(GRANT_CONTROLS[name].blocks for name in controls.built_in)


def met(controls: GrantControls, fulfilment: Fulfilment) -> bool:
    """Whether the controls are fulfilled: all of them, or any one where the operator is ``OR``."""
    answers = [GRANT_CONTROLS[name].met(fulfilment) for name in controls.built_in]
    return any(answers) if controls.operator == "OR" else all(answers)


def can_be_asked_for(controls: GrantControls) -> bool:
    """Whether the person could still fulfil them during this sign-in."""
    answers = [GRANT_CONTROLS[name].interactive for name in controls.built_in]
    return any(answers) if controls.operator == "OR" else all(answers)
