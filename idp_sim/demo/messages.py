"""Requests of a browser told as protocol messages, and decisions put beside the message that caused them (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from idp_sim.demo.browser import Hop


@dataclass(frozen=True, kw_only=True)
class Message:
    """One protocol message: at which tenant (its name) it arrived, its kind, and what to call it."""

    tenant: str
    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a story."""

    tenant: str
    message: str
    rule: str = ""
    result: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Names:
    """What the ready document calls things: tenant ids and domains -> tenant name, client ids -> application."""

    tenants: Mapping[str, str]
    applications: Mapping[str, str]
    resource: str

    @classmethod
    def of(cls, document: Mapping[str, Any], resource: str) -> Names:
        """From a ready document; ``resource`` is the name of the tenant that the stories visit."""
        tenants = {key.lower(): t["name"] for t in document["tenants"] for key in (t["id"], *t["domains"])}
        return cls(
            tenants=tenants,
            resource=resource,
            applications={a["client_id"]: a["name"] for a in document["applications"]},
        )

    def tenant(self, key: str | None) -> str:
        """The name for an id or a domain; what can't be read belongs to the resource tenant."""
        return self.tenants.get((key or "").lower(), self.resource)


PAGE_WORDS: Mapping[str, str] = {
    "home_realm_discovery": "user name",
    "password": "password",
    "passcode_request": "send me a passcode",
    "passcode": "one-time passcode",
    "mfa_registration": "register authenticator, code",
    "mfa_challenge": "authenticator code",
    "consent": "review permissions: accept",
    "app_consent": "application's permissions: accept",
    "account_picker": "account picked",
    "stay_signed_in": "stay signed in? no",
}

_ARRIVED = ("answer", "page:passcode", "page:password", "request")
_MAY_PASS = ("page:consent", *_ARRIVED)

#: After which kind of message a decision is made, best first, by ``rule=result`` or by rule. A decision that is
#: not here, or whose kinds did not come, was made at the same message as the one before it.
PLACES: Mapping[str, tuple[str, ...]] = {
    "request": ("request", "invitation"),
    "session": ("request", "invitation"),
    "home_realm": ("page:home_realm_discovery", "request", "invitation"),
    "account": _ARRIVED,
    "invitation": _ARRIVED,
    "invitation=redeemed": _MAY_PASS,
    "inbound": _ARRIVED,
    "consent": _ARRIVED,
    "conditional_access": _MAY_PASS,
    "inbound_trust": _MAY_PASS,
    "mfa=satisfied_here": ("page:mfa_challenge", "page:mfa_registration"),
    "app_consent": ("page:mfa_challenge", "page:mfa_registration", *_MAY_PASS),
}


def message_of(hop: Hop, names: Names) -> Message | None:
    """The protocol message that a request was; None for requests that only fetch a page."""
    if hop.answered is not None:
        step = hop.answered.step or ""
        if step == "passcode" and "otc" not in hop.answered.form.inputs:
            step = "passcode_request"
        word = PAGE_WORDS.get(step, step)
        return Message(tenant=names.tenant(hop.answered.tenant), kind=f"page:{step}", text=f"sign-in page: {word}")
    query = {name: values[0] for name, values in parse_qs(urlsplit(hop.url).query).items()}
    for pattern, kind, text in (
        (r"/redeem/?$", "invitation", "invitation link opened"),
        (r"/([^/]+)/oauth2/v2\.0/authorize$", "request", ""),
        (r"/([^/]+)/o/oauth2/v2/auth$", "request", "OpenID Connect authentication request of Contoso, Google's client"),
        (r"/([^/]+)/saml/sso$", "request", f"SAML AuthnRequest of {names.resource}, unsigned, by redirect"),
        (r"/login\.srf$", "answer", "SAML response or WS-Federation token, signed, by a form that posts itself"),
        (r"/te/([^/]+)/oauth2/authresp$", "answer", "OpenID Connect response (code), then token request to home"),
    ):
        if found := re.match(pattern, hop.path):
            tenant = names.tenant(found[1] if found.groups() else None)
            return Message(tenant=tenant, kind=kind, text=text or _request(query, names))
    return None


def _request(query: Mapping[str, str], names: Names) -> str:
    application = names.applications.get(query.get("client_id", ""))
    sender = f"application '{application}'" if application else f"federation client of {names.resource}"
    return f"OpenID Connect request from {sender}"


def attribute(messages: Sequence[Message], decisions: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Every message and every decision as lines, in order, each decision beside its message.

    A decision belongs to a message at its tenant that can have caused it (``PLACES``) and that is not earlier
    than that of the decision before; none is ever left out.
    """
    beside: list[list[Mapping[str, Any]]] = [[] for _ in messages]
    reached: dict[str, int] = {}
    last = 0
    for decision in decisions:
        last = _place(messages, decision, reached.get(decision["tenant"], 0), last)
        reached[decision["tenant"]] = last
        if not beside:
            beside.append([])
        beside[last].append(decision)
    lines: list[Line] = []
    for number, told in enumerate(beside):
        text = messages[number].text if messages else ""
        if not told:
            lines.append(Line(tenant=messages[number].tenant, message=text))
        lines += [
            Line(tenant=d["tenant"], message=text, rule=d["rule"], result=d["result"], why=d["reason"]) for d in told
        ]
    return lines


def _place(messages: Sequence[Message], decision: Mapping[str, Any], earliest: int, last: int) -> int:
    here = [i for i, m in enumerate(messages) if i >= earliest and m.tenant == decision["tenant"]]
    rule = decision["rule"]
    for kind in PLACES.get(f"{rule}={decision['result']}") or PLACES.get(rule, ()):
        if fitting := [i for i in here if messages[i].kind == kind]:
            return fitting[0]
    return here[0] if here else last
