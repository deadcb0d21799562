"""The flows that are measured: an app-only token, and a sign-in by forms up to the tokens."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from bench_parts.client import Answer, Connection, must
from idp_sim.demo.person import totp

VERIFIER = "bench-code-verifier-of-sufficient-length-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What the flows need of a ready document: the resource tenant's addresses, clients, and people."""

    base_url: str
    tenant: str
    applications: Mapping[str, Mapping[str, Any]]
    users: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Scene:
        """The scene at Contoso."""
        tenant = next(t["id"] for t in document["tenants"] if t["name"] == "contoso")
        return cls(
            base_url=document["base_url"],
            tenant=tenant,
            applications={a["name"]: a for a in document["applications"] if a["tenant"] == "contoso"},
            users={u["user_principal_name"]: u for u in document["users"]},
        )

    @property
    def token_url(self) -> str:
        """Contoso's token endpoint."""
        return f"{self.base_url}/{self.tenant}/oauth2/v2.0/token"


def client_credentials(connection: Connection, scene: Scene) -> None:
    """One app-only token for an API of the tenant (one signature)."""
    daemon, api = scene.applications["daemon"], scene.applications["api"]
    form = {
        "client_id": daemon["client_id"],
        "client_secret": daemon["client_secret"],
        "grant_type": "client_credentials",
        "scope": f"{api['identifier_uris'][0]}/.default",
    }
    must(connection.send("POST", scene.token_url, form), 200)


def code_flow(connection: Connection, scene: Scene, address: str) -> int:
    """A fresh browser signs in to the portal by forms and the code is redeemed; the number of requests."""
    portal = scene.applications["portal"]
    redirect_uri, user = portal["redirect_uris"][0], scene.users[address]
    connection.forget()
    query = {
        "client_id": portal["client_id"],
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": "openid profile email",
        "state": "s",
        "nonce": "n",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    url = f"{scene.base_url}/{scene.tenant}/oauth2/v2.0/authorize?{urlencode(query)}"
    answer, requests = connection.send("GET", url), 1
    while not (answer.location or "").startswith(redirect_uri):
        answer = _next(connection, answer, user)
        requests += 1
        if requests > 30:
            raise SystemExit(f"{address} does not get in; the last page was {answer.url}: {answer.page.text[:300]}")
    parameters = {name: values[0] for name, values in parse_qs(urlsplit(answer.location or "").query).items()}
    if "code" not in parameters:
        raise SystemExit(f"{address} was refused: {parameters}")
    form = {
        "client_id": portal["client_id"],
        "client_secret": portal["client_secret"],
        "grant_type": "authorization_code",
        "code": parameters["code"],
        "redirect_uri": redirect_uri,
        "code_verifier": VERIFIER,
    }
    must(connection.send("POST", scene.token_url, form), 200)
    return requests + 1


def _next(connection: Connection, answer: Answer, user: Mapping[str, Any]) -> Answer:
    """Follow a redirect, or fill in and send the page's form."""
    if answer.location:
        return connection.send("GET", answer.location)
    page = answer.page
    values = dict(page.form.fields)
    step = page.step
    if step == "home_realm_discovery":
        values["loginfmt"] = user["user_principal_name"]
    elif step == "password":
        values["passwd"] = user["password"]
    elif step == "mfa_challenge":
        values["otc"] = _code(user)
    elif step == "stay_signed_in":
        values["decision"] = "decline"
    elif step not in ("app_consent", "consent"):
        raise SystemExit(f"an unforeseen page at {answer.url}: {page.step}: {page.text[:400]}")
    return connection.send(page.form.method, page.form.action, values)


def _code(user: Mapping[str, Any]) -> str:
    from datetime import UTC, datetime

    return totp(user["totp_secret"], datetime.fromtimestamp(time.time(), UTC))
