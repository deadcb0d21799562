"""The look-up page of error numbers."""

from __future__ import annotations

from federation.reasons import by_code
from federation.words import StepWord
from idp_sim.http import Request, Response, Route
from idp_sim.pages.model import MessagePage, Shell
from idp_sim.pages.render import Renderer


def small_routes(renderer: Renderer) -> list[Route]:
    """Routes of this module."""

    def error(request: Request) -> Response:
        text = request.query.get("code") or ""
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None
        reason = by_code(number) if number is not None else None
        if reason is None:
            page = MessagePage(
                title="Error look-up", paragraphs=(f"The simulator has no error with the code '{text}'.",)
            )
        else:
            blank = {name: "{" + name + "}" for name in reason.placeholders}
            page = MessagePage(
                title=f"AADSTS{number}",
                paragraphs=(reason.value.name, reason.sentence(**blank)),
            )
        return renderer.response(Shell(step=StepWord.ERROR), page, 200 if reason else 404)

    return [Route(rule="/error", methods=("GET",), endpoint=error, name="error-lookup")]
