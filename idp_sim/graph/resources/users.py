"""``/users`` and ``/me`` (graph-api 10)."""

from __future__ import annotations

from idp_sim.directory.model import User
from idp_sim.graph.errors import Detail, GraphError, Problem
from idp_sim.graph.permissions import Access, anyone, holders_of, reads_directory
from idp_sim.graph.resource import (
    Call,
    Handler,
    Operation,
    Property,
    Resource,
    Type,
    by_creation,
    field_of,
)
from idp_sim.graph.resources.user_values import changed, password_of
from idp_sim.ports import AlreadyExists
from idp_sim.services.authenticate_call import Principal
from idp_sim.services.users import change_user, create_user, delete_user, find_user, set_password

_EQ = frozenset({"eq", "in"})
_TEXT = frozenset({"eq", "in", "startsWith"})
_RANGED = frozenset({"eq", "in", "ge", "le", "startsWith"})

#: What a guest sees of somebody else at the default guest level (graph-api 8.3).
GUEST_VIEW = frozenset({"id", "displayName", "mail", "userPrincipalName", "userType"})
#: What User.ReadBasic.All shows of others.
BASIC_VIEW = frozenset({"id", "displayName", "givenName", "surname", "mail", "userPrincipalName", "userType"})


def _identities(user: User) -> list[dict[str, str | None]]:
    return [
        {
            "signInType": identity.sign_in_type,
            "issuer": identity.issuer,
            "issuerAssignedId": identity.issuer_assigned_id,
        }
        for identity in user.identities
    ]


PROPERTIES: tuple[Property, ...] = (
    Property(name="businessPhones", read=lambda _user: [], type=Type.STRINGS),
    field_of(
        "displayName",
        writable=True,
        required=True,
        nullable=False,
        operators=_TEXT,
        orderable=True,
    ),
    field_of("givenName", writable=True, operators=_RANGED),
    field_of("id", operators=_EQ),
    field_of("jobTitle", writable=True, operators=frozenset({"eq", "in", "ge", "le"})),
    field_of("mail", writable=True, operators=_RANGED),
    field_of("mobilePhone", writable=True),
    field_of("officeLocation", writable=True),
    field_of("preferredLanguage", writable=True),
    field_of("surname", writable=True, operators=_RANGED),
    field_of(
        "userPrincipalName",
        writable=True,
        required=True,
        nullable=False,
        operators=frozenset({"eq", "in", "le", "startsWith"}),
        orderable=True,
    ),
    field_of(
        "accountEnabled",
        default=False,
        type=Type.BOOLEAN,
        writable=True,
        required=True,
        nullable=False,
        operators=_EQ,
    ),
    field_of("companyName", default=False, writable=True),
    field_of("country", default=False, writable=True, operators=_RANGED),
    field_of(
        "createdDateTime",
        "created",
        default=False,
        type=Type.DATE_TIME,
        operators=frozenset({"eq", "ge", "le"}),
    ),
    field_of("creationType", default=False, operators=_EQ),
    field_of("department", default=False, writable=True, operators=_RANGED),
    field_of("externalUserState", default=False, operators=_EQ),
    field_of(
        "externalUserStateChangeDateTime",
        "external_user_state_changed",
        default=False,
        type=Type.DATE_TIME,
        operators=frozenset({"eq", "in"}),
    ),
    Property(
        name="identities",
        read=_identities,
        default=False,
        type=Type.OBJECTS,
        operators=frozenset({"any"}),
    ),
    field_of(
        "mailNickname",
        default=False,
        writable=True,
        required=True,
        nullable=False,
        operators=_RANGED,
    ),
    field_of(
        "otherMails",
        default=False,
        type=Type.STRINGS,
        writable=True,
        nullable=False,
        operators=frozenset({"any"}),
    ),
    Property(
        name="passwordProfile",
        read=lambda _user: None,
        default=False,
        type=Type.OBJECT,
        writable=True,
        required=True,
        nullable=False,
    ),
    field_of("proxyAddresses", default=False, type=Type.STRINGS, operators=frozenset({"any"})),
    field_of("signInSessionsValidFromDateTime", "tokens_valid_from", default=False, type=Type.DATE_TIME),
    field_of("usageLocation", default=False, writable=True, operators=_RANGED),
    field_of("userType", default=False, writable=True, nullable=False, operators=_EQ),
)


