"""Users, their credentials, and invitations as records. Property names follow Graph's (snake_case)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from federation.model import Method
from idp_sim.authentication_methods.registered import (
    AuthenticatorApp,
    ExternalRegistration,
    Passkey,
    TemporaryAccessPass,
)

PENDING = "PendingAcceptance"
ACCEPTED = "Accepted"
GUEST = "Guest"
MEMBER = "Member"


@dataclass(frozen=True, kw_only=True)
class ObjectIdentity:
    """An entry of ``identities`` (graph-api 10.4)."""

    sign_in_type: str
    issuer: str
    issuer_assigned_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class HomeLink:
    """The home identity that a guest redeemed with; it sticks (entra-sign-in 2.5).

    ``kind`` is a ``HomeKind`` value, ``idp`` the token claim, ``subject`` the home's stable key.
    """

    kind: str
    idp: str
    subject: str
    home_tenant: str | None = None
    home_object: str | None = None
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class AssignedLicense:
    """A licence that a user has, without some of its service plans (graph-api 10.1, 29)."""

    sku_id: str
    disabled_plans: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class User:
    """A user object of a tenant, member or guest."""

    id: str
    user_principal_name: str
    display_name: str
    created: datetime
    mail: str | None = None
    mail_nickname: str = ""
    given_name: str | None = None
    surname: str | None = None
    job_title: str | None = None
    department: str | None = None
    company_name: str | None = None
    mobile_phone: str | None = None
    office_location: str | None = None
    preferred_language: str | None = None
    country: str | None = None
    usage_location: str | None = None
    user_type: str = MEMBER
    account_enabled: bool = True
    creation_type: str | None = None
    external_user_state: str | None = None
    external_user_state_changed: datetime | None = None
    other_mails: tuple[str, ...] = ()
    proxy_addresses: tuple[str, ...] = ()
    identities: tuple[ObjectIdentity, ...] = ()
    home: HomeLink | None = None
    sponsors: tuple[str, ...] = ()
    directory_roles: tuple[str, ...] = ()  # role template ids
    groups: tuple[str, ...] = ()
    mfa: str = "none"  # always, registered or none: when this tenant itself wants a second factor
    tokens_valid_from: datetime | None = None
    business_phones: tuple[str, ...] = ()
    city: str | None = None
    state: str | None = None
    employee_id: str | None = None
    deleted: datetime | None = None  # set while it lies among the deleted items
    street_address: str | None = None
    postal_code: str | None = None
    employee_type: str | None = None
    employee_hire_date: datetime | None = None
    password_policies: str | None = None
    last_password_change: datetime | None = None
    age_group: str | None = None
    consent_provided_for_minor: str | None = None
    on_premises_immutable_id: str | None = None
    show_in_address_list: bool | None = None
    licenses: tuple[AssignedLicense, ...] = ()

    @property
    def pending(self) -> bool:
        """A guest who has not accepted yet."""
        return self.external_user_state == PENDING

    @property
    def external(self) -> bool:
        """Whether the person authenticates outside this tenant."""
        return self.external_user_state is not None

    @property
    def addresses(self) -> frozenset[str]:
        """Every address that names this user, lower case."""
        mails = (self.mail, *self.other_mails, *(p.partition(":")[2] for p in self.proxy_addresses))
        return frozenset(m.lower() for m in (*mails, self.user_principal_name) if m)

    @property
    def sign_in_name(self) -> str:
        """The name to show at sign-in: the home address of a guest, else the user principal name."""
        return (self.mail or self.user_principal_name) if self.external else self.user_principal_name


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a user can prove at this tenant; kept apart from the object so that no read of it leaks them.

    ``password`` is in clear: it is printed by the product, that is the point of a simulated person
    (docs/decisions/0004-simulated-secrets.md). ``phone`` is the mobile phone. ``default_method`` is the person's
    choice among several second factors.
    """

    user: str
    password: str | None = None
    totp_secret: str | None = None  # base32
    phone: str | None = None
    failed_passwords: int = 0
    locked_until: datetime | None = None
    alternate_phone: str | None = None
    office_phone: str | None = None
    email: str | None = None  # for resetting the password, never a second factor
    authenticator_apps: tuple[AuthenticatorApp, ...] = ()
    passkeys: tuple[Passkey, ...] = ()
    access_pass: TemporaryAccessPass | None = None
    external_methods: tuple[ExternalRegistration, ...] = ()
    default_method: Method | None = None


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """One invitation; several may lead to the same user (graph-api 9). ``ticket`` is a SHA-256 in hex."""

    id: str
    user: str
    address: str
    redirect_url: str
    redeem_url: str
    ticket: str
    created: datetime
    display_name: str | None = None
    invited_by: str | None = None
    user_type: str = GUEST
    message_language: str | None = None
    customized_message: str | None = None
    send_message: bool = False
    cc_recipients: tuple[str, ...] = ()
    redeemed: datetime | None = None
