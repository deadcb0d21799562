"""Every refusal of Graph once: HTTP status, ``error.code`` and sentence; and the body they share (graph-api 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from federation.errors import FederationError
from federation.reasons import Reason

#: Demanded of every 401 (graph-api 4.3); the authority is named on the server's own origin.
CHALLENGE = (
    'Bearer realm="", authorization_uri="{base_url}/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


@dataclass(frozen=True)
class Row:
    """One refusal: ``sentence`` holds placeholders that ``GraphError`` fills."""

    status: int
    code: str
    sentence: str


class Problem(Enum):
    """The table of graph-api 4.2, as far as it is produced."""

    UNKNOWN_SEGMENT = Row(400, "BadRequest", "Resource not found for the segment '{segment}'.")
    METHOD_NOT_ALLOWED = Row(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    USER_NEEDED = Row(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
    BODY_UNREADABLE = Row(
        400,
        "BadRequest",
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of "
        "valid JSON format. {problem}",
    )
    OBJECT_NOT_FOUND = Row(
        404,
        "Request_ResourceNotFound",
        "Resource '{key}' does not exist or one of its queried reference-property objects are not present.",
    )
    POLICY_NOT_FOUND = Row(404, "ResourceNotFound", "Resource '{key}' does not exist.")
    ALREADY_EXISTS = Row(
        409,
        "Request_MultipleObjectsWithSameKeyValue",
        "Another object with the same value for property {property} already exists.",
    )
    CHANGED_MEANWHILE = Row(409, "Conflict", "The object was changed by another request; read it again.")
    NAME_TAKEN = Row(
        400,
        "Request_BadRequest",
        "Another object with the same value for property {property} already exists.",
    )
    ACCESS_DENIED = Row(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    INVITATION_DENIED = Row(
        401,
        "Unauthorized",
        "Insufficient privileges to perform requested operation by the application "
        "'00000003-0000-0000-c000-000000000000'. ControllerName=MSGraphInviteAPI, ActionName=CreateInvite, "
        "URL absolute path=/api/{tenant}/invites",
    )
    OPTION_UNKNOWN = Row(400, "BadRequest", "The query option '{option}' is not known. Supported here: {supported}.")
    OPTION_UNSUPPORTED = Row(
        400, "Request_UnsupportedQuery", "The query option '{option}' is not supported on '{resource}'."
    )
    OPTION_REPEATED = Row(
        400,
        "BadRequest",
        "Query option '{option}' was specified more than once, but it must be specified at most once.",
    )
    OPTION_INVALID = Row(400, "BadRequest", "Invalid value '{value}' for {option} query option. Expected: {expected}.")
    SELECT_INVALID = Row(
        400,
        "BadRequest",
        "Parsing OData Select and Expand failed: Could not find a property named '{property}' on type '{type}'.",
    )
    FILTER_INVALID = Row(400, "BadRequest", "Invalid filter clause: {problem}.")
    FILTER_PROPERTY_UNKNOWN = Row(
        400,
        "BadRequest",
        "Invalid filter clause: Could not find a property named '{property}' on type '{type}'.",
    )
    FILTER_UNSUPPORTED = Row(
        400,
        "Request_UnsupportedQuery",
        "Unsupported or invalid query filter clause specified for property '{property}' of resource "
        "'{resource}': {problem}.",
    )
    FILTER_ADVANCED = Row(
        400,
        "Request_UnsupportedQuery",
        "Operator '{operator}' is not supported because the required parameters might be missing. Try adding "
        "$count=true query parameter and ConsistencyLevel:eventual header.",
    )
    SEARCH_HEADER = Row(
        400,
        "Request_UnsupportedQuery",
        "Request with $search query parameter only works through MSGraph with a special request header: "
        "'ConsistencyLevel: eventual'",
    )
    SEARCH_INVALID = Row(400, "Request_BadRequest", "Invalid $search clause: {problem}.")
    EXPAND_INVALID = Row(400, "BadRequest", "Parsing OData Select and Expand failed: {problem}.")
    ORDER_UNSUPPORTED = Row(
        400,
        "Request_UnsupportedQuery",
        "Sorting by '{property}' is not supported for resource '{resource}'. Supported: {supported}.",
    )
    FILTER_WITH_ORDER = Row(
        400,
        "Request_UnsupportedQuery",
        "Sorting is not supported with $filter unless $count=true and the header ConsistencyLevel:eventual are sent.",
    )
    COUNT_UNSUPPORTED = Row(400, "Request_BadRequest", "$count is not currently supported.")
    PAGE_TOKEN_INVALID = Row(
        400,
        "Directory_ExpiredPageToken",
        "The specified page token value has expired or was made for another request.",
    )
    PROPERTY_UNKNOWN = Row(
        400,
        "Request_BadRequest",
        "The property '{property}' does not exist on type '{type}'. Make sure to only use property names "
        "that are defined by the type.",
    )
    PROPERTY_READ_ONLY = Row(400, "Request_BadRequest", "Property '{property}' is read-only and cannot be set.")
    PROPERTY_MISSING = Row(
        400, "Request_BadRequest", "A value is required for property '{property}' of resource '{resource}'."
    )
    PROPERTY_INVALID = Row(
        400,
        "Request_BadRequest",
        "Invalid value specified for property '{property}' of resource '{resource}'. Expected: {expected}.",
    )
    POLICY_INVALID = Row(400, "BadRequest", "{problem}")
    REFERENCE_EXISTS = Row(
        400,
        "Request_BadRequest",
        "One or more added object references already exist for the following modified properties: '{property}'.",
    )
    REFERENCE_REFUSED = Row(400, "Request_BadRequest", "{problem}")
    ASSIGNMENT_EXISTS = Row(400, "Request_BadRequest", "Permission being assigned already exists on the object")
    GRANT_EXISTS = Row(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
    CONFLICTING_OBJECT = Row(
        400,
        "Request_BadRequest",
        "A conflicting object with one or more of the specified property values is present in the directory.",
    )
    ARGUMENT_MISSING = Row(400, "BadRequest", "The function '{function}' needs the argument '{argument}'.")
    BATCH_INVALID = Row(400, "BadRequest", "Invalid batch payload: {problem}.")
    DEPENDENCY_FAILED = Row(424, "FailedDependency", "The request '{id}' that this one depends on failed.")
    DELTA_EXPIRED = Row(410, "syncStateNotFound", "The delta token is too old or unknown; start over without it.")
    THROTTLED = Row(429, "TooManyRequests", "Please retry again later.")
    NOT_BUILT = Row(501, "NotImplemented", "This operation target is not yet supported: {what}.")


@dataclass(frozen=True)
class Detail:
    """An entry of ``error.details``."""

    code: str
    message: str
    target: str


class GraphError(Exception):
    """A refusal of this edge: a row of the table and the values of its sentence."""

    def __init__(self, problem: Problem, /, *, details: tuple[Detail, ...] = (), **values: object) -> None:
        self.problem = problem
        self.values = values
        self.details = details
        super().__init__(problem.name)

    @property
    def message(self) -> str:
        """The sentence."""
        return self.problem.value.sentence.format(**self.values).strip()

    def __str__(self) -> str:
        return f"{self.problem.name}: {self.message}"


#: How a refusal of the federation is answered here: (status, code). One without a row answers with its own
#: status and name (tokens), as the table of reasons has it.
ANSWERS: Mapping[Reason, tuple[int, str]] = {
    Reason.INVITATIONS_NOT_ALLOWED: (403, "Forbidden"),
    Reason.INVITATION_AS_MEMBER_NOT_ALLOWED: (403, "Forbidden"),
    Reason.INVITED_USER_IS_MEMBER: (400, "BadRequest"),
    Reason.INVITED_USER_IS_BLOCKED_MEMBER: (400, "BadRequest"),
    Reason.REDEMPTION_RESET_NOT_ALLOWED: (403, "Forbidden"),
    Reason.INVITED_ADDRESS_NOT_OF_USER: (400, "BadRequest"),
    Reason.INVITED_DOMAIN_IS_OWN: (400, "BadRequest"),
    Reason.INVITATION_BLOCKED_BY_CROSS_TENANT_ACCESS: (400, "BadRequest"),
    Reason.INVITED_ADDRESS_INVALID: (400, "BadRequest"),
    Reason.INVITATION_REDIRECT_URL_INVALID: (400, "BadRequest"),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A refusal ready to be written."""

    status: int
    code: str
    message: str
    details: tuple[Detail, ...] = ()


def answer(error: GraphError | FederationError) -> Answer:
    """Status, code and sentence of a refusal, whichever layer made it."""
    if isinstance(error, GraphError):
        row = error.problem.value
        return Answer(status=row.status, code=row.code, message=error.message, details=error.details)
    reason = error.reason
    status, code = ANSWERS.get(reason, (reason.value.status, reason.value.name))
    return Answer(status=status, code=code, message=error.message)


def body(refusal: Answer, *, now: datetime, request_id: str, client_request_id: str) -> dict[str, Any]:
    """The error object of graph-api 4.1; ``date`` carries no zone."""
    error: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
    if refusal.details:
        error["details"] = [
            {"code": detail.code, "message": detail.message, "target": detail.target} for detail in refusal.details
        ]
    error["innerError"] = {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": client_request_id,
    }
    return {"error": error}
