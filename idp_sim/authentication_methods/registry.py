"""The one table of authentication methods that run here. How each is asked for is ``services.second_factors``.

Its order is the one in which a method is preferred where a person has several and chose none (Microsoft's
"system-preferred multifactor authentication": access pass, passkey, push, external, authenticator code, text, call).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from federation.model import Method
from idp_sim.directory.model import Credentials


class Proof(StrEnum):
    """What the person does to show a method."""

    TYPED = "typed"  # a code that the person reads from something of their own
    SENT = "sent"  # a code that is sent to them
    APPROVED = "approved"  # a request that is answered elsewhere
    SIGNED = "signed"  # a signature by a key that they hold
    VISITED = "visited"  # done at another provider, which vouches for it


@dataclass(frozen=True, kw_only=True)
class AuthenticationMethod:
    """One method.

    ``configuration`` is the id of what governs it in ``authenticationMethodsPolicy``; ``log_name`` the word of
    ``authenticationDetails``; ``preference`` that of ``signInPreferences``, None where it can't be chosen.
    ``registered`` names what the person registered, to show in the picker; ``self_service`` says whether they
    register it themselves, and ``guests`` whether external users can use it here (entra-sign-in 8.2).
    """

    method: Method
    configuration: str
    proof: Proof
    label: str
    register_label: str
    log_name: str
    registered: Callable[[Credentials], tuple[str, ...]]
    preference: str | None = None
    self_service: bool = True
    guests: bool = False


def masked(phone: str) -> str:
    """A phone number of which only the last two digits can be read, as the pages show it."""
    digits = sum(character.isdecimal() for character in phone)
    shown = ""
    for character in phone:
        if character.isdecimal():
            digits -= 1
            shown += character if digits < 2 else "X"
        else:
            shown += character
    return shown


def _phones(credentials: Credentials) -> tuple[str, ...]:
    return (masked(credentials.phone),) if credentials.phone else ()


def _callable_phones(credentials: Credentials) -> tuple[str, ...]:
    phones = (credentials.phone, credentials.alternate_phone, credentials.office_phone)
    return tuple(masked(phone) for phone in phones if phone)


def _access_pass(kind: bool) -> Callable[[Credentials], tuple[str, ...]]:
    def registered(credentials: Credentials) -> tuple[str, ...]:
        known = credentials.access_pass
        return ("Temporary Access Pass",) if known is not None and known.usable_once is kind else ()

    return registered


METHODS: tuple[AuthenticationMethod, ...] = (
    AuthenticationMethod(
        method=Method.TEMPORARY_ACCESS_PASS_ONE_TIME,
        configuration="TemporaryAccessPass",
        proof=Proof.TYPED,
        label="Use your Temporary Access Pass",
        register_label="Temporary Access Pass",
        log_name="Temporary Access Pass",
        registered=_access_pass(True),
        self_service=False,
    ),
    AuthenticationMethod(
        method=Method.TEMPORARY_ACCESS_PASS_MULTI_USE,
        configuration="TemporaryAccessPass",
        proof=Proof.TYPED,
        label="Use your Temporary Access Pass",
        register_label="Temporary Access Pass",
        log_name="Temporary Access Pass",
        registered=_access_pass(False),
        self_service=False,
    ),
    AuthenticationMethod(
        method=Method.FIDO2,
        configuration="Fido2",
        proof=Proof.SIGNED,
        label="Use your passkey or security key",
        register_label="Passkey or security key",
        log_name="Passkey (device-bound)",
        registered=lambda credentials: tuple(passkey.display_name for passkey in credentials.passkeys),
    ),
    AuthenticationMethod(
        method=Method.PUSH,
        configuration="MicrosoftAuthenticator",
        proof=Proof.APPROVED,
        label="Approve a request on my Authenticator app",
        register_label="Authenticator app with notifications",
        log_name="Mobile app notification",
        registered=lambda credentials: tuple(app.display_name for app in credentials.authenticator_apps),
        preference="push",
        guests=True,
    ),
    AuthenticationMethod(
        method=Method.SOFTWARE_OATH,
        configuration="SoftwareOath",
        proof=Proof.TYPED,
        label="Use a verification code from my mobile app",
        register_label="Authenticator app with codes",
        log_name="OATH verification code",
        registered=lambda credentials: ("Authenticator app",) if credentials.totp_secret else (),
        preference="oath",
        guests=True,
    ),
    AuthenticationMethod(
        method=Method.SMS,
        configuration="Sms",
        proof=Proof.SENT,
        label="Text",
        register_label="Phone, with a text message",
        log_name="Text message",
        registered=_phones,
        preference="sms",
        guests=True,
    ),
    AuthenticationMethod(
        method=Method.VOICE,
        configuration="Voice",
        proof=Proof.SENT,
        label="Call",
        register_label="Phone, with a call",
        log_name="Phone call",
        registered=_callable_phones,
        preference="voiceMobile",
        guests=True,
    ),
)
BY_METHOD: dict[Method, AuthenticationMethod] = {row.method: row for row in METHODS}
