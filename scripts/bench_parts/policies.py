"""Figures of a tenant that is full of policies: one evaluation, its growth, and what a sign-in costs then."""

from __future__ import annotations

import json
import ssl
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench_parts.client import Connection, must
from bench_parts.figures import Figure
from bench_parts.flows import Scene, code_flow
from bench_parts.large import _token
from bench_parts.server import ServerProcess

FEW, MOST = 10, 195
GUEST = "ana@fabrikam.example"
TIMES = 200
SIGN_INS, ROUNDS = 8, 5
_ROOT = "/v1.0/identity/conditionalAccess"


def policy_figures(home: Path, sign: Callable[[], float], say: Callable[[str], None]) -> Iterator[Figure]:
    """One evaluation of 195 policies and 195 locations, and sign-ins with and without them."""
    say(f"evaluation of {MOST} policies")
    few, most = _evaluation(FEW), _evaluation(MOST)
    note = f"{MOST} policies and {MOST} locations, all of them apply: {most * 1000:.2f} ms, median of {TIMES}"
    yield Figure(name="policies", value=most / sign(), unit="signs", goal=10, note=note)
    growth = (most / few) / (MOST / FEW)
    yield Figure(name="policy growth", value=growth, unit="x linear", goal=1, note=f"from {FEW} to {MOST} policies")
    say(f"sign-ins with {MOST} policies")
    with ServerProcess(home) as server:
        small = _sign_in(server)
        _write(server)
        large = _sign_in(server)
    note = f"a guest's code flow: {small * 1000:.1f} ms of server CPU, then {large * 1000:.1f} ms"
    yield Figure(name="policy sign-in", value=large / small, unit="x small", goal=1.2, note=note)


def _location(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000001"


def _body(number: int) -> dict[str, Any]:
    """A report-only policy with five conditions, which every guest meets."""
    return {
        "displayName": f"Policy {number}",
        "state": "enabledForReportingButNotEnforced",
        "conditions": {
            "users": {"includeUsers": ["GuestsOrExternalUsers"], "excludeUsers": [_location(number)]},
            "applications": {"includeApplications": ["All"]},
            "clientAppTypes": ["browser"],
            "signInRiskLevels": ["none"],
            "platforms": {"includePlatforms": ["all"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    }


def _evaluation(count: int) -> float:
    from idp_sim.conditional_access.evaluate import evaluate
    from idp_sim.conditional_access.grant_controls import Fulfilment
    from idp_sim.conditional_access.locations import LocationIndex, NamedLocation
    from idp_sim.conditional_access.model import SignIn
    from idp_sim.conditional_access.parse import policy_from_json

    now = datetime(2026, 1, 1, tzinfo=UTC)
    policies = [policy_from_json(_body(number), id=_location(number), now=now) for number in range(count)]
    ranges = [tuple(f"10.{number}.{part}.0/24" for part in range(20)) for number in range(MOST)]
    index = LocationIndex(
        NamedLocation(id=_location(number), display_name="x", created=now, ranges=ranges[number])
        for number in range(MOST)
    )
    asked = SignIn(
        user="u",
        user_type="Guest",
        external_user_type="b2bCollaborationGuest",
        home_tenant="t",
        applications=("a",),
    )
    taken = []
    for _ in range(TIMES):
        start = time.process_time()
        place = index.place("10.7.3.9", None)
        evaluate(policies, replace(asked, locations=place.locations)).open(Fulfilment())
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def _write(server: ServerProcess) -> None:
    """The locations and policies, by Graph as an administrator's script does."""
    document = server.document
    connection = Connection(document["base_url"], ssl.create_default_context(cafile=document["ca_file"]))
    headers = {
        "Authorization": f"Bearer {_token(connection, Scene.of(document))}",
        "Content-Type": "application/json",
    }

    def post(path: str, body: dict[str, Any]) -> None:
        encoded = json.dumps(body).encode()
        must(connection.send("POST", document["base_url"] + _ROOT + path, headers=headers, body=encoded), 201)

    for number in range(MOST):
        ranges = [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": f"10.{number}.0.0/16"}]
        post(
            "/namedLocations",
            {"@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": f"L{number}", "ipRanges": ranges},
        )
    for number in range(MOST - 1):  # the scenario has one of its own
        post("/policies", _body(number))
    connection.close()


def _sign_in(server: ServerProcess) -> float:
    """Server CPU of one guest's sign-in, the median of some rounds."""
    document, scene = server.document, Scene.of(server.document)
    connection = Connection(document["base_url"], ssl.create_default_context(cafile=document["ca_file"]))
    code_flow(connection, scene, GUEST)
    costs = []
    for _ in range(ROUNDS):
        start = server.cpu_seconds()
        for _ in range(SIGN_INS):
            code_flow(connection, scene, GUEST)
        costs.append((server.cpu_seconds() - start) / SIGN_INS)
    connection.close()
    return statistics.median(costs)
