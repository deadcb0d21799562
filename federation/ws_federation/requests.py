"""Requests of the passive requestor profile as values, and back to a query (WS-Federation 1.2, 13.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlencode, urlsplit

from federation.errors import FederationError
from federation.external_federation import PartnerProtocol
from federation.reasons import Reason
from federation.relying_party import RelyingPartyRequest
from federation.ws_federation import names

ACTIONS = (names.SIGN_IN, names.SIGN_OUT, names.SIGN_OUT_CLEANUP)
#: Known parameters that would change the answer and that nobody here can honour.
NOT_SUPPORTED = ("wreq", "wreqptr", "wresultptr", "wattr", "wpseudo")
#: More minutes than a year has.
FRESHEST = 525_600


class Parameters(Protocol):
    """Form or query parameters."""

    def get(self, name: str, /) -> str | None:
        """The first value; an empty one counts as absent."""

    def all(self, name: str, /) -> list[str]:
        """Every value in order."""


@dataclass(frozen=True, kw_only=True)
class SignInMessage:
    """``wsignin1.0`` as it came. ``fresh`` in minutes; ``method`` is one URI."""

    realm: str
    reply: str | None = None
    context: str | None = None
    fresh: int | None = None
    home_realm: str | None = None
    method: str | None = None
    user_name: str | None = None

    def query(self, extra: Mapping[str, str] | None = None) -> str:
        """The message as a query; ``extra`` are parameters outside the profile."""
        fields = {
            "wa": names.SIGN_IN,
            "wtrealm": self.realm,
            "wreply": self.reply,
            "wctx": self.context,
            "wfresh": None if self.fresh is None else str(self.fresh),
            "whr": self.home_realm,
            "wauth": self.method,
            "username": self.user_name,
        }
        given = {name: value for name, value in fields.items() if value is not None}
        return urlencode({**(extra or {}), **given}, quote_via=quote)


@dataclass(frozen=True, kw_only=True)
class SignOutMessage:
    """``wsignout1.0``, or ``wsignoutcleanup1.0`` which wants no page: only this session ends."""

    reply: str | None = None
    realm: str | None = None
    context: str | None = None
    cleanup: bool = False


def action_of(parameters: Parameters) -> str:
    """``wa``. FederationError: MISSING_PARAMETER, REPEATED_PARAMETER, INVALID_PARAMETER."""
    action = _single(parameters, "wa")
    if action is None:
        raise FederationError(Reason.MISSING_PARAMETER, parameter="wa")
    if action not in ACTIONS:
        raise FederationError(
            Reason.INVALID_PARAMETER, parameter="wa", value=action, expected=f"one of {', '.join(ACTIONS)}"
        )
    return action


def parse_sign_in(parameters: Parameters) -> SignInMessage:
    """The message of ``wsignin1.0``. FederationError names the parameter that is missing, repeated or malformed."""
    for name in NOT_SUPPORTED:
        if parameters.get(name) is not None:
            raise FederationError(Reason.PARAMETER_NOT_SUPPORTED, parameter=name)
    realm = _single(parameters, "wtrealm")
    if realm is None:
        raise FederationError(Reason.MISSING_PARAMETER, parameter="wtrealm")
    return SignInMessage(
        realm=realm,
        reply=_single(parameters, "wreply"),
        context=_single(parameters, "wctx"),
        fresh=_minutes(_single(parameters, "wfresh")),
        home_realm=_single(parameters, "whr"),
        method=_single(parameters, "wauth"),
        user_name=_single(parameters, "username") or _single(parameters, "login_hint"),
    )


def parse_sign_out(parameters: Parameters) -> SignOutMessage:
    """The message of ``wsignout1.0`` or ``wsignoutcleanup1.0``; a realm there is an AD FS habit."""
    return SignOutMessage(
        reply=_single(parameters, "wreply"),
        realm=_single(parameters, "wtrealm"),
        context=_single(parameters, "wctx"),
        cleanup=action_of(parameters) == names.SIGN_OUT_CLEANUP,
    )


def checked(
    message: SignInMessage, *, reply_urls: Iterable[str], own_realms: Iterable[str], display_name: str
) -> RelyingPartyRequest:
    """The request of a relying party that the home knows, with everything it asks for in the home's words.

    ``reply_urls`` are the relying party's, the first one is the default; ``own_realms`` the names of the home itself.
    FederationError: REPLY_URL_MISMATCH, HOME_REALM_UNKNOWN, AUTHENTICATION_METHOD_NOT_SUPPORTED.
    """
    registered = tuple(reply_urls)
    if message.reply is not None and message.reply not in registered:
        raise FederationError(Reason.REPLY_URL_MISMATCH, reply=message.reply, realm=message.realm)
    if not registered:
        raise FederationError(Reason.REPLY_URL_MISMATCH, reply="", realm=message.realm)
    if message.home_realm is not None and message.home_realm.lower() not in {name.lower() for name in own_realms}:
        raise FederationError(Reason.HOME_REALM_UNKNOWN, realm=message.home_realm, home=display_name)
    multifactor = message.method in names.MULTIFACTOR
    if message.method is not None and not multifactor and message.method not in names.PASSWORD_METHODS:
        raise FederationError(Reason.AUTHENTICATION_METHOD_NOT_SUPPORTED, method=message.method)
    return RelyingPartyRequest(
        protocol=PartnerProtocol.WS_FED,
        realm=message.realm,
        reply_url=message.reply or registered[0],
        state=message.context,
        address=message.user_name,
        force_login=message.fresh == 0,
        max_age=message.fresh * 60 if message.fresh else None,
        demands_mfa=multifactor,
        methods=(message.method,) if message.method else (),
    )


def returnable(url: str | None, registered: Iterable[str]) -> str | None:
    """Where a sign-out may lead: a registered URL or a page below one, else nowhere (no open redirect)."""
    if url is None:
        return None
    wanted = urlsplit(url)
    for known in map(urlsplit, registered):
        same = (wanted.scheme, wanted.netloc) == (known.scheme, known.netloc)
        below = wanted.path == known.path or wanted.path.startswith(known.path.rstrip("/") + "/")
        if same and below and ".." not in wanted.path.split("/"):
            return url
    return None


def with_query(url: str, **fields: str) -> str:
    """``url`` with more parameters, in front of a fragment."""
    parts = urlsplit(url)
    extra = urlencode(fields, quote_via=quote)
    return parts._replace(query=f"{parts.query}&{extra}" if parts.query else extra).geturl()


def _single(parameters: Parameters, name: str) -> str | None:
    if len(parameters.all(name)) > 1:
        raise FederationError(Reason.REPEATED_PARAMETER, parameter=name)
    return parameters.get(name)


def _minutes(text: str | None) -> int | None:
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= FRESHEST:
        return int(text)
    raise FederationError(
        Reason.INVALID_PARAMETER, parameter="wfresh", value=text, expected=f"minutes, 0 to {FRESHEST}"
    )
