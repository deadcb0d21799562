"""One sample of every kind of page, and a reader of HTML that is strict about nesting."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser

from federation.words import StepWord
from idp_sim.pages.model import (
    AccessPassPage,
    AccountPickerPage,
    ApplicationConsentPage,
    ApproveRequestPage,
    AuthenticatorCodePage,
    EnterPasscodePage,
    ErrorPage,
    FormPostPage,
    FormsSignInPage,
    MessagePage,
    MethodChoice,
    OrganizationPage,
    Page,
    PairAuthenticatorPage,
    PasskeyPage,
    PasswordPage,
    Permission,
    PickableAccount,
    PickMethodPage,
    RegisterAuthenticatorPage,
    RegisterPhonePage,
    ReviewPermissionsPage,
    SendPasscodePage,
    SentCodePage,
    Shell,
    SignedOutPage,
    StaySignedInPage,
    TermsOfUsePage,
    UserNamePage,
)

CONTOSO = "c0000000-0000-4000-8000-000000000001"

STEPS: dict[type, StepWord] = {
    UserNamePage: StepWord.HOME_REALM_DISCOVERY,
    OrganizationPage: StepWord.HOME_REALM_DISCOVERY,
    PasswordPage: StepWord.PASSWORD,
    FormsSignInPage: StepWord.PASSWORD,
    AccountPickerPage: StepWord.ACCOUNT_PICKER,
    SendPasscodePage: StepWord.PASSCODE,
    EnterPasscodePage: StepWord.PASSCODE,
    RegisterAuthenticatorPage: StepWord.MFA_REGISTRATION,
    AuthenticatorCodePage: StepWord.MFA_CHALLENGE,
    SentCodePage: StepWord.MFA_CHALLENGE,
    ApproveRequestPage: StepWord.MFA_CHALLENGE,
    AccessPassPage: StepWord.MFA_CHALLENGE,
    PasskeyPage: StepWord.MFA_CHALLENGE,
    PickMethodPage: StepWord.MFA_CHALLENGE,
    RegisterPhonePage: StepWord.MFA_REGISTRATION,
    PairAuthenticatorPage: StepWord.MFA_REGISTRATION,
    StaySignedInPage: StepWord.STAY_SIGNED_IN,
    ReviewPermissionsPage: StepWord.CONSENT,
    ApplicationConsentPage: StepWord.APP_CONSENT,
    TermsOfUsePage: StepWord.TERMS_OF_USE,
    ErrorPage: StepWord.ERROR,
    SignedOutPage: StepWord.SIGNED_OUT,
    FormPostPage: StepWord.TOKEN,
    MessagePage: StepWord.CONSENT,
}

SAMPLES: tuple[Page, ...] = (
    UserNamePage(address="ana@fabrikam.example", error="Enter a valid address.", sign_in_options=True),
    OrganizationPage(domain="contoso", error="No organization has this domain name."),
    PasswordPage(address="ana@fabrikam.example", error="Your account or password is incorrect."),
    FormsSignInPage(user_name="tara@tailspin.example", error="Incorrect user ID or password."),
    AccountPickerPage(
        accounts=(
            PickableAccount(id="one", name="Ana Silva", address="ana@fabrikam.example"),
            PickableAccount(id="two", name="Megan", address="megan@contoso.example", signed_in=False),
        )
    ),
    SendPasscodePage(address="otto@proseware.example"),
    EnterPasscodePage(address="otto@proseware.example", error="That code did not work."),
    RegisterAuthenticatorPage(
        account="otto@proseware.example",
        secret="JBSWY3DPEHPK3PXP",
        otpauth_uri="otpauth://totp/Contoso:otto%40proseware.example?secret=JBSWY3DPEHPK3PXP&issuer=Contoso",
        error="That code did not work.",
    ),
    AuthenticatorCodePage(address="ana@fabrikam.example", error="That code did not work."),
    SentCodePage(address="ana@fabrikam.example", phone="+1 XXXXXXXX23", others=True, error="That code did not work."),
    ApproveRequestPage(
        address="ana@fabrikam.example",
        number=42,
        poll_url="/login/handle/approval",
        others=True,
        error="The request was denied.",
    ),
    AccessPassPage(address="ana@fabrikam.example", error="That pass did not work."),
    PasskeyPage(address="ana@fabrikam.example", options='{"challenge": "AAAA"}', others=True, error="Not accepted."),
    PickMethodPage(
        address="ana@fabrikam.example",
        methods=(
            MethodChoice(method="microsoftAuthenticatorPush", label="Approve a request", detail="Simulated phone"),
            MethodChoice(method="sms", label="Text", detail="+1 XXXXXXXX23"),
        ),
    ),
    RegisterPhonePage(address="ana@fabrikam.example", others=True, error="That is no phone number."),
    PairAuthenticatorPage(address="ana@fabrikam.example", others=True, error="The request was denied."),
    StaySignedInPage(address="ana@fabrikam.example"),
    ReviewPermissionsPage(
        organization="Contoso",
        domain="contoso.example",
        address="ana@fabrikam.example",
        privacy_statement_url="https://contoso.example/privacy",
    ),
    ApplicationConsentPage(
        application="Portal",
        publisher="Contoso",
        address="megan@contoso.example",
        permissions=(Permission(title="Sign you in", description="Reads your profile."), Permission(title="Read mail")),
    ),
    TermsOfUsePage(
        organization="Contoso",
        title="Terms for visitors",
        address="ana@fabrikam.example",
        document_url="/login/handle/terms-of-use/1",
        must_be_opened=True,
        error="Open and read the terms of use before you accept them.",
    ),
    ErrorPage(
        sentence="Tenant 'x' not found.",
        code=90002,
        request_id="5b0d1f5e-0000-4000-8000-000000000001",
        correlation_id="5b0d1f5e-0000-4000-8000-000000000002",
        timestamp=datetime(2026, 11, 24, 15, 1, 2, tzinfo=UTC),
        hint="Check the address.",
        explanation_url="/_sim/sign-ins/1/explanation",
    ),
    SignedOutPage(
        logout_urls=("https://app.example:8444/logout?sid=1&iss=2", "http://localhost:5000/out"),
        return_url="https://app.example:8444/bye?state=a;b",
    ),
    FormPostPage(url="https://app.example:8444/callback", fields=(("code", "abc"), ("state", 'a"b&c'))),
    MessagePage(title="Already accepted", paragraphs=("You accepted it earlier.",), link_url="https://app.example"),
)


def shell(page: Page, **changes: object) -> Shell:
    """Contoso's shell around ``page``."""
    values = {
        "step": STEPS[type(page)],
        "tenant_id": CONTOSO,
        "tenant_name": "Contoso",
        "action": "/login/handle/answer",
        "canary": "canary-value",
        "application": "Portal",
    }
    return Shell(**{**values, **changes})  # type: ignore[arg-type]


