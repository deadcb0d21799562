"""``POST /$batch``: up to twenty requests in one, in an order that their dependencies allow (graph-api 6)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from idp_sim.graph.errors import GraphError, Problem
from idp_sim.http import Params, Request, Response

LIMIT = 20
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
_VERSIONS = ("v1.0", "beta")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One request of a batch, read and checked."""

    id: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    depends_on: tuple[str, ...]


def perform(
    payload: Mapping[str, Any], outer: Request, answer: Callable[[Request], Response], *, base_url: str
) -> dict[str, Any]:
    """The answers of all requests; GraphError(BATCH_INVALID) when the batch itself is wrong.

    ``answer`` is Graph itself; each request is made with the token of the batch.
    """
    items = _items(payload)
    done: dict[str, dict[str, Any]] = {}
    waiting = list(items)
    while waiting:
        ready = [item for item in waiting if all(name.lower() in done for name in item.depends_on)]
        if not ready:
            raise _invalid("the dependencies form a circle")
        for item in ready:
            done[item.id.lower()] = _one(item, done, outer, answer, base_url)
            waiting.remove(item)
    return {"responses": list(done.values())}


def _one(
    item: Item,
    done: Mapping[str, dict[str, Any]],
    outer: Request,
    answer: Callable[[Request], Response],
    base_url: str,
) -> dict[str, Any]:
    failed = next((name for name in item.depends_on if done[name.lower()]["status"] >= 400), None)
    if failed is not None:
        row = Problem.DEPENDENCY_FAILED.value
        error = {"code": row.code, "message": row.sentence.format(id=failed)}
        return {"id": item.id, "status": row.status, "headers": _JSON_HEADERS, "body": {"error": error}}
    return _shown(item.id, answer(_request(item, outer, base_url)))


_JSON_HEADERS = {"Content-Type": "application/json"}


def _request(item: Item, outer: Request, base_url: str) -> Request:
    url = item.url.removeprefix(base_url)
    parts = urlsplit(url if url.startswith("/") else f"/{url}")
    path = unquote(parts.path).lstrip("/")
    if path.partition("/")[0].lower() in _VERSIONS:
        path = path.partition("/")[2]
    kept = {name: value for name, value in outer.headers.items() if name in ("authorization", "client-request-id")}
    return Request(
        method=item.method,
        path=f"/{path}",
        query=Params.parse(parts.query),
        headers={**kept, **item.headers},
        body=item.body,
        client=outer.client,
        args={"path": path},
    )


def _shown(id: str, response: Response) -> dict[str, Any]:
    content_type = response.header("content-type") or ""
    shown: dict[str, Any] = {"id": id, "status": response.status, "headers": {}}
    for name in ("Content-Type", "Location", "Retry-After"):
        if (value := response.header(name)) is not None:
            shown["headers"][name] = value
    if not response.body:
        return shown
    if content_type.startswith("application/json"):
        return {**shown, "body": json.loads(response.body)}
    if content_type.startswith("text/"):
        return {**shown, "body": response.body.decode()}
    return {**shown, "body": base64.b64encode(response.body).decode()}


def _items(payload: Mapping[str, Any]) -> list[Item]:
    requests = payload.get("requests")
    if not isinstance(requests, list) or not requests:
        raise _invalid("'requests' must be a list of at least one request")
    if len(requests) > LIMIT:
        raise _invalid(f"it holds {len(requests)} requests; the limit is {LIMIT}")
    items = [_item(request, place) for place, request in enumerate(requests)]
    ids = [item.id.lower() for item in items]
    for item in items:
        if ids.count(item.id.lower()) > 1:
            raise _invalid(f"the id '{item.id}' is used more than once")
        unknown = next((name for name in item.depends_on if name.lower() not in ids), None)
        if unknown is not None:
            raise _invalid(f"request '{item.id}' depends on '{unknown}', which is not in the batch")
    return items


def _item(request: Any, place: int) -> Item:
    where = f"requests[{place}]"
    if not isinstance(request, dict):
        raise _invalid(f"{where} must be an object")
    for name in ("id", "method", "url"):
        if not isinstance(request.get(name), str) or not request[name]:
            raise _invalid(f"{where}.{name} must be a string")
    if request["method"] not in _METHODS:
        raise _invalid(f"{where}.method must be one of {', '.join(sorted(_METHODS))}")
    if request["url"].partition("?")[0].rstrip("/").lower().endswith("$batch"):
        raise _invalid(f"{where}.url must not be another batch")
    headers = request.get("headers") or {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise _invalid(f"{where}.headers must be an object of strings")
    lowered = {name.lower(): value for name, value in headers.items() if name.lower() != "authorization"}
    depends = request.get("dependsOn", request.get("depends_on")) or []
    if not isinstance(depends, list) or not all(isinstance(name, str) for name in depends):
        raise _invalid(f"{where}.dependsOn must be a list of ids")
    return Item(
        id=request["id"],
        method=request["method"],
        url=request["url"],
        headers=lowered,
        body=_body(request.get("body"), lowered, where),
        depends_on=tuple(depends),
    )


def _body(body: Any, headers: Mapping[str, str], where: str) -> bytes:
    if body is None:
        return b""
    if "content-type" not in headers:
        raise _invalid(f"{where}.headers needs a Content-Type, because there is a body")
    if isinstance(body, str):
        try:
            return base64.b64decode(body, validate=True)
        except ValueError as error:
            raise _invalid(f"{where}.body must be an object, or base64 text") from error
    return json.dumps(body, ensure_ascii=False).encode()


def _invalid(problem: str) -> GraphError:
    return GraphError(Problem.BATCH_INVALID, problem=problem)
