"""Each measurement: what is repeated how often, and how the figure follows."""

from __future__ import annotations

import json
import ssl
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bench_parts.client import Connection, must
from bench_parts.figures import Figure
from bench_parts.flows import Scene, client_credentials, code_flow
from bench_parts.server import ServerProcess
from bench_parts.yardsticks import import_seconds, signatures_per_second

MEMBER, GUEST = "megan@contoso.example", "ana@fabrikam.example"

#: What is signed with RSA in one flow, by name; the count is the length.
MEMBER_SIGNATURES = ("access token", "ID token")
GUEST_SIGNATURES = ("client assertion", "home's ID token", "access token", "ID token")


def all_figures(say: Callable[[str], None]) -> Iterator[Figure]:
    """Every figure in turn; ``say`` hears what is being measured."""
    say("signatures per second of one core")
    per_second = signatures_per_second()
    sign = 1 / per_second
    yield Figure(name="sign", value=per_second, unit="/s", note="RSA-2048 signatures of one core, cryptography")
    with tempfile.TemporaryDirectory(prefix="idp-sim-bench-home-") as home:
        say("start of serve, in turn with imports (7 and 5 times)")
        one_import, start = _starts(Path(home))
        yield Figure(name="import", value=one_import * 1000, unit="ms", note='python -c "import flask, cryptography"')
        yield Figure(
            name="start",
            value=start / one_import,
            unit="imports",
            goal=3,
            note=f"serve to the first 200 on /health: {start * 1000:.0f} ms, median of 5",
        )
        with ServerProcess(Path(home)) as server:
            yield from _of_running(server, sign, one_import, say)


def _starts(home: Path) -> tuple[float, float]:
    with ServerProcess(home) as server:  # makes the CA and the compiled files that later starts find
        context = ssl.create_default_context(cafile=server.document["ca_file"])
    imports, starts = [import_seconds()], []
    for _ in range(5):
        imports.append(import_seconds())
        with ServerProcess(home) as server:
            starts.append(server.first_answer(context))
    imports.append(import_seconds())
    return statistics.median(imports), statistics.median(starts)


def _of_running(server: ServerProcess, sign: float, one_import: float, say: Callable[[str], None]) -> Iterator[Figure]:
    say("idle memory")
    document = server.document
    time.sleep(1)
    yield Figure(
        name="idle memory", value=server.resident_mib(), unit="MiB", goal=90, note="resident, a second after the start"
    )
    context = ssl.create_default_context(cafile=document["ca_file"])
    load = partial(_cpu_per_round, server, document, context)
    scene = Scene.of(document)

    say("client-credentials tokens, 8 kept TLS connections")
    cpu = load(lambda connection: client_credentials(connection, scene), workers=8, warm_up=25, rounds=250)
    yield Figure(
        name="token",
        value=100 * sign / cpu,
        unit="% sign",
        goal=35,
        better="higher",
        note=f"{cpu * 1000:.2f} ms of server CPU a client-credentials token over TLS, 8 connections",
    )
    for name, address, signed, goal in (
        ("member flow", MEMBER, MEMBER_SIGNATURES, 12),
        ("guest flow", GUEST, GUEST_SIGNATURES, 8),
    ):
        say(f"{name}: {address} signs in by forms")
        requests: list[int] = []
        cpu = load(lambda c, a=address, r=requests: r.append(code_flow(c, scene, a)), workers=2, warm_up=5, rounds=60)
        yield Figure(
            name=name,
            value=100 * len(signed) * sign / cpu,
            unit="% sign",
            goal=goal,
            better="higher",
            note=f"{cpu * 1000:.2f} ms of server CPU, {max(requests)} requests, {len(signed)} signatures "
            f"({', '.join(signed)})",
        )
    say("worlds made and reset")
    made, reset = _worlds(document, context)
    yield Figure(
        name="world",
        value=made / one_import,
        unit="imports",
        goal=0.25,
        note=f"POST /_sim/worlds: {made * 1000:.1f} ms, median of 15",
    )
    yield Figure(
        name="reset",
        value=reset / one_import,
        unit="imports",
        goal=0.05,
        note=f"POST /_sim/reset: {reset * 1000:.1f} ms, median of 15",
    )


def _cpu_per_round(
    server: ServerProcess,
    document: Mapping[str, Any],
    context: ssl.SSLContext,
    work: Callable[[Connection], object],
    *,
    workers: int,
    warm_up: int,
    rounds: int,
) -> float:
    """Server CPU seconds of one ``work``, over ``workers`` connections that are kept."""
    connections = [Connection(document["base_url"], context) for _ in range(workers)]
    _in_parallel(connections, work, warm_up)
    before = server.cpu_seconds()
    _in_parallel(connections, work, rounds)
    spent = server.cpu_seconds() - before
    for connection in connections:
        connection.close()
    return spent / (workers * rounds)


def _in_parallel(connections: list[Connection], work: Callable[[Connection], object], rounds: int) -> None:
    problems: list[BaseException] = []

    def repeat(connection: Connection) -> None:
        try:
            for _ in range(rounds):
                work(connection)
        except BaseException as error:  # handed to the main thread
            problems.append(error)

    threads = [threading.Thread(target=repeat, args=(connection,)) for connection in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


def _worlds(document: Mapping[str, Any], context: ssl.SSLContext) -> tuple[float, float]:
    connection = Connection(document["base_url"], context)
    control, headers = document["control_url"], {"Authorization": f"Bearer {document['control_token']}"}
    body = json.dumps({"scenario": document["scenario"]}).encode()
    made, reset = [], []
    for _ in range(16):
        start = time.perf_counter()
        answer = connection.send(
            "POST", f"{control}/worlds", body=body, headers={**headers, "Content-Type": "application/json"}
        )
        made.append(time.perf_counter() - start)
        world = must(answer, 201)["world"]
        start = time.perf_counter()
        answer = connection.send("POST", f"{control}/reset", headers=headers)
        reset.append(time.perf_counter() - start)
        must(answer, 204)
        must(connection.send("DELETE", f"{control}/worlds/{world}", headers=headers), 204)
    connection.close()
    return statistics.median(made[1:]), statistics.median(reset[1:])
