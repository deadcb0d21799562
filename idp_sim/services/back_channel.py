"""The journal's ear at the back channel: what a tenant sends to a home server to server, and what it gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from federation.http import Exchange, HttpRequest, HttpResponse
from idp_sim.ports import Context, Ports
from idp_sim.services.journal import note
from idp_sim.tenants.model import Tenant

T = TypeVar("T")


def watch(exchange: Exchange[T], ports: Ports, context: Context, *, tenant: Tenant, partner: str) -> Exchange[T]:
    """The same exchange, with token requests and their answers noted.

    What partners publish (metadata, keys) is read from a cache mostly and is no message of the sign-in.
    """
    answer: HttpResponse | None = None

    def noted(sender: str, receiver: str, name: str, fields: Mapping[str, Any], start_line: str) -> None:
        note(ports, context, tenant=tenant.name, sender=sender, receiver=receiver, name=name, fields=fields,
             start_line=start_line)  # fmt: skip

    while True:
        try:
            request: HttpRequest = exchange.send(answer)  # type: ignore[arg-type]  # None starts a generator
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        form = request.form
        if form is not None:
            noted(tenant.display_name, partner, "token request", form, f"POST {request.url}")
        answer = yield request
        if form is not None:
            noted(partner, tenant.display_name, "token response", _fields(answer), str(answer.status))


def _fields(answer: HttpResponse) -> Mapping[str, Any]:
    try:
        document = answer.json()
    except (ValueError, RecursionError):
        document = None
    return document if isinstance(document, dict) else {"status": answer.status}
