"""The authorization request: parsed once into a record, or refused with Entra's codes.

RFC 6749 4.1.1, OpenID Connect Core 3.1.2.1, entra-sign-in 13.1. Two stages, because what is wrong with
the client or its redirect URI must be said on the tenant's own page, all else to the client.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.errors import FederationError
from federation.oidc import pkce, redirect_uris
from federation.oidc.redirect_uris import RegisteredUri
from federation.reasons import Reason

RESPONSE_MODES = ("query", "fragment", "form_post")
PROMPTS = ("login", "none", "consent", "select_account")
#: Response types of the metadata that need the application's implicit or hybrid switch, which is off.
SWITCHED_OFF_RESPONSE_TYPES = frozenset({"id_token", "code id_token", "id_token token", "token"})
SINGLE_PARAMETERS = (
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "code_challenge",
    "code_challenge_method",
    "claims",
    "login_hint",
    "domain_hint",
)


class Parameters(Protocol):
    """Parameters of a request, repeated names kept."""

    def get(self, name: str) -> str | None:
        """First value; an empty one is absent."""

    def all(self, name: str) -> list[str]:
        """Every value."""


class RegisteredClient(Protocol):
    """What this module needs to know of a client."""

    @property
    def client_id(self) -> str: ...

    @property
    def redirect_uris(self) -> Sequence[RegisteredUri]: ...


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """A checked request. ``prompt`` is one word or None; ``scopes`` in the order given; times in seconds.

    ``resource_tenant`` and ``resource_application`` come from the federation client only: on whose behalf,
    and for which application, a home tenant is asked to sign a person in; so do ``demanded_strengths`` (one
    combination of each must be used) and ``direct_connect``.
    """

    client_id: str
    redirect_uri: str
    redirect_type: str = "web"
    response_mode: str
    scopes: tuple[str, ...]
    state: str | None = None
    nonce: str | None = None
    prompt: str | None = None
    login_hint: str | None = None
    domain_hint: str | None = None
    max_age: int | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    demands_mfa: bool = False
    authentication_contexts: tuple[str, ...] = ()
    contexts_in_id_token: bool = False
    demanded_policies: tuple[str, ...] = ()
    client_info: bool = False
    resource_tenant: str | None = None
    resource_application: str | None = None
    demanded_strengths: tuple[tuple[str, ...], ...] = ()
    direct_connect: bool = False


def client_id_of(parameters: Parameters) -> str:
    """``client_id``, given once. FederationError: MISSING_PARAMETER, REPEATED_PARAMETER."""
    _refuse_repeated(parameters, ("client_id",))
    if client_id := parameters.get("client_id"):
        return client_id
    raise FederationError(Reason.MISSING_PARAMETER, parameter="client_id")


def redirect_uri_of(parameters: Parameters, client: RegisteredClient) -> tuple[str, str]:
    """The redirect URI to answer to, and its type; the first registered one when none is named.

    FederationError: REDIRECT_URI_MISMATCH, NO_REDIRECT_URI, REPEATED_PARAMETER.
    """
    _refuse_repeated(parameters, ("redirect_uri",))
    given = parameters.get("redirect_uri")
    if given is None:
        if not client.redirect_uris:
            raise FederationError(Reason.NO_REDIRECT_URI)
        return client.redirect_uris[0].uri, client.redirect_uris[0].type
    match = redirect_uris.find(given, client.redirect_uris)
    if match is None:
        raise FederationError(Reason.REDIRECT_URI_MISMATCH, redirect_uri=given, client_id=client.client_id)
    return given, match.type


def response_mode_of(parameters: Parameters) -> str:
    """How to answer, whatever else is wrong: the mode asked for if it exists, else the type's default."""
    asked = parameters.get("response_mode")
    if asked in RESPONSE_MODES:
        return asked
    return "fragment" if "token" in (parameters.get("response_type") or "") else "query"


