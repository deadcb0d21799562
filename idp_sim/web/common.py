"""``/common``, ``/organizations`` and ``/consumers``: who are you, and on to the tenant where you sign in.

Nothing is stored here: each answer is a redirect to the same request at a tenant's own endpoint, which checks it
again as a whole. Asking for the tenant is safe to repeat, but its form has an anti-forgery value like every other.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote, urlencode

from federation.errors import FederationError
from federation.home_realm import AccountType
from federation.oidc import authorization, responses
from federation.reasons import Reason
from federation.words import StepWord
from idp_sim.edge import correlation_id
from idp_sim.http import Params, Request, Response, Route, redirect
from idp_sim.pages import model as pages
from idp_sim.ports import Context
from idp_sim.services.authorities import AUTHORITIES, Authority, Found, open_authority
from idp_sim.services.oauth_errors import error_description, error_uri
from idp_sim.tenants.endpoints import Endpoints
from idp_sim.tenants.model import Tenant
from idp_sim.web.browser import Browser, recognise, remember
from idp_sim.web.kit import WebKit
from idp_sim.web.show import PROBLEMS

_MAX_FIELD = 320


def common_routes(kit: WebKit) -> list[Route]:
    """Routes of each authority's authorization endpoint and of its page."""
    made = []
    for name in AUTHORITIES:
        desk = _Desk(kit, name)
        made += [
            Route(
                rule=f"/{name}/oauth2/v2.0/authorize",
                methods=("GET", "POST"),
                endpoint=kit.on_a_page(desk.authorize),
                name=f"authorize-{name}",
            ),
            Route(rule=f"/{name}/login", methods=("POST",), endpoint=kit.on_a_page(desk.answer), name=f"login-{name}"),
        ]
    return made


