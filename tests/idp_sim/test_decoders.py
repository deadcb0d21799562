"""Decoders under threads: whoever comes first reads a type, everybody else waits for it."""

from __future__ import annotations

import subprocess
import sys

#: A process of its own: without the wait this one ends by a segmentation fault.
RACE = """
import dataclasses, threading
from idp_sim.decoders import decoder

def types(round):
    inner = dataclasses.make_dataclass(f"Inner{round}", [(f"field{n}", int | None) for n in range(60)], frozen=True)
    return dataclasses.make_dataclass(f"Outer{round}", [(f"inner{n}", inner) for n in range(20)], frozen=True)

for round in range(40):
    outer, start = types(round), threading.Barrier(8)
    body = "{" + ", ".join(
        f'"inner{n}": {{' + ", ".join(f'"field{m}": {m}' for m in range(60)) + "}" for n in range(20)
    ) + "}"
    def read():
        start.wait()
        assert decoder(outer).decode(body).inner19.field59 == 59
    threads = [threading.Thread(target=read) for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
print("read")
"""


def test_eight_threads_may_need_the_same_type_first() -> None:
    ended = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "read\n", "")
