"""Every page: body attributes, the one button, the canary, labels; and the field names of the contract."""

from __future__ import annotations

import typing

import pytest

from idp_sim.pages import model
from idp_sim.pages.model import (
    AccountPickerPage,
    ErrorPage,
    FormPostPage,
    FormsSignInPage,
    MessagePage,
    Page,
    PickMethodPage,
    SignedOutPage,
)
from idp_sim.pages.render import TEMPLATES, Renderer
from tests.sample_pages import CONTOSO, SAMPLES, Document, read, shell

RENDERER = Renderer()
EVERY = [pytest.param(page, id=type(page).__name__) for page in SAMPLES]
ASKING = [
    pytest.param(page, id=type(page).__name__)
    for page in SAMPLES
    if not isinstance(page, ErrorPage | SignedOutPage | FormPostPage | MessagePage)
]


def show(page: Page, **changes: object) -> Document:
    return read(RENDERER.render(shell(page, **changes), page))


#: Pages that imitate another product than Entra keep the id that its button has.
BUTTONS = {FormsSignInPage: "submitButton"}


def sample(kind: type) -> Page:
    return next(page for page in SAMPLES if type(page) is kind)


def test_every_kind_of_page_has_a_template_and_a_sample() -> None:
    kinds = set(typing.get_args(model.Page))
    assert set(TEMPLATES) == kinds
    assert {type(page) for page in SAMPLES} == kinds


def test_something_that_is_no_page_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="no template shows a str"):
        RENDERER.render(shell(SAMPLES[0]), "page")  # type: ignore[arg-type]


@pytest.mark.parametrize("page", EVERY)
def test_the_body_says_at_whose_door_and_at_which_step(page: Page) -> None:
    body = show(page).one("body")
    assert body.get("data-tenant") == CONTOSO
    assert body.get("data-step") == shell(page).step.value


@pytest.mark.parametrize("page", EVERY)
def test_the_document_has_a_language_a_title_one_heading_and_unique_ids(page: Page) -> None:
    document = show(page, language="fr")
    assert document.one("html").get("lang") == "fr"
    assert document.one("title").text == f"{document.one('h1').text} - Contoso"
    assert document.one("h1").text.strip()
    identifiers = [e.get("id") for e in document.elements if e.get("id")]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("page", EVERY)
def test_the_page_says_that_it_is_a_simulation(page: Page) -> None:
    assert "idp-sim – not Microsoft" in show(page).one("footer").text


@pytest.mark.parametrize("page", ASKING)
def test_the_one_form_posts_to_the_shells_action_with_the_canary(page: Page) -> None:
    document = show(page)
    form = document.one("form")
    assert form.get("method") == "post"
    assert form.get("action") == "/login/handle/answer"
    canary = document.one("input", name="canary")
    assert (canary.get("type"), canary.get("value")) == ("hidden", "canary-value")
    assert canary.form is form


@pytest.mark.parametrize("page", ASKING)
def test_the_one_button_is_the_first_submit_so_that_enter_gives_the_willing_answer(page: Page) -> None:
    document = show(page)
    submits = [e for e in document.elements if e.form and e.get("type") == "submit"]
    assert submits[0].get("id") == BUTTONS.get(type(page), "idSIButton9")
    others = [e for e in submits[1:] if not isinstance(page, AccountPickerPage | PickMethodPage)]
    assert all(other.get("name") == "decision" for other in others)
    assert all(submit.tag == "button" for submit in others)


@pytest.mark.parametrize("page", ASKING)
def test_every_field_has_a_label_and_points_at_its_error(page: Page) -> None:
    document = show(page)
    for element in document.all("input"):
        if element.get("type") in {"hidden", "submit"} or "hidden" in element.attributes:
            continue
        assert document.one("label", for_=element.get("id") or "").text.strip()
        if described := element.get("aria-describedby"):
            error = document.identified(described)
            assert error.get("role") == "alert"
            assert error.text == page.error  # type: ignore[union-attr]
            assert element.get("aria-invalid") == "true"
    if getattr(page, "error", None):
        assert len([e for e in document.elements if e.get("role") == "alert"]) == 1


