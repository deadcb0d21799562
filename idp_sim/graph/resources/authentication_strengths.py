"""Authentication strength policies and the configurations of their combinations (graph-api 21)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from federation.authentication_strength import AuthenticationStrength, CombinationConfiguration
from idp_sim.conditional_access.book import PolicyBook
from idp_sim.conditional_access.strength_wire import (
    CONFIGURABLE,
    FIDO2,
    X509,
    configuration_to_json,
    read_combinations,
    strength_to_json,
)
from idp_sim.directory.audit import Activity, AuditTarget
from idp_sim.graph.bodies import invalid
from idp_sim.graph.permissions import Access, holders_of
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, Result, Type
from idp_sim.graph.resources.conditional_access_policies import EQ, book_of, refused, shown
from idp_sim.ports import NotFound
from idp_sim.services import policies

MOST_CUSTOM = 15
_WRITE_WORDS = ("Policy.ReadWrite.ConditionalAccess", "Policy.ReadWrite.AuthenticationMethod")
_READ_WORDS = (
    "Policy.Read.All",
    "Policy.Read.ConditionalAccess",
    "Policy.Read.AuthenticationMethod",
    *_WRITE_WORDS,
)
_ADMINISTRATORS = ("Conditional Access Administrator", "Security Administrator", "Authentication Policy Administrator")
READ = Access(
    delegated=_READ_WORDS,
    application=_READ_WORDS,
    right=holders_of(*_ADMINISTRATORS, "Security Reader", "Global Reader"),
)
WRITE = Access(delegated=_WRITE_WORDS, application=_WRITE_WORDS, right=holders_of(*_ADMINISTRATORS))
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SKI = re.compile(r"[0-9a-fA-F]{8,64}")
_OID = re.compile(r"[0-2](\.[0-9]+)+")


def _list(call: Call) -> list[AuthenticationStrength]:
    return list(book_of(call).strengths.values())


def _get(call: Call) -> AuthenticationStrength:
    return _found(book_of(call), call.key)


def _found(book: PolicyBook, key: str) -> AuthenticationStrength:
    found = book.strengths.get(key.lower())
    if found is None:
        raise NotFound(key)
    return found


def _custom(book: PolicyBook, key: str) -> AuthenticationStrength:
    strength = _found(book, key)
    if strength.built_in:
        raise refused("a built-in authentication strength can be neither changed nor deleted")
    return strength


def _combinations(given: Any) -> tuple[str, ...]:
    try:
        return read_combinations(given or ())
    except ValueError as error:
        raise refused(f"allowedCombinations: {error}") from error


def _create(call: Call) -> AuthenticationStrength:
    name = call.body["displayName"].strip()
    strength = AuthenticationStrength(
        id=call.ports.ids.guid(),
        display_name=name,
        description=call.body.get("description") or "",
        combinations=_combinations(call.body["allowedCombinations"]),
        created=call.context.now,
    )

    def act(book: PolicyBook) -> AuthenticationStrength:
        if len(book.custom_strengths) >= MOST_CUSTOM:
            raise refused(f"a tenant has at most {MOST_CUSTOM} custom authentication strengths")
        _check_name(book, name)
        call.ports.storage.insert(call.world, call.tenant, strength)
        return strength

    return policies.change(call.ports, call.world, call.tenant, act)


def _check_name(book: PolicyBook, name: str, *, own: str = "") -> None:
    if not name:
        raise invalid(STRENGTHS, "displayName", "a text that is not empty")
    if any(other.display_name.lower() == name.lower() and other.id != own for other in book.strengths.values()):
        raise refused(f"displayName: there is an authentication strength named '{name}' already")


def _update(call: Call) -> None:
    def act(book: PolicyBook) -> None:
        old = _custom(book, call.key)
        if "allowedCombinations" in call.body:
            raise invalid(STRENGTHS, "allowedCombinations", "the action updateAllowedCombinations")
        name = (call.body.get("displayName", old.display_name) or "").strip()
        _check_name(book, name, own=old.id)
        _put(
            call,
            replace(old, display_name=name, description=call.body.get("description", old.description) or ""),
        )

    policies.change(call.ports, call.world, call.tenant, act)


def _delete(call: Call) -> None:
    def act(book: PolicyBook) -> None:
        strength = _custom(book, call.key)
        if users := book.users_of_strength(strength.id):
            raise refused(f"the authentication strength is used by the policy '{users[0].display_name}'")
        call.ports.storage.delete(call.world, call.tenant, AuthenticationStrength, strength.id)

    policies.change(call.ports, call.world, call.tenant, act)


def _update_combinations(call: Call) -> Result:
    combinations = _combinations(call.body.get("allowedCombinations"))

    def act(book: PolicyBook) -> Result:
        old = _custom(book, call.key)
        kept = tuple(one for one in old.configurations if set(one.applies_to) <= set(combinations))
        new = replace(old, combinations=combinations, configurations=kept)
        _put(call, new)
        value = {
            "previousCombinations": list(old.combinations),
            "currentCombinations": list(combinations),
            "additionalInformation": "",
        }
        return Result(value=value, type="microsoft.graph.updateAllowedCombinationsResult", raw=True)

    return policies.change(call.ports, call.world, call.tenant, act)


def _usage(call: Call) -> Result:
    """Policies that demand the strength, by whether it satisfies ``mfa``."""
    book = book_of(call)
    strength = _found(book, call.key)
    users = [shown(policy, book).json for policy in book.users_of_strength(strength.id)]
    value = {"none": [] if strength.satisfies_mfa else users, "mfa": users if strength.satisfies_mfa else []}
    return Result(value=value, type="microsoft.graph.authenticationStrengthUsage", raw=True)


def _put(call: Call, strength: AuthenticationStrength) -> None:
    call.ports.storage.put(call.world, call.tenant, replace(strength, modified=call.context.now))


def _wire(name: str, **rest: Any) -> Property:
    return Property(name=name, read=lambda strength: strength_to_json(strength)[name], **rest)


STRENGTHS = Resource(
    path="/policies/authenticationStrengthPolicies",
    type_name="microsoft.graph.authenticationStrengthPolicy",
    properties=(
        _wire("id", operators=EQ),
        _wire("createdDateTime"),
        _wire("modifiedDateTime"),
        _wire("displayName", writable=True, required=True, nullable=False, operators=EQ, orderable=True),
        _wire("description", writable=True),
        _wire("policyType", operators=EQ),
        _wire("requirementsSatisfied"),
        _wire("allowedCombinations", type=Type.STRINGS, writable=True, required=True, nullable=False),
        _wire("combinationConfigurations", type=Type.OBJECTS),
    ),
    target_type="Policy",
    operations={
        Operation.LIST: Handler(run=_list, access=READ),
        Operation.GET: Handler(run=_get, access=READ),
        Operation.CREATE: Handler(run=_create, access=WRITE, activity=Activity.ADD_STRENGTH),
        Operation.UPDATE: Handler(run=_update, access=WRITE, activity=Activity.UPDATE_STRENGTH),
        Operation.DELETE: Handler(run=_delete, access=WRITE, activity=Activity.DELETE_STRENGTH),
    },
    actions={
        "updateAllowedCombinations": Handler(
            run=_update_combinations,
            access=WRITE,
            activity=Activity.UPDATE_STRENGTH,
            parameters=(Property(name="allowedCombinations", read=lambda _: None, type=Type.STRINGS, required=True),),
        ),
        "usage": Handler(run=_usage, access=READ, function=True),
    },
    beta=True,
)

# --- configurations of combinations ------------------------------------------------------------------


@dataclass(frozen=True)
class Configured:
    """A configuration, and the strength that it narrows."""

    strength: AuthenticationStrength
    configuration: CombinationConfiguration

    @property
    def id(self) -> str:
        """The configuration's id."""
        return self.configuration.id