def visible(principal: Principal, user: User) -> frozenset[str] | None:
    """Which properties of ``user`` the caller may read; None is all of them."""
    caller = principal.user
    if caller is not None and caller.id == user.id:
        return None
    if caller is not None and not reads_directory(caller):
        return GUEST_VIEW
    return None if principal.permissions & _READS_EVERYTHING else BASIC_VIEW


_READS_EVERYTHING = frozenset({"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"})
_READ = ("User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
_WRITE = ("User.ReadWrite.All", "Directory.ReadWrite.All")
_DELETE = ("User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
_OWN = ("User.Read", "User.ReadWrite")
_ENABLE = {"User.EnableDisableAccount.All": frozenset({"accountEnabled"})}
_ADMINISTRATOR = holders_of("User Administrator")


def _list(call: Call) -> list[User]:
    return call.ports.storage.find(call.world, call.tenant, User)


def _get(call: Call) -> User:
    return find_user(call.key, ports=call.ports, context=call.context, tenant=call.tenant)


def _create(call: Call) -> User:
    body = dict(call.body)
    password = password_of(body.pop("passwordProfile"), resource=USERS)
    blank = User(id=call.ports.ids.guid(), user_principal_name="", display_name="", created=call.context.now)
    user = changed(blank, body, resource=USERS, domains=call.principal.tenant.domains)
    try:
        return create_user(user, password, ports=call.ports, context=call.context, tenant=call.tenant)
    except AlreadyExists as error:
        raise _name_taken() from error


def _update(call: Call) -> None:
    body, domains = dict(call.body), call.principal.tenant.domains
    profile = body.pop("passwordProfile", None)
    password = None if profile is None else password_of(profile, resource=USERS)
    ports, context, tenant = call.ports, call.context, call.tenant
    try:
        with ports.storage.unit_of_work(call.world):
            user = change_user(
                _get(call).id,
                lambda old: changed(old, body, resource=USERS, domains=domains),
                ports=ports,
                context=context,
                tenant=tenant,
            )
            if password is not None:
                set_password(user.id, password, ports=ports, context=context, tenant=tenant)
    except AlreadyExists as error:
        raise _name_taken() from error


def _delete(call: Call) -> None:
    user = _get(call)
    delete_user(user.id, ports=call.ports, context=call.context, tenant=call.tenant)


def _name_taken() -> GraphError:
    message = Problem.NAME_TAKEN.value.sentence.format(property="userPrincipalName")
    detail = Detail(code="ObjectConflict", message=message, target="userPrincipalName")
    return GraphError(Problem.NAME_TAKEN, property="userPrincipalName", details=(detail,))


def _me(call: Call) -> User | None:
    return call.principal.user


USERS = Resource(
    path="/users",
    type_name="microsoft.graph.user",
    properties=PROPERTIES,
    order=by_creation,
    directory_object=True,
    visible=visible,
    not_found=Problem.OBJECT_NOT_FOUND,
    operations={
        Operation.LIST: Handler(run=_list, access=Access(delegated=_READ, application=_READ, right=reads_directory)),
        Operation.GET: Handler(run=_get, access=Access(delegated=_READ, application=_READ, own=_OWN, right=anyone)),
        Operation.CREATE: Handler(
            run=_create, access=Access(delegated=_WRITE, application=_WRITE, right=_ADMINISTRATOR)
        ),
        Operation.UPDATE: Handler(
            run=_update,
            access=Access(delegated=_WRITE, application=_WRITE, narrow=_ENABLE, right=_ADMINISTRATOR),
        ),
        Operation.DELETE: Handler(
            run=_delete, access=Access(delegated=_DELETE, application=_DELETE, right=_ADMINISTRATOR)
        ),
    },
)

ME = Resource(
    path="/me",
    type_name="microsoft.graph.user",
    properties=PROPERTIES,
    collection=False,
    directory_object=True,
    not_found=Problem.OBJECT_NOT_FOUND,
    context_set="users",
    operations={Operation.GET: Handler(run=_me, access=Access(delegated=(*_OWN, *_READ), user_only=True))},
)
