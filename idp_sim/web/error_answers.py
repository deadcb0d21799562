"""How an error that belongs to no endpoint is answered: a page for people, JSON in the API's shape for others."""

from __future__ import annotations

from federation.words import StepWord
from idp_sim.http import Request, Response, json_response
from idp_sim.ports import StorageFull, StorageUnavailable

CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    500: "internal_error",
    503: "storage_unavailable",
    507: "insufficient_storage",
}
APIS = ("/v1.0/", "/beta/", "/_sim/")


def error_answer(request: Request, status: int, sentence: str) -> Response:
    """The answer in the form that the caller reads."""
    code = CODES.get(status, "error")
    if request.path.startswith(APIS):
        return json_response({"error": {"code": code, "message": sentence}}, status)
    if "text/html" not in request.headers.get("accept", ""):
        return json_response({"error": code, "error_description": sentence}, status)
    from idp_sim.pages.model import MessagePage, Shell
    from idp_sim.pages.render import Renderer

    page = MessagePage(title=str(status), paragraphs=(sentence,))
    return Renderer().response(Shell(step=StepWord.ERROR), page, status)


def refusing_disk(request: Request, error: StorageUnavailable) -> Response:
    """507 when there is no room for what was to be kept, else 503; nothing of the call was kept."""
    sentence = str(error)
    return error_answer(
        request, 507 if isinstance(error, StorageFull) else 503, f"{sentence[:1].upper()}{sentence[1:]}."
    )
