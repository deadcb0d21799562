"""What the endpoints of this package share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from federation.errors import FederationError
from idp_sim.edge import context_without_tenant
from idp_sim.http import Request, Response
from idp_sim.ports import Context, Ports
from idp_sim.services.sign_in import SignIns, Turn
from idp_sim.services.watch import announce_refusal
from idp_sim.services.worlds import Worlds
from idp_sim.tenants.model import Tenant
from idp_sim.web.browser import Browser, remember
from idp_sim.web.show import Presenter


@dataclass(frozen=True, kw_only=True)
class WebKit:
    """The simulator's parts that pages need."""

    ports: Ports
    worlds: Worlds
    sign_ins: SignIns
    presenter: Presenter

    def turn(self, context: Context, browser: Browser, turn: Turn) -> Response:
        """The response of a turn, with the browser's cookie where it must be set."""
        persistent = bool(turn.transaction.stay_signed_in)
        return remember(self.ports, browser, self.presenter.show(context, turn), persistent=persistent)

    def refused(self, context: Context, error: FederationError, tenant: Tenant | None) -> Response:
        """The error page for what went wrong before a sign-in existed."""
        announce_refusal(self.ports, context, error)
        return self.presenter.error(
            error.reason,
            error.message,
            tenant=tenant,
            request_id=self.ports.ids.guid(),
            correlation_id=context.correlation_id,
            now=context.now,
        )

    def on_a_page(self, endpoint: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """The endpoint, with FederationErrors answered by an error page without a tenant."""

        @wraps(endpoint)
        def guarded(request: Request) -> Response:
            try:
                return endpoint(request)
            except FederationError as error:
                return self.refused(context_without_tenant(self.ports, request, self.worlds), error, None)

        return guarded
