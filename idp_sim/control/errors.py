"""Refusals of the control API: ``{"error": {"code", "message"}}``, and one table from exceptions to answers."""

from __future__ import annotations

from federation.errors import FederationError
from federation.reasons import Reason
from idp_sim.http import Response, json_response
from idp_sim.ports import AlreadyExists, Conflict, NotFound
from idp_sim.scenario.errors import ScenarioError
from idp_sim.services.people import InvalidPerson
from idp_sim.services.worlds import DefaultWorldStays


class ControlError(Exception):
    """A refusal. ``message`` says what, where, and what was expected."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(message)


def bad_request(message: str, code: str = "invalid_request") -> ControlError:
    """400."""
    return ControlError(400, code, message)


def not_found(message: str) -> ControlError:
    """404."""
    return ControlError(404, "not_found", message)


#: What services and storage raise, and how it is answered.
_STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (ScenarioError, 400, "invalid_scenario"),
    (InvalidPerson, 400, "invalid_request"),
    (NotFound, 404, "not_found"),
    (AlreadyExists, 409, "already_exists"),
    (Conflict, 409, "conflict"),
    (DefaultWorldStays, 409, "default_world"),
)
KNOWN = (ControlError, FederationError, *(kind for kind, _, _ in _STATUS))


def answer(error: Exception) -> Response:
    """The response for one of ``KNOWN``."""
    status, code, message = _parts(error)
    headers = (("WWW-Authenticate", 'Bearer realm="idp-sim"'),) if status == 401 else ()
    return json_response({"error": {"code": code, "message": message}}, status, headers=headers)


def _parts(error: Exception) -> tuple[int, str, str]:
    if isinstance(error, ControlError):
        return error.status, error.code, error.message
    if isinstance(error, FederationError):
        if error.reason is Reason.TENANT_NOT_FOUND:
            return 404, "not_found", error.message
        return 400, error.reason.name.lower(), error.message
    status, code = next((status, code) for kind, status, code in _STATUS if isinstance(error, kind))
    return status, code, _sentence(error)


def _sentence(error: Exception) -> str:
    if isinstance(error, DefaultWorldStays):
        return "the default world always exists; reset it instead"
    return f"no such {error}" if isinstance(error, NotFound) else str(error)