@dataclass
class Element:
    """An element with its attributes, its children's text, and the form it stands in."""

    tag: str
    attributes: dict[str, str]
    form: Element | None = None
    text: str = ""

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)


VOID = frozenset({"input", "link", "meta", "br", "img"})
BLOCKS = frozenset({"p", "div", "ul", "ol", "dl", "form", "h1", "h2", "details", "main", "header", "footer"})


@dataclass
class Document(HTMLParser):
    """The elements of a document in order; raises on an element left open, closed twice or wrongly nested."""

    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"attribute twice in <{tag}>: {names}"
        if tag in BLOCKS:
            assert all(e.tag not in {"p", "button", "h1", "h2"} for e in self._open), f"<{tag}> inside {self._open[-1]}"
        assert tag != "form" or self._form() is None, "form in form"
        element = Element(tag, {name: value or "" for name, value in attrs}, self._form())
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, self._form()))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def _form(self) -> Element | None:
        return next((e for e in self._open if e.tag == "form"), None)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of that tag with those attribute values (``_`` stands for ``-``)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.elements if e.tag == tag and wanted.items() <= e.attributes.items()]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only such element."""
        (element,) = self.all(tag, **attributes)
        return element

    def identified(self, identifier: str) -> Element:
        """The only element with that id."""
        (element,) = [e for e in self.elements if e.get("id") == identifier]
        return element

    def test_id(self, name: str) -> Element:
        """The only element with that ``data-testid``."""
        (element,) = [e for e in self.elements if e.get("data-testid") == name]
        return element


def read(html: str) -> Document:
    """Parses ``html`` to its end."""
    document = Document()
    document.feed(html)
    document.close()
    assert not document._open, f"left open: {document._open}"
    return document
