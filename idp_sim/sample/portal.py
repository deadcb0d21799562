"""The endpoints of the sample app under ``/sample/portal``."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from idp_sim.http import Request, Response, Route, redirect
from idp_sim.sample.registration import ROOT, Environment, Registration, Registrations
from idp_sim.sample.relying_party import RelyingParty, SignInFailed
from idp_sim.sample.show import Show
from idp_sim.sample.visits import Account, Pending, Visit, Visits

#: What a caller may ask for when it begins a sign-in here.
PROMPTS = ("select_account", "login")
LONGEST_HINT = 320


class Portal:
    """The app: its visits, and what it shows. One per simulator."""

    def __init__(self, environment: Environment, registrations: Registrations, show: Show) -> None:
        self._environment = environment
        self._registrations = registrations
        self._show = show
        self._visits = Visits()

    def routes(self) -> list[Route]:
        """Every route of the app."""
        gets = {
            "": self.home,
            "/sign-in": self.sign_in,
            "/callback": self.callback,
            "/signed-out": self.signed_out,
            "/front-channel-logout": self.front_channel_logout,
        }
        posts = {
            "/graph": self.ask_graph,
            "/switch": self.switch,
            "/sign-out": self.sign_out,
            "/sign-out-everywhere": self.sign_out_everywhere,
        }
        tables = (("GET", gets), ("POST", posts))
        return [
            Route(rule=ROOT + path, methods=(method,), endpoint=endpoint, name=f"sample{path.replace('/', '-')}")
            for method, table in tables
            for path, endpoint in table.items()
        ]

    # --- signing in ----------------------------------------------------------------------------------

    def home(self, request: Request) -> Response:
        """Who is signed in, with everything the app knows; or the way in."""
        if (elsewhere := self._own_host(request)) is not None:
            return elsewhere
        visit = self._visits.get(self._cookie(request))
        if visit is None or not visit.accounts:
            return self._show.welcome(registered=self._registrations(None) is not None)
        return self._show.account(visit)

    def sign_in(self, request: Request) -> Response:
        """Begin a sign-in. ``iss`` and ``login_hint`` as in OpenID Connect Core 4, which lets others begin it."""
        if (elsewhere := self._own_host(request)) is not None:
            return elsewhere
        registration = self._registrations(request.query.get("iss"))
        if registration is None:
            return self._show.failed(SignInFailed("The sample app is not registered there."), status=404)
        prompt = request.query.get("prompt")
        secret = self._environment.secret
        pending = Pending(
            state=secret(24),
            nonce=secret(24),
            code_verifier=secret(48),
            issuer=registration.issuer,
            prompt=prompt if prompt in PROMPTS else None,
        )
        hint = (request.query.get("login_hint") or "")[:LONGEST_HINT]
        try:
            url = RelyingParty(self._environment, registration).authorization_url(pending, login_hint=hint or None)
        except SignInFailed as error:
            return self._show.failed(error, status=502)
        cookie = self._cookie(request)
        if cookie is not None and self._visits.change(cookie, lambda visit: visit.begun(pending)) is not None:
            return redirect(url)
        fresh = secret(24)
        self._visits.put(fresh, Visit(canary=secret(24), pending=(pending,)))
        return self._with_cookie(redirect(url), fresh)

    def callback(self, request: Request) -> Response:
        """The tenant's answer (OpenID Connect Core 3.1.2.5, 3.1.2.6)."""
        cookie = self._cookie(request) or ""
        taken = self._visits.take(cookie, request.query.get("state") or "")
        if taken is None:
            sentence = "This answer belongs to no sign-in that was begun in this browser, or it came twice."
            return self._show.failed(SignInFailed(sentence), status=400)
        _, pending = taken
        try:
            account = self._redeemed(request, pending)
        except SignInFailed as error:
            return self._show.failed(error, status=400)
        self._visits.change(cookie, lambda visit: visit.with_account(account))
        fresh = self._environment.secret(24)
        self._visits.rename(cookie, fresh)
        return self._with_cookie(redirect(self._environment.home, 303), fresh)

    def _redeemed(self, request: Request, pending: Pending) -> Account:
        if error := request.query.get("error"):
            raise SignInFailed(
                f"The tenant refused: {error}.",
                detail=request.query.get("error_description") or "",
                uri=request.query.get("error_uri") or "",
            )
        code, registration = request.query.get("code"), self._registrations(pending.issuer)
        if code is None or registration is None:
            raise SignInFailed("The answer holds no code, or the tenant is gone.")
        return RelyingParty(self._environment, registration).redeem(pending, code)

    # --- being signed in -----------------------------------------------------------------------------

    def ask_graph(self, request: Request) -> Response:
        """Call Microsoft Graph in the person's name."""

        def ask(cookie: str, account: Account, party: RelyingParty) -> Response:
            asked = party.ask_graph(account)
            self._visits.change(cookie, lambda visit: _replaced(visit, asked))
            return redirect(f"{self._environment.home}#graph", 303)

        return self._for_somebody(request, ask)

    def switch(self, request: Request) -> Response:
        """Show another person who is signed in in this browser."""
        cookie, wanted = self._trusted(request), request.form.get("account")
        if cookie is not None:
            self._visits.change(cookie, lambda visit: _in_front(visit, wanted))
        return redirect(self._environment.home, 303)

    # --- signing out ---------------------------------------------------------------------------------

    def sign_out(self, request: Request) -> Response:
        """Forget one person, and end the session at the tenant (RP-Initiated Logout 2)."""

        def leave(cookie: str, account: Account, party: RelyingParty) -> Response:
            self._visits.change(cookie, lambda visit: _without(visit, account.key))
            return redirect(party.end_session_url(account=account), 303)

        return self._for_somebody(request, leave)

    def sign_out_everywhere(self, request: Request) -> Response:
        """Forget everybody in this browser, here and at the tenant; the tenant tells its other apps."""

        def leave(cookie: str, account: Account, party: RelyingParty) -> Response:
            self._visits.change(cookie, lambda visit: replace(visit, accounts=()))
            return redirect(party.end_session_url(account=None), 303)

        return self._for_somebody(request, leave)

    def signed_out(self, request: Request) -> Response:
        """Where the tenant sends the browser back to."""
        visit = self._visits.get(self._cookie(request))
        return self._show.signed_out(visit.accounts if visit else ())

    def front_channel_logout(self, request: Request) -> Response:
        """The tenant says, in a hidden frame, that a session has ended (Front-Channel Logout 1.0, 2).

        The session is found by its ``sid`` rather than by the cookie, which browsers keep from frames of other
        sites; only the tenant and this app know a ``sid``.
        """
        issuer, sid = request.query.get("iss"), request.query.get("sid")
        if issuer and sid:
            self._visits.end_session(issuer, sid)
        headers = (("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"))
        return Response(headers=headers, body=b"Signed out.\n")

    # --- inside --------------------------------------------------------------------------------------

    def _for_somebody(self, request: Request, act: Callable[[str, Account, RelyingParty], Response]) -> Response:
        """``act`` for the person shown, if the form is this app's own; else the first page as it is now."""
        cookie = self._trusted(request)
        visit = self._visits.get(cookie)
        wanted = request.form.get("account")
        account = next((a for a in visit.accounts if a.key == wanted), None) if visit else None
        if cookie is None or account is None:
            return redirect(self._environment.home, 303)
        registration = self._registrations(account.issuer)
        if registration is None:  # the world is gone, and the session with it
            self._visits.change(cookie, lambda visit: _without(visit, account.key))
            return redirect(self._environment.signed_out_uri, 303)
        try:
            return act(cookie, account, RelyingParty(self._environment, registration))
        except SignInFailed as error:
            return self._show.failed(error, status=502)

    def _trusted(self, request: Request) -> str | None:
        """The cookie of a form that this app gave to this browser; None for any other form."""
        cookie = self._cookie(request)
        visit = self._visits.get(cookie)
        posted = (request.form.get("canary") or "").encode()
        return cookie if visit is not None and hmac.compare_digest(posted, visit.canary.encode()) else None

    def _cookie(self, request: Request) -> str | None:
        return request.cookies.get(self._environment.cookie_name)

    def _with_cookie(self, response: Response, value: str) -> Response:
        secure = "; Secure" if self._environment.base_url.startswith("https:") else ""
        cookie = f"{self._environment.cookie_name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}"
        return response.with_headers(("Set-Cookie", cookie))

    def _own_host(self, request: Request) -> Response | None:
        """The same address at the app's own origin, when the browser came by another name: its cookie lies there."""
        own = urlsplit(self._environment.base_url)
        if urlsplit(f"//{request.headers.get('host', '')}").hostname == own.hostname:
            return None
        query = f"?{urlencode(request.query.pairs)}" if request.query else ""
        return redirect(self._environment.base_url + request.path + query)


def _replaced(visit: Visit, account: Account) -> Visit:
    return replace(visit, accounts=tuple(account if a.key == account.key else a for a in visit.accounts))


def _without(visit: Visit, key: str) -> Visit:
    return replace(visit, accounts=tuple(a for a in visit.accounts if a.key != key))


def _in_front(visit: Visit, key: str | None) -> Visit:
    return replace(visit, accounts=tuple(sorted(visit.accounts, key=lambda account: account.key != key)))


def sample_routes(environment: Environment, registrations: Registrations) -> list[Route]:
    """Routes of the sample app."""
    return Portal(environment, registrations, Show()).routes()


__all__ = ["Environment", "Portal", "Registration", "sample_routes"]
