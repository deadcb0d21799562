"""Who is signed in to the sample app in which browser: sessions of the app's own, in memory.

A visit is a frozen record that is replaced as a whole. The cookie is random; a sign-in changes it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from idp_sim.sample.checks import Check, Decoded

#: More than any laptop's worth of browsers; the one that was away longest goes.
MOST_VISITS = 500
#: Tabs in which a sign-in has been begun and not finished.
MOST_PENDING = 8


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A sign-in that was begun: what the answer is compared with."""

    state: str
    nonce: str
    code_verifier: str
    issuer: str
    prompt: str | None = None


@dataclass(frozen=True, kw_only=True)
class GraphAnswer:
    """What Graph said to the app."""

    url: str
    status: int
    body: Any


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who is signed in."""

    issuer: str
    id_token: Decoded
    access_token: Decoded | None
    bearer: str
    scope: str
    checks: tuple[Check, ...]
    graph: GraphAnswer | None = None

    @property
    def claims(self) -> Mapping[str, Any]:
        """The claims of the ID token."""
        return self.id_token.claims

    @property
    def key(self) -> str:
        """The person at the app: issuer and subject (OpenID Connect Core 1.0, 5.7)."""
        return f"{self.claims.get('sub')}@{self.issuer}"

    @property
    def sid(self) -> str | None:
        """The session at the tenant."""
        return self.claims.get("sid")


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One browser at the app; the first of ``accounts`` is the one shown."""

    canary: str
    pending: tuple[Pending, ...] = ()
    accounts: tuple[Account, ...] = ()

    def begun(self, pending: Pending) -> Visit:
        """With one more sign-in on its way."""
        return replace(self, pending=(*self.pending, pending)[-MOST_PENDING:])

    def without(self, state: str) -> Visit:
        """With the sign-in of that state done, however it ended."""
        return replace(self, pending=tuple(p for p in self.pending if p.state != state))

    def with_account(self, account: Account) -> Visit:
        """With ``account`` in front; the same person is there once."""
        return replace(self, accounts=(account, *(a for a in self.accounts if a.key != account.key)))


@dataclass
class Visits:
    """All visits by cookie. Safe to call from any thread."""

    _visits: OrderedDict[str, Visit] = field(default_factory=OrderedDict)
    _guard: Lock = field(default_factory=Lock)

    def get(self, cookie: str | None) -> Visit | None:
        """The visit of a cookie."""
        with self._guard:
            visit = self._visits.get(cookie or "")
            if visit is not None and cookie:
                self._visits.move_to_end(cookie)
            return visit

    def put(self, cookie: str, visit: Visit) -> None:
        """Keep a visit under a new cookie."""
        with self._guard:
            self._visits[cookie] = visit
            while len(self._visits) > MOST_VISITS:
                self._visits.popitem(last=False)

    def change(self, cookie: str, change: Callable[[Visit], Visit]) -> Visit | None:
        """Replace the visit by ``change(old)``; None when it is gone."""
        with self._guard:
            if (old := self._visits.get(cookie)) is None:
                return None
            self._visits[cookie] = new = change(old)
            return new

    def take(self, cookie: str, state: str) -> tuple[Visit, Pending] | None:
        """Visit and the pending sign-in of ``state``, which is used up by this; None when there is none."""
        with self._guard:
            visit = self._visits.get(cookie)
            pending = next((p for p in visit.pending if p.state == state), None) if visit else None
            if visit is None or pending is None:
                return None
            self._visits[cookie] = visit = visit.without(state)
            return visit, pending

    def rename(self, old: str, new: str) -> None:
        """The same visit under another cookie: what a stranger may have planted before sign-in opens nothing after."""
        with self._guard:
            if (visit := self._visits.pop(old, None)) is not None:
                self._visits[new] = visit

    def end_session(self, issuer: str, sid: str) -> int:
        """Sign out everybody whose session at the tenant that is, in whatever browser; how many that were."""
        ended = 0
        with self._guard:
            for cookie, visit in list(self._visits.items()):
                kept = tuple(a for a in visit.accounts if (a.issuer, a.sid) != (issuer, sid))
                ended += len(visit.accounts) - len(kept)
                self._visits[cookie] = replace(visit, accounts=kept)
        return ended
