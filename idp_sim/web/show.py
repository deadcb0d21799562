"""From a turn of the sign-in to what the browser gets: a page, a redirect, a form that posts itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from federation.identity_providers.base import AutoSubmitForm, HomeRealm, Redirect
from federation.model import HomeKind
from federation.oidc.responses import AuthorizationResponse
from federation.reasons import Reason
from federation.words import StepWord
from idp_sim.applications.consent import MissingConsent
from idp_sim.edge import kept_world
from idp_sim.http import Response, redirect
from idp_sim.pages import model as pages
from idp_sim.pages.render import Renderer
from idp_sim.ports import Context
from idp_sim.services.sign_in import Turn
from idp_sim.services.transactions import canary
from idp_sim.sign_in import steps
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import Purpose, SignInTransaction
from idp_sim.tenants.model import Tenant, TenantKind
from idp_sim.web import factor_pages
from idp_sim.web.factor_pages import address_of

#: At which step of the contract each question stands (``data-step``).
STEP_OF: dict[type[steps.Question], StepWord] = {
    steps.AskUserName: StepWord.HOME_REALM_DISCOVERY,
    steps.PickAccount: StepWord.ACCOUNT_PICKER,
    steps.AskPassword: StepWord.PASSWORD,
    steps.AskPasscode: StepWord.PASSCODE,
    steps.AskGuestConsent: StepWord.CONSENT,
    steps.RegisterSecondFactor: StepWord.MFA_REGISTRATION,
    steps.AskSecondFactor: StepWord.MFA_CHALLENGE,
    steps.AskTermsOfUse: StepWord.TERMS_OF_USE,
    steps.AskApplicationConsent: StepWord.APP_CONSENT,
    steps.AskStaySignedIn: StepWord.STAY_SIGNED_IN,
}

#: What a page says when the question is asked again; the sentences of people, not of protocols.
PROBLEMS: dict[Reason, str] = {
    Reason.USER_UNKNOWN: "This username may be incorrect, or nobody invited it. Make sure you typed it correctly.",
    Reason.WRONG_PASSWORD: "Your account or password is incorrect. If you don't remember your password, ask your "
    "administrator.",
    Reason.NO_PASSWORD: "This account has no password here.",
    Reason.ACCOUNT_LOCKED: "Your account is temporarily locked to prevent unauthorized use. Try again in a minute.",
    Reason.WRONG_PASSCODE: "That code didn't work. Check the code and try again, or send a new one.",
    Reason.TERMS_OF_USE_REQUIRED: "Open and read the terms of use before you accept them.",
    Reason.WRONG_SECOND_FACTOR: "You didn't enter the expected verification code. Check it and try again.",
    Reason.SECOND_FACTOR_DENIED: "The request was denied on the phone. Send another one if that wasn't you.",
    Reason.SECOND_FACTOR_EXPIRED: "We didn't hear from you in time. Send a new code or request.",
    Reason.SECOND_FACTOR_PENDING: "The request has not been answered on the phone yet.",
    Reason.WRONG_PASSKEY: "That passkey was not accepted here. Try again, or take another way.",
    Reason.PHONE_NUMBER_INVALID: "Enter the number with a plus sign and the country code, such as +1 5550100123.",
}

_ADFS_WRONG = "Incorrect user ID or password. Type the correct user ID and password, and try again."
_SAML_WRONG = "Incorrect username or password."
#: The words of other products for the same problems.
PROBLEMS_OF_KIND: dict[TenantKind, dict[Reason, str]] = {
    TenantKind.ADFS: {
        Reason.USER_UNKNOWN: _ADFS_WRONG,
        Reason.WRONG_PASSWORD: _ADFS_WRONG,
        Reason.NO_PASSWORD: _ADFS_WRONG,
    },
    TenantKind.SAML: {
        Reason.USER_UNKNOWN: _SAML_WRONG,
        Reason.WRONG_PASSWORD: _SAML_WRONG,
        Reason.NO_PASSWORD: _SAML_WRONG,
    },
}

#: What a person can do about a refusal.
HINTS: dict[Reason, str] = {
    Reason.GUEST_NOT_INVITED: "Ask the organization to invite you, or sign in with the account that was invited.",
    Reason.INVITATION_OF_OTHER_PERSON: "Sign out at your organization and open the link again as the invited person.",
    Reason.SESSION_EXPIRED: "Go back to the application and start again.",
    Reason.OUTBOUND_BLOCKED: "Your own organization's administrator decides this.",
    Reason.INBOUND_BLOCKED: "The administrator of the organization that you want to visit decides this.",
    Reason.BLOCKED_BY_CONDITIONAL_ACCESS: "Your sign-in was successful but does not meet the criteria to access "
    "this resource.",
}

CONDITIONAL_ACCESS_HEADLINE = "You cannot access this right now"


class Presenter:
    """Draws turns with one renderer."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def show(self, context: Context, turn: Turn) -> Response:
        """The browser's answer to a turn."""
        if turn.question is not None:
            shell = _shell(turn.transaction, turn.facts, STEP_OF[type(turn.question)])
            return self._renderer.response(shell, _page(turn))
        if turn.outgoing is not None:
            return self.outgoing(turn.outgoing)
        if turn.response is not None:
            return self.authorization_response(turn.response, turn.facts.tenant)
        if turn.location is not None:
            return redirect(turn.location)
        assert turn.refusal is not None, "a turn always has something to show"
        reason = Reason[turn.refusal.reason]
        return self.error(
            reason,
            turn.refusal.message,
            tenant=turn.facts.tenant,
            request_id=turn.transaction.sign_in_id,
            correlation_id=turn.transaction.correlation_id,
            now=context.now,
            explanation_url=f"/explain/{turn.transaction.sign_in_id}{kept_world(context.world)}",
        )

    def page(self, shell: pages.Shell, page: pages.Page) -> Response:
        """A page that belongs to no sign-in."""
        return self._renderer.response(shell, page)

    def authorization_response(self, response: AuthorizationResponse, tenant: Tenant | None) -> Response:
        """A redirect, or a page that posts the parameters (OAuth 2.0 Form Post Response Mode)."""
        if response.location is not None:
            return redirect(response.location)
        page = pages.FormPostPage(url=response.redirect_uri, fields=tuple(response.parameters.items()))
        return self._renderer.response(_plain_shell(tenant, StepWord.TOKEN), page)

    def error(
        self,
        reason: Reason,
        message: str,
        *,
        tenant: Tenant | None,
        request_id: str,
        correlation_id: str,
        now: datetime,
        explanation_url: str | None = None,
    ) -> Response:
        """The tenant's own error page (entra-sign-in 15.1)."""
        page = pages.ErrorPage(
            sentence=message,
            request_id=request_id,
            correlation_id=correlation_id,
            timestamp=now,
            code=reason.code,
            hint=HINTS.get(reason),
            explanation_url=explanation_url,
            **_headline(reason),
        )
        status = reason.value.status if reason.value.status != 401 else 400
        return self._renderer.response(_plain_shell(tenant, StepWord.ERROR), page, status)

    def signed_out(self, tenant: Tenant, *, logout_urls: tuple[str, ...], return_url: str | None) -> Response:
        """The page after sign-out; front-channel logout happens in its frames."""
        page = pages.SignedOutPage(logout_urls=logout_urls, return_url=return_url)
        return self._renderer.response(_plain_shell(tenant, StepWord.SIGNED_OUT), page)

    def outgoing(self, outgoing: Redirect | AutoSubmitForm) -> Response:
        """A message that the browser carries to another organisation: a redirect, or a form that posts itself."""
        if isinstance(outgoing, Redirect):
            return redirect(outgoing.url)
        page = pages.FormPostPage(url=outgoing.url, fields=tuple(outgoing.fields.items()))
        return self._renderer.response(_plain_shell(None, StepWord.IDENTITY_PROVIDER), page)


