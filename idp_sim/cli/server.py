"""A running simulator as the commands see it: its ready document, and calls over HTTP with its own CA."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from idp_sim.cli.running import NoServer

#: Longer than the longest wait of the control API.
TIMEOUT = 75.0


class Refused(Exception):
    """The simulator refused; ``message`` is its own sentence."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(message)


class Server:
    """One connection, kept for the calls of one command. ``world`` None is the default one."""

    def __init__(self, document: Mapping[str, Any], world: str | None = None) -> None:
        self.document = document
        self.world = world
        self._connection: http.client.HTTPConnection | None = None

    @property
    def base_url(self) -> str:
        """Origin of every URL."""
        return str(self.document["base_url"])

    @property
    def ca_file(self) -> str | None:
        """The CA to trust; None over plain http."""
        return self.document.get("ca_file")

    def ready(self) -> dict[str, Any]:
        """The ready document as it is now, of the chosen world."""
        answer: dict[str, Any] = self.control("GET", "ready")
        return answer

    def control(self, method: str, path: str, body: Any = None, **query: str | float | None) -> Any:
        """A call of the control API; Refused, NoServer."""
        wanted = {key: value for key, value in {**query, "world": self.world}.items() if value is not None}
        url = f"{self.document['control_url']}/{quote(path)}" + (f"?{urlencode(wanted)}" if wanted else "")
        return self.call(method, url, token=str(self.document["control_token"]), json_body=body)

    def call(
        self,
        method: str,
        url: str,
        *,
        token: str | None = None,
        json_body: Any = None,
        form: Mapping[str, str] | None = None,
    ) -> Any:
        """Send, and give the JSON of the answer; Refused, NoServer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = None
        if json_body is not None:
            body, headers["Content-Type"] = json.dumps(json_body), "application/json"
        elif form is not None:
            body, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        status, content = self._exchange(method, url.removeprefix(self.base_url) or "/", body, headers)
        try:
            answer = json.loads(content) if content else None
        except ValueError:
            raise NoServer(f"{self.base_url} is not a simulator: it answers {method} {url} without JSON.") from None
        if status >= 400:
            raise Refused(status, _sentence(answer, status))
        return answer

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection:
            self._connection.close()

    def _exchange(self, method: str, target: str, body: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            self._connection = self._connection or self._connect()
            self._connection.request(method, target, body=body, headers=headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except ssl.SSLCertVerificationError as error:
            raise NoServer(
                f"{self.base_url} shows a certificate that {self.ca_file} did not sign: {error.verify_message}."
            ) from None
        except (OSError, http.client.HTTPException) as error:
            problem = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise NoServer(f"the simulator at {self.base_url} does not answer: {problem}.") from None

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.base_url)
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
        context = ssl.create_default_context(cafile=self.ca_file)
        return http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=TIMEOUT, context=context)


def _sentence(answer: Any, status: int) -> str:
    """The message of a control, Graph or OAuth error."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        return str(error.get("message")).removeprefix("body: ").removeprefix("query: ")
    if isinstance(answer, dict) and "error_description" in answer:
        return str(answer["error_description"]).splitlines()[0]
    return f"it answered {status}"
