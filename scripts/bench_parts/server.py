"""The simulator as a separate process, and what the system says about it (Linux: ``/proc``)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

START_LIMIT = 60.0


def free_port() -> int:
    """A port that nobody listens at right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """``idp-sim serve``; ``home`` keeps the CA from one start to the next, ``data`` the data (None: in memory)."""

    def __init__(self, home: Path, *, data: Path | None = None, port: int | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="idp-sim-bench-")
        ready = Path(self._folder.name) / "ready.json"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("IDP_SIM_")}
        environment.pop("PYTHONPATH", None)
        environment["IDP_SIM_HOME"] = str(home)
        self.port = port or free_port()
        self.started = time.perf_counter()
        kept = ["--in-memory"] if data is None else ["--data", str(data)]
        options = [*kept, "--port", str(self.port), "--ready-file", str(ready)]
        command = [sys.executable, "-m", "idp_sim", "serve", *options]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self._ready = ready

    @property
    def document(self) -> dict[str, Any]:
        """The ready document, once there."""
        while not self._ready.exists():
            self._must_live()
            time.sleep(0.01)
        return dict(json.loads(self._ready.read_text()))

    def first_answer(self, context: ssl.SSLContext) -> float:
        """Seconds from the start of the process to the first 200 on ``/health``, asked every 2 ms."""
        request = b"GET /health HTTP/1.1\r\nHost: localhost:%d\r\n\r\n" % self.port
        while True:
            with contextlib.suppress(OSError):
                raw = socket.create_connection(("127.0.0.1", self.port), timeout=5)
                with raw, context.wrap_socket(raw, server_hostname="localhost") as connection:
                    connection.sendall(request)
                    if connection.recv(4096).startswith(b"HTTP/1.1 200"):
                        return time.perf_counter() - self.started
            self._must_live()
            time.sleep(0.002)

    def cpu_seconds(self) -> float:
        """CPU time of the process so far, user and system."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rest(self) -> None:
        """Wait until the process has nothing to do: after its start it tells about everybody it knows."""
        spent = self.cpu_seconds()
        while True:
            time.sleep(0.5)
            self._must_live()
            before, spent = spent, self.cpu_seconds()
            if spent - before <= 0.05:
                return

    def resident_mib(self) -> float:
        """Resident memory."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024

    def stop(self) -> None:
        """End it as a person would."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()
        self._folder.cleanup()

    def _must_live(self) -> None:
        if self._process.poll() is not None or time.perf_counter() - self.started > START_LIMIT:
            text = self._process.stderr.read().decode() if self._process.stderr and self._process.poll() else ""
            raise SystemExit(f"the server did not start: {text.strip() or 'no answer in a minute'}")

    def __enter__(self) -> ServerProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
