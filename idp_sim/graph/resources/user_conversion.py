"""``convertExternalToInternalMemberUser`` of a guest: beta only (graph-api 10)."""

from __future__ import annotations

from typing import Any

from idp_sim.directory.addresses import address_problem
from idp_sim.directory.audit import Activity
from idp_sim.graph.errors import GraphError, Problem
from idp_sim.graph.permissions import Access, holders_of
from idp_sim.graph.resource import Call, Handler, Property, Result, Type, wire
from idp_sim.ports import AlreadyExists
from idp_sim.services.users import convert_to_internal, find_user

NAME = "convertExternalToInternalMemberUser"
_PERMISSIONS = ("User-ConvertToInternal.ReadWrite.All", "User.ReadWrite.All")
_RESULT = "microsoft.graph.conversionUserDetails"


def _convert(call: Call) -> Result:
    if call.version != "beta":
        raise GraphError(Problem.UNKNOWN_SEGMENT, segment=NAME)
    user = find_user(call.key, ports=call.ports, context=call.context, tenant=call.tenant)
    if not user.external:
        raise GraphError(Problem.REFERENCE_REFUSED, problem=f"The user '{user.id}' is an internal user already.")
    name, mail = str(call.body["userPrincipalName"]).strip(), call.body.get("mail")
    if address_problem(name) or not call.principal.tenant.owns(name):
        raise _invalid("userPrincipalName", "a name in a verified domain of this tenant")
    if mail is not None and address_problem(mail):
        raise _invalid("mail", "a mail address")
    try:
        changed = convert_to_internal(
            user.id, name, _password(call.body), mail, ports=call.ports, context=call.context, tenant=call.tenant
        )
    except AlreadyExists as error:
        raise GraphError(Problem.NAME_TAKEN, property="userPrincipalName") from error
    body = {
        "@odata.context": f"{call.ports.settings.base_url}/beta/$metadata#{_RESULT}",
        "displayName": changed.display_name,
        "userPrincipalName": changed.user_principal_name,
        "convertedToInternalUserDateTime": wire(call.context.now),
        "mail": changed.mail,
    }
    return Result(value=body, raw=True)


def _password(body: Any) -> str:
    profile = body["passwordProfile"]
    password = profile.get("password")
    if not isinstance(password, str) or not password:
        raise _invalid("passwordProfile/password", "a password")
    return password


def _invalid(name: str, expected: str) -> GraphError:
    return GraphError(Problem.PROPERTY_INVALID, property=name, resource=NAME, expected=expected)


def _nothing(_record: object) -> None:
    return None


CONVERSION = {
    NAME: Handler(
        run=_convert,
        access=Access(delegated=_PERMISSIONS, application=_PERMISSIONS, right=holders_of("User Administrator")),
        activity=Activity.UPDATE_USER,
        parameters=(
            Property(name="userPrincipalName", read=_nothing, required=True),
            Property(name="passwordProfile", read=_nothing, type=Type.OBJECT, required=True),
            Property(name="mail", read=_nothing),
        ),
    )
}
