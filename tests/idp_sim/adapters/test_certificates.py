"""The authority of the user account and the server certificates it signs."""

from __future__ import annotations

import functools
import os
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from idp_sim.adapters.certificate_authority import issue, of_folder
from idp_sim.adapters.certificates import CertificateError, ServerCertificate, server_certificate
from tests.privileges import as_an_ordinary_user

NOW = datetime.now(UTC)  # OpenSSL compares with the real time, whatever else a test may say
posix_only = pytest.mark.skipif(os.name == "nt", reason="file modes are a thing of POSIX")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data" / "idp-sim"


@functools.cache
def strict_interpreter() -> str | None:
    """A Python whose default context is strict (3.13 and later), if this machine has one that starts."""
    if sys.version_info >= (3, 13):
        return sys.executable
    probe = "import ssl; assert ssl.create_default_context().verify_flags & ssl.VERIFY_X509_STRICT"
    on_path = filter(None, map(shutil.which, ("python3.14", "python3.13")))
    installed = (Path.home() / ".pyenv" / "versions").glob("3.1[3-9].*/bin/python")
    for found in (*on_path, *map(str, installed)):
        if subprocess.run([found, "-c", probe], capture_output=True, check=False).returncode == 0:
            return found
    return None


def shake_hands(certificate: Path, ca_file: Path, name: str) -> None:
    """A handshake as a strict client does it; ssl.SSLCertVerificationError if it does not trust."""
    accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    accepting.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(ca_file))
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    incoming_s, outgoing_s, incoming_c, outgoing_c = (ssl.MemoryBIO() for _ in range(4))
    server = accepting.wrap_bio(incoming_s, outgoing_s, server_side=True)
    client = trusting.wrap_bio(incoming_c, outgoing_c, server_hostname=name)
    waiting = [client.do_handshake, server.do_handshake]
    while waiting:
        waiting = [step for step in waiting if not _done(step)]
        incoming_s.write(outgoing_c.read())
        incoming_c.write(outgoing_s.read())


def _done(step: Callable[[], object]) -> bool:
    try:
        step()
    except ssl.SSLWantReadError:
        return False
    return True


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_a_strict_client_accepts_every_name_of_this_machine(home: Path, name: str) -> None:
    made = server_certificate(home, (), NOW)
    shake_hands(made.file, made.ca_file, name)


@pytest.mark.parametrize("name", ["idp.lab.example", "10.20.30.40", "2001:db8::7", "127.0.0.77", "localhost"])
def test_a_strict_client_accepts_the_names_that_were_given(home: Path, name: str) -> None:
    made = server_certificate(home, ["IDP.lab.example.", "10.20.30.40", "[2001:DB8:0::7]", "127.0.0.77"], NOW)
    shake_hands(made.file, made.ca_file, name)


def test_names_below_localhost_are_covered(home: Path) -> None:
    """For clients that take a wildcard there; OpenSSL wants two dots in one, so a name in use is best given."""
    made = x509.load_pem_x509_certificate(server_certificate(home, (), NOW).file.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "*.localhost"]


@pytest.mark.parametrize("name", ["contoso.example", "notlocalhost", "192.0.2.1"])
def test_no_client_accepts_another_name(home: Path, name: str) -> None:
    made = server_certificate(home, (), NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(made.file, made.ca_file, name)


@pytest.mark.parametrize(
    "name", ["login.microsoftonline.com", "com", "192.0.2.1", "2001:db8::1", "localhost.example"], ids=lambda name: name
)
def test_whoever_steals_the_authority_can_sign_for_no_other_name(home: Path, tmp_path: Path, name: str) -> None:
    made = server_certificate(home, (), NOW)
    forged = tmp_path / "forged.pem"
    forged.write_bytes(issue(of_folder(made.ca_file.parent, (), NOW), (name,), NOW).pem)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake_hands(forged, made.ca_file, name)


def test_an_older_python_and_the_strict_one_accept_it_over_a_socket(home: Path) -> None:
    """The default context of Python 3.13 and later is strict by itself."""
    interpreter = strict_interpreter()
    if interpreter is None:
        pytest.skip("no Python 3.13 or later on this machine")
    made = server_certificate(home, (), NOW)
    client = textwrap.dedent(
        """
        import socket, ssl, sys
        context = ssl.create_default_context(cafile=sys.argv[1])
        assert context.verify_flags & ssl.VERIFY_X509_STRICT
        with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as secure:
                print(secure.recv(5).decode())
        """
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.file)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with listening.accept()[0] as plain, context.wrap_socket(plain, server_side=True) as secure:
                secure.sendall(b"hello")
                secure.recv(1)

        server = threading.Thread(target=answer)
        server.start()
        port = str(listening.getsockname()[1])
        ran = subprocess.run(
            [interpreter, "-c", client, str(made.ca_file), port],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        server.join(10)
    assert (ran.stdout, ran.stderr) == ("hello\n", "")


@posix_only
def test_nobody_else_may_read_the_keys(home: Path) -> None:
    made = server_certificate(home, (), NOW)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (made.file, made.ca_file.parent / "ca-key.pem")}
    assert set(modes.values()) == {0o600}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (home, made.file.parent)} == {0o700}


def test_clients_are_given_certificates_and_no_key(home: Path) -> None:
    made = server_certificate(home, (), NOW)
    for public in (made.ca_file, made.bundle_file):
        assert b"PRIVATE KEY" not in public.read_bytes()
    authority = x509.load_pem_x509_certificates(made.ca_file.read_bytes())
    assert len(authority) == 1
    bundle = made.bundle_file.read_bytes()
    assert bundle.startswith(made.ca_file.read_bytes())
    assert bundle.count(b"BEGIN CERTIFICATE") > 50  # and what clients trusted before


