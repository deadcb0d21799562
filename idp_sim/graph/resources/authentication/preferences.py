"""``signInPreferences`` (beta): the user's default among several second factors."""

from __future__ import annotations

from dataclasses import dataclass, replace

from federation.model import Method
from idp_sim.authentication_methods import offer
from idp_sim.authentication_methods.registry import METHODS
from idp_sim.directory.audit import Activity
from idp_sim.directory.model import Credentials
from idp_sim.graph.bodies import invalid
from idp_sim.graph.errors import Problem
from idp_sim.graph.resource import Call, Handler, Operation, Property, Resource, Type, field_of
from idp_sim.graph.resources.authentication.common import READ, WRITE, change, credentials_of, refused
from idp_sim.graph.resources.user_properties import USER
from idp_sim.graph.resources.user_relations import owner

#: Graph's word for a default, and the method it means. Which phone is called is not told apart.
WORDS: dict[str, Method] = {row.preference: row.method for row in METHODS if row.preference} | {
    "voiceAlternateMobile": Method.VOICE,
    "voiceOffice": Method.VOICE,
}


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What the user chose, and what would be taken without a choice."""

    user_preferred: str | None
    system_preferred: str | None


def _get(call: Call) -> Preferences:
    known = credentials_of(call)
    policy, user = call.principal.tenant.authentication_methods, owner(call)
    system = offer.usable(policy, user, replace(known, default_method=None), call.context.now)
    return Preferences(
        user_preferred=_word(known.default_method), system_preferred=_word(system[0]) if system else None
    )


def _word(method: Method | None) -> str | None:
    return next((word for word, meant in WORDS.items() if meant is method), method.value if method else None)


def _update(call: Call) -> None:
    if "userPreferredMethodForSecondaryAuthentication" not in call.body:
        return
    word = call.body["userPreferredMethodForSecondaryAuthentication"]
    if word is not None and word not in WORDS:
        raise invalid(PREFERENCES, "userPreferredMethodForSecondaryAuthentication", f"one of {', '.join(WORDS)}")
    method = WORDS[word] if word is not None else None
    policy, user = call.principal.tenant.authentication_methods, owner(call)

    def new(known: Credentials) -> Credentials:
        if method is not None and method not in offer.usable(policy, user, known, call.context.now):
            raise refused(f"The user has no method that can be used for '{word}'.")
        return replace(known, default_method=method)

    change(call, new)


PREFERENCES = Resource(
    path="/users/{user}/authentication/signInPreferences",
    type_name="microsoft.graph.signInPreferences",
    collection=False,
    beta=True,
    properties=(
        Property(
            name="isSystemPreferredAuthenticationMethodEnabled",
            read=lambda shown: shown.user_preferred is None,
            type=Type.BOOLEAN,
        ),
        field_of("userPreferredMethodForSecondaryAuthentication", "user_preferred", writable=True),
        field_of("systemPreferredAuthenticationMethod", "system_preferred"),
    ),
    operations={
        Operation.GET: Handler(run=_get, access=READ),
        Operation.UPDATE: Handler(run=_update, access=WRITE, activity=Activity.UPDATE_SECURITY_INFO),
    },
    not_found=Problem.OBJECT_NOT_FOUND,
    subject=owner,
    audited_as=lambda: USER,
)
