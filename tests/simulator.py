"""One running simulator for a test session, a fresh world for each test, and clients for both.

Fixtures: ``simulator`` (a server in threads of this process, over TLS), ``http`` (a session that trusts its CA),
``world`` (a new world made by the control API), ``browse`` (makes browsers and closes them). Calls that need no
socket go through ``World.call``: the same application, in process.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from werkzeug.test import Client

from federation.oidc import jwt_codec
from idp_sim.app import Simulator
from idp_sim.demo.browser import Browser, Landing
from idp_sim.demo.client import Control, Http
from idp_sim.demo.page import Page
from idp_sim.demo.person import Person, totp
from idp_sim.options import ServeOptions
from tests.network_guard import NetworkGuard

__all__ = ["Answer", "Browser", "Landing", "Page", "Person", "World", "challenge_of", "totp"]

#: The portal's first redirect URI, where the browsers of tests stop.
CALLBACK = "https://localhost:9555/cb"
AFTER_REDEMPTION = "https://portal.contoso.example/welcome"
#: A verifier that is long enough for PKCE and the same in every test.
VERIFIER = "the-verifier-of-the-tests-0123456789-abcdefghij"


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636 4.2, written out here so that the product's own is not its own witness."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True)
class Answer:
    """An answer to a call in process."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def location(self) -> str:
        """Where it redirects to."""
        return self.headers["Location"]

    @property
    def parameters(self) -> dict[str, str]:
        """Parameters of the redirect, from query and fragment."""
        parts = urlsplit(self.location)
        return dict(parse_qsl(parts.query)) | dict(parse_qsl(parts.fragment))


@dataclass(frozen=True, kw_only=True)
class WorldControl(Control):
    """The control API of one world."""

    world: str

    def _get(self, path: str, **query: str) -> Any:
        return super()._get(path, **query, world=self.world)


