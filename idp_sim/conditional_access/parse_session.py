"""Session controls of a policy in Graph's wire shape (graph-api 21, entra-sign-in 9.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_sim.conditional_access import vocabulary as words
from idp_sim.conditional_access.model import SessionControls, SignInFrequency
from idp_sim.conditional_access.reader import Reader, is_configured

_PATH = "sessionControls"
#: The longest times that the product takes.
_MOST = {"hours": 23, "days": 365}


def read_session_controls(value: Any, reader: Reader) -> SessionControls:
    """The controls; what is null, absent or switched off is not configured. Mistakes go to ``reader``."""
    if value is not None and not isinstance(value, Mapping):
        reader.refuse(_PATH, "expected an object or null")
        return SessionControls()
    members = reader.members(value, _PATH, known=words.SESSION_KEYS, not_built=words.SESSION_KEYS_NOT_BUILT)
    return SessionControls(
        sign_in_frequency=_sign_in_frequency(members, reader),
        persistent_browser=_mode(members, "persistentBrowser", "mode", ("always", "never"), reader),
        application_enforced_restrictions=_enabled(members, "applicationEnforcedRestrictions", reader),
        cloud_app_security=_mode(
            members, "cloudAppSecurity", "cloudAppSecurityType", words.CLOUD_APP_SECURITY_TYPES, reader
        ),
        disable_resilience_defaults=_flag(
            members.get("disableResilienceDefaults"), f"{_PATH}.disableResilienceDefaults", reader
        ),
        secure_sign_in_session=_enabled(members, "secureSignInSession", reader),
    )


def _sign_in_frequency(members: Mapping[str, Any], reader: Reader) -> SignInFrequency | None:
    path = f"{_PATH}.signInFrequency"
    given = reader.members(members.get("signInFrequency"), path, known=words.SIGN_IN_FREQUENCY_KEYS)
    if not is_configured(given) or not _flag(given.get("isEnabled", True), f"{path}.isEnabled", reader):
        return None
    kind = given.get("authenticationType") or words.AUTHENTICATION_TYPES[0]
    kind = reader.choice(kind, f"{path}.authenticationType", words.AUTHENTICATION_TYPES)
    secondary = kind == "secondaryAuthentication"
    interval = given.get("frequencyInterval") or "timeBased"
    interval = reader.choice(interval, f"{path}.frequencyInterval", ("timeBased", "everyTime"))
    value, unit = given.get("value"), given.get("type")
    if interval == "everyTime":
        if value is not None or unit is not None:
            reader.refuse(path, "'everyTime' has neither value nor type")
        return SignInFrequency(secondary_only=secondary)
    unit = reader.choice(unit, f"{path}.type", tuple(_MOST))
    most = _MOST.get(unit or "", 0)
    if unit is not None and (not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most):
        reader.refuse(f"{path}.value", f"expected a number from 1 to {most} of {unit}")
    return SignInFrequency(value=value if isinstance(value, int) else 1, unit=unit, secondary_only=secondary)


def _mode(members: Mapping[str, Any], key: str, name: str, choices: tuple[str, ...], reader: Reader) -> str | None:
    """A control with a mode and a switch."""
    path = f"{_PATH}.{key}"
    given = reader.members(members.get(key), path, known=(name, "isEnabled"))
    if not is_configured(given) or not _flag(given.get("isEnabled", True), f"{path}.isEnabled", reader):
        return None
    return reader.choice(given.get(name), f"{path}.{name}", choices)


def _enabled(members: Mapping[str, Any], key: str, reader: Reader) -> bool:
    """A control that is a switch alone."""
    path = f"{_PATH}.{key}"
    return _flag(reader.members(members.get(key), path, known=("isEnabled",)).get("isEnabled"), path, reader)


def _flag(value: Any, path: str, reader: Reader) -> bool:
    if value is not None and not isinstance(value, bool):
        reader.refuse(path, "expected true or false")
    return value is True
