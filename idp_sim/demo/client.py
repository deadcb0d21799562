"""The programs of the stories, as HTTP clients: the application under test and the one who reads the control API."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from idp_sim.demo.browser import TIMEOUT


class UnexpectedAnswer(Exception):
    """A server answered otherwise than the story needs."""


class Http:
    """JSON over HTTPS with one CA; an unexpected status becomes one sentence."""

    def __init__(self, verify: str | bool) -> None:
        import requests

        self._session = requests.Session()
        self._session.trust_env = False
        self._verify = verify

    def call(
        self,
        method: str,
        url: str,
        *,
        expect: int = 200,
        token: str | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        """Send and return the JSON answer; UnexpectedAnswer when the status is not ``expect``."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = self._session.request(
            method,
            url,
            headers=headers,
            json=json,
            data=form,
            params=query,
            verify=self._verify,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        if response.status_code != expect:
            raise UnexpectedAnswer(
                f"{method} {url.partition('?')[0]} answered {response.status_code} "
                f"instead of {expect}: {response.text[:400]}"
            )
        return response.json() if response.content else None

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


@dataclass(frozen=True, kw_only=True)
class Control:
    """The simulator's own API (product.md 3)."""

    http: Http
    url: str
    token: str

    def now(self) -> datetime:
        """The world's time."""
        return datetime.fromisoformat(self._get("clock")["now"])

    def newest_mail(self, to: str) -> Mapping[str, Any]:
        """The newest mail to an address, waited for; UnexpectedAnswer when none comes."""
        mails = self._get("inbox/messages", to=to, wait="10")["value"]
        if not mails:
            raise UnexpectedAnswer(f"no mail came for {to}")
        return mails[-1]

    def newest_passcode(self, to: str) -> str:
        """The one-time passcode of the newest mail; UnexpectedAnswer when that mail carries none."""
        mail = self.newest_mail(to)
        if not mail["passcode"]:
            raise UnexpectedAnswer(f"the newest mail to {to}, '{mail['subject']}', carries no passcode")
        return mail["passcode"]

    def sign_in_ids(self) -> list[str]:
        """Ids of the finished sign-ins, newest first."""
        return [row["id"] for row in self._get("sign-ins")["value"]]

    def explanation(self, sign_in: str) -> Mapping[str, Any]:
        """Every decision of a sign-in, at both tenants, in order."""
        return self._get(f"sign-ins/{sign_in}/explanation")

    def _get(self, path: str, **query: str) -> Any:
        return self.http.call("GET", f"{self.url}/{path}", token=self.token, query=query)


@dataclass(frozen=True, kw_only=True)
class Application:
    """A confidential client of an Entra-kind tenant, as an entry of the ready document describes it."""

    http: Http
    client_id: str
    client_secret: str
    metadata: Mapping[str, Any]
    redirect_uri: str | None = None

    def client_credentials(self, scope: str) -> str:
        """An app-only access token."""
        return self._token({"grant_type": "client_credentials", "scope": scope})["access_token"]

    def authorization_url(self, *, state: str, nonce: str, verifier: str, login_hint: str) -> str:
        """Where the application sends the browser: code flow with PKCE (RFC 7636 4)."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri or "",
            "response_mode": "query",
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "login_hint": login_hint,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.metadata['authorization_endpoint']}?{urlencode(query)}"

    def redeem(self, code: str, verifier: str) -> Mapping[str, Any]:
        """Exchange a code for tokens."""
        return self._token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": verifier,
                "redirect_uri": self.redirect_uri or "",
            }
        )

    def key_document(self) -> Mapping[str, Any]:
        """The keys that the tenant publishes."""
        return self.http.call("GET", self.metadata["jwks_uri"])

    def _token(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        credentials = {"client_id": self.client_id, "client_secret": self.client_secret}
        return self.http.call("POST", self.metadata["token_endpoint"], form={**form, **credentials})
