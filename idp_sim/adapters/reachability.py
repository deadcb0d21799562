"""Whether the public URL leads to this server, and if not, what stands in the way.

Homes and the resource tenant call each other by that URL too, from this very machine, so asking from here is no
guess about clients: where the answer is no, no guest from another tenant can sign in.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterable
from urllib.parse import urlsplit

from idp_sim.adapters.outbound_http import tls_context

#: Header of ``/health`` by which a server is told from another one.
HEADER = "X-Idp-Sim-Server"
PATH = "/health"
SECONDS = 3.0
MOST_QUOTED = 300


def obstacle(base_url: str, *, server: str, ca_files: Iterable[str] = (), seconds: float = SECONDS) -> str | None:
    """One sentence about why ``base_url`` does not lead to the server of that name; None when it does."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = (
        http.client.HTTPSConnection(host, port, timeout=seconds, context=tls_context(ca_files))
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=seconds)
    )
    try:
        connection.request("GET", PATH)
        answer = connection.getresponse()
        body = answer.read(MOST_QUOTED)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return _unreachable(error, base_url, host, port)
    finally:
        connection.close()
    if answer.getheader(HEADER) == server:
        return None
    return _other_answer(answer, body, base_url)


def _unreachable(error: Exception, base_url: str, host: str, port: int) -> str:
    where = f"{host}, port {port}"
    if isinstance(error, socket.gaierror | UnicodeError):
        return (
            f"the name {host} is not known on this machine ({base_url}): add it to the DNS or to the hosts file, here "
            "and where the clients are."
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the certificate shown at {where} can't be trusted for {base_url}: {error.verify_message.rstrip('.')}. "
            "If a proxy ends TLS there, its certificate must be for this name, and --trust must name its CA."
        )
    if isinstance(error, ssl.SSLError):
        return f"{where} does not speak TLS, as {base_url} says it does ({error.reason or error})."
    if isinstance(error, ConnectionRefusedError):
        return f"nothing answers at {where} ({base_url}): is the proxy up, and the port mapped to this server's?"
    if isinstance(error, TimeoutError):
        return f"no answer from {where} ({base_url}) in time: a firewall, or the name means another machine?"
    if isinstance(error, http.client.HTTPException):
        return f"{where} does not speak http, as {base_url} says it does ({type(error).__name__})."
    return f"{where} can't be reached ({base_url}): {getattr(error, 'strerror', None) or error}."


def _other_answer(answer: http.client.HTTPResponse, body: bytes, base_url: str) -> str:
    if answer.getheader(HEADER):
        return f"{base_url} leads to another idp-sim server, not to this one."
    if answer.status == 200:
        return f"{base_url} leads to another server, not to this one."
    said = body.decode("utf-8", "replace").strip().partition("\n")[0]
    quoted = f": {said}" if said.startswith(f"{answer.status}: ") else ""
    return f"{base_url} does not lead to this server; {PATH} is answered there with {answer.status}{quoted}"
