"""The one server: cheroot, the same for ``serve`` and inside a test process.

``bind`` comes before the application is known, because the base URL may hold the port that the system chose.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import queue
import re
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from cheroot import errors, wsgi
from cheroot.connections import ConnectionManager
from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.workers.threadpool import _SHUTDOWNREQUEST, ThreadPool

from idp_sim.options import CannotStart
from idp_sim.socket_files import make_file
from idp_sim.turns import Turns

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: Every sign-in of a guest calls back into this very server, so a small pool would wait for itself.
THREADS = 64
#: How many of them work at once: one runs Python, another one may sign or read the database meanwhile.
AT_ONCE = 2
#: How long a thread waits for the next request of a connection, in seconds: a client that signs somebody in sends it
#: within milliseconds.
LINGER = 0.02
#: For how many requests nobody waits like that after somebody else needed the turn.
BUSY = 64
MAX_BODY = 4 * 1024 * 1024
MAX_HEADER = 64 * 1024

_TLS_ONLY = "This server speaks https only on this port.\n"

_LEADING_SLASHES = re.compile(rb"^(\S+ )/{2,}")

_LOG = logging.getLogger(__name__)


class ServerError(CannotStart):
    """The server can't listen there; one sentence says why."""


class _TlsAdapter(BuiltinSSLAdapter):
    """Leaves shaking hands to ``_Connection``.

    cheroot would do it in the thread that accepts, where one client that says nothing stalls all others. It
    would also connect to itself to describe its certificate to the application, which nobody asks for.
    """

    def __init__(self, certificate: Path) -> None:
        self.certificate = self.private_key = str(certificate)
        self.certificate_chain = self.private_key_password = self.ciphers = None
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(certificate)

    def wrap(self, sock: Any) -> tuple[Any, dict[str, str]]:
        try:
            wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        except OSError as error:  # the client has gone already
            raise errors.FatalSSLAlert(*error.args) from error
        return wrapped, {"wsgi.url_scheme": "https", "HTTPS": "on"}


class _Request(HTTPRequest):
    """A request whose path may begin with several slashes, as it does when a base URL ends in one.

    cheroot would take what follows them for the host of a proxy request (RFC 9112 3.2.2) and refuse it.
    """

    def read_request_line(self) -> bool:
        """As cheroot's, from a first line with one slash in front."""
        reader, readline = self.rfile, self.rfile.readline
        reader.readline = lambda *size: _LEADING_SLASHES.sub(rb"\1/", readline(*size))
        try:
            return bool(super().read_request_line())  # type: ignore[no-untyped-call]
        finally:
            del reader.readline

    def send_headers(self) -> None:
        """As cheroot's; where the length of the body is known they leave together with it."""
        if any(name.lower() == b"content-length" for name, _ in self.outheaders):
            self.conn.wfile.hold()
        super().send_headers()  # type: ignore[no-untyped-call]

    def respond(self) -> None:
        """As cheroot's."""
        super().respond()  # type: ignore[no-untyped-call]
        self.conn.wfile.release()


class _Connection(HTTPConnection):
    """A connection that takes a worker's time only when there is something to read."""

    RequestHandlerClass = _Request
    arrived = False
    shaken = False

    def __init__(self, server: Any, sock: Any, makefile: Any = None) -> None:
        super().__init__(server, sock, make_file)  # type: ignore[no-untyped-call]

    def communicate(self) -> bool:
        """Shake hands the first time, answer requests from then on; whether the connection stays open."""
        if self.shaken or self.server.ssl_adapter is None:
            return self._answer()
        self.shaken = True
        try:
            self.socket.do_handshake()
        except ssl.SSLError as error:
            if error.reason == "HTTP_REQUEST":
                self._refuse_plain_http()
            return False
        except OSError:
            return False
        return True

    def _answer(self) -> bool:
        """Answer a request, and further ones that follow at once."""
        while super().communicate():  # type: ignore[no-untyped-call]
            if not self.server.requests.stays_with(self):
                return True
        return False

    def follows_soon(self) -> bool:
        """Whether the next request begins within ``LINGER`` seconds; where the system can't tell, it does not."""
        if not hasattr(select, "poll"):
            return False
        poll = select.poll()
        poll.register(self.socket.fileno(), select.POLLIN)
        return bool(poll.poll(LINGER * 1000))

    def _refuse_plain_http(self) -> None:
        answer = f"HTTP/1.1 400 Bad Request\r\nContent-Length: {len(_TLS_ONLY)}\r\nContent-Type: text/plain\r\n"
        with contextlib.suppress(OSError):
            os.write(self.socket.fileno(), f"{answer}Connection: close\r\n\r\n{_TLS_ONLY}".encode())


class _Cheroot(wsgi.Server):
    """cheroot's server that waits for a client's first byte where it waits for later ones, with a quiet log."""

    ConnectionClass = _Connection
    refusal: OSError | None = None

    def bind(self, family: int, type: int, proto: int = 0) -> Any:
        """As cheroot's, but keep the system's own error, which cheroot throws away."""
        try:
            return super().bind(family, type, proto)
        except OSError as error:
            self.refusal = error
            raise

    @staticmethod
    def bind_socket(socket_: Any, bind_addr: Any) -> Any:
        """As cheroot's, but leave no socket open that got no address, and let a restart have the port at once.

        cheroot forbids the latter for a port that the system chose; whoever names it at the next start would wait
        until the last connection of the one before is forgotten.
        """
        if os.name != "nt":  # there it would share the port with a server that is running
            socket_.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        return socket_

    def prepare(self) -> None:
        """As cheroot's, with a watch over connections that also sees whether work is stuck."""
        super().prepare()  # type: ignore[no-untyped-call]
        self._connections.close()
        self._connections = _Connections(self)  # type: ignore[no-untyped-call]

    def process_conn(self, conn: _Connection) -> None:
        """Give a connection to a worker, but a new one back to the thread that watches all of them."""
        if conn.arrived:
            self.requests.make_room()
            super().process_conn(conn)
        else:
            conn.arrived = True
            self.put_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """A client that goes away is nothing to report."""
        _LOG.log(level if level > logging.INFO else logging.DEBUG, "%s", msg, exc_info=traceback)


