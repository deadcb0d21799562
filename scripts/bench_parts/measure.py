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

#: What one flow must sign with RSA, by name; the count is the length. The access token that the home's token
#: endpoint also has to answer with (RFC 6749 5.1) is used by nobody, so it costs and does not count.
TOKEN_SIGNATURES = ("access token",)
MEMBER_SIGNATURES = ("access token", "ID token")
GUEST_SIGNATURES = ("client assertion", "home's ID token", "access token", "ID token")


class Sign:
    """The *sign*: seconds of one signature, taken again around every load, since the core's speed moves."""

    def __init__(self) -> None:
        self._samples: list[float] = []

    def sample(self) -> float:
        """Signatures per second, now."""
        self._samples.append(signatures_per_second())
        return self._samples[-1]

    def around(self, work: Callable[[], float]) -> tuple[float, float]:
        """What ``work`` answers, and the seconds of a signature before and after it."""
        before = self.sample()
        value = work()
        return value, 2 / (before + self.sample())

    @property
    def figure(self) -> Figure:
        """The median of all samples."""
        median = statistics.median(self._samples)
        return Figure(name="sign", value=median, unit="/s", note="RSA-2048 signatures of one core, cryptography")


def all_figures(say: Callable[[str], None]) -> list[Figure]:
    """Every figure, the two yardsticks first; ``say`` hears what is being measured."""
    say("signatures per second of one core")
    sign = Sign()
    sign.sample()
    with tempfile.TemporaryDirectory(prefix="idp-sim-bench-home-") as home:
        say("start of serve, in turn with imports (5 and 7 times)")
        one_import, start = _starts(Path(home))
        with ServerProcess(Path(home)) as server:
            running = list(_of_running(server, sign, one_import, say))
    imported = Figure(name="import", value=one_import * 1000, unit="ms", note='python -c "import flask, cryptography"')
    started = _in_imports("start", start, one_import, goal=3, what="serve to the first 200 on /health", times=5)
    return [sign.figure, imported, started, *running]


def _in_imports(name: str, seconds: float, one_import: float, *, goal: float, what: str, times: int) -> Figure:
    note = f"{what}: {seconds * 1000:.1f} ms, median of {times}"
    return Figure(name=name, value=seconds / one_import, unit="imports", goal=goal, note=note)


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


def _of_running(server: ServerProcess, sign: Sign, one_import: float, say: Callable[[str], None]) -> Iterator[Figure]:
    say("idle memory")
    document = server.document
    time.sleep(1)
    idle = server.resident_mib()
    yield Figure(name="idle memory", value=idle, unit="MiB", goal=90, note="resident, a second after the start")
    context = ssl.create_default_context(cafile=document["ca_file"])
    scene = Scene.of(document)
    load = partial(_cpu_per_round, server, document, context)

    say("client-credentials tokens, 8 kept TLS connections")
    work = partial(load, lambda connection: client_credentials(connection, scene), workers=8, warm_up=25, rounds=250)
    yield _share("token", sign, work, signed=TOKEN_SIGNATURES, goal=35, what="a client-credentials token")
    for name, address, signed, goal in (
        ("member flow", MEMBER, MEMBER_SIGNATURES, 12),
        ("guest flow", GUEST, GUEST_SIGNATURES, 8),
    ):
        say(f"{name}: {address} signs in by forms")
        probe = Connection(document["base_url"], context)
        what = f"a code flow with forms, {code_flow(probe, scene, address)} requests"
        probe.close()
        work = partial(load, lambda c, who=address: code_flow(c, scene, who), workers=2, warm_up=5, rounds=60)
        yield _share(name, sign, work, signed=signed, goal=goal, what=what)
    say("worlds made and reset")
    made, reset = _worlds(document, context)
    yield _in_imports("world", made, one_import, goal=1 / 4, what="POST /_sim/worlds", times=15)
    yield _in_imports("reset", reset, one_import, goal=1 / 20, what="POST /_sim/reset", times=15)


def _share(
    name: str, sign: Sign, work: Callable[[], float], *, signed: tuple[str, ...], goal: float, what: str
) -> Figure:
    """How much of the server's CPU is the signing that the work can't do without."""
    cpu, seconds = sign.around(work)
    note = f"{cpu * 1000:.2f} ms of server CPU for {what}; signed: {', '.join(signed)}"
    share = 100 * len(signed) * seconds / cpu
    return Figure(name=name, value=share, unit="% sign", goal=goal, better="higher", note=note)


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
