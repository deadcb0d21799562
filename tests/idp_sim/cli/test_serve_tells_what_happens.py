"""``serve`` as a process: its lines, its log, ``--quiet``, its configuration file, and the commands beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from idp_sim.settings import user_data_folder
from tests.architecture.source import ROOT
from tests.serve_process import LIMIT, serving

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def command(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command as people type it."""
    return subprocess.run(
        [sys.executable, "-m", "idp_sim", *arguments],
        cwd=cwd, env=ENVIRONMENT, text=True, capture_output=True, timeout=LIMIT, check=False,
    )  # fmt: skip


def test_sign_ins_refusals_and_mail_are_a_line_each(tmp_path: Path) -> None:
    ready, log = str(tmp_path / "ready.json"), tmp_path / "sim.log"
    with serving("--in-memory", "--port", "0", "--ready-file", ready, "--log-file", str(log)) as process:
        assert command("wait", "--ready-file", ready, "--timeout", "20").returncode == 0
        assert command("clock", "freeze").returncode == 0  # found by its last start
        signed_in = command("token", "--ready-file", ready, "--user", "ana@fabrikam.example", "--app", "portal")
        assert json.loads(signed_in.stdout)["id_token"]
        refused = command("token", "--ready-file", ready, "--user", "cleo@fabrikam.example", "--app", "portal")
        assert refused.returncode == 1
        sent = command("token", "--ready-file", ready, "--user", "otto@proseware.example", "--app", "portal")
        assert sent.returncode == 0, sent.stderr
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=LIMIT)
    assert (process.returncode, errors) == (0, "")
    for text in (output, log.read_text()):
        lines = text.splitlines()
        (first,) = [line for line in lines if "signed in  ana@fabrikam.example to portal (contoso)" in line]
        assert "/explain/" in first
        assert any("refused    cleo@fabrikam.example" in line and "AADSTS50020" in line for line in lines)
        assert any("mail       to otto@proseware.example" in line and ", passcode " in line for line in lines)
    assert output.endswith("Stopped.\n")
    assert "\x1b[" not in output
    assert list((user_data_folder() / "running").glob(f"{process.pid}-*")) == []


def test_quiet_prints_nothing_and_the_file_in_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "idp-sim.yaml").write_text("port: 0\nin-memory: true\nquiet: true\nno-tls: true\nready-file: r.json\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "idp_sim", "serve"],
        cwd=tmp_path, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        waited = command("wait", "--timeout", "20", cwd=tmp_path)
        assert waited.stdout.startswith("http://localhost:"), waited.stderr
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=LIMIT) == ("", "")
    finally:
        process.kill()
        process.communicate()


HEAVY = ("flask", "cryptography", "yaml", "requests", "msgspec", "sqlite3", "joserfc", "authlib", "idp_sim.app")


@pytest.mark.parametrize("module", ["env", "ca", "totp", "token", "clock", "inbox", "explain", "wait", "app"])
def test_a_command_imports_nothing_heavy(module: str) -> None:
    program = f"import sys, idp_sim.cli.{module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, text=True, capture_output=True, check=True)
    assert ran.stdout.strip() == ""
