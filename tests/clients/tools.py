"""What the tests of real clients need of the machine, and how they talk to a client that is a Node program."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import pytest

NODE_FOLDER = Path(__file__).with_name("node")
NODE_MODULES = NODE_FOLDER / "node_modules"
#: A client that hangs must not hang the run.
PATIENCE = 60.0


def missing(what: str, remedy: str) -> None:
    """Skip loudly, and say how to get it; on a machine of CI nothing may be missing."""
    sentence = f"NO TESTS OF REAL CLIENTS: {what} is missing: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def need_python(module: str) -> None:
    """A Python client of the dependency group ``clients``."""
    try:
        found = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        found = False
    if not found:
        missing(f"the Python package of {module}", "pip install --group clients")


def need_node() -> str:
    """The Node program; the packages of ``package.json`` must be installed too."""
    node = shutil.which("node")
    if node is None:
        missing("node", "install Node 20 or later")
    if not NODE_MODULES.is_dir():
        missing("the clients for Node", "npm install --no-package-lock, in tests/clients/node")
    return node or ""


class NodeProgram:
    """A program of ``tests/clients/node`` with its settings; one JSON line out for each one in.

    It trusts the simulator in the one way that Node offers: the variable ``NODE_EXTRA_CA_CERTS``.
    """

    def __init__(self, name: str, settings: Mapping[str, Any], *, ca_file: str) -> None:
        self._process = subprocess.Popen(
            [need_node(), name],
            cwd=NODE_FOLDER,
            env={"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": ca_file, "NODE_NO_WARNINGS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._clock = threading.Timer(PATIENCE, self._process.kill)
        self._clock.start()
        self._send(dict(settings))

    def ask(self, **what: Any) -> Any:
        """The program's answer; an exception there is an AssertionError here."""
        self._send(what)
        line = _pipe(self._process.stdout).readline()
        if not line:
            raise AssertionError(f"the program ended: {_pipe(self._process.stderr).read()}")
        answer = json.loads(line)
        assert "thrown" not in answer, answer["thrown"]
        return answer["result"]

    def __enter__(self) -> NodeProgram:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _pipe(self._process.stdin).close()
        self._process.wait()
        self._clock.cancel()
        _pipe(self._process.stdout).close()
        _pipe(self._process.stderr).close()

    def _send(self, what: Mapping[str, Any]) -> None:
        pipe = _pipe(self._process.stdin)
        pipe.write(json.dumps(what) + "\n")
        pipe.flush()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
