"""The one place that knows Flask: mounts the routes, turns its request into ours and our response into its.

An unknown path is a plain 404; an unexpected fault is told to the log and to nobody else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

import flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from idp_sim.http import Endpoint, Params, Request, Response, Route
from idp_sim.ports import StorageUnavailable
from idp_sim.web.error_answers import refusing_disk
from idp_sim.web.gate import LOCAL
from idp_sim.web.platforms import client_behind

LOG = logging.getLogger("idp_sim")
MAX_BODY = 4 * 1024 * 1024

#: Answers an error that is not an endpoint's own: path, status, sentence -> response.
ErrorAnswer = Callable[[Request, int, str], Response]


def create_app(routes: Iterable[Route], *, error_answer: ErrorAnswer) -> flask.Flask:
    """The application of a simulator; ``gate.Gate`` stands in front of it."""
    app = flask.Flask("idp_sim", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.url_map.merge_slashes = False  # werkzeug would answer with a redirect; we normalise instead
    app.url_map.strict_slashes = False
    for route in routes:
        app.add_url_rule(
            route.rule,
            endpoint=route.name,
            view_func=_view(route.endpoint),
            methods=list(route.methods),
            provide_automatic_options=False,
        )
    _add_errors(app, error_answer)
    return app


def _view(endpoint: Endpoint) -> Callable[..., flask.Response]:
    def view(**args: str) -> flask.Response:
        return to_flask(endpoint(from_flask(flask.request, args)))

    return view


def from_flask(request: flask.Request, args: Mapping[str, str]) -> Request:
    """Our request value from Flask's."""
    headers = {name.lower(): value for name, value in request.headers}
    return Request(
        method=request.method,
        path=request.path,
        query=Params.parse(request.query_string.decode("latin-1")),
        headers=headers,
        cookies=request.cookies if "cookie" in headers else {},
        body=request.get_data(cache=False) if request.content_length != 0 else b"",
        client=client_behind(request.remote_addr or "127.0.0.1", headers),
        args=args,
        local=bool(request.environ.get(LOCAL)),
    )


def to_flask(response: Response) -> flask.Response:
    """Flask's response from ours."""
    answer = flask.Response(response.body, status=response.status)
    answer.headers.pop("Content-Type", None)
    for name, value in response.headers:
        answer.headers.add(name, value)
    return answer


def _add_errors(app: flask.Flask, error_answer: ErrorAnswer) -> None:
    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> flask.Response:
        status = error.code or 500
        sentence = f"There is nothing at {flask.request.path}."
        if isinstance(error, MethodNotAllowed):
            sentence = f"{flask.request.path} takes {', '.join(sorted(error.valid_methods or ()))}."
        elif isinstance(error, RequestEntityTooLarge):
            sentence = f"The body is larger than {MAX_BODY} bytes."
        elif status != 404:
            sentence = error.name
        answer = to_flask(error_answer(_bare(flask.request), status, sentence))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return answer

    @app.errorhandler(StorageUnavailable)
    def disk_refused(error: StorageUnavailable) -> flask.Response:
        LOG.error("%s %s: %s", flask.request.method, flask.request.path, error)
        return to_flask(refusing_disk(_bare(flask.request), error))

    @app.errorhandler(Exception)
    def fault(error: Exception) -> flask.Response:
        LOG.exception("%s %s failed", flask.request.method, flask.request.path, exc_info=error)
        return to_flask(error_answer(_bare(flask.request), 500, "The simulator failed; its log says why."))


def _bare(request: flask.Request) -> Request:
    """A request without its body, which may be what is wrong with it."""
    headers = {name.lower(): value for name, value in request.headers}
    return Request(method=request.method, path=request.path, headers=headers)