@dataclass
class World:
    """A fresh world: its ready document (``world["users"]`` works), and the people and programs in it."""

    simulator: Simulator
    ready: dict[str, Any]
    http: requests.Session
    browsers: list[Browser] = field(default_factory=list)
    https: list[Http] = field(default_factory=list)

    def __getitem__(self, key: str) -> Any:
        return self.ready[key]

    # --- who and what is in it ----------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The world's id."""
        return str(self.ready["world"])

    @property
    def base_url(self) -> str:
        """Origin of the server."""
        return self.simulator.base_url

    def tenant(self, name: str = "contoso") -> dict[str, Any]:
        """A tenant's entry of the ready document."""
        return next(t for t in self.ready["tenants"] if t["name"] == name)

    def tenant_id(self, name: str = "contoso") -> str:
        """A tenant's id."""
        return str(self.tenant(name)["id"])

    def application(self, name: str = "portal", tenant: str = "contoso") -> dict[str, Any]:
        """An application's entry."""
        return next(a for a in self.ready["applications"] if (a["name"], a["tenant"]) == (name, tenant))

    def user(self, name: str) -> dict[str, Any]:
        """A member's entry, by user principal name or the part before the ``@``."""
        return next(
            u for u in self.ready["users"] if name in (_local(u["user_principal_name"]), u["user_principal_name"])
        )

    def guest(self, name: str) -> dict[str, Any]:
        """A guest's entry, by address or the part before the ``@``."""
        return next(g for g in self.ready["guests"] if name in (g["mail"], _local(g["mail"])))

    # --- calls in process ---------------------------------------------------------------------------

    def call(
        self,
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | list[tuple[str, str]] | None = None,
        json_body: Any = None,
        query: Mapping[str, str] | list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """The simulator's answer without a socket. ``url`` is absolute, or a path."""
        parts = urlsplit(url)
        sent = {
            **({"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}),
            **(headers or {}),
        }
        data = body if body is not None else urlencode(form).encode() if form is not None else None
        client = Client(self.simulator.application, use_cookies=False)
        options = {"json": json_body} if json_body is not None else {"data": data}
        answer = client.open(
            parts.path or "/",
            base_url=self.base_url,
            method=method,
            query_string="&".join(filter(None, (parts.query, urlencode(query or {})))),
            headers=sent,
            **options,
        )
        try:
            return Answer(answer.status_code, dict(answer.headers.items()), answer.data)
        finally:
            answer.close()

    def control(self, method: str, path: str, body: Any = None, *, expect: int = 200, **query: str) -> Any:
        """The control API of this world; ``worlds`` themselves belong to none."""
        answer = self.call(
            method,
            f"/_sim/{path}",
            json_body=body,
            query=query if path.partition("/")[0] == "worlds" else {**query, "world": self.id},
            headers={"Authorization": f"Bearer {self.ready['control_token']}"},
        )
        assert answer.status == expect, f"{method} {path}: {answer.status} {answer.text}"
        return answer.json if answer.body else None

    def graph(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        tenant: str = "contoso",
        expect: int = 200,
        version: str = "v1.0",
    ) -> Any:
        """Graph as the tenant's ``admin`` application; ``path`` begins after the version."""
        token = self.client_credentials(tenant=tenant)["access_token"]
        answer = self.call(method, f"/{version}{path}", json_body=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status == expect, f"{method} {path}: {answer.status} {answer.text}"
        return answer.json if answer.body else None

    # --- time ---------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The world's time."""
        return datetime.fromisoformat(self.control("GET", "clock")["now"])

    def advance(self, **duration: float) -> None:
        """Move the world's clock by a ``timedelta``."""
        self.simulator.ports.clocks.advance(self.id, timedelta(**duration))

    def freeze(self, instant: datetime | None = None) -> datetime:
        """Let the world's clock stand, at ``instant`` if given; the time it shows."""
        clocks = self.simulator.ports.clocks
        clocks.freeze(self.id, True)
        if instant is not None:
            clocks.set(self.id, instant)
        return clocks.now(self.id)

    # --- people -------------------------------------------------------------------------------------

    def browser(self, *stop_at: str) -> Browser:
        """A new browser over TLS that stops at the portal's callback, after redemption, and at ``stop_at``."""
        browser = Browser(verify=self.ready["ca_file"], stop_at=(CALLBACK, AFTER_REDEMPTION, *stop_at))
        self.browsers.append(browser)
        return browser

    def person(self, address: str, *, password: str | None = None) -> Person:
        """Somebody of the ready document with what they own, or a person without a home."""
        http = Http(self.ready["ca_file"])
        self.https.append(http)
        control = WorldControl(http=http, url=f"{self.base_url}/_sim", token=self.ready["control_token"], world=self.id)
        row = next((u for u in self.ready["users"] if u["user_principal_name"] == address), None)
        person = Person(address=address, control=control, password=password or (row["password"] if row else None))
        if row and row["totp_secret"]:
            person.authenticators[self.tenant_id(row["tenant"])] = row["totp_secret"]
        for guest in self.ready["guests"]:
            if guest["mail"] == address and guest["totp_secret"]:
                person.authenticators[self.tenant_id(guest["tenant"])] = guest["totp_secret"]
        return person

    # --- OpenID Connect -----------------------------------------------------------------------------

    def authorize_url(self, application: str = "portal", *, tenant: str = "contoso", **changes: str | None) -> str:
        """An authorization request of the application: code and PKCE; ``changes`` replace parameters, None omits."""
        registered = self.application(application, tenant)
        parameters: dict[str, str | None] = {
            "client_id": registered["client_id"],
            "response_type": "code",
            "redirect_uri": next(iter(registered["redirect_uris"]), None),
            "scope": "openid profile email offline_access",
            "state": "state of the tests",
            "nonce": "nonce of the tests",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }
        given = {name: value for name, value in parameters.items() if value is not None}
        return f"{self.base_url}/{self.tenant_id(tenant)}/oauth2/v2.0/authorize?{urlencode(given)}"

    def token_url(self, tenant: str = "contoso") -> str:
        """The tenant's token endpoint."""
        return f"{self.base_url}/{self.tenant_id(tenant)}/oauth2/v2.0/token"

    def walk(self, address: str, url: str, *, browser: Browser | None = None, person: Person | None = None) -> Landing:
        """Let a person follow ``url`` to the application."""
        person = person or self.person(address)
        browser = browser or self.browser(*self._redirect_uris())
        return person.walk(browser, browser.get(url))

    def sign_in_for_code(self, address: str, application: str = "portal", **changes: str | None) -> str:
        """The code that the application receives after a person signed in."""
        answer = self.walk(address, self.authorize_url(application, login_hint=address, **changes)).parameters
        assert "code" in answer, answer
        return answer["code"]

    def token(
        self,
        form: Mapping[str, str],
        application: str = "portal",
        *,
        tenant: str = "contoso",
        headers: Mapping[str, str] | None = None,
        **changes: str | None,
    ) -> Answer:
        """A token request with the application's credentials; ``changes`` replace parameters, None omits."""
        registered = self.application(application, tenant)
        parameters: dict[str, str | None] = {
            "client_id": registered["client_id"],
            "client_secret": registered["client_secret"],
            **form,
            **changes,
        }
        given = {name: value for name, value in parameters.items() if value is not None}
        return self.call("POST", self.token_url(tenant), form=given, headers=headers)

    def redeem(self, code: str, application: str = "portal", **changes: str | None) -> dict[str, Any]:
        """The tokens for a code."""
        answer = self.token(self.code_form(code, application), application, **changes)
        assert answer.status == 200, answer.text
        tokens: dict[str, Any] = answer.json
        return tokens

    def code_form(self, code: str, application: str = "portal") -> dict[str, str]:
        """The token request for a code, without credentials."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.application(application)["redirect_uris"][0],
            "code_verifier": VERIFIER,
        }

    def tokens_of(self, address: str, application: str = "portal", **changes: str | None) -> dict[str, Any]:
        """Sign in and redeem."""
        return self.redeem(self.sign_in_for_code(address, application, **changes), application)

    def client_credentials(
        self, scope: str = "https://graph.microsoft.com/.default", application: str = "admin", tenant: str = "contoso"
    ) -> dict[str, Any]:
        """The answer to an application's own token request."""
        answer = self.token({"grant_type": "client_credentials", "scope": scope}, application, tenant=tenant)
        assert answer.status == 200, answer.text
        tokens: dict[str, Any] = answer.json
        return tokens

    def claims(self, token: str, tenant: str = "contoso") -> dict[str, Any]:
        """The claims of a token, checked against the keys that the tenant publishes."""
        published = self.call("GET", f"/{self.tenant_id(tenant)}/discovery/v2.0/keys").json
        return dict(jwt_codec.verify(token, jwt_codec.public_keys(published), self.now()))

    def close(self) -> None:
        """Forget the world and close its connections."""
        for client in (*self.browsers, *self.https):
            client.close()
        self.control("DELETE", f"worlds/{self.id}", expect=204)

    def _redirect_uris(self) -> tuple[str, ...]:
        uris = [uri for application in self.ready["applications"] for uri in application["redirect_uris"]]
        return (*uris, *(f"{uri}/" for uri in uris))  # one without a path comes back with a slash


def _local(address: str) -> str:
    return address.partition("@")[0]


@pytest.fixture(scope="session")
def simulator(network_guard: NetworkGuard) -> Iterator[Simulator]:
    """A simulator of this process, over TLS, with the default scenario."""
    with Simulator.start(ServeOptions(port=0)) as running:
        yield running


@pytest.fixture(scope="session")
def http(simulator: Simulator) -> Iterator[requests.Session]:
    """A session that trusts the simulator's CA and nothing of the environment."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = simulator.ca_file
        yield session


MakeWorld = Callable[..., World]


@contextlib.contextmanager
def _worlds(simulator: Simulator, http: requests.Session) -> Iterator[MakeWorld]:
    made: list[World] = []
    token = simulator.ports.settings.control_token
    bare = World(simulator, {"world": "default", "control_token": token}, http)

    def make(scenario: str | Mapping[str, Any] = "contoso") -> World:
        made.append(World(simulator, bare.control("POST", "worlds", {"scenario": scenario}, expect=201), http))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def make_world(simulator: Simulator, http: requests.Session) -> Iterator[MakeWorld]:
    """Makes worlds from a scenario (a name or an object) that are gone after the test."""
    with _worlds(simulator, http) as make:
        yield make


@pytest.fixture(scope="module")
def shared_world(simulator: Simulator, http: requests.Session) -> Iterator[World]:
    """A world for all tests of a module, which must leave it as it was (refusals change nothing)."""
    with _worlds(simulator, http) as make:
        yield make()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A fresh world of the default scenario."""
    return make_world()
