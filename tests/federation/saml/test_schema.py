"""The schema is compiled from files of the machine, once, however many threads need it first."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import socket, threading
def forbidden(*args, **kwargs):
    raise AssertionError("no network")
socket.getaddrinfo = socket.socket.connect = forbidden
from federation.saml import schema
from federation.xml.parse import parse
message = (b'<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" '
           b'IssueInstant="2026-01-01T00:00:00Z"><samlp:Status><samlp:StatusCode Value="x"/></samlp:Status>'
           b'</samlp:LogoutResponse>')
together, done = threading.Barrier(8), []
def check():
    root = parse(message)
    together.wait()
    for _ in range(20):
        schema.validate(parse(message))
    done.append(root)
threads = [threading.Thread(target=check) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(done))
"""


def test_eight_threads_that_come_first_are_all_served() -> None:
    ran = subprocess.run([sys.executable, "-W", "error", "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (ran.stdout.strip(), ran.stderr) == ("8", "")