def parse(parameters: Parameters, *, client_id: str, redirect_uri: str, redirect_type: str) -> AuthorizationRequest:
    """The request as a record. Every FederationError from here may be sent to the redirect URI."""
    _refuse_repeated(parameters, SINGLE_PARAMETERS)
    for name in ("request", "request_uri", "resource", "registration"):
        if parameters.get(name) is not None:
            raise FederationError(Reason.PARAMETER_NOT_SUPPORTED, parameter=name)
    _check_response_type(parameters)
    challenge, method = pkce.check_challenge(
        parameters.get("code_challenge"), parameters.get("code_challenge_method"), required=redirect_type == "spa"
    )
    prompt = _one_of(parameters, "prompt", PROMPTS)
    claims = parse_claims(parameters.get("claims"))
    return AuthorizationRequest(
        client_id=client_id,
        redirect_uri=redirect_uri,
        redirect_type=redirect_type,
        response_mode=_response_mode(parameters),
        scopes=_scopes(parameters),
        state=parameters.get("state"),
        nonce=parameters.get("nonce"),
        prompt=prompt,
        # An account to choose and an account already named contradict each other; choosing wins.
        login_hint=None if prompt == "select_account" else parameters.get("login_hint"),
        domain_hint=parameters.get("domain_hint"),
        max_age=_max_age(parameters),
        code_challenge=challenge,
        code_challenge_method=method,
        demands_mfa=claims.demands_mfa,
        authentication_contexts=claims.authentication_contexts,
        contexts_in_id_token=claims.in_id_token,
        demanded_policies=claims.policies,
        client_info=parameters.get("client_info") == "1",
    )


def _refuse_repeated(parameters: Parameters, names: Sequence[str]) -> None:
    for name in names:
        if len(parameters.all(name)) > 1:  # RFC 6749 3.1
            raise FederationError(Reason.REPEATED_PARAMETER, parameter=name)


def _check_response_type(parameters: Parameters) -> None:
    given = parameters.get("response_type")
    if given is None:
        raise FederationError(Reason.MISSING_PARAMETER, parameter="response_type")
    wanted = " ".join(sorted(given.split()))
    if wanted == "code":
        return
    if wanted in SWITCHED_OFF_RESPONSE_TYPES:
        raise FederationError(Reason.RESPONSE_TYPE_NOT_ENABLED, response_type=given)
    raise FederationError(Reason.RESPONSE_TYPE_UNKNOWN, response_type=given)


def _response_mode(parameters: Parameters) -> str:
    asked = parameters.get("response_mode")
    if asked is not None and asked not in RESPONSE_MODES:
        raise FederationError(Reason.RESPONSE_MODE_UNKNOWN, response_mode=asked)
    return asked or "query"


def _scopes(parameters: Parameters) -> tuple[str, ...]:
    scopes = tuple(dict.fromkeys((parameters.get("scope") or "").split()))
    if not scopes:
        raise FederationError(Reason.MISSING_PARAMETER, parameter="scope")
    return scopes


def _one_of(parameters: Parameters, name: str, words: Sequence[str]) -> str | None:
    value = parameters.get(name)
    if value is None or value in words:
        return value
    raise FederationError(Reason.INVALID_PARAMETER, parameter=name, value=value, expected=", ".join(words))


def _max_age(parameters: Parameters) -> int | None:
    value = parameters.get("max_age")
    if value is None:
        return None
    # isdecimal() alone lets digits of other scripts pass, and a long run of digits is no age.
    if value.isascii() and value.isdecimal() and len(value) <= 10:
        return int(value)
    raise FederationError(Reason.INVALID_PARAMETER, parameter="max_age", value=value, expected="whole seconds")


@dataclass(frozen=True, kw_only=True)
class ClaimsRequest:
    """What a ``claims`` parameter makes essential (OpenID Connect Core 5.5, entra-sign-in 8.4, 13.7, 13.8).

    ``authentication_contexts`` are the values of ``acrs``, ``in_id_token`` whether they are wanted there too;
    ``policies`` are ids of policies that a resource found unsatisfied.
    """

    demands_mfa: bool = False
    authentication_contexts: tuple[str, ...] = ()
    in_id_token: bool = False
    policies: tuple[str, ...] = ()


def parse_claims(text: str | None) -> ClaimsRequest:
    """The parameter; what it does not make essential is no demand. FederationError(INVALID_PARAMETER)."""
    if text is None:
        return ClaimsRequest()
    try:
        wanted = json.loads(text)
    except (ValueError, RecursionError):
        wanted = None
    if not isinstance(wanted, dict):
        raise FederationError(Reason.INVALID_PARAMETER, parameter="claims", value=text, expected="a JSON object")
    tokens = {name: wanted.get(name) for name in ("id_token", "access_token")}
    contexts = {name: _essential(members, "acrs") for name, members in tokens.items()}
    return ClaimsRequest(
        demands_mfa=any({"mfa", "ngcmfa"} & set(_essential(members, "amr")) for members in tokens.values()),
        authentication_contexts=tuple(dict.fromkeys(value for values in contexts.values() for value in values)),
        in_id_token=bool(contexts["id_token"]),
        policies=_essential(tokens["access_token"], "polids"),
    )


def _essential(members: object, name: str) -> tuple[str, ...]:
    claim = members.get(name) if isinstance(members, dict) else None
    if not isinstance(claim, dict) or claim.get("essential") is not True:
        return ()
    values = claim.get("values") or [claim.get("value")]
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()
