"""A user agent in this process: carries the messages between tenants that a browser would carry.

Nothing is skipped: requests and answers are those on the wire, and the back channel between tenants goes over
HTTPS as for every browser. Only the pages are not drawn; the person answers the questions behind them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from federation.errors import FederationError
from federation.identity_providers.base import AutoSubmitForm, Redirect
from federation.oidc.responses import AuthorizationResponse
from federation.reasons import Reason
from idp_sim.headless.homes import entrance_of
from idp_sim.headless.person import Person
from idp_sim.headless.stops import Stops
from idp_sim.http import Params
from idp_sim.ports import Context, Ports
from idp_sim.services import transactions
from idp_sim.services.sign_in import SignIns, Turn
from idp_sim.services.worlds import Worlds
from idp_sim.sign_in.client import ClientFacts
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import AskTermsOfUse
from idp_sim.tenants.endpoints import Endpoints
from idp_sim.tenants.model import Tenant

#: Where assertions of SAML and WS-Federation homes arrive (entra-sign-in 12.2).
ASSERTION_PATH = "/login.srf"
#: More pages than any sign-in has; a run beyond it would be a circle.
LONGEST_SIGN_IN = 60


@dataclass(frozen=True, kw_only=True)
class End:
    """Where the user agent ended: ``response`` for the application, ``location`` of a redeemed guest, or neither.

    ``reason`` and ``message`` say why it went no further; ``stopped`` whether that was the person's doing.
    """

    response: AuthorizationResponse | None = None
    location: str | None = None
    reason: Reason | None = None
    message: str = ""
    stopped: bool = False


class UserAgent:
    """One browser, driven by one person."""

    def __init__(
        self, ports: Ports, worlds: Worlds, sign_ins: SignIns, *, person: Person, browser: str, client: ClientFacts
    ) -> None:
        self._ports = ports
        self._worlds = worlds
        self._sign_ins = sign_ins
        self._person = person
        self._browser = browser
        self._client = client

    def drive(self, context: Context, tenant: Tenant, turn: Turn) -> End:
        """Go on from ``turn`` until the application, the invitation's URL, a refusal or the person ends it."""
        for _ in range(LONGEST_SIGN_IN):
            if turn.question is not None:
                answer = self._person.answer(context, tenant, turn)
                if isinstance(answer, Stops) and not answer.wrong:
                    return _stopped(answer, turn)
                if isinstance(answer, Stops):
                    turn = self._sign_ins.give_up(context, tenant, turn.transaction, answer.reason)
                    continue
                transaction = self._looked_at(context, turn)
                turn = self._sign_ins.answer(context, tenant, transaction, answer, asked=type(turn.question))
            elif turn.outgoing is not None:
                opened = self._asserted(context, turn.outgoing) or self._at_home(context, turn.outgoing)
                if isinstance(opened, End):
                    return opened
                tenant, turn = opened
            elif turn.response is not None:
                returned = self._back_home(context, turn.response)
                if returned is None:
                    return _arrived(turn)
                tenant, turn = returned
            elif turn.location is not None:
                return End(location=turn.location)
            else:
                return _refused(turn)
        raise RuntimeError("the headless sign-in goes round in circles")

    def _looked_at(self, context: Context, turn: Turn) -> SignInTransaction:
        """The person opens what is to be read before it is accepted."""
        if isinstance(turn.question, AskTermsOfUse):
            return self._sign_ins.viewed(context, turn.transaction, turn.question.file.id)
        return turn.transaction

    def _at_home(self, context: Context, outgoing: Redirect | AutoSubmitForm) -> tuple[Tenant, Turn] | End:
        """Open the entrance of the home, where it is a tenant of this world."""
        found = entrance_of(outgoing.url, self._ports.settings.base_url)
        if found is None:
            reason = Reason.LOGIN_REQUIRED
            return End(reason=reason, message="The home identity provider is not this simulator's.", stopped=True)
        posted = isinstance(outgoing, AutoSubmitForm)
        parameters = Params(outgoing.fields.items()) if posted else Params.parse(urlsplit(outgoing.url).query)
        name, entrance = found
        try:
            _, tenant = self._worlds.of_tenant(name)
            opened = entrance(
                self._ports,
                self._sign_ins,
                context,
                tenant,
                parameters,
                browser=self._browser,
                client=self._client,
            )
        except FederationError as error:
            return End(reason=error.reason, message=error.message)
        if isinstance(opened, AuthorizationResponse):
            return self._back_home(context, opened) or End(reason=Reason.IDENTITY_PROVIDER_DENIED)
        if not isinstance(opened, Turn):  # the home refused at once, in a message to whoever asked
            return self._asserted(context, opened) or End(reason=Reason.IDENTITY_PROVIDER_DENIED)
        return tenant, opened

    def _back_home(self, context: Context, response: AuthorizationResponse) -> tuple[Tenant, Turn] | None:
        """Take an answer that is addressed to a resource tenant there; None when it is for an application."""
        fields = dict(response.parameters)
        handle = transactions.parse_handle(fields.get("state", "").rpartition(".")[0])
        if handle is None:
            return None
        if response.redirect_uri != Endpoints(self._ports.settings.base_url, handle.tenant).federation_reply:
            return None
        return self._returned(context, handle, fields)

    def _asserted(self, context: Context, outgoing: Redirect | AutoSubmitForm) -> tuple[Tenant, Turn] | None:
        """Take an assertion to the address where all resource tenants receive them; None for any other message."""
        if not isinstance(outgoing, AutoSubmitForm):
            return None
        if outgoing.url != f"{self._ports.settings.base_url}{ASSERTION_PATH}":
            return None
        fields = dict(outgoing.fields)
        state = fields.get("wctx") or fields.get("RelayState") or ""
        handle = transactions.parse_handle(state.rpartition(".")[0])
        return self._returned(context, handle, fields) if handle is not None else None

    def _returned(
        self, context: Context, handle: transactions.Handle, fields: dict[str, str]
    ) -> tuple[Tenant, Turn] | None:
        """Go on with the sign-in that the answer belongs to, if it is this browser's."""
        _, tenant = self._worlds.of_tenant(handle.tenant)
        transaction = transactions.load(self._ports, context, tenant.id, str(handle), self._browser)
        if transaction is None:
            return None
        own_context = replace(context, correlation_id=transaction.correlation_id)
        return tenant, self._sign_ins.come_back(own_context, tenant, transaction, fields)


def _stopped(stops: Stops, turn: Turn) -> End:
    values = {
        "address": turn.transaction.address or "",
        "tenant": turn.facts.tenant.display_name,
        "resource_id": turn.facts.resource.client_id if turn.facts.resource else turn.transaction.application,
    }
    return End(reason=stops.reason, message=stops.reason.sentence(**values), stopped=True)


def _refused(turn: Turn) -> End:
    assert turn.refusal is not None
    return End(reason=Reason[turn.refusal.reason], message=turn.refusal.message)


def _arrived(turn: Turn) -> End:
    refusal = turn.transaction.refusal
    if refusal is None:
        return End(response=turn.response)
    return End(response=turn.response, reason=Reason[refusal.reason], message=refusal.message)
