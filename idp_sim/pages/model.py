"""The pages of a sign-in as records, one class per page; ``render.py`` turns a shell and a page into HTML.

Words, field names and element ids are those of the imitated product (product.md 3 "Pages",
entra-sign-in 2.6, 3, 15.1). What each page posts stands in its docstring. Every form also posts ``canary``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from federation.words import StepWord


@dataclass(frozen=True, kw_only=True)
class Shell:
    """What all pages share: at whose door (``tenant_*``), at which step, and where the form goes.

    ``canary`` is the anti-forgery value of the form. ``background`` names the resource tenant when a home
    signs somebody in on its behalf: the home stands in front, the resource tenant behind (entra-sign-in 6).
    ``application`` is where the person is heading. A refusal before the tenant is known leaves ``tenant_*`` empty.
    ``look`` is the kind of tenant whose pages these imitate: a template of that name is taken before the common one.
    """

    step: StepWord
    tenant_id: str = ""
    tenant_name: str = ""
    tenant_color: str = "#0f6cbd"
    action: str = ""
    canary: str = ""
    background: str | None = None
    background_color: str | None = None
    application: str | None = None
    language: str = "en"
    look: str = ""


@dataclass(frozen=True, kw_only=True)
class UserNamePage:
    """Who are you? Posts ``loginfmt``; with ``sign_in_options`` also ``decision=options``."""

    address: str = ""
    error: str | None = None
    sign_in_options: bool = False


@dataclass(frozen=True, kw_only=True)
class OrganizationPage:
    """*Sign in to an organization*, at an authority of many tenants. Posts ``organization``, or ``decision=back``."""

    domain: str = ""
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class PasswordPage:
    """The password at this tenant. Posts ``passwd``, or ``decision=back`` to name another account.

    With ``new_account`` it is the password of an account that is made now.
    """

    address: str
    error: str | None = None
    new_account: bool = False


@dataclass(frozen=True, kw_only=True)
class FormsSignInPage:
    """User name and password on one page, as AD FS asks for them.

    Posts ``UserName``, ``Password``, ``Kmsi=true`` if ticked, and ``AuthMethod=FormsAuthentication``.
    """

    user_name: str = ""
    error: str | None = None
    keep_me_signed_in: bool = True


@dataclass(frozen=True, kw_only=True)
class PickableAccount:
    """One row of the account picker; ``id`` is what the form posts for it."""

    id: str
    name: str
    address: str
    signed_in: bool = True


@dataclass(frozen=True, kw_only=True)
class AccountPickerPage:
    """Which account? Posts ``account=<id>``, or ``account=other`` when ``other`` is offered.

    The first account's button carries the id of "the one button", so put the most recent account first.
    ``title`` fits the page to other questions of the same form (which account to sign out of).
    """

    accounts: tuple[PickableAccount, ...]
    title: str = "Pick an account"
    other: bool = True
    carried: tuple[tuple[str, str], ...] = ()  # hidden fields that are posted back


@dataclass(frozen=True, kw_only=True)
class SendPasscodePage:
    """Announces a one-time passcode by mail (entra-sign-in 3). Posts nothing but the canary, or ``decision=back``."""

    address: str


@dataclass(frozen=True, kw_only=True)
class EnterPasscodePage:
    """The mailed passcode. Posts ``otc``, or ``decision=resend`` for a new code, or ``decision=back``."""

    address: str
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class RegisterAuthenticatorPage:
    """Registers an authenticator app (RFC 6238) by QR code, key or link. Posts ``otc``, or ``decision=decline``."""

    account: str
    secret: str
    otpauth_uri: str
    error: str | None = None
    others: bool = False

    @property
    def spelled_secret(self) -> str:
        """The key in groups of four, as people type it."""
        return " ".join(self.secret[i : i + 4] for i in range(0, len(self.secret), 4))


@dataclass(frozen=True, kw_only=True)
class AuthenticatorCodePage:
    """The code of the registered authenticator app. Posts ``otc``, ``decision=other`` or ``decision=decline``."""

    address: str
    others: bool = False
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class SentCodePage:
    """The code that was sent to a phone. Posts ``otc``, ``decision=resend``, ``decision=other`` or ``=decline``.

    ``phone`` is masked; ``called`` says that the phone was called. ``registering`` and ``others`` as below.
    """

    address: str
    phone: str
    called: bool = False
    registering: bool = False
    others: bool = False
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApproveRequestPage:
    """Shows the number that the Authenticator app wants to be told (number matching).

    Posts nothing but the canary when the person has answered; a script posts it as soon as ``poll_url`` says so.
    Also ``decision=resend``, ``decision=other``, ``decision=decline``. ``others`` says whether there is another
    method to sign in, or to register, with.
    """

    address: str
    number: int
    poll_url: str
    registering: bool = False
    others: bool = False
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class AccessPassPage:
    """A Temporary Access Pass. Posts ``accesspass``, ``decision=other`` or ``decision=decline``."""

    address: str
    others: bool = False
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class PasskeyPage:
    """Lets the browser sign with a passkey, or make one (``creating``). Needs a script, as Web Authentication does.

    ``options`` is the JSON for ``navigator.credentials``, also in the field ``passkeyOptions``. Posts ``credential``:
    the JSON of the ``PublicKeyCredential``; ``decision=other`` or ``decision=decline``.
    """

    address: str
    options: str
    creating: bool = False
    others: bool = False
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class MethodChoice:
    """One row of a method picker: what the form posts for it, its name, and to what it goes."""

    method: str
    label: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class PickMethodPage:
    """Which second factor? Posts ``method=<word of authenticationMethodModes>``, or ``decision=decline``.

    The first row's button is "the one button".
    """

    address: str
    methods: tuple[MethodChoice, ...]
    registering: bool = False


@dataclass(frozen=True, kw_only=True)
class RegisterPhonePage:
    """Which phone? Posts ``phone``, ``decision=other`` or ``decision=decline``."""

    address: str
    called: bool = False
    others: bool = False
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class PairAuthenticatorPage:
    """Adds the account to the Authenticator app of the simulated phone. Posts nothing, or ``decision`` as above."""

    address: str
    others: bool = False
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class StaySignedInPage:
    """Keep the session? Posts ``DontShowAgain=true`` if ticked; No adds ``decision=decline``."""

    address: str


@dataclass(frozen=True, kw_only=True)
class ReviewPermissionsPage:
    """The guest's consent to the inviting organization (entra-sign-in 2.6). Cancel posts ``decision=decline``."""

    organization: str
    domain: str
    address: str
    privacy_statement_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One permission an application asks for: its title and what it means in plain words."""

    title: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class ApplicationConsentPage:
    """Consent to an application's permissions (entra-sign-in 13.5). Cancel posts ``decision=decline``."""

    application: str
    permissions: tuple[Permission, ...]
    address: str
    publisher: str | None = None