class _Connections(ConnectionManager):
    """cheroot's watch over connections, which looks up every ``expiration_interval``."""

    def _expire(self, threshold: float) -> None:
        self.server.requests.relieve()
        super()._expire(threshold)  # type: ignore[no-untyped-call]


class _Workers(ThreadPool):
    """cheroot's pool, of which ``AT_ONCE`` threads work and the others wait for their turn.

    It does not wait for its threads to report, as cheroot's would in steps of a tenth of a second.
    """

    def __init__(self, server: _Cheroot, threads: int) -> None:
        super().__init__(server, min=threads, max=threads)  # type: ignore[no-untyped-call]
        self._turns = Turns(AT_ONCE)
        self._begun = self._seen = self._busy = 0
        self._queue = queue.SimpleQueue()  # in C, where cheroot's takes a lock and a condition in Python
        self._fetch = self._queue.get
        self.get = self._next  # cheroot hands out the queue's own method under this name

    def _next(self) -> Any:
        """The next connection for this thread."""
        self._turns.take()
        work = self._fetch()
        self._begun += 1
        if work is _SHUTDOWNREQUEST:
            self._turns.give_back()
        return work

    def stays_with(self, connection: _Connection) -> bool:
        """Whether this thread goes on with the connection, because its next request is there.

        To hand a connection to the watching thread and get it back costs more than to wait for a moment; but while
        a thread waits, its turn goes to any other connection that has something to say.
        """
        if self._busy:
            self._busy -= 1
            return False
        if not self._queue.empty() or not self._turns.lend():
            return False
        follows = connection.follows_soon()
        if self._turns.take_back():
            return follows
        self._busy = BUSY  # there are more connections at work than turns
        return False

    def make_room(self) -> None:
        """A connection is about to come: if a turn is lent, it is for that one."""
        self._turns.hand_on()

    def relieve(self) -> None:
        """One more thread may work when none began anything since the last look although connections wait.

        Whatever holds the others up (a client that sends slowly, a long query) holds up nobody else.
        """
        stuck = self._begun == self._seen and not self._queue.empty()
        self._seen = self._begun
        if stuck:
            self._turns.one_more()

    def grow(self, amount: int) -> None:
        """Start ``amount`` more workers; connections wait in the queue until one takes them."""
        self._threads.extend(self._spawn_worker() for _ in range(amount))


class Server:
    """A server in threads of this process.

    ``certificate`` is a file with private key and certificate, or None for plain http. ``bind`` then
    ``serve``, or both by ``start``; ``stop`` leaves no thread behind.
    """

    def __init__(self, *, host: str, port: int, certificate: Path | None = None, threads: int = THREADS) -> None:
        self._host = host
        self._wanted_port = port
        self._thread: threading.Thread | None = None
        self._cheroot = server = _Cheroot(
            (host, port),
            _not_yet,
            numthreads=threads,
            server_name="idp-sim",
            request_queue_size=128,  # eight clients that connect at once would stall with cheroot's 5
            shutdown_timeout=1,
        )
        server.requests = _Workers(server, threads)
        server.keep_alive_conn_limit = 1000  # with cheroot's 10, further clients shake hands for every request
        server.expiration_interval = 0.02  # how long a stop waits for the accepting thread
        server.max_request_header_size = MAX_HEADER
        server.max_request_body_size = MAX_BODY
        if certificate is not None:
            server.ssl_adapter = _TlsAdapter(certificate)

    @property
    def port(self) -> int:
        """The port it listens at, once bound."""
        return int(self._cheroot.bind_addr[1])

    def bind(self) -> None:
        """Take the port; connections wait until ``serve``. ServerError when it can't be had."""
        try:
            self._cheroot.prepare()
        except OSError as error:
            raise ServerError(_problem(self._cheroot.refusal or error, self._host, self._wanted_port)) from error

    def serve(self, application: WsgiApplication) -> None:
        """Answer requests from now on, in threads of its own."""
        self._cheroot.wsgi_app = application
        self._thread = threading.Thread(target=self._cheroot.serve, name="server")
        self._thread.start()

    def start(self, application: WsgiApplication) -> None:
        """Bind and serve."""
        self.bind()
        self.serve(application)

    def stop(self) -> None:
        """Close the port, finish what is being answered within a second, end every thread."""
        self._cheroot.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        # cheroot registers every server there for good
        getattr(logging, "statistics", {}).pop(f"Cheroot HTTPServer {id(self._cheroot)}", None)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _not_yet(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answers in place of the application before there is one; nobody is served then."""
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []


def _problem(error: OSError, host: str, port: int) -> str:
    """One sentence for a person about why the address can't be had."""
    if isinstance(error, socket.gaierror):
        return f"{host} is not a host name that this machine knows; choose another one with --host."
    sentences = {
        errno.EADDRINUSE: f"Port {port} at {host} is in use by another program; choose another one with --port, or 0.",
        errno.EACCES: f"Port {port} at {host} may not be used by this account; choose one above 1023 with --port.",
        errno.EADDRNOTAVAIL: f"{host} is not an address of this machine; choose another one with --host.",
    }
    return sentences.get(error.errno or 0, f"Can't listen at {host}, port {port}: {error.strerror or error}.")
