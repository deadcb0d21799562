"""``policies/matrix``: what conditional access would do to people, applications and places."""

from __future__ import annotations

from typing import Any

from idp_sim.applications.model import Application
from idp_sim.conditional_access.locations import read_address
from idp_sim.conditional_access.what_if import Signals
from idp_sim.control.errors import bad_request, not_found
from idp_sim.control.operation import Call, Operation, Parameter
from idp_sim.control.policy_messages import PolicyMatrix
from idp_sim.directory.model import User
from idp_sim.http import Response, json_response
from idp_sim.services.policy_matrix import MatrixRow, matrix
from idp_sim.tenants.model import Tenant, TenantRole

#: More rows than these are better asked for in parts.
MOST_ROWS = 5000


def _names(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not found:
        raise ValueError("expected names separated by commas")
    return found


def _places(text: str) -> tuple[str, ...]:
    found = _names(text)
    if wrong := [place for place in found if read_address(place) is None]:
        raise ValueError(f"'{wrong[0]}' is no IP address")
    return found


def _one_of(*choices: str) -> Any:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}")
        return text

    return read


def _choice(name: str, description: str, *choices: str) -> Parameter:
    return Parameter(
        name=name,
        description=description,
        schema={"type": "string", "enum": list(choices)},
        read=_one_of(*choices),
        example=choices[0],
    )


_RISKS = ("none", "low", "medium", "high")
QUERY = (
    Parameter(
        name="tenant",
        description="Name of the tenant whose policies are asked; without it the resource tenant.",
        schema={"type": "string"},
        read=str,
        example="contoso",
    ),
    Parameter(
        name="users",
        description="Addresses, separated by commas; without them everybody in the tenant.",
        schema={"type": "string"},
        read=_names,
        example="ana@fabrikam.example",
    ),
    Parameter(
        name="applications",
        description="Names of applications, separated by commas; without them every one of the tenant.",
        schema={"type": "string"},
        read=_names,
        example="portal",
    ),
    Parameter(
        name="ip_address",
        description="Addresses that people come from, separated by commas; without them policies about places depend.",
        schema={"type": "string"},
        read=_places,
        example="198.51.100.7",
    ),
    _choice("platform", "The device platform.", "windows", "android", "iOS", "macOS", "linux"),
    _choice(
        "client_app", "The kind of client.", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"
    ),
    _choice("sign_in_risk", "The sign-in risk.", *_RISKS),
    _choice("user_risk", "The user risk.", *_RISKS),
)


def read_matrix(call: Call) -> Response:
    """Rows, and the gaps among them."""
    tenant = _tenant(call)
    users, applications = _users(call, tenant), _applications(call, tenant)
    places = call.query["ip_address"] or (None,)
    if len(users) * len(applications) * len(places) > MOST_ROWS:
        raise bad_request(f"query: more than {MOST_ROWS} rows; name users, applications or fewer addresses")
    signals = Signals(
        client_app=call.query["client_app"],
        platform=call.query["platform"],
        sign_in_risk=call.query["sign_in_risk"],
        user_risk=call.query["user_risk"],
    )
    by_id = {application.client_id: application.name for application in applications}
    rows = [
        _row(row, by_id)
        for row in matrix(call.control.ports, call.context, tenant.id, users, by_id, places=places, signals=signals)
    ]
    gaps = [{key: row[key] for key in ("user", "application", "ip_address")} for row in rows if row.pop("gap")]
    return json_response({"tenant": tenant.name, "value": rows, "gaps": gaps})


def _tenant(call: Call) -> Tenant:
    if call.query["tenant"] is not None:
        return call.control.worlds.tenant_named(call.world, call.query["tenant"])
    tenants = call.control.worlds.tenants(call.world)
    return next((tenant for tenant in tenants if tenant.role is TenantRole.RESOURCE), tenants[0])


def _users(call: Call, tenant: Tenant) -> list[User]:
    storage = call.control.ports.storage
    if call.query["users"] is None:
        return storage.find(call.world, tenant.id, User)
    found = []
    for address in call.query["users"]:
        named = storage.find(call.world, tenant.id, User, limit=1, mail=address.lower())
        named = named or storage.find(call.world, tenant.id, User, limit=1, user_principal_name=address.lower())
        if not named:
            raise not_found(f"user '{address}' in the tenant '{tenant.name}'")
        found += named
    return found


def _applications(call: Call, tenant: Tenant) -> list[Application]:
    every = call.control.ports.storage.find(call.world, tenant.id, Application)
    if call.query["applications"] is None:
        return [application for application in every if not application.first_party]
    by_name = {application.name: application for application in every}
    for name in call.query["applications"]:
        if name not in by_name:
            raise not_found(f"application '{name}' in the tenant '{tenant.name}'")
    return [by_name[name] for name in call.query["applications"]]


def _row(row: MatrixRow, names: dict[str, str]) -> dict[str, Any]:
    return {
        "user": row.user.sign_in_name.lower(),
        "application": names[row.application],
        "ip_address": row.ip_address,
        "outcome": row.outcome,
        "demands": list(row.demands),
        "policies": [
            {
                "id": cell.id,
                "display_name": cell.display_name,
                "state": cell.state,
                "result": cell.result,
                "stopped_by": cell.stopped_by,
                "depends_on": list(cell.depends_on),
                "controls": list(cell.controls),
            }
            for cell in row.policies
        ],
        "gap": row.gap,
    }


OPERATIONS = (
    Operation(
        method="GET",
        path="/policies/matrix",
        name="read_policy_matrix",
        summary="What each conditional access policy would do, and which guests meet neither MFA nor a block.",
        handler=read_matrix,
        answers=(200, PolicyMatrix),
        query=QUERY,
        refusals={404: "no such tenant, user or application"},
    ),
)
