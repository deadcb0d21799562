"""Figures of a SAML home: sign-ins that a service provider asks for, and what one verification costs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

from bench_parts.client import Answer, Connection
from bench_parts.figures import Figure
from bench_parts.flows import Scene
from idp_sim.demo.page import Page

#: What a sign-in at a SAML home may sign: the assertion, and the response where a service provider wants that.
SIGNATURES = ("assertion", "response")
TIMES = 40


class ServiceProvider:
    """Contoso as service provider of a SAML home: its requests, made once, and the person's form."""

    def __init__(self, scene: Scene, home: str, address: str) -> None:
        from saml2 import saml, samlp

        from federation.saml import bindings, names

        self._url = f"{scene.base_url}/{home}/saml/sso"
        self._user = scene.users[address]
        message = samlp.AuthnRequest(
            id="_bench",
            version="2.0",
            issue_instant=bindings.instant(datetime.now(UTC)),
            issuer=saml.Issuer(text=f"{scene.base_url}/{scene.tenant}/"),
            name_id_policy=samlp.NameIDPolicy(format=names.PERSISTENT),
        )
        self._query = urlencode({"SAMLRequest": bindings.deflated(bindings.to_xml(message)), "RelayState": "bench"})

    def with_form(self, connection: Connection) -> str:
        """A fresh browser signs in; the response."""
        connection.forget()
        page = _page(connection.send("GET", f"{self._url}?{self._query}"))
        values = {
            **dict(page.form.fields),
            "username": self._user["user_principal_name"],
            "password": self._user["password"],
        }
        return _response(_page(connection.send("POST", page.form.action, values)))

    def with_session(self, connection: Connection) -> str:
        """The browser that signed in before is answered at once; the response."""
        page = _page(connection.send("GET", f"{self._url}?{self._query}"))
        return _response(page) if "SAMLResponse" in page.form.inputs else self.with_form(connection)


def _page(answer: Answer) -> Page:
    if answer.status != 200:
        raise SystemExit(f"{answer.url} answered {answer.status}: {answer.body[:200]!r}")
    return answer.page


def _response(page: Page) -> str:
    return dict(page.form.fields)["SAMLResponse"]


def verification(response: str, issuer: str, scene: Scene, certificate: str, sign: Callable[[], float]) -> Figure:
    """What the receiver pays for one response, in signatures."""
    from federation.saml.response import Expected, read

    expected = Expected(
        issuer=issuer,
        certificates=(certificate,),
        audiences=(f"{scene.base_url}/{scene.tenant}/",),
        reply_url=f"{scene.base_url}/login.srf",
        request_id="_bench",
    )
    now, costs, before = datetime.now(UTC), [], sign()
    for _ in range(TIMES):
        start = time.process_time()
        read(response, expected, now)
        costs.append(time.process_time() - start)
    one = (before + sign()) / 2
    cost = statistics.median(costs)
    note = f"{cost * 1000:.2f} ms for one signed response: parsed, schema, signature, read; median of {TIMES}"
    return Figure(name="SAML verification", value=cost / one, unit="signs", goal=4, note=note)
