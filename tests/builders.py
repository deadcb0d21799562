"""A simulator without sockets whose Graph can be called, and the tokens to call it with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from federation.oidc import jwt_codec
from idp_sim.adapters.border import StorageBorder
from idp_sim.adapters.clock import SystemClock, WorldClocks
from idp_sim.adapters.faults import NoFaults
from idp_sim.adapters.ids import RandomIds
from idp_sim.adapters.journal import MemoryJournal
from idp_sim.adapters.keys import ServerKeys
from idp_sim.applications.model import Application
from idp_sim.directory.model import User
from idp_sim.graph.endpoint import routes
from idp_sim.graph.registry import RESOURCES
from idp_sim.http import Params, Request, Response
from idp_sim.ports import Context, Ports
from idp_sim.scenario.load import ScenarioLoader
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones
from idp_sim.services.worlds import Worlds
from idp_sim.settings import Settings
from idp_sim.sign_in.model import Outcome, SignInRow
from idp_sim.storage.sqlite import SqliteStorage
from idp_sim.tenants.endpoints import sts_issuer
from idp_sim.tenants.model import Tenant

BASE_URL = "https://localhost:8443"
WORLD = "default"
#: When every world of these tests stands still.
NOW = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)

#: Every permission that some resource asks for, delegated or application.
EVERY_PERMISSION = frozenset(
    permission
    for resource in RESOURCES
    for handler in (*resource.operations.values(), *resource.actions.values())
    for permission in (
        *handler.access.delegated,
        *handler.access.application,
        *handler.access.also,
        *handler.access.own,
    )
)

_LOADER = ScenarioLoader()


@cache
def server_keys() -> ServerKeys:
    """One RSA key for the whole test process; making one is expensive and nothing depends on which."""
    return ServerKeys(NOW)


class NoNetwork:
    """Outgoing calls that nobody makes."""

    def send(self, request: object) -> Any:
        raise AssertionError(f"no outgoing call was expected, got {request}")


@dataclass(frozen=True)
class Answer:
    """A response with its JSON read."""

    response: Response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def json(self) -> Any:
        return json.loads(self.response.body)

    @property
    def code(self) -> str:
        return self.json["error"]["code"]

    @property
    def message(self) -> str:
        return self.json["error"]["message"]

    @property
    def value(self) -> list[dict[str, Any]]:
        return self.json["value"]


class GraphWorld:
    """The contoso scenario at ``NOW``, and Graph over it. ``tenant`` picks whose tokens are made."""

    def __init__(self, scenario: str = "contoso") -> None:
        self.storage = SqliteStorage()
        self.samples: dict[str, str] = {}  # ids that the paths of resources below an object are filled with
        settings = Settings(base_url=BASE_URL, control_token="not-used")
        self.ports = Ports(
            settings=settings,
            storage=self.storage,
            clocks=WorldClocks(self.storage, SystemClock()),
            ids=RandomIds(),
            keys=server_keys(),
            outbound=NoNetwork(),
            border=StorageBorder(self.storage, settings),
            journal=MemoryJournal(),
            faults=NoFaults(),
        )
        self.mailroom = Mailroom(self.storage)
        self.worlds = Worlds(self.ports, _LOADER, self.mailroom, Phones(self.storage))
        self.worlds.create(scenario, WORLD)
        self.ports.clocks.freeze(WORLD, True)
        self.ports.clocks.set(WORLD, NOW)
        self._routes = routes(ports=self.ports, worlds=self.worlds, mailroom=self.mailroom)

    def close(self) -> None:
        self.storage.close()

    def keep_only(self, *names: str) -> None:
        """Leave Contoso these users alone, so that a test can count them whatever the scenario has besides."""
        tenant = self.tenant().id
        for user in self.storage.find(WORLD, tenant, User):
            if not any(address.split("@")[0] in names for address in user.addresses):
                self.storage.delete(WORLD, tenant, User, user.id)

    # --- who is who ----------------------------------------------------------------------------------

    def tenant(self, name: str = "contoso") -> Tenant:
        return self.worlds.tenant_named(WORLD, name)

    def user(self, address: str, tenant: str = "contoso") -> User:
        """The user of that tenant whom the address or the part before the ``@`` names."""
        found = self.storage.find(WORLD, self.tenant(tenant).id, User)
        return next(user for user in found if any(a.split("@")[0] == address or a == address for a in user.addresses))

    def change(self, user: User, **values: Any) -> User:
        tenant = self.tenant().id
        return self.storage.update(WORLD, tenant, User, user.id, lambda old: replace(old, **values))

    def client_id(self, tenant: str = "contoso", name: str = "admin") -> str:
        found = self.storage.find(WORLD, self.tenant(tenant).id, Application, name=name)
        return found[0].client_id

    def context(self) -> Context:
        return self.worlds.context(WORLD)

    def sign_in_row(self, **values: Any) -> SignInRow:
        """Store a row of Contoso's sign-in log."""
        defaults = {
            "id": self.ports.ids.guid(),
            "tenant": self.tenant().id,
            "correlation_id": self.ports.ids.guid(),
            "created": NOW,
            "order": self.ports.clocks.sequence(),
            "outcome": Outcome.SUCCESS,
        }
        row = SignInRow(**(defaults | values))
        self.storage.insert(WORLD, self.tenant().id, row)
        return row

    # --- tokens --------------------------------------------------------------------------------------

    def app_token(self, roles: Iterable[str] = EVERY_PERMISSION, *, tenant: str = "contoso", **claims: Any) -> str:
        """A token of the tenant's ``admin`` application acting by itself."""
        own = {"roles": sorted(roles), "idtyp": "app", "appidacr": "1"}
        return self._token(tenant, own | claims)

    def user_token(
        self,
        user: User,
        scopes: Iterable[str] = EVERY_PERMISSION,
        *,
        tenant: str = "contoso",
        **claims: Any,
    ) -> str:
        """A token of the ``admin`` application acting for a user."""
        own = {"scp": " ".join(sorted(scopes)), "oid": user.id, "upn": user.user_principal_name}
        return self._token(tenant, own | claims)

    def _token(self, tenant: str, claims: Mapping[str, Any]) -> str:
        record, seconds = self.tenant(tenant), int(self.ports.clocks.now(WORLD).timestamp())
        base = {
            "iss": sts_issuer(record.id),
            "aud": "https://graph.microsoft.com",
            "tid": record.id,
            "appid": self.client_id(tenant),
            "iat": seconds,
            "nbf": seconds,
            "exp": seconds + int(timedelta(hours=1).total_seconds()),
            "ver": "1.0",
        }
        key = self.ports.keys.key_set(WORLD, record.id).signing
        return jwt_codec.sign({**base, **claims}, key, x5t=True)

    # --- calls ---------------------------------------------------------------------------------------

    def call(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """Call Graph as the HTTP adapter does: ``url`` begins with the version; an app token by default."""
        parts = urlsplit(url.removeprefix(BASE_URL))
        version, _, path = parts.path.lstrip("/").partition("/")
        sent = {"content-type": "application/json"} if body is not None else {}
        token = self.app_token() if token == "" else token
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        request = Request(
            method=method,
            path=unquote(parts.path),
            query=Params.parse(parts.query),
            headers=sent | dict(headers or {}),
            body=raw if raw is not None else b"" if body is None else json.dumps(body).encode(),
            args={"path": unquote(path)},
        )
        route = next(r for r in self._routes if r.rule.startswith(f"/{version}/"))
        return Answer(route.endpoint(request))

    def get(self, url: str, **options: Any) -> Answer:
        return self.call("GET", url, **options)

    def post(self, url: str, body: Any, **options: Any) -> Answer:
        return self.call("POST", url, body, **options)

    def patch(self, url: str, body: Any, **options: Any) -> Answer:
        return self.call("PATCH", url, body, **options)

    def delete(self, url: str, **options: Any) -> Answer:
        return self.call("DELETE", url, **options)
