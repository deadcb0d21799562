"""Rights over one object: by owning it, or by a role over an administrative unit that it is in (graph-api 8.1, 14)."""

from __future__ import annotations

from idp_sim.applications.model import Application
from idp_sim.directory.group import Relation
from idp_sim.graph.permissions import Right
from idp_sim.graph.resource import Call
from idp_sim.ports import NotFound
from idp_sim.services.roles import reaches
from idp_sim.services.users import find_user


def has_over(right: Right, call: Call, key: str) -> bool:
    """Whether the signed-in user has the right over the object with that key, if not over all of them."""
    user = call.principal.user
    if user is None or not key:
        return False
    id = _object_id(call, key)
    if right.owners and call.directory.linked(Relation.OWNER, id, user.id):
        return True
    return bool(right.roles) and reaches(call.directory, user=user.id, roles=right.roles, object_id=id)


def is_owned(call: Call, key: str) -> bool:
    """Whether the calling application owns the application, or that of the service principal, which ``key`` names."""
    caller = _registration(call, client_id=call.principal.client_id.lower())
    if caller is None or not caller.service_principal:
        return False
    wanted = key.lower()
    found = (
        _registration(call, client_id=wanted)
        or _registration(call, service_principal=wanted or "-")
        or next((a for a in call.directory.objects([wanted]) if isinstance(a, Application)), None)
    )
    if found is None:
        return False
    owned = [id for id in (found.id, found.service_principal) if id]
    return any(call.directory.linked(Relation.OWNER, id, caller.service_principal) for id in owned)


def _registration(call: Call, **where: str) -> Application | None:
    found = call.ports.storage.find(call.world, call.tenant, Application, limit=1, **where)
    return found[0] if found else None


def _object_id(call: Call, key: str) -> str:
    """Users are also named by their user principal name."""
    if "@" not in key:
        return key.lower()
    try:
        return find_user(key, ports=call.ports, context=call.context, tenant=call.tenant).id
    except NotFound:
        return key