def _configurations(call: Call) -> list[Configured]:
    strength = _found(book_of(call), call.parent)
    return [Configured(strength, one) for one in strength.configurations]


def _configuration(call: Call) -> Configured:
    found = next((one for one in _configurations(call) if one.id == call.key.lower()), None)
    if found is None:
        raise NotFound(call.key)
    return found


def _add_configuration(call: Call) -> Configured:
    kind = call.body.get("@odata.type")
    if kind not in CONFIGURABLE:
        raise invalid(CONFIGURATIONS, "@odata.type", f"'{FIDO2}' or '{X509}'")
    blank = CombinationConfiguration(id=call.ports.ids.guid(), applies_to=())

    def act(book: PolicyBook) -> Configured:
        strength = _custom(book, call.parent)
        made = _configured(blank, call, kind, strength)
        taken = {name for other in strength.configurations for name in other.applies_to}
        if taken & set(made.applies_to):
            raise refused("appliesToCombinations: there is a configuration for that combination already")
        new = replace(strength, configurations=(*strength.configurations, made))
        _put(call, new)
        return Configured(new, made)

    return policies.change(call.ports, call.world, call.tenant, act)


def _change_configuration(call: Call) -> None:
    old = _configuration(call).configuration
    kind = FIDO2 if old.applies_to == CONFIGURABLE[FIDO2] else X509

    def act(book: PolicyBook) -> None:
        strength = _custom(book, call.parent)
        new = _configured(old, call, kind, strength)
        kept = tuple(new if one.id == old.id else one for one in strength.configurations)
        _put(call, replace(strength, configurations=kept))

    policies.change(call.ports, call.world, call.tenant, act)


