"""What goes in and out: one declaration checks bodies, fills defaults, and becomes the schemas of ``openapi.json``."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

Mfa = Literal["always", "registered", "none"]
Platform = Literal["android", "iOS", "windows", "macOS", "linux"]
ClientApp = Literal["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"]
MfaMethod = Literal[
    "softwareOath",
    "sms",
    "voice",
    "microsoftAuthenticatorPush",
    "fido2",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
]
Risk = Literal["none", "low", "medium", "high"]


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """Base: unknown keys are refused by name."""


# --- errors --------------------------------------------------------------------------------------


class ErrorDetail(Message):
    """What was wrong: ``code`` for programs, ``message`` for people."""

    code: str
    message: str


class Error(Message):
    """Every refusal of this API."""

    error: ErrorDetail


# --- worlds --------------------------------------------------------------------------------------


class NewWorld(Message):
    """The name of a shipped scenario, or a scenario as an object."""

    scenario: str | dict[str, Any]


class World(Message):
    """A world of this server."""

    id: str
    scenario: str
    created: str


class Worlds(Message):
    """All worlds, the default one first."""

    value: list[World]


class ReadyTenant(Message):
    """A tenant and where it is."""

    name: str
    id: str
    kind: Literal["entra", "saml", "adfs", "google", "microsoft_account"]
    role: Literal["resource", "home"]
    domains: list[str]
    issuer: str
    metadata_url: str


class ReadyApplication(Message):
    """An application and what a client of it needs."""

    tenant: str
    name: str
    id: str
    client_id: str
    client_secret: str | None
    redirect_uris: list[str]
    identifier_uris: list[str]
    saml_entity_id: str | None


class ReadyUser(Message):
    """A person at home, with everything needed to sign in."""

    tenant: str
    id: str
    user_principal_name: str
    password: str | None
    mfa: Mfa
    totp_secret: str | None
    phone: str | None


class ReadyGuest(Message):
    """A guest object; ``totp_secret`` and ``phone`` are what was registered in this tenant."""

    tenant: str
    id: str
    mail: str | None
    home: str | None
    state: str | None
    totp_secret: str | None
    phone: str | None


class ReadyFederation(Message):
    """What identity providers of partners must know of a tenant."""

    saml_entity_id: str
    saml_acs: str
    wsfed_realm: str
    wsfed_reply: str
    oidc_redirect_uri: str


class Ready(Message):
    """The ready document of a world."""

    version: str
    base_url: str
    control_url: str
    control_token: str
    ca_file: str | None
    pid: int
    world: str
    scenario: str
    tenants: list[ReadyTenant]
    applications: list[ReadyApplication]
    users: list[ReadyUser]
    guests: list[ReadyGuest]
    federation: dict[str, ReadyFederation]


# --- clock ---------------------------------------------------------------------------------------


class Clock(Message):
    """The world's time."""

    now: str
    frozen: bool


class ClockChange(Message):
    """Exactly one of ``advance`` (ISO 8601 duration) and ``set`` (a time with its offset), or none; and ``freeze``."""

    advance: str | UnsetType = UNSET
    set: str | UnsetType = UNSET
    freeze: bool | UnsetType = UNSET


# --- inbox ---------------------------------------------------------------------------------------


class MailMessage(Message):
    """A captured mail. ``links[0]`` is its action."""

    id: int
    to: str
    from_: str = field(name="from")
    subject: str
    text: str
    html: str
    links: list[str]
    passcode: str | None
    received: str
    reply_to: str | None
    cc: list[str]


class MailMessages(Message):
    """Messages, oldest first."""

    value: list[MailMessage]


# --- phones --------------------------------------------------------------------------------------


class PhoneMessage(Message):
    """What reached a phone. ``code`` is that of a text or call, ``number`` what a push request wants to be told."""

    id: int
    kind: Literal["sms", "voice", "push"]
    tenant: str
    user: str
    user_principal_name: str
    phone: str | None
    application: str
    text: str
    code: str | None
    number: int | None
    state: Literal["sent", "pending", "approved", "denied", "expired"]
    received: str
    expires: str


class PhoneMessages(Message):
    """Messages, oldest first."""

    value: list[PhoneMessage]


class ApprovalAnswer(Message):
    """The answer to a push request; ``number`` is needed to approve."""

    decision: Literal["approve", "deny"]
    number: int | None = None


# --- people --------------------------------------------------------------------------------------


