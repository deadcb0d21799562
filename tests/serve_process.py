"""``idp-sim serve`` as a process of its own, for tests of what only a process can do: end, be killed, be refused."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from tests.architecture.source import ROOT

#: Real seconds after which a server that hangs ends its test, and not the suite.
LIMIT = 30

SERVE = (sys.executable, "-m", "idp_sim", "serve")


@contextlib.contextmanager
def serving(*options: str, prepare: Callable[[], None] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A server with these options; ``prepare`` runs in its process first. It is killed at the end."""
    process = subprocess.Popen(
        [*SERVE, *options], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=prepare
    )
    deadline = threading.Timer(LIMIT, process.kill)
    deadline.start()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        deadline.cancel()


def until_ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Read the ready document from stdout: it ends with the closing brace of the first column."""
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.rstrip() == "}":
            document: dict[str, Any] = json.loads("".join(lines))
            return document
    raise AssertionError(process.stderr.read() if process.stderr else "no output")


def refused(*options: str, prepare: Callable[[], None] | None = None) -> str:
    """What a server that can't start says; its exit status is 2, and it prints nothing else."""
    ran = subprocess.run(
        [*SERVE, *options], cwd=ROOT, text=True, capture_output=True, timeout=LIMIT, check=False, preexec_fn=prepare
    )
    assert ran.returncode == 2, ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
    return ran.stderr
