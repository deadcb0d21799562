"""``ca`` and ``env``: whom clients are told to trust, and that nothing else breaks."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idp_sim.cli import env
from idp_sim.cli.certificates import CaFiles, extended
from idp_sim.cli.main import cli
from idp_sim.cli.trust_stores import LABEL, Machine, stores
from tests.command_line import answered, ended, runner
from tests.simulator import World

CA = Path("/srv/eva/ca.pem")


def machine(platform: str, *, tools: set[str], folders: set[str], root: bool = True, firefox: bool = False) -> Machine:
    return Machine(
        platform=platform,
        home=Path("/srv/eva"),
        has_tool=tools.__contains__,
        is_folder=lambda folder: str(folder) in folders,
        firefox_profiles=(Path("/srv/eva/ff"),) if firefox else (),
        root=root,
    )


DEBIAN, FEDORA = "/usr/local/share/ca-certificates", "/etc/pki/ca-trust/source/anchors"


@pytest.mark.parametrize(
    ("where", "install", "uninstall"),
    [
        pytest.param(
            machine("linux", tools={"update-ca-certificates"}, folders={DEBIAN}),
            f"cp {CA} {DEBIAN}/idp-sim-local-authority.crt",
            f"rm -f {DEBIAN}/idp-sim-local-authority.crt",
            id="Debian",
        ),
        pytest.param(
            machine("linux", tools={"update-ca-trust", "sudo"}, folders={FEDORA}, root=False),
            f"sudo cp {CA} {FEDORA}/idp-sim-local-authority.pem",
            f"sudo rm -f {FEDORA}/idp-sim-local-authority.pem",
            id="Fedora, not root",
        ),
        pytest.param(
            machine("linux", tools={"certutil"}, folders={"/srv/eva/.pki/nssdb"}),
            f"certutil -d sql:/srv/eva/.pki/nssdb -A -t C,, -n {LABEL} -i {CA}",
            f"certutil -d sql:/srv/eva/.pki/nssdb -D -n {LABEL}",
            id="Chromium",
        ),
        pytest.param(
            machine("darwin", tools=set(), folders=set()),
            f"security add-trusted-cert -r trustRoot -k /srv/eva/Library/Keychains/login.keychain-db {CA}",
            f"security remove-trusted-cert {CA}",
            id="macOS",
        ),
        pytest.param(
            machine("win32", tools=set(), folders=set()),
            f"certutil -user -addstore Root {CA}",
            f"certutil -user -delstore Root {LABEL}",
            id="Windows",
        ),
    ],
)
def test_a_store_is_changed_by(where: Machine, install: str, uninstall: str) -> None:
    store = stores(where, CA)[0]
    assert " ".join(store.install[0]) == install
    assert " ".join(store.uninstall[0]) == uninstall
    assert store.needs is None


@pytest.mark.parametrize(
    ("where", "needs"),
    [
        pytest.param(
            machine("linux", tools={"update-ca-certificates"}, folders={DEBIAN}, root=False), "root", id="no sudo"
        ),
        pytest.param(machine("linux", tools=set(), folders={"/srv/eva/.pki/nssdb"}), "libnss3-tools", id="no certutil"),
        pytest.param(
            machine("linux", tools=set(), folders={"/srv/eva/ff"}, firefox=True), "libnss3-tools", id="Firefox"
        ),
    ],
)
def test_what_is_missing_is_named(where: Machine, needs: str) -> None:
    assert needs in (stores(where, CA)[0].needs or "")


def test_a_machine_with_no_known_store_has_none() -> None:
    assert stores(machine("linux", tools={"update-ca-trust"}, folders={DEBIAN}), CA) == []


# --- the commands -----------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user account of its own: nothing runs, no browser, no tool but what a test puts on the path."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("IDP_SIM_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("IDP_SIM_READY_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_the_path_is_that_of_a_certificate_that_is_made_once(home: Path) -> None:
    path = answered(run("ca", "path")).strip()
    made = Path(path).read_bytes()
    assert b"BEGIN CERTIFICATE" in made
    assert answered(run("ca", "path")).strip() == path
    assert Path(path).read_bytes() == made
    bundle = Path(answered(run("ca", "path", "--bundle")).strip()).read_bytes()
    assert bundle.startswith(made)
    assert bundle.count(b"BEGIN CERTIFICATE") > 50


def test_how_to_trust_is_told_for_every_kind_of_client(home: Path) -> None:
    told = answered(run("ca"))
    for client in ("curl", "Python", "Node.js", "Java", ".NET", "browsers"):
        assert client in told
    assert "{" not in told
    replacing = [line for line in told.splitlines() if "SSL_CERT_FILE" in line or "REQUESTS_CA_BUNDLE" in line]
    assert replacing
    assert all("ca-and-system.pem" in line for line in replacing)


def fake_certutil(home: Path, *, status: int = 0) -> Path:
    (home / ".pki" / "nssdb").mkdir(parents=True)
    log = home / "called"
    tool = home / "bin" / "certutil"
    tool.write_text(f"#!{sys.executable}\nimport sys\nopen({str(log)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n")
    with tool.open("a") as script:
        script.write(f"sys.exit({status})\n")
    tool.chmod(0o755)
    return log


@pytest.mark.skipif(sys.platform != "linux", reason="stores of Linux")
def test_install_and_uninstall_run_what_they_show(home: Path) -> None:
    log = fake_certutil(home)
    shown = answered(run("ca", "install", "--store", "chromium", "--dry-run"))
    assert "certutil" in shown
    assert not log.exists()
    answered(run("ca", "install", "--store", "chromium"))
    answered(run("ca", "uninstall", "--store", "chromium"))
    added, removed = log.read_text().splitlines()
    assert f"-A -t C,, -n {LABEL} -i {home}/data/certificates/ca.pem" in added
    assert f"-D -n {LABEL}" in removed


@pytest.mark.skipif(sys.platform != "linux", reason="stores of Linux")
def test_a_store_that_refuses_is_status_one(home: Path) -> None:
    fake_certutil(home, status=3)
    result = run("ca", "install", "--store", "chromium")
    assert result.exit_code == 1
    assert "failed with exit status 3" in result.stdout


def test_an_unknown_store_is_named(home: Path) -> None:
    ended(run("ca", "install", "--store", "fridge"), 2, "there is no store 'fridge' here")


def test_an_account_folder_that_cannot_be_used_is_one_sentence(home: Path) -> None:
    (home / "data").write_text("a file")
    ended(run("ca", "path"), 2, "can't be used")


# --- what people trusted before ---------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> CaFiles:
    folder = tmp_path / "certificates"
    folder.mkdir()
    files = CaFiles(ca=folder / "ca.pem", bundle=folder / "ca-and-system.pem")
    files.ca.write_text("OURS")
    files.bundle.write_text("OURS AND SYSTEM'S")
    return files


def test_a_companys_bundle_stays_trusted(files: CaFiles, tmp_path: Path) -> None:
    company = tmp_path / "company.pem"
    company.write_text("COMPANY'S")
    combined = extended(files, str(company), files.bundle)
    assert combined.read_text() == "OURS\nCOMPANY'S"
    assert extended(files, str(combined), files.bundle) == combined  # asked again in the same shell
    assert extended(files, str(files.bundle), files.bundle) == files.bundle


@pytest.mark.parametrize("own", [None, "", "/nowhere.pem"])
def test_where_nothing_was_trusted_the_usual_file_is_named(files: CaFiles, own: str | None) -> None:
    assert extended(files, own, files.bundle) == files.bundle


# --- env --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "export A='it'\"'\"'s'"),
        ("fish", "set -gx A 'it\\'s'"),
        ("powershell", "$Env:A = 'it''s'"),
        ("dotenv", 'A="it\'s"'),
    ],
)
def test_a_value_is_quoted_as_the_shell_wants_it(shell: str, line: str) -> None:
    assert env.SHELLS[shell].set("A", "it's") == line


@pytest.mark.parametrize(
    ("variables", "shell"),
    [
        ({"SHELL": "/bin/zsh"}, "zsh"), ({"SHELL": "/usr/bin/fish"}, "fish"), ({"SHELL": "/bin/ash"}, "sh"),
        ({"PSModulePath": "x"}, "powershell"), ({}, "sh"),
    ],
)  # fmt: skip
def test_the_shell_is_known_from_the_environment(variables: dict[str, str], shell: str) -> None:
    assert env.shell_of(variables) == shell


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_a_shell_that_runs_the_lines_trusts_the_simulator_and_everybody_else(world: World, tmp_path: Path) -> None:
    show = "import os, sys; print(*[os.environ.get(n, '-') for n in sys.argv[1:]], sep='\\n')"
    names = ["IDP_SIM_BASE_URL", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"]
    nothing = dict.fromkeys(names[1:], "")
    lines = answered(runner(world, tmp_path)("env", "--shell", "bash", **nothing))
    script = f'{lines}\nexec "$0" -c "$1" {" ".join(names)}'
    clean = {name: value for name, value in os.environ.items() if name not in names}
    ran = subprocess.run(
        ["bash", "-c", script, sys.executable, show], env=clean, capture_output=True, text=True, check=True
    )
    base_url, node, *replacing = ran.stdout.splitlines()
    assert base_url == world.base_url
    assert node == world.simulator.ca_file
    assert len(set(replacing)) == 1
    trusted = ssl.create_default_context(cafile=replacing[0]).cert_store_stats()["x509_ca"]
    assert trusted > 50


def test_over_plain_http_nobody_is_told_whom_to_trust(tmp_path: Path) -> None:
    from idp_sim.cli.server import Server

    with Server({"base_url": "http://localhost:1", "control_token": "t", "ca_file": None}) as server:
        assert set(env.variables(server, {})) == {"IDP_SIM_BASE_URL", "IDP_SIM_CONTROL_TOKEN"}
        assert env.SHELLS["bash"].unset("IDP_SIM_BASE_URL") == "unset IDP_SIM_BASE_URL"