class _Desk:
    """One authority."""

    def __init__(self, kit: WebKit, name: str) -> None:
        self._kit = kit
        self._name = name

    def authorize(self, request: Request) -> Response:
        """The request as an application makes it: on to a tenant where that is clear, else the page."""
        parameters = request.form if request.method == "POST" else request.query
        authority, context = self._opened(request, parameters)
        # What is wrong with the redirect URI is said here; where it is right, refusals may go there.
        redirect_uri, _ = authorization.redirect_uri_of(parameters, authority.application)
        browser = recognise(self._kit.ports, request)
        prompt, hint = parameters.get("prompt"), parameters.get("login_hint")
        tenant = self._at_once(authority, parameters)
        if tenant is None and hint is None and prompt in (None, "none"):
            signed_in = authority.signed_in(context, browser.id)
            tenant = signed_in[0] if len(signed_in) == 1 else None
        if tenant is not None:
            return self._forward(tenant, parameters, hint)
        if hint is not None and "@" in hint and prompt != "select_account":
            found = authority.of_address(hint)
            if found.tenant is not None:
                return self._forward(found.tenant, parameters, hint)
            if found.both and prompt != "none":
                return self._choose(browser, parameters, hint)
        if prompt == "none":
            return self._login_required(context, parameters, redirect_uri)
        return self._ask(browser, parameters, address=hint or "")

    def answer(self, request: Request) -> Response:
        """What a person said on the page."""
        browser, form, parameters = recognise(self._kit.ports, request), request.form, request.query
        if not hmac.compare_digest((form.get("canary") or "").encode(), self._canary(browser).encode()):
            raise FederationError(Reason.SESSION_EXPIRED, detail="the anti-forgery value of the form is not the page's")
        authority, _ = self._opened(request, parameters)
        if form.get("decision") == "options":
            return self._organization(browser, parameters)
        if form.get("decision") == "back":
            return self._ask(browser, parameters)
        if (organization := form.raw("organization")) is not None:
            tenant = authority.of_domain(organization[:_MAX_FIELD])
            if tenant is not None:
                return self._forward(tenant, parameters, None)
            return self._organization(browser, parameters, domain=organization[:_MAX_FIELD], wrong=True)
        address = (form.raw("loginfmt") or form.raw("address") or "").strip()[:_MAX_FIELD]
        picked = {"azureActiveDirectory": AccountType.WORK, "microsoftAccount": AccountType.PERSONAL}
        found = authority.of_address(address, picked.get(form.get("account") or "")) if "@" in address else _UNKNOWN
        if found.both:
            return self._choose(browser, parameters, address)
        if found.tenant is not None:
            return self._forward(found.tenant, parameters, address)
        return self._ask(browser, parameters, address=address, problem=found.problem)

    # --- where to --------------------------------------------------------------------------------------

    def _opened(self, request: Request, parameters: Params) -> tuple[Authority, Context]:
        kit = self._kit
        authority = open_authority(kit.ports, kit.worlds, self._name, parameters.get("client_id"))
        return authority, kit.worlds.context(authority.world, correlation_id(request, kit.ports.ids.guid))

    def _at_once(self, authority: Authority, parameters: Params) -> Tenant | None:
        if self._name == "consumers":
            return authority.personal_accounts
        return authority.of_hint(parameters.get("domain_hint"))

    def _forward(self, tenant: Tenant, parameters: Params, address: str | None) -> Response:
        """The same request at the tenant's own endpoint."""
        pairs = [(name, value) for name, value in parameters.pairs if name != "login_hint"]
        if address:
            pairs.append(("login_hint", address))
        url = Endpoints(self._kit.ports.settings.base_url, tenant.id).authorize
        return redirect(f"{url}?{urlencode(pairs, quote_via=quote)}")

    def _login_required(self, context: Context, parameters: Params, redirect_uri: str) -> Response:
        reason = Reason.LOGIN_REQUIRED
        response = responses.refusal(
            redirect_uri=redirect_uri,
            response_mode=authorization.response_mode_of(parameters),
            error=reason.value.silent_error,
            description=error_description(
                reason, reason.sentence(), trace_id=self._kit.ports.ids.guid(), context=context
            ),
            state=parameters.get("state") if len(parameters.all("state")) == 1 else None,
            error_uri=error_uri(self._kit.ports.settings.base_url, reason),
        )
        return self._kit.presenter.authorization_response(response, None)

    # --- pages -----------------------------------------------------------------------------------------

    def _ask(
        self, browser: Browser, parameters: Params, *, address: str = "", problem: Reason | None = None
    ) -> Response:
        words = None if problem is None else PROBLEMS.get(problem) or problem.sentence(address=address)
        options = AccountType.WORK in AUTHORITIES[self._name]
        page = pages.UserNamePage(address=address, error=words, sign_in_options=options)
        return self._page(browser, parameters, page, StepWord.HOME_REALM_DISCOVERY)

    def _choose(self, browser: Browser, parameters: Params, address: str) -> Response:
        accounts = tuple(
            pages.PickableAccount(id=kind, name=name, address=address, signed_in=False)
            for kind, name in (
                ("azureActiveDirectory", "Work or school account"),
                ("microsoftAccount", "Personal account"),
            )
        )
        title = "This address is used with more than one account. Which one do you want to use?"
        page = pages.AccountPickerPage(accounts=accounts, title=title, other=False, carried=(("address", address),))
        return self._page(browser, parameters, page, StepWord.ACCOUNT_PICKER)

    def _organization(self, browser: Browser, parameters: Params, *, domain: str = "", wrong: bool = False) -> Response:
        words = "No organization has this domain name. Check it and try again." if wrong else None
        page = pages.OrganizationPage(domain=domain, error=words)
        return self._page(browser, parameters, page, StepWord.HOME_REALM_DISCOVERY)

    def _page(self, browser: Browser, parameters: Params, page: pages.Page, step: StepWord) -> Response:
        action = f"/{self._name}/login?{parameters.encoded()}"
        shell = pages.Shell(step=step, action=action, canary=self._canary(browser))
        return remember(self._kit.ports, browser, self._kit.presenter.page(shell, page))

    def _canary(self, browser: Browser) -> str:
        """Only this browser's cookie gives this value."""
        return hashlib.sha256(f"{browser.cookie}\n{self._name}".encode()).hexdigest()


_UNKNOWN = Found(problem=Reason.USER_UNKNOWN)