class NewPerson(Message):
    """A person of a tenant. Without ``password`` one is made; ``attributes`` are in Graph's words (givenName ...)."""

    tenant: str
    user_principal_name: str
    password: str | UnsetType | None = UNSET
    display_name: str | None = None
    mfa: Mfa | None = None
    totp_secret: str | None = None
    phone: str | None = None
    attributes: dict[str, str | None] = {}


class PersonChange(Message):
    """What to change; absent keys stay as they are. ``totp_secret`` null takes the authenticator away."""

    user_principal_name: str | UnsetType = UNSET
    display_name: str | UnsetType = UNSET
    password: str | UnsetType | None = UNSET
    mfa: Mfa | UnsetType = UNSET
    totp_secret: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    account_enabled: bool | UnsetType = UNSET
    attributes: dict[str, str | None] = {}


class Person(Message):
    """A person as the tenant knows them now."""

    tenant: str
    id: str
    user_principal_name: str
    display_name: str
    account_enabled: bool
    password: str | None
    mfa: Mfa
    totp_secret: str | None
    phone: str | None
    attributes: dict[str, str]


# --- applications --------------------------------------------------------------------------------


class NewApplication(Message):
    """An application to register. ``platform`` is that of its redirect URIs; ``web`` has a client secret."""

    tenant: str
    name: str
    redirect_uris: list[str]
    platform: Literal["web", "spa", "publicClient"] = "web"


# --- sign-ins ------------------------------------------------------------------------------------


class DeviceFacts(Message):
    """The device that the headless person uses."""

    compliant: bool = False
    hybrid_joined: bool = False
    attributes: dict[str, str] = {}


class NewSignIn(Message):
    """A headless sign-in: tenant and application by name, the user by address."""

    tenant: str
    user: str
    application: str
    scope: str = "openid profile email"
    redeem: bool = False
    mfa: bool = True
    mfa_method: MfaMethod | None = None
    ip_address: str = "198.51.100.7"
    platform: Platform | None = "windows"
    client_app: ClientApp = "browser"
    device: DeviceFacts = DeviceFacts()
    sign_in_risk: Risk = "none"
    user_risk: Risk = "none"
    direct_connect: bool = False


class SignInError(Message):
    """The AADSTS number, its name, and the sentence."""

    code: int
    name: str
    message: str


class SignInStep(Message):
    """One thing that happened; ``step`` is a word of docs/words.md."""

    tenant: str
    step: str
    detail: str


class SignInResult(Message):
    """How a headless sign-in ended; ``tokens`` is the token response."""

    id: str
    outcome: Literal["success", "refused", "interrupted"]
    error: SignInError | None
    tokens: dict[str, Any] | None
    id_token_claims: dict[str, Any] | None
    access_token_claims: dict[str, Any] | None
    steps: list[SignInStep]


class SignInSummary(Message):
    """A sign-in of the list; ``code`` is 0 for success."""

    id: str
    tenant: str
    user: str
    application: str
    created: str
    outcome: str
    code: int
    correlation_id: str


class SignIns(Message):
    """Finished and refused sign-ins, newest first."""

    value: list[SignInSummary]


class SignIn(Message):
    """One sign-in with what happened in every tenant it passed."""

    id: str
    tenant: str
    user: str
    application: str
    created: str
    outcome: str
    code: int
    correlation_id: str
    error: SignInError | None
    steps: list[SignInStep]


class ExplainedDecision(Message):
    """What one rule answered at one tenant, from which inputs, and why."""

    tenant: str
    rule: str
    inputs: dict[str, Any]
    result: str
    reason: str
    source: str


class Explanation(Message):
    """Every decision of a sign-in, of both tenants, in order."""

    id: str
    outcome: str
    decisions: list[ExplainedDecision]


class Leaving(Message):
    """A guest, by address, who leaves an organization."""

    tenant: str
    user: str


class DnsEntry(Message):
    """A record of the world's simulated DNS."""

    name: str
    value: str
    type: Literal["TXT", "CNAME", "MX"] = "TXT"


class DnsEntries(Message):
    """Records, oldest first."""

    value: list[DnsEntry]


class TraceMessage(Message):
    """One protocol message: as it travelled, and decoded (a JWT as its header and claims); secrets are masked."""

    from_: str = field(name="from")
    to: str
    protocol: str
    name: str
    instant: str
    raw: str
    decoded: dict[str, Any]


class Trace(Message):
    """Every protocol message of a sign-in that the journal still holds, in order."""

    id: str
    outcome: str
    messages: list[TraceMessage]
