"""Frozen records that the parts of this package share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class HomeKind(StrEnum):
    """Kinds of place where a person can sign in, in the words of ``identities[].issuer`` families."""

    LOCAL = "local"
    AZURE_ACTIVE_DIRECTORY = "azureActiveDirectory"
    EXTERNAL_FEDERATION = "externalFederation"
    OPENID_CONNECT = "openIdConnect"
    SOCIAL = "socialIdentityProviders"
    MICROSOFT_ACCOUNT = "microsoftAccount"
    EMAIL_ONE_TIME_PASSCODE = "emailOneTimePasscode"


class Method(StrEnum):
    """Authentication methods, named as in Graph's ``authenticationMethodModes``."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    SOFTWARE_OATH = "softwareOath"
    SMS = "sms"
    VOICE = "voice"
    PUSH = "microsoftAuthenticatorPush"
    FIDO2 = "fido2"
    EMAIL = "email"
    FEDERATED_SINGLE_FACTOR = "federatedSingleFactor"
    FEDERATED_MULTI_FACTOR = "federatedMultiFactor"
    HARDWARE_OATH = "hardwareOath"
    DEVICE_BASED_PUSH = "deviceBasedPush"  # phone sign-in of the Authenticator
    WINDOWS_HELLO_FOR_BUSINESS = "windowsHelloForBusiness"
    TEMPORARY_ACCESS_PASS_ONE_TIME = "temporaryAccessPassOneTime"  # noqa: S105 - a word, not a secret
    TEMPORARY_ACCESS_PASS_MULTI_USE = "temporaryAccessPassMultiUse"  # noqa: S105 - a word, not a secret
    X509_CERTIFICATE_SINGLE_FACTOR = "x509CertificateSingleFactor"
    X509_CERTIFICATE_MULTI_FACTOR = "x509CertificateMultiFactor"
    QR_CODE_PIN = "qrCodePin"


#: Methods that make a sign-in a multifactor one: something the person has after a first factor, or both in one.
SECOND_FACTORS = frozenset(
    {
        Method.SOFTWARE_OATH,
        Method.HARDWARE_OATH,
        Method.SMS,
        Method.VOICE,
        Method.PUSH,
        Method.DEVICE_BASED_PUSH,
        Method.FIDO2,
        Method.WINDOWS_HELLO_FOR_BUSINESS,
        Method.X509_CERTIFICATE_MULTI_FACTOR,
        Method.TEMPORARY_ACCESS_PASS_ONE_TIME,
        Method.TEMPORARY_ACCESS_PASS_MULTI_USE,
        Method.FEDERATED_MULTI_FACTOR,
    }
)


@dataclass(frozen=True, kw_only=True)
class PerformedMethod:
    """One method that a person really used: which, when (aware, UTC), and at which tenant (its id).

    ``authenticator`` is the AAGUID of a key, or the subject key identifier of a certificate's issuer;
    ``policy_oids`` are the policies that a certificate names.
    """

    method: Method
    instant: datetime
    tenant: str
    authenticator: str | None = None
    policy_oids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AuthenticationContext:
    """Everything a person proved so far, each method with its instant.

    The neutral record between protocols: ``amr``, SAML ``authnmethodsreferences`` and the sign-in log
    are read from it, and conditional access judges it.
    """

    methods: tuple[PerformedMethod, ...] = ()

    def adding(self, method: PerformedMethod) -> AuthenticationContext:
        """The same context with ``method`` appended."""
        return replace(self, methods=(*self.methods, method))

    def at(self, tenant: str) -> AuthenticationContext:
        """Only what was done at ``tenant``."""
        return AuthenticationContext(methods=tuple(m for m in self.methods if m.tenant == tenant))

    def joined(self, other: AuthenticationContext) -> AuthenticationContext:
        """Both contexts' methods, those of ``other`` last, each once."""
        known = set(self.methods)
        return AuthenticationContext(methods=self.methods + tuple(m for m in other.methods if m not in known))

    @property
    def second_factor(self) -> PerformedMethod | None:
        """The newest second factor, if any."""
        return max((m for m in self.methods if m.method in SECOND_FACTORS), key=lambda m: m.instant, default=None)

    @property
    def instant(self) -> datetime | None:
        """When the newest method was performed: the ``auth_time`` of tokens."""
        return max((m.instant for m in self.methods), default=None)

    @property
    def amr(self) -> tuple[str, ...]:
        """The ``amr`` values of Entra's v1.0 tokens (entra-sign-in 8.4)."""
        return amr_values(m.method for m in self.methods)


AMR_OF_METHOD: dict[Method, str] = {
    Method.PASSWORD: "pwd",
    Method.EMAIL: "otp",
    Method.FEDERATED_SINGLE_FACTOR: "fed",
    Method.FEDERATED_MULTI_FACTOR: "fed",
    Method.FIDO2: "fido",
    Method.WINDOWS_HELLO_FOR_BUSINESS: "ngcmfa",
    Method.DEVICE_BASED_PUSH: "ngcmfa",
    Method.X509_CERTIFICATE_SINGLE_FACTOR: "rsa",
    Method.X509_CERTIFICATE_MULTI_FACTOR: "rsa",
    Method.TEMPORARY_ACCESS_PASS_ONE_TIME: "otp",
    Method.TEMPORARY_ACCESS_PASS_MULTI_USE: "otp",
}


def amr_values(methods: Iterable[Method]) -> tuple[str, ...]:
    """``amr`` of ``methods`` in order, each once; any second factor adds ``mfa`` at the end."""
    methods = tuple(methods)
    values = dict.fromkeys(AMR_OF_METHOD[m] for m in methods if m in AMR_OF_METHOD)
    if SECOND_FACTORS & set(methods):
        values["mfa"] = None
    return tuple(values)


@dataclass(frozen=True, kw_only=True)
class ExternalIdentity:
    """Who came back from a home, after every check of its protocol.

    ``issuer`` is the token's ``idp`` value (entra-sign-in 11.4); ``subject`` the home's stable key of the
    person; ``addresses`` all mail-like names the home vouches for, lower case, the sign-in name first;
    ``home_tenant``, ``home_object`` and ``home_groups`` only for homes that have them.
    """

    kind: HomeKind
    issuer: str
    subject: str
    addresses: tuple[str, ...]
    display_name: str | None = None
    home_tenant: str | None = None
    home_object: str | None = None
    home_groups: tuple[str, ...] = ()
    context: AuthenticationContext = AuthenticationContext()
    compliant_device: bool = False
    hybrid_joined_device: bool = False

    @property
    def address(self) -> str:
        """The sign-in name at home."""
        return self.addresses[0]
