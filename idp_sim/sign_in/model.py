"""The one persisted record of a sign-in in progress, its sessions, and the log rows it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from federation.home_realm import AccountType
from federation.identity_providers.base import HomeRealm, PendingAuthentication
from federation.model import AuthenticationContext, ExternalIdentity, Method
from federation.oidc.authorization import AuthorizationRequest
from federation.relying_party import RelyingPartyRequest
from idp_sim.sign_in.client import ClientFacts


class Purpose(StrEnum):
    """What the sign-in is for."""

    APPLICATION = "application"
    REDEMPTION = "redemption"
    FEDERATION = "federation"  # a home of another kind than Entra answers a relying party


class Outcome(StrEnum):
    """How it ended, or not yet."""

    IN_PROGRESS = "in_progress"
    SUCCESS = "success"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """One thing that happened; ``order`` compares across tenants."""

    order: int
    step: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class DecisionRecord:
    """A decision as stored: plain words only."""

    order: int
    rule: str
    result: str
    reason: str
    source: str
    inputs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """How a sign-in was refused: member of ``Reason`` by name, and the public sentence."""

    reason: str
    code: int
    name: str
    message: str


@dataclass(frozen=True, kw_only=True)
class AppliedPolicy:
    """One policy of ``appliedConditionalAccessPolicies``."""

    id: str
    display_name: str
    result: str
    enforced_grant_controls: tuple[str, ...] = ()
    enforced_session_controls: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """A second factor that was asked for: what was sent, or is awaited, and until when.

    ``registering``: it is to be registered rather than used. ``target`` is the phone that was written to;
    ``code`` what it was told; ``request`` the number of a push request among the phone's messages and ``match``
    the number to tell it; ``nonce`` what a key signs (base64url), ``options`` the JSON that its browser is given.
    """

    method: Method
    issued: datetime
    expires: datetime
    registering: bool = False
    target: str = ""
    code: str | None = None
    request: int | None = None
    match: int | None = None
    nonce: str | None = None
    options: str = ""
    wrong: int = 0


@dataclass(frozen=True, kw_only=True)
class SignInTransaction:
    """Everything known of a sign-in at one tenant until it ends. ``id`` is the opaque handle in its URLs.

    ``browser`` is the SHA-256 of the browser's cookie, ``secret`` keys the canary of its forms;
    ``version`` grows with every stored change, so that two parallel answers can't both win.
    """

    id: str
    tenant: str
    sign_in_id: str
    correlation_id: str
    created: datetime
    expires: datetime
    browser: str
    secret: str
    purpose: Purpose
    client: ClientFacts
    application: str  # client id
    request: AuthorizationRequest | None = None
    relying_party: RelyingPartyRequest | None = None
    invitation: str | None = None
    address: str | None = None
    account: AccountType | None = None  # which of two accounts of the address was picked or asked for
    realm: HomeRealm | None = None
    pending: PendingAuthentication | None = None
    identity: ExternalIdentity | None = None
    user: str | None = None  # object id, once authenticated here or found for the identity
    authentication: AuthenticationContext = AuthenticationContext()
    from_session: bool = False
    fresh: bool = False  # a first factor was given in this very transaction
    account_chosen: bool = False
    passcode_sent: bool = False
    address_proved: bool = False  # by a code mailed to it, for an account that is being made
    totp_enrolment: str | None = None  # base32 secret shown on the registration page
    factor: Method | None = None  # the second factor that the person picked
    picking_factor: bool = False  # the person wants to pick another one
    challenge: Challenge | None = None
    wrong_codes: int = 0  # second factors that were wrong in this sign-in
    asked_home_for_mfa: bool = False
    asked_home_for_device: bool = False
    direct_connect: bool = False  # comes without an object here (entra-sign-in 16.1)
    reauthenticated: bool = False  # sent back once because a policy wants a newer authentication
    accepted_terms: tuple[str, ...] = ()  # agreements accepted in this very transaction
    viewed_terms: tuple[str, ...] = ()  # files that were opened
    declined_terms: str | None = None
    guest_consent: bool | None = None
    app_consent: bool | None = None
    stay_signed_in: bool | None = None
    cancelled: bool = False
    decisions: tuple[DecisionRecord, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    applied_policies: tuple[AppliedPolicy, ...] = ()
    mfa_demanded: bool = False
    outcome: Outcome = Outcome.IN_PROGRESS
    refusal: Refusal | None = None
    version: int = 0

    @property
    def forces_login(self) -> bool:
        """Whether a session is not enough (``prompt=login``, ``wfresh=0``, ``ForceAuthn``)."""
        if self.relying_party is not None:
            return self.relying_party.force_login
        return self.request is not None and self.request.prompt == "login"

    @property
    def silent(self) -> bool:
        """Whether nobody may be asked anything (``prompt=none``, ``IsPassive``)."""
        if self.relying_party is not None:
            return self.relying_party.silent
        return self.request is not None and self.request.prompt == "none"

    @property
    def max_age(self) -> int | None:
        """The oldest acceptable authentication in seconds (``max_age``, ``wfresh``)."""
        asking = self.relying_party or self.request
        return asking.max_age if asking else None

    @property
    def demands_mfa(self) -> bool:
        """Whether the other side asks for a second factor (``claims``, ``wauth``, ``RequestedAuthnContext``)."""
        asking = self.relying_party or self.request
        return asking is not None and asking.demands_mfa


@dataclass(frozen=True, kw_only=True)
class SessionAccount:
    """One account signed in at a tenant in one browser."""

    user: str
    sid: str
    signed_in: datetime
    expires: datetime
    authentication: AuthenticationContext
    identity: ExternalIdentity | None = None
    clients: tuple[str, ...] = ()  # client ids that received tokens, for front-channel logout
    signed_out: bool = False


@dataclass(frozen=True, kw_only=True)
class Session:
    """A browser at one tenant; ``browser`` is the SHA-256 of its cookie."""

    browser: str
    accounts: tuple[SessionAccount, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SignInRow:
    """A row of the tenant's sign-in log, and what ``explanation`` reads (entra-sign-in 17)."""

    id: str
    tenant: str
    correlation_id: str
    created: datetime
    order: int
    outcome: Outcome
    user: str | None = None
    user_principal_name: str = ""
    user_display_name: str = ""
    user_type: str = "member"
    application: str = ""
    application_name: str = ""
    resource: str = ""
    resource_name: str = ""
    home_tenant: str | None = None
    resource_tenant: str = ""
    cross_tenant_access_type: str = "none"
    client: ClientFacts = ClientFacts()
    error_code: int = 0
    error_name: str = ""
    failure_reason: str = "Other."
    additional_details: str | None = None
    conditional_access_status: str = "notApplied"
    applied_policies: tuple[AppliedPolicy, ...] = ()
    mfa_demanded: bool = False
    authentication: AuthenticationContext = AuthenticationContext()
    decisions: tuple[DecisionRecord, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    interactive: bool = True


@dataclass(frozen=True, kw_only=True)
class AuthorizationCode:
    """A code, keyed by its SHA-256; used once (RFC 6749 4.1.2)."""

    hash: str
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    user: str
    issued: datetime
    sid: str
    sign_in_id: str
    authentication: AuthenticationContext
    identity: ExternalIdentity | None = None
    nonce: str | None = None
    max_age: int | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    redirect_type: str = "web"
    client: ClientFacts = ClientFacts()
    resource_tenant: str | None = None
    resource_application: str | None = None
    correlation_id: str = ""
    used: bool = False
    contexts: tuple[str, ...] = ()  # authentication contexts that were asked for and satisfied
    contexts_in_id_token: bool = False
    direct_connect: bool = False


@dataclass(frozen=True, kw_only=True)
class RefreshToken:
    """A refresh token, keyed by its SHA-256; it lives on after use (entra-sign-in 11.9)."""

    hash: str
    client_id: str
    user: str
    scopes: tuple[str, ...]  # all that was consented to in the sign-in
    issued: datetime
    expires: datetime
    fixed_end: bool
    sid: str
    authentication: AuthenticationContext
    identity: ExternalIdentity | None = None
    client: ClientFacts = ClientFacts()
    contexts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UsedAssertion:
    """The id of a client assertion that was accepted; it is not accepted again (RFC 7523 3 item 7)."""

    id: str
    expires: datetime