@dataclass(frozen=True, kw_only=True)
class TermsOfUsePage:
    """Terms of use to accept (entra-sign-in 16.3). Decline posts ``decision=decline``.

    ``must_be_opened`` says that the document behind ``document_url`` has to be opened first.
    """

    organization: str
    title: str
    address: str
    document_url: str
    must_be_opened: bool = False
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class ErrorPage:
    """The end of a refused sign-in (entra-sign-in 15.1). ``sentence`` comes without the ``AADSTS`` prefix.

    ``hint`` says what the person can do; ``explanation_url`` leads to the decisions behind the refusal.
    """

    sentence: str
    request_id: str
    correlation_id: str
    timestamp: datetime
    code: int | None = None
    headline: str = "Sorry, but we're having trouble signing you in."
    hint: str | None = None
    explanation_url: str | None = None

    @property
    def message(self) -> str:
        """``AADSTS{code}: {sentence}``; the sentence alone where the real product has no number."""
        return f"AADSTS{self.code}: {self.sentence}" if self.code else self.sentence

    @property
    def shown_timestamp(self) -> str:
        """``YYYY-MM-DDTHH:MM:SSZ``, as the imitated page shows it."""
        return self.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, kw_only=True)
class SignedOutPage:
    """The session is over (entra-sign-in 13.9).

    ``logout_urls`` are opened in hidden frames (OpenID Connect Front-Channel Logout 1.0, 2); when all have
    answered, the browser goes on to ``return_url``, which is also a visible link.
    """

    logout_urls: tuple[str, ...] = ()
    return_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class FormPostPage:
    """Carries a protocol message to ``url`` by the browser's POST: response mode ``form_post``, SAML's POST binding.

    It submits itself; without scripts a visible button does. It never posts a canary.
    """

    url: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class MessagePage:
    """A notice without a question: a title, paragraphs, and at most one link to go on."""

    title: str
    paragraphs: tuple[str, ...] = ()
    link_url: str | None = None
    link_label: str = "Continue"


Page = (
    UserNamePage
    | OrganizationPage
    | PasswordPage
    | FormsSignInPage
    | AccountPickerPage
    | SendPasscodePage
    | EnterPasscodePage
    | RegisterAuthenticatorPage
    | AuthenticatorCodePage
    | SentCodePage
    | ApproveRequestPage
    | AccessPassPage
    | PasskeyPage
    | PickMethodPage
    | RegisterPhonePage
    | PairAuthenticatorPage
    | StaySignedInPage
    | ReviewPermissionsPage
    | ApplicationConsentPage
    | TermsOfUsePage
    | ErrorPage
    | SignedOutPage
    | FormPostPage
    | MessagePage
)
