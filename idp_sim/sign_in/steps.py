"""What the dispatcher can answer, and what a person can answer it with. All frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from federation.decisions import Decision
from federation.identity_providers.base import HomeRealm
from federation.mfa import MfaAnswer
from federation.model import Method
from federation.reasons import Reason
from idp_sim.applications.consent import MissingConsent
from idp_sim.conditional_access.evaluate import ConditionalAccessResult
from idp_sim.conditional_access.terms_of_use import Agreement, AgreementFile
from idp_sim.sign_in.facts import Account

# --- steps that a person answers --------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AskUserName:
    """Ask for the user name; ``problem`` says why the last one led nowhere."""

    problem: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class PickAccount:
    """Ask which of several signed-in accounts, or which of two ``homes`` of one address (entra-sign-in 2.3)."""

    accounts: tuple[Account, ...] = ()
    homes: tuple[HomeRealm, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AskPassword:
    """Ask for the password at this tenant, or for one of the ``new_account`` that is being made."""

    new_account: bool = False


@dataclass(frozen=True, kw_only=True)
class AskPasscode:
    """Offer to send a one-time passcode, or ask for the one that was ``sent``.

    For a ``new_account`` the code proves that the address is the person's own.
    """

    sent: bool
    new_account: bool = False


@dataclass(frozen=True, kw_only=True)
class AskGuestConsent:
    """Show what the inviting organisation wants to know (*Review permissions*)."""


@dataclass(frozen=True, kw_only=True)
class RegisterSecondFactor:
    """Let the person register a method at this tenant; ``acceptable`` names those that would do, None means any.

    ``offered`` are those that the person can register; ``method`` is the one in hand, None while they pick one.
    """

    acceptable: frozenset[Method] | None = None
    offered: tuple[Method, ...] = ()
    method: Method | None = None


@dataclass(frozen=True, kw_only=True)
class AskSecondFactor:
    """Ask for a registered method; ``acceptable`` names those that would do, None means any second factor.

    ``offered`` are those that the person registered; ``method`` is the one in hand, None while they pick one.
    """

    acceptable: frozenset[Method] | None = None
    offered: tuple[Method, ...] = ()
    method: Method | None = None


@dataclass(frozen=True, kw_only=True)
class AskTermsOfUse:
    """Show terms of use and ask for acceptance; ``file`` is the document in the person's language."""

    agreement: Agreement
    file: AgreementFile


@dataclass(frozen=True, kw_only=True)
class AskApplicationConsent:
    """Ask for permissions that the application lacks."""

    missing: tuple[MissingConsent, ...]


@dataclass(frozen=True, kw_only=True)
class AskStaySignedIn:
    """Ask whether the session outlives the browser."""


# --- steps that the service carries out by itself -----------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class UseAccount:
    """Go on with an account that is already signed in here."""

    account: Account


@dataclass(frozen=True, kw_only=True)
class SendHome:
    """Send the browser to the home identity provider.

    ``strengths`` lists, for each authentication strength to meet there, its combinations.
    """

    realm: HomeRealm
    demand_mfa: bool = False
    demand_device: bool = False
    strengths: tuple[tuple[str, ...], ...] = ()
    force_login: bool = False
    reauthenticate: bool = False  # the person must give every factor again, whatever was just done


@dataclass(frozen=True, kw_only=True)
class AcceptGuest:
    """Make the pending guest an accepted one; ``silently`` when both tenants suppressed the consent."""

    silently: bool


@dataclass(frozen=True, kw_only=True)
class Finish:
    """Issue the code, or send a redeemed guest to where the invitation says."""


@dataclass(frozen=True, kw_only=True)
class Refuse:
    """End here. ``values`` fill the reason's sentence."""

    reason: Reason
    values: Mapping[str, object] = field(default_factory=dict)


Question = (
    AskUserName
    | PickAccount
    | AskPassword
    | AskPasscode
    | AskGuestConsent
    | RegisterSecondFactor
    | AskSecondFactor
    | AskTermsOfUse
    | AskApplicationConsent
    | AskStaySignedIn
)
Step = Question | UseAccount | SendHome | AcceptGuest | Finish | Refuse
QUESTIONS = (
    AskUserName,
    PickAccount,
    AskPassword,
    AskPasscode,
    AskGuestConsent,
    RegisterSecondFactor,
    AskSecondFactor,
    AskTermsOfUse,
    AskApplicationConsent,
    AskStaySignedIn,
)


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """The dispatcher's answer: one step, and the decisions that led to it."""

    step: Step
    decisions: tuple[Decision, ...]
    policies: ConditionalAccessResult | None = None
    mfa: MfaAnswer | None = None


# --- answers of a person ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class UserName:
    """The user name was typed."""

    address: str


@dataclass(frozen=True, kw_only=True)
class ChosenAccount:
    """An account was picked by its object id, or by the kind of its home; None means another account."""

    user: str | None


@dataclass(frozen=True, kw_only=True)
class Password:
    """The password was typed. ``stay_signed_in`` where the same page asks that too."""

    value: str
    stay_signed_in: bool | None = None


@dataclass(frozen=True, kw_only=True)
class SendPasscode:
    """*Send code* was pressed (again)."""


@dataclass(frozen=True, kw_only=True)
class EnteredPasscode:
    """The e-mailed passcode was typed."""

    code: str


@dataclass(frozen=True, kw_only=True)
class EnteredCode:
    """The code of a second factor was typed, to register it or to pass it."""

    code: str


@dataclass(frozen=True, kw_only=True)
class PickedFactor:
    """A second factor was picked; None means that the person wants to see which there are."""

    method: Method | None


@dataclass(frozen=True, kw_only=True)
class EnteredPhone:
    """The phone number to register was typed."""

    number: str


@dataclass(frozen=True, kw_only=True)
class SendAgain:
    """Another code, or another request, is wanted."""


@dataclass(frozen=True, kw_only=True)
class Continued:
    """The person did elsewhere what the page asks for, or is ready for its next part."""


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A key answered: the JSON of WebAuthn's ``PublicKeyCredential``."""

    credential: str


@dataclass(frozen=True, kw_only=True)
class Willing:
    """The person agrees to what the page asks."""


@dataclass(frozen=True, kw_only=True)
class Declined:
    """The person refuses what the page asks."""


@dataclass(frozen=True, kw_only=True)
class Back:
    """The person wants to name another account."""


Answer = (
    UserName
    | ChosenAccount
    | Password
    | SendPasscode
    | EnteredPasscode
    | EnteredCode
    | PickedFactor
    | EnteredPhone
    | SendAgain
    | Continued
    | Signed
    | Willing
    | Declined
    | Back
)
