"""Figures of a large directory: Graph over 100,000 users, and a start with 10,000 guests."""

from __future__ import annotations

import json
import ssl
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench_parts.client import Connection, must
from bench_parts.figures import Figure
from bench_parts.flows import Scene
from bench_parts.server import ServerProcess, free_port

MEMBERS, GUESTS = 90_000, 10_000
#: Requests of each kind; the first ones warm up.
TIMES, WARM = 40, 15


def large_figures(home: Path, data: Path, sign: Callable[[], float], say: Callable[[str], None]) -> Iterator[Figure]:
    """Start with 10,000 guests, Graph's latencies with 100,000 users; ``sign`` in seconds."""
    port = free_port()  # at another one a server first rewrites the origin in its records
    say("start of serve with 10,000 guests")
    with ServerProcess(home, data=data, port=port) as server:
        tenant = Scene.of(server.document).tenant
    _fill(data, tenant, "Guest", GUESTS)
    yield from _restart(home, data, port)
    say("Graph over 100,000 users")
    _fill(data, tenant, "Member", MEMBERS)
    with ServerProcess(home, data=data, port=port) as server:
        yield from _graph(server, sign)


def _fill(data: Path, tenant: str, kind: str, count: int) -> None:
    """Users straight into the storage of a server that does not run."""
    from idp_sim.directory.model import User
    from idp_sim.storage.folder import FolderHome
    from idp_sim.storage.sqlite import SqliteStorage

    storage, created = SqliteStorage(home=FolderHome(data / "worlds")), datetime.now(UTC)
    world = storage.worlds()[0]
    with storage.unit_of_work(world):
        for number in range(count):
            name = f"{kind.lower()}{number}"
            mail = f"{name}@partner.example" if kind == "Guest" else f"{name}@contoso.example"
            user = User(
                id=f"{'0' if kind == 'Guest' else '1'}0000000-0000-4000-8000-{number:012}",
                user_principal_name=f"{name}_partner.example#EXT#@contoso.example" if kind == "Guest" else mail,
                display_name=f"{kind} {number}",
                created=created,
                mail=mail,
                mail_nickname=name,
                user_type=kind,
                external_user_state="Accepted" if kind == "Guest" else None,
                other_mails=(mail,) if kind == "Guest" else (),
                proxy_addresses=(f"SMTP:{mail}",),
            )
            storage.insert(world, tenant, user)
    storage.close()


def _restart(home: Path, data: Path, port: int) -> Iterator[Figure]:
    from bench_parts.yardsticks import import_seconds

    imports, starts = [import_seconds()], []
    for _ in range(5):
        with ServerProcess(home, data=data, port=port) as server:
            context = ssl.create_default_context(cafile=server.document["ca_file"])
        imports.append(import_seconds())
        with ServerProcess(home, data=data, port=port) as server:
            starts.append(server.first_answer(context))
    one_import, start = statistics.median(imports), statistics.median(starts)
    note = f"serve to the first 200 on /health with 10,000 guests in its folder: {start * 1000:.1f} ms, median of 5"
    yield Figure(name="restart", value=start / one_import, unit="imports", goal=3, note=note)


def _graph(server: ServerProcess, sign: Callable[[], float]) -> Iterator[Figure]:
    document = server.document
    connection = Connection(document["base_url"], ssl.create_default_context(cafile=document["ca_file"]))
    headers = {"Authorization": f"Bearer {_token(connection, Scene.of(document))}"}
    server.rest()
    root = f"{document['base_url']}/v1.0/users"

    for query, name, goal, eventual, right in (
        ("?$filter=mail eq 'member54321@contoso.example'", "graph filter", 10, False, _single),
        ("?$filter=userType eq 'Guest'&$top=100", "graph guests", 10, False, _full),
        ("?$top=100", "graph page", 10, False, _full),
        ("?$filter=userType eq 'Guest'&$top=1&$count=true", "graph count", 10, True, _counted),
    ):
        asked = {**headers, "ConsistencyLevel": "eventual"} if eventual else headers
        taken = []
        before = sign()
        for _ in range(TIMES):
            start = time.perf_counter()
            answer = must(connection.send("GET", root + quote(query, safe="?$=&"), headers=asked), 200)
            taken.append(time.perf_counter() - start)
            if not right(answer):
                raise SystemExit(f"{query} answered {json.dumps(answer)[:300]}")
        seconds = statistics.median(taken[WARM:])
        note = f"GET /users{query} of {MEMBERS + GUESTS:,}: {seconds * 1000:.2f} ms, median of {TIMES - WARM}"
        yield Figure(name=name, value=seconds * 2 / (before + sign()), unit="signs", goal=goal, note=note)
    connection.close()


def _full(answer: Any) -> bool:
    return len(answer["value"]) == 100


def _single(answer: Any) -> bool:
    return len(answer["value"]) == 1


def _counted(answer: Any) -> bool:
    return bool(answer["@odata.count"] >= GUESTS)


def _token(connection: Connection, scene: Scene) -> str:
    application = scene.applications["admin"]
    form = {
        "grant_type": "client_credentials",
        "client_id": application["client_id"],
        "client_secret": application["client_secret"],
        "scope": "https://graph.microsoft.com/.default",
    }
    return str(must(connection.send("POST", scene.token_url, form), 200)["access_token"])