def _headline(reason: Reason) -> dict[str, Any]:
    return {"headline": CONDITIONAL_ACCESS_HEADLINE} if reason is Reason.BLOCKED_BY_CONDITIONAL_ACCESS else {}


def _plain_shell(tenant: Tenant | None, step: StepWord) -> pages.Shell:
    if tenant is None:
        return pages.Shell(step=step)
    return pages.Shell(
        step=step,
        tenant_id=tenant.id,
        tenant_name=tenant.display_name,
        tenant_color=tenant.color,
        language=tenant.preferred_language,
        look=look_of(tenant),
    )


def _shell(transaction: SignInTransaction, facts: SignInFacts, step: StepWord) -> pages.Shell:
    tenant = facts.tenant
    redeeming = transaction.purpose is Purpose.REDEMPTION
    return pages.Shell(
        step=step,
        tenant_id=tenant.id,
        tenant_name=tenant.display_name,
        tenant_color=tenant.color,
        action=f"/login/{transaction.id}",
        canary=canary(transaction, step.value),
        background=facts.resource_tenant_name or None,
        application=None if redeeming or facts.resource_tenant_name else facts.application.display_name,
        language=tenant.preferred_language,
        look=look_of(tenant),
    )


def look_of(tenant: Tenant) -> str:
    """Whose pages the tenant's imitate: the common ones are those of Entra."""
    return "" if tenant.kind is TenantKind.ENTRA else tenant.kind.value


def _page(turn: Turn) -> pages.Page:
    kind, question = turn.facts.tenant.kind, type(turn.question)
    own = PAGES_OF_KIND.get(kind, {})
    words = PROBLEMS_OF_KIND.get(kind, {})
    problem = None
    if turn.problem is not None:
        problem = words.get(turn.problem) or PROBLEMS.get(turn.problem) or turn.problem.sentence()
    return (own.get(question) or PAGES[question])(turn, problem)


def _user_name(turn: Turn, problem: str | None) -> pages.Page:
    hint = turn.transaction.request.login_hint if turn.transaction.request else None
    return pages.UserNamePage(address=turn.transaction.address or hint or "", error=problem)