def _remove_configuration(call: Call) -> None:
    old = _configuration(call).configuration

    def act(book: PolicyBook) -> None:
        strength = _custom(book, call.parent)
        kept = tuple(one for one in strength.configurations if one.id != old.id)
        _put(call, replace(strength, configurations=kept))

    policies.change(call.ports, call.world, call.tenant, act)


def _configured(
    old: CombinationConfiguration, call: Call, kind: str, strength: AuthenticationStrength
) -> CombinationConfiguration:
    body, other = call.body, FIDO2 if kind == X509 else X509
    foreign = {FIDO2: ("allowedAAGUIDs",), X509: ("allowedIssuerSkis", "allowedPolicyOIDs")}[other]
    for name in foreign:
        if name in body:
            raise invalid(CONFIGURATIONS, name, f"nothing: a configuration of the type {kind} does not have it")
    applies = tuple(body.get("appliesToCombinations") or old.applies_to)
    possible = [name for name in CONFIGURABLE[kind] if name in strength.combinations]
    if not applies or not set(applies) <= set(possible):
        raise invalid(CONFIGURATIONS, "appliesToCombinations", f"combinations of the strength among {possible}")
    key = "allowedAAGUIDs" if kind == FIDO2 else "allowedIssuerSkis"
    allowed = _texts(body, key, _GUID if kind == FIDO2 else _SKI, old.allowed)
    oids = _texts(body, "allowedPolicyOIDs", _OID, old.policy_oids)
    if not allowed and not oids:
        raise invalid(CONFIGURATIONS, key, "a list that is not empty")
    return replace(old, applies_to=applies, allowed=tuple(item.lower() for item in allowed), policy_oids=oids)


def _texts(body: Any, name: str, form: re.Pattern[str], otherwise: tuple[str, ...]) -> tuple[str, ...]:
    if name not in body:
        return otherwise
    given = body[name] or ()
    if not all(form.fullmatch(text) for text in given):
        raise invalid(CONFIGURATIONS, name, f"texts of the form {form.pattern}")
    return tuple(dict.fromkeys(given))


def _part(name: str, **rest: Any) -> Property:
    return Property(name=name, read=lambda one: configuration_to_json(one.configuration).get(name), **rest)


CONFIGURATIONS = Resource(
    path="/policies/authenticationStrengthPolicies/{strength}/combinationConfigurations",
    type_name="microsoft.graph.authenticationCombinationConfiguration",
    properties=(
        _part("@odata.type", writable=True, selectable=False),
        _part("id"),
        _part("appliesToCombinations", type=Type.STRINGS, writable=True),
        _part("allowedAAGUIDs", type=Type.STRINGS, writable=True),
        _part("allowedIssuerSkis", type=Type.STRINGS, writable=True),
        _part("allowedPolicyOIDs", type=Type.STRINGS, writable=True),
    ),
    target=lambda one: AuditTarget(id=one.strength.id, display_name=one.strength.display_name, type="Policy"),
    operations={
        Operation.LIST: Handler(run=_configurations, access=READ),
        Operation.GET: Handler(run=_configuration, access=READ),
        Operation.CREATE: Handler(run=_add_configuration, access=WRITE, activity=Activity.UPDATE_STRENGTH),
        Operation.UPDATE: Handler(run=_change_configuration, access=WRITE, activity=Activity.UPDATE_STRENGTH),
        Operation.DELETE: Handler(run=_remove_configuration, access=WRITE, activity=Activity.UPDATE_STRENGTH),
    },
    beta=True,
)

_TWIN = "/identity/conditionalAccess/authenticationStrength/policies"
STRENGTH_RESOURCES = (
    STRENGTHS,
    CONFIGURATIONS,
    replace(STRENGTHS, path=_TWIN),
    replace(CONFIGURATIONS, path=f"{_TWIN}/{{strength}}/combinationConfigurations"),
)
