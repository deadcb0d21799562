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
    "passcode": "one-time passcode",
    "mfa_registration": "register authenticator, code",
    "mfa_challenge": "authenticator code",
    "consent": "review permissions: accept",
    "app_consent": "application's permissions: accept",
    "account_picker": "account picked",
    "stay_signed_in": "stay signed in? no",
}

#: Where a rule is decided: kinds of message, or ``page:`` and the step. A rule that is not here may be anywhere.
PLACES: Mapping[str, tuple[str, ...]] = {
    "request": ("request", "invitation", "token"),
    "home_realm": ("request", "invitation", "page:home_realm_discovery", "page:account_picker"),
    "authentication": ("page:password", "page:passcode"),
    "inbound_trust": ("answer",),
    "consent": ("page:consent", "answer", "request"),
}


def message_of(hop: Hop, names: Names) -> Message | None:
    """The protocol message that a request was; None for requests that only fetch a page."""
    if hop.answered is not None:
        step = hop.answered.step or ""
        word = PAGE_WORDS.get(step, step)
        if step == "passcode" and "otc" not in hop.answered.form.inputs:
            word = "send me a passcode"
        return Message(tenant=names.tenant(hop.answered.tenant), kind=f"page:{step}", text=f"sign-in page: {word}")
    query = {name: values[0] for name, values in parse_qs(urlsplit(hop.url).query).items()}
    for pattern, kind, text in (
        (r"/redeem/?$", "invitation", "invitation link opened"),
        (r"/([^/]+)/oauth2/v2\.0/authorize$", "request", ""),
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

    A decision belongs to the first message at its tenant that can have caused it and that is not earlier
    than the one before; none is ever left out.
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
    places = PLACES.get(decision["rule"])
    fitting = [i for i in here if places is None or messages[i].kind in places]
    return next(iter(fitting or here), last)