FIELDS = [
    pytest.param(model.UserNamePage, "loginfmt", "i0116", "username", id="user name"),
    pytest.param(model.PasswordPage, "passwd", "i0118", "current-password", id="password"),
    pytest.param(model.FormsSignInPage, "UserName", "userNameInput", "username", id="user name at AD FS"),
    pytest.param(model.FormsSignInPage, "Password", "passwordInput", "current-password", id="password at AD FS"),
    pytest.param(model.FormsSignInPage, "AuthMethod", "optionForms", None, id="method at AD FS"),
    pytest.param(model.FormsSignInPage, "Kmsi", "kmsiInput", None, id="keep me signed in at AD FS"),
    pytest.param(model.EnterPasscodePage, "otc", "idTxtBx_SAOTCC_OTC", "one-time-code", id="passcode"),
    pytest.param(model.AuthenticatorCodePage, "otc", "idTxtBx_SAOTCC_OTC", "one-time-code", id="second factor"),
    pytest.param(model.RegisterAuthenticatorPage, "otc", "idTxtBx_SAOTCC_OTC", "one-time-code", id="registration"),
    pytest.param(model.SentCodePage, "otc", "idTxtBx_SAOTCC_OTC", "one-time-code", id="sent code"),
    pytest.param(model.AccessPassPage, "accesspass", "accesspass", "off", id="access pass"),
    pytest.param(model.RegisterPhonePage, "phone", "phone", "tel", id="phone"),
    pytest.param(model.StaySignedInPage, "DontShowAgain", "KmsiCheckboxField", None, id="stay signed in"),
]


@pytest.mark.parametrize(("kind", "name", "identifier", "autocomplete"), FIELDS)
def test_fields_have_the_names_and_ids_of_the_imitated_product(
    kind: type, name: str, identifier: str, autocomplete: str | None
) -> None:
    element = show(sample(kind)).one("input", name=name)
    assert element.get("id") == identifier
    assert element.get("autocomplete") == autocomplete
    assert (element.get("inputmode") == "numeric") == (name == "otc")


SECONDARY = [
    pytest.param(model.PasswordPage, "back", "Back", id="password"),
    pytest.param(model.SendPasscodePage, "back", "Back", id="send passcode"),
    pytest.param(model.EnterPasscodePage, "back", "Back", id="enter passcode"),
    pytest.param(model.RegisterAuthenticatorPage, "decline", "Cancel", id="registration"),
    pytest.param(model.AuthenticatorCodePage, "decline", "Cancel", id="second factor"),
    pytest.param(model.SentCodePage, "decline", "Cancel", id="sent code"),
    pytest.param(model.ApproveRequestPage, "decline", "Cancel", id="push request"),
    pytest.param(model.AccessPassPage, "decline", "Cancel", id="access pass"),
    pytest.param(model.PasskeyPage, "decline", "Cancel", id="passkey"),
    pytest.param(model.RegisterPhonePage, "decline", "Cancel", id="phone"),
    pytest.param(model.PairAuthenticatorPage, "decline", "Cancel", id="pairing"),
    pytest.param(model.StaySignedInPage, "decline", "No", id="stay signed in"),
    pytest.param(model.ReviewPermissionsPage, "decline", "Cancel", id="guest consent"),
    pytest.param(model.ApplicationConsentPage, "decline", "Cancel", id="application consent"),
    pytest.param(model.TermsOfUsePage, "decline", "Decline", id="terms of use"),
]


@pytest.mark.parametrize(("kind", "value", "words"), SECONDARY)
def test_back_and_refusal_are_a_second_button(kind: type, value: str, words: str) -> None:
    button = show(sample(kind)).identified("idBtn_Back")
    assert (button.get("name"), button.get("value"), button.text) == ("decision", value, words)


def test_the_account_picker_offers_each_account_and_another_one() -> None:
    document = show(sample(AccountPickerPage))
    assert [e.get("value") for e in document.all("button", name="account")] == ["one", "two", "other"]
    assert document.one("button", value="two").text.split() == ["M", "Megan", "megan@contoso.example", "Signed", "out"]


def test_an_account_picker_without_accounts_still_has_its_one_button() -> None:
    button = show(AccountPickerPage(accounts=())).identified("idSIButton9")
    assert (button.get("name"), button.get("value")) == ("account", "other")