def _pick_account(turn: Turn, problem: str | None) -> pages.Page:
    assert isinstance(turn.question, steps.PickAccount)
    if turn.question.homes:
        return _pick_home(turn, turn.question.homes)
    accounts = tuple(
        pages.PickableAccount(id=a.user.id, name=a.user.display_name, address=a.user.sign_in_name)
        for a in turn.question.accounts
    )
    return pages.AccountPickerPage(accounts=accounts)


def _pick_home(turn: Turn, homes: tuple[HomeRealm, ...]) -> pages.Page:
    accounts = tuple(
        pages.PickableAccount(
            id=home.kind.value,
            name="Personal account" if home.kind is HomeKind.MICROSOFT_ACCOUNT else "Work or school account",
            address=address_of(turn),
            signed_in=False,
        )
        for home in homes
    )
    title = "This address is used with more than one account. Which one do you want to use?"
    return pages.AccountPickerPage(accounts=accounts, title=title, other=False)


def _password(turn: Turn, problem: str | None) -> pages.Page:
    new = isinstance(turn.question, steps.AskPassword) and turn.question.new_account
    return pages.PasswordPage(address=address_of(turn), error=problem, new_account=new)


def _passcode(turn: Turn, problem: str | None) -> pages.Page:
    assert isinstance(turn.question, steps.AskPasscode)
    if not turn.question.sent:
        return pages.SendPasscodePage(address=address_of(turn))
    return pages.EnterPasscodePage(address=address_of(turn), error=problem)


def _guest_consent(turn: Turn, problem: str | None) -> pages.Page:
    tenant = turn.facts.tenant
    return pages.ReviewPermissionsPage(
        organization=tenant.display_name,
        domain=tenant.initial_domain,
        address=turn.transaction.identity.address if turn.transaction.identity else address_of(turn),
        privacy_statement_url=tenant.privacy_statement_url,
    )


def _terms_of_use(turn: Turn, problem: str | None) -> pages.Page:
    assert isinstance(turn.question, steps.AskTermsOfUse)
    agreement, file = turn.question.agreement, turn.question.file
    return pages.TermsOfUsePage(
        organization=turn.facts.tenant.display_name,
        title=file.display_name or agreement.display_name,
        address=address_of(turn),
        document_url=f"/login/{turn.transaction.id}/terms-of-use/{file.id}",
        must_be_opened=agreement.view_before_acceptance and file.id not in turn.transaction.viewed_terms,
        error=problem,
    )


def _application_consent(turn: Turn, problem: str | None) -> pages.Page:
    assert isinstance(turn.question, steps.AskApplicationConsent)
    return pages.ApplicationConsentPage(
        application=turn.facts.application.display_name,
        permissions=tuple(p for missing in turn.question.missing for p in _permissions(missing)),
        address=address_of(turn),
        publisher=turn.facts.tenant.display_name,
    )


#: Plain words for the permissions that people meet most.
PLAIN_WORDS = {
    "openid": ("Sign you in", "Lets you sign in to the app with your account."),
    "profile": ("View your basic profile", "Your name and user name."),
    "email": ("View your email address", "Your primary email address."),
    "offline_access": ("Maintain access to data you have given it access to", "Also when you are not using the app."),
    "User.Read": ("Sign in and read your profile", "Your profile and basic company information."),
}


def _permissions(missing: MissingConsent) -> tuple[pages.Permission, ...]:
    names = {scope.value: scope.display_name for scope in missing.resource.scopes}
    return tuple(
        pages.Permission(title=PLAIN_WORDS[p][0], description=PLAIN_WORDS[p][1])
        if p in PLAIN_WORDS
        else pages.Permission(title=names.get(p, p), description=f"{missing.resource.display_name}: {p}")
        for p in missing.permissions
    )


def _stay_signed_in(turn: Turn, problem: str | None) -> pages.Page:
    return pages.StaySignedInPage(address=address_of(turn))


PAGES: dict[type, Callable[[Turn, str | None], pages.Page]] = {
    steps.AskUserName: _user_name,
    steps.PickAccount: _pick_account,
    steps.AskPassword: _password,
    steps.AskPasscode: _passcode,
    steps.AskGuestConsent: _guest_consent,
    steps.RegisterSecondFactor: factor_pages.register,
    steps.AskSecondFactor: factor_pages.second_factor,
    steps.AskTermsOfUse: _terms_of_use,
    steps.AskApplicationConsent: _application_consent,
    steps.AskStaySignedIn: _stay_signed_in,
}


def _forms_sign_in(turn: Turn, problem: str | None) -> pages.Page:
    """One page for the user name and the password."""
    return pages.FormsSignInPage(user_name=address_of(turn), error=problem)


#: Pages of kinds of tenant that ask the same questions in another way.
PAGES_OF_KIND: dict[TenantKind, dict[type, Callable[[Turn, str | None], pages.Page]]] = {
    TenantKind.ADFS: {steps.AskUserName: _forms_sign_in, steps.AskPassword: _forms_sign_in},
    TenantKind.SAML: {steps.AskUserName: _forms_sign_in, steps.AskPassword: _forms_sign_in},
}