def test_a_second_start_changes_nothing(home: Path) -> None:
    first = server_certificate(home, ["localhost"], NOW)
    before = contents(home)
    assert server_certificate(home, ["127.0.0.1"], NOW + timedelta(days=300)) == first
    assert contents(home) == before


def test_a_second_start_reads_no_certificate(home: Path) -> None:
    """The start-up time goal: ``cryptography.x509`` alone costs 30 ms."""
    server_certificate(home, (), NOW)
    script = textwrap.dedent(
        """
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from idp_sim.adapters.certificates import server_certificate
        server_certificate(Path(sys.argv[1]), (), datetime.now(UTC))
        print([name for name in sys.modules if name.startswith("cryptography.x509")])
        """
    )
    root = Path(__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", script, str(home)], capture_output=True, text=True, check=False, timeout=30, cwd=root
    )
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


def test_new_names_get_a_new_certificate_and_an_authority_of_their_own(home: Path) -> None:
    first = server_certificate(home, (), NOW)
    before = contents(home)
    named = server_certificate(home, ["idp.lab.example"], NOW)
    assert named.ca_file != first.ca_file
    assert before.items() <= contents(home).items()  # trust in the first is neither widened nor lost
    assert server_certificate(home, (), NOW) == first
    assert server_certificate(home, ["idp.lab.example"], NOW) == named


def test_a_name_of_this_machine_keeps_the_authority(home: Path) -> None:
    first = server_certificate(home, (), NOW)
    named = server_certificate(home, ["idp.localhost", "127.0.0.9", "0.0.0.0", "::"], NOW)
    assert named.ca_file == first.ca_file
    for name in ("127.0.0.9", "idp.localhost", "0.0.0.0", "::"):
        shake_hands(named.file, first.ca_file, name)


@pytest.mark.parametrize(
    ("days", "same"),
    [
        pytest.param(360, True, id="long before its end"),
        pytest.param(380, False, id="near its end"),
        pytest.param(-30, False, id="before its beginning"),
    ],
)
def test_a_certificate_that_does_not_fit_the_time_is_made_anew_by_the_same_authority(
    home: Path, days: int, same: bool
) -> None:
    first = server_certificate(home, (), NOW)
    before = contents(home)
    second = server_certificate(home, (), NOW + timedelta(days=days))
    assert (second.file.read_bytes() == before[str(first.file.relative_to(home))]) is same
    assert second.ca_file.read_bytes() == before[str(first.ca_file.relative_to(home))]


def test_an_authority_near_its_end_is_made_anew(home: Path) -> None:
    before = server_certificate(home, (), NOW).ca_file.read_bytes()
    after = server_certificate(home, (), NOW + timedelta(days=3600))
    assert after.ca_file.read_bytes() != before


@pytest.mark.parametrize("lost", ["file", "ca_file", "bundle_file"])
def test_a_lost_file_is_made_again_under_the_same_authority(home: Path, lost: str) -> None:
    first = server_certificate(home, (), NOW)
    authority = first.ca_file.read_bytes()
    getattr(first, lost).unlink()
    again = server_certificate(home, (), NOW)
    assert again.ca_file.read_bytes() == authority
    shake_hands(again.file, again.ca_file, "localhost")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"authority": 1}'], ids=["empty", "cut off", "a list", "nonsense"])
def test_a_damaged_note_is_not_believed(home: Path, content: str) -> None:
    made = server_certificate(home, (), NOW)
    made.file.with_suffix(".json").write_text(content)
    again = server_certificate(home, (), NOW)
    shake_hands(again.file, again.ca_file, "localhost")


def test_two_processes_that_start_at_once_share_one_authority(home: Path) -> None:
    script = textwrap.dedent(
        """
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from idp_sim.adapters import certificate_authority
        from idp_sim.adapters.certificates import server_certificate
        sys.stdin.read(1)
        server_certificate(Path(sys.argv[1]), (), datetime.now(UTC))
        """
    )
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", script, str(home)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root) for _ in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[1] for process in started] == [""] * 4
    made = server_certificate(home, (), NOW)
    shake_hands(made.file, made.ca_file, "localhost")
    assert not [name for name in contents(home) if Path(name).name.startswith(".")]  # no half-written file


def test_two_threads_that_start_at_once_share_one_authority(home: Path) -> None:
    together = threading.Barrier(4)
    made: list[ServerCertificate] = []

    def start() -> None:
        together.wait(10)
        made.append(server_certificate(home, (), NOW))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(made) == 4
    shake_hands(made[0].file, made[0].ca_file, "localhost")


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_foreign_file_in_place_of_the_authority_is_named_and_left_alone(home: Path, content: bytes) -> None:
    file = home / "certificates" / "ca-key.pem"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    with pytest.raises(CertificateError, match=r"ca-key\.pem does not hold .* delete it"):
        server_certificate(home, (), NOW)
    assert file.read_bytes() == content


def test_a_folder_that_is_a_file_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CertificateError) as raised:
        server_certificate(tmp_path / "file", (), NOW)
    (problem,) = raised.value.problems
    assert str(tmp_path / "file") in problem
    assert problem.endswith("or name another one in IDP_SIM_HOME.")


@posix_only
def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with as_an_ordinary_user(), pytest.raises(CertificateError, match="Permission denied"):
        server_certificate(tmp_path / "below", (), NOW)


@pytest.mark.parametrize("name", ["", "a..b", "x" * 80])
def test_what_is_no_name_is_refused_by_name(home: Path, name: str) -> None:
    with pytest.raises(CertificateError, match=f"'{name}' is neither a host name nor an IP address"):
        server_certificate(home, [name], NOW)