def test_the_password_page_tells_password_managers_whose_password_it_is_without_posting_it() -> None:
    element = show(sample(model.PasswordPage)).one("input", autocomplete="username")
    assert element.get("value") == "ana@fabrikam.example"
    assert "hidden" in element.attributes
    assert "name" not in element.attributes


def test_a_new_passcode_can_be_asked_for() -> None:
    button = show(sample(model.EnterPasscodePage)).test_id("resend")
    assert (button.get("name"), button.get("value")) == ("decision", "resend")


def test_sign_in_options_are_offered_only_where_there_are_some() -> None:
    assert show(model.UserNamePage(sign_in_options=True)).one("button", value="options")
    assert not show(model.UserNamePage()).all("button")


def test_registration_shows_the_qr_code_the_spelled_out_key_and_the_link() -> None:
    page = sample(model.RegisterAuthenticatorPage)
    document = show(page)
    assert document.one("svg", class_="qr")
    assert document.test_id("totp-secret").text == "JBSW Y3DP EHPK 3PXP"
    assert document.test_id("otpauth-link").get("href") == page.otpauth_uri  # type: ignore[union-attr]


def test_the_error_page_shows_number_ids_and_time_as_the_imitated_page_does() -> None:
    document = show(sample(ErrorPage))
    assert document.test_id("error-message").text == "Message: AADSTS90002: Tenant 'x' not found."
    lines = [" ".join(e.text.split()) for e in document.all("div")]
    assert lines == [
        "Request Id: 5b0d1f5e-0000-4000-8000-000000000001",
        "Correlation Id: 5b0d1f5e-0000-4000-8000-000000000002",
        "Timestamp: 2026-11-24T15:01:02Z",
    ]
    assert document.test_id("explanation").get("href") == "/_sim/sign-ins/1/explanation"


def test_an_error_before_the_tenant_is_known_stands_at_nobodys_door() -> None:
    document = show(sample(ErrorPage), tenant_id="", tenant_name="", application=None)
    assert document.one("body").get("data-tenant") == ""
    assert document.one("title").text == document.one("h1").text
    assert not [e for e in document.elements if e.get("data-testid") == "tenant"]


def test_a_home_shows_in_front_and_the_resource_tenant_behind_it() -> None:
    document = show(sample(model.PasswordPage), tenant_name="Fabrikam", background="Contoso", application="Portal")
    assert document.test_id("tenant-name").text == "Fabrikam"
    assert " ".join(document.test_id("background").text.split()) == "C Contoso to continue to Portal"
    assert document.test_id("application").text == "Portal"


def test_guest_consent_links_the_privacy_statement_or_says_that_there_is_none() -> None:
    page = sample(model.ReviewPermissionsPage)
    assert show(page).test_id("privacy-statement").get("href") == "https://contoso.example/privacy"
    without = model.ReviewPermissionsPage(organization="C", domain="c.example", address="a@b.example")
    assert show(without).test_id("no-privacy-statement")


def test_application_consent_lists_what_is_asked_for_and_names_an_unknown_publisher() -> None:
    page = model.ApplicationConsentPage(application="A", address="a@b", permissions=(model.Permission(title="Read"),))
    document = show(page)
    assert document.test_id("permission").text == "Read"
    assert "unverified" in document.one("p", data_testid="application").text


def test_the_form_post_page_carries_the_message_and_nothing_else() -> None:
    document = show(sample(FormPostPage))
    posted = [(e.get("name"), e.get("value")) for e in document.all("input") if e.get("name")]
    assert posted == [("code", "abc"), ("state", 'a"b&c')]
    assert document.one("form").get("action") == "https://app.example:8444/callback"
    assert document.identified("idSIButton9").get("value") == "Continue"


def test_signed_out_frames_every_application_and_goes_on_when_they_have_answered() -> None:
    document = show(sample(SignedOutPage))
    assert [e.get("src") for e in document.all("iframe")] == [
        "https://app.example:8444/logout?sid=1&iss=2",
        "http://localhost:5000/out",
    ]
    assert document.one("meta", http_equiv="refresh").get("content") == "0; url=https://app.example:8444/bye?state=a;b"


def test_signed_out_without_an_application_stays_where_it_is() -> None:
    document = show(SignedOutPage())
    assert not document.all("meta", http_equiv="refresh")
    assert not document.all("iframe")
