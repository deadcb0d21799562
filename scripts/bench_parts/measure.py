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
from bench_parts.federation import SIGNATURES, ServiceProvider, verification
from bench_parts.figures import Figure
from bench_parts.flows import Scene, client_credentials, code_flow
from bench_parts.large import large_figures
from bench_parts.policies import policy_figures
from bench_parts.server import ServerProcess
from bench_parts.yardsticks import import_seconds, signatures_per_second

MEMBER, GUEST, SAML_GUEST = "megan@contoso.example", "ana@fabrikam.example", "adam@adatum.example"

#: What one flow must sign with RSA, by name; the count is the length. The access token that the home's token
#: endpoint also has to answer with (RFC 6749 5.1) is used by nobody, so it costs and does not count.
TOKEN_SIGNATURES = ("access token",)
MEMBER_SIGNATURES = ("access token", "ID token")
GUEST_SIGNATURES = ("client assertion", "home's ID token", "access token", "ID token")


#: A load is run this often, each time between two samples of the sign: the speed of a core that is shared moves
#: by a third from one second to the next, and only neighbours compare.
ROUNDS = 7


class Sign:
    """The *sign*: what one signature costs now."""

    def __init__(self) -> None:
        self._samples: list[float] = []

    def sample(self) -> float:
        """Seconds of CPU of one signature, now."""
        self._samples.append(1 / signatures_per_second())
        return self._samples[-1]

    @property
    def figure(self) -> Figure:
        """The median of all samples."""
        per_second = 1 / statistics.median(self._samples)
        return Figure(name="sign", value=per_second, unit="/s", note="RSA-2048 signatures of one core, cryptography")


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
        policies = list(policy_figures(Path(home), sign.sample, say))
        large = list(large_figures(Path(home), Path(home) / "data", sign.sample, say))
    imported = Figure(name="import", value=one_import * 1000, unit="ms", note='python -c "import flask, cryptography"')
    started = _in_imports("start", start, one_import, goal=3, what="serve to the first 200 on /health", times=5)
    return [sign.figure, imported, started, *running, *policies, *large]


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
    load = partial(_share, server, document, context, sign)

    say("client-credentials tokens, 8 kept TLS connections")
    yield load(
        "token",
        lambda connection: client_credentials(connection, scene),
        workers=8,
        times=40,
        signed=TOKEN_SIGNATURES,
        goal=35,
        what="a client-credentials token",
    )
    for name, address, signed, goal in (
        ("member flow", MEMBER, MEMBER_SIGNATURES, 12),
        ("guest flow", GUEST, GUEST_SIGNATURES, 8),
    ):
        say(f"{name}: {address} signs in by forms")
        probe = Connection(document["base_url"], context)
        what = f"a code flow with forms, {code_flow(probe, scene, address)} requests"
        probe.close()
        work = partial(code_flow, scene=scene, address=address)
        yield load(name, work, workers=2, times=10, signed=signed, goal=goal, what=what)
    yield from _saml(document, scene, load, sign, context, say)
    yield Figure(
        name="memory after load",
        value=server.resident_mib(),
        unit="MiB",
        goal=150,
        note="resident, after the tokens and sign-ins above",
    )
    say("worlds made and reset")
    made, reset = _worlds(document, context)
    yield _in_imports("world", made, one_import, goal=1 / 4, what="POST /_sim/worlds", times=15)
    yield _in_imports("reset", reset, one_import, goal=1 / 20, what="POST /_sim/reset", times=15)


def _saml(
    document: Mapping[str, Any],
    scene: Scene,
    load: Callable[..., Figure],
    sign: Sign,
    context: ssl.SSLContext,
    say: Callable[[str], None],
) -> Iterator[Figure]:
    """The SAML home's sign-ins with the login form and with a session, as shares of two signatures."""
    home = next(tenant for tenant in document["tenants"] if tenant["kind"] == "saml")
    provider = ServiceProvider(scene, home["id"], SAML_GUEST)
    for name, work, goal in (("SAML with form", provider.with_form, 12), ("SAML session", provider.with_session, 25)):
        say(f"{name}: {SAML_GUEST}")
        yield load(name, work, workers=2, times=10, signed=SIGNATURES, goal=goal, what="a SAML sign-in at home")
    say("one SAML verification")
    connection = Connection(document["base_url"], context)
    response = provider.with_form(connection)
    metadata = connection.send("GET", home["metadata_url"]).body.decode()
    connection.close()
    certificate = metadata.partition("X509Certificate>")[2].partition("<")[0]
    yield verification(response, home["issuer"], scene, certificate, sign.sample)


def _share(
    server: ServerProcess,
    document: Mapping[str, Any],
    context: ssl.SSLContext,
    sign: Sign,
    name: str,
    work: Callable[[Connection], object],
    *,
    workers: int,
    times: int,
    signed: tuple[str, ...],
    goal: float,
    what: str,
) -> Figure:
    """How much of the server's CPU is the signing that ``work`` can't do without; connections are kept."""
    connections = [Connection(document["base_url"], context) for _ in range(workers)]
    _in_parallel(connections, work, times)  # warm
    costs, shares, before = [], [], sign.sample()
    for _ in range(ROUNDS):
        start = server.cpu_seconds()
        _in_parallel(connections, work, times)
        cost = (server.cpu_seconds() - start) / (workers * times)
        after = sign.sample()
        costs.append(cost)
        shares.append(100 * len(signed) * (before + after) / 2 / cost)
        before = after
    for connection in connections:
        connection.close()
    note = f"{statistics.median(costs) * 1000:.2f} ms of server CPU for {what}; signed: {', '.join(signed)}"
    return Figure(name=name, value=statistics.median(shares), unit="% sign", goal=goal, better="higher", note=note)


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
