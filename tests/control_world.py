"""A simulator without network: real storage, clocks and worlds behind the control API's endpoints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from idp_sim.adapters.border import StorageBorder
from idp_sim.adapters.clock import SystemClock, WorldClocks
from idp_sim.adapters.faults import NoFaults
from idp_sim.adapters.ids import RandomIds
from idp_sim.adapters.journal import MemoryJournal
from idp_sim.control.routes import routes
from idp_sim.http import Params, Request, Response
from idp_sim.ports import Context, Ports
from idp_sim.scenario.load import ScenarioLoader, ScenarioSource
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones
from idp_sim.services.worlds import Worlds
from idp_sim.settings import Settings
from idp_sim.storage.sqlite import SqliteStorage

BASE_URL = "https://localhost:8443"
TOKEN = "control-token-of-this-test"
LOADER = ScenarioLoader()  # reads each shipped scenario once for the whole session; holds nothing of a world


class NoNetwork:
    """Stands where keys and outgoing calls would be: nothing here uses them."""


@dataclass
class Answer:
    """A response, its JSON read."""

    status: int
    json: Any
    response: Response

    @property
    def message(self) -> str:
        return self.json["error"]["message"]


Headless = Callable[[Context, dict[str, Any]], dict[str, Any]]


def _nobody(context: Context, body: dict[str, Any]) -> dict[str, Any]:
    raise AssertionError("no headless sign-in was expected")


@dataclass
class ControlWorld:
    """One simulator with its default world."""

    scenario: ScenarioSource = "contoso"
    headless: Headless = _nobody
    storage: SqliteStorage = field(default_factory=SqliteStorage)

    def __post_init__(self) -> None:
        settings = Settings(base_url=BASE_URL, control_token=TOKEN, ca_file="/ca.pem")
        self.ports = Ports(
            settings=settings,
            storage=self.storage,
            clocks=WorldClocks(self.storage, SystemClock()),
            ids=RandomIds(),
            keys=NoNetwork(),  # type: ignore[arg-type]
            outbound=NoNetwork(),  # type: ignore[arg-type]
            border=StorageBorder(self.storage, settings),
            journal=MemoryJournal(),
            faults=NoFaults(),
        )
        self.mailroom, self.phones = Mailroom(self.storage), Phones(self.storage)
        self.worlds = Worlds(self.ports, LOADER, self.mailroom, self.phones)
        self.worlds.create(self.scenario, "default")
        self.routes = routes(
            ports=self.ports,
            worlds=self.worlds,
            mailroom=self.mailroom,
            phones=self.phones,
            headless=lambda c, b: self.headless(c, b),
        )

    def close(self) -> None:
        self.storage.close()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = TOKEN,
        raw: bytes | None = None,
        **query: object,
    ) -> Answer:
        """Call the control API as the HTTP adapter does."""
        endpoint, args = self._route(path)
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        request = Request(
            method=method,
            path=path,
            query=Params.parse(urlencode(query)),
            headers={} if token is None else {"authorization": f"Bearer {token}"},
            body=content,
            args=args,
        )
        response = endpoint(request)
        return Answer(response.status, json.loads(response.body) if response.body else None, response)

    def _route(self, path: str) -> tuple[Callable[[Request], Response], Mapping[str, str]]:
        for route in self.routes:
            pattern = re.sub(r"<(path:)?(\w+)>", lambda m: f"(?P<{m[2]}>{'.+' if m[1] else '[^/]+'})", route.rule)
            if found := re.fullmatch(pattern, path):
                return route.endpoint, found.groupdict()
        raise AssertionError(f"no route for {path}")
