"""What the sample app shows: its pages from its records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from idp_sim.http import Response
from idp_sim.look.render import Look
from idp_sim.sample.checks import Decoded
from idp_sim.sample.claims import ExplainedClaim, explain, is_guest, summary
from idp_sim.sample.registration import NAME, ROOT
from idp_sim.sample.relying_party import SignInFailed
from idp_sim.sample.visits import Account, Visit

_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, kw_only=True)
class TokenView:
    """A token as the page shows it."""

    title: str
    lead: str
    text: str
    header: str
    claims: tuple[ExplainedClaim, ...]


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """One signed-in person as a row or as the page's subject."""

    key: str
    name: str
    address: str
    guest: bool
    summary: str

    @classmethod
    def of(cls, account: Account) -> AccountView:
        """The person behind an account."""
        claims = account.claims
        address = claims.get("email") or claims.get("preferred_username") or ""
        return cls(
            key=account.key,
            name=str(claims.get("name") or address),
            address=str(address),
            guest=is_guest(claims),
            summary=summary(claims),
        )


class Show:
    """Renders the app's pages."""

    def __init__(self) -> None:
        self._look = Look(_TEMPLATES)

    def welcome(self, *, registered: bool) -> Response:
        """Nobody is signed in."""
        return self._page("welcome.html", registered=registered, name=NAME)

    def account(self, visit: Visit) -> Response:
        """Somebody is signed in: the first account of the visit."""
        account = visit.accounts[0]
        graph = account.graph
        return self._page(
            "account.html",
            canary=visit.canary,
            person=AccountView.of(account),
            others=[AccountView.of(other) for other in visit.accounts[1:]],
            checks=account.checks,
            tokens=_tokens(account),
            scope=account.scope,
            graph=graph,
            graph_body=_pretty(graph.body) if graph else "",
        )

    def signed_out(self, remaining: tuple[Account, ...]) -> Response:
        """After sign-out; ``remaining`` people are still signed in in this browser."""
        return self._page("signed_out.html", remaining=[AccountView.of(account) for account in remaining])

    def failed(self, error: SignInFailed, *, status: int) -> Response:
        """A sign-in that did not end well."""
        return self._page("failed.html", status=status, error=error)

    def _page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        return self._look.response(template, here=ROOT, status=status, root=ROOT, **values)


def _tokens(account: Account) -> list[TokenView]:
    views = [
        _view(
            account.id_token,
            "ID token",
            "It tells this app who signed in. Everything the app believes about the person stands here.",
        )
    ]
    if account.access_token is not None:
        views.append(
            _view(
                account.access_token,
                "Access token",
                "It is for Microsoft Graph. An app hands it on and does not read it; a simulator may open it.",
            )
        )
    return views


def _view(token: Decoded, title: str, lead: str) -> TokenView:
    return TokenView(
        title=title, lead=lead, text=token.text, header=_pretty(token.header), claims=explain(token.claims)
    )


def _pretty(value: Mapping[str, Any] | Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
