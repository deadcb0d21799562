"""``delta``: everything first, afterwards what changed since (graph-api 7.2).

Every change leaves a row in the audit log, so the log is also the list of changes; a token is the place in
it up to which the caller has seen everything. Changed objects are shown whole, which clients must expect.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from idp_sim.directory.audit import Activity, DirectoryAudit
from idp_sim.directory.deleted import DeletedItem
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.listing import collection, context_url, selected, shown
from idp_sim.graph.permissions import Access
from idp_sim.graph.query import option_name
from idp_sim.graph.resource import Call, Handler, Resource, Result
from idp_sim.ports import NotFound

LIFETIME = timedelta(days=7)
_FIRST, _CHANGES = "first", "changes"
_REFUSED = ("$top", "$orderby", "$search", "$expand")


def delta(resource: Resource, record: type, access: Access, everything: Callable[[Call], list[Any]]) -> Handler:
    """The ``delta`` function of a collection whose objects are ``record``s."""

    def run(call: Call) -> Result:
        for name, _ in call.query.pairs:
            if option_name(name) in _REFUSED:
                raise GraphError(
                    Problem.OPTION_UNSUPPORTED, option=option_name(name), resource=f"{resource.path}/delta"
                )
        given = call.query.delta_token
        if given is None:
            return _first(call, _place(call))
        if given == "latest":
            return _answer(call, {"value": []}, _place(call))
        round, order = _read(call, given)
        if round == _FIRST:
            return _first(call, order)
        return _answer(call, {"value": _changes(resource, record, call, order)}, _place(call))

    def _first(call: Call, order: int) -> Result:
        pairs = tuple(pair for pair in call.query.pairs if option_name(pair[0]) != "$deltatoken")
        marked = (*pairs, ("$deltatoken", _token(call, _FIRST, order)))
        asked = replace(call, query=replace(call.query, pairs=marked))
        body = collection(resource, asked, everything(call), url=_url(call, resource))
        body.pop("@odata.context")
        return (
            Result(value=body, type=resource.context, raw=True)
            if "@odata.nextLink" in body
            else _answer(call, body, order)
        )

    def _answer(call: Call, body: dict[str, Any], order: int) -> Result:
        link = f"{_url(call, resource)}?{_kept(call)}$deltatoken={_token(call, _CHANGES, order)}"
        context = context_url(resource, call, entity=False).partition("#")[2]
        return Result(value={"@odata.deltaLink": link, **body}, type=context, raw=True)

    return Handler(run=run, access=access, function=True)


def _url(call: Call, resource: Resource) -> str:
    return f"{call.ports.settings.base_url}/{call.version}{resource.path}/delta"


def _kept(call: Call) -> str:
    return f"$select={','.join(call.query.select)}&" if call.query.select else ""


def _place(call: Call) -> int:
    return call.ports.clocks.sequence()


def _changes(resource: Resource, record: type, call: Call, order: int) -> list[dict[str, Any]]:
    rows = call.ports.storage.find(call.world, call.tenant, DirectoryAudit)
    rows = [row for row in rows if row.order > order and row.result == "success"]
    ids = dict.fromkeys(t.id for row in rows for t in row.targets if t.type == resource.target_type)
    return [_change(resource, record, call, id, rows) for id in ids]


def _change(resource: Resource, record: type, call: Call, id: str, rows: list[DirectoryAudit]) -> dict[str, Any]:
    storage = call.ports.storage
    try:
        found = storage.get(call.world, call.tenant, record, id)
    except NotFound:
        return {"id": id, "@removed": {"reason": _reason(call, id)}}
    item = shown(resource, call, found, selected(resource, call))
    if resource.target_type == "Group" and (members := _members(id, rows)):
        item["members@delta"] = members
    return item


def _reason(call: Call, id: str) -> str:
    try:
        call.ports.storage.get(call.world, call.tenant, DeletedItem, id)
    except NotFound:
        return "deleted"
    return "changed"


def _members(group: str, rows: list[DirectoryAudit]) -> list[dict[str, Any]]:
    """Members added to and removed from the group, the last word for each."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if len(row.targets) == 2 and row.targets[1].id == group:
            member = row.targets[0]
            entry: dict[str, Any] = {"@odata.type": f"#microsoft.graph.{_first_lower(member.type)}", "id": member.id}
            if row.activity == Activity.REMOVE_MEMBER.value.name:
                found[member.id] = {**entry, "@removed": {"reason": "deleted"}}
            elif row.activity == Activity.ADD_MEMBER.value.name:
                found[member.id] = entry
    return list(found.values())


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _token(call: Call, round: str, order: int) -> str:
    text = json.dumps([round, order, call.tenant, int(call.context.now.timestamp())])
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _read(call: Call, token: str) -> tuple[str, int]:
    try:
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        round, order, tenant, made = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        fresh = call.context.now.timestamp() - made < LIFETIME.total_seconds()
        if tenant == call.tenant and fresh and round in (_FIRST, _CHANGES) and isinstance(order, int):
            return round, order
    except (ValueError, TypeError):
        pass
    raise GraphError(Problem.DELTA_EXPIRED)
