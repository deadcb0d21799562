"""The pages of a sign-in under ``/login/{handle}``, and the way back from a home identity provider."""

from __future__ import annotations

import hmac

from federation.errors import FederationError
from federation.reasons import Reason
from federation.words import StepWord
from idp_sim.edge import Place, find_place
from idp_sim.http import Request, Response, Route
from idp_sim.ports import Conflict
from idp_sim.services import transactions
from idp_sim.services.sign_in import Turn
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.web.browser import Browser, recognise
from idp_sim.web.forms import read_answer
from idp_sim.web.kit import WebKit
from idp_sim.web.show import STEP_OF


def login_routes(kit: WebKit) -> list[Route]:
    """Routes of the pages and of the homes' answers."""

    @kit.on_a_page
    def page(request: Request) -> Response:
        browser = recognise(kit.ports, request)
        place, transaction = _find(kit, request, request.args["handle"], browser)
        turn = kit.sign_ins.look(place.context, place.tenant, transaction)
        if request.method == "POST" and turn.question is not None:
            turn = _answered(kit, request, place, turn)
        return kit.turn(place.context, browser, turn)

    @kit.on_a_page
    def reply(request: Request) -> Response:
        """A home answers: the state names the sign-in, and only the browser that began it may go on."""
        browser = recognise(kit.ports, request)
        place = find_place(kit.ports, kit.worlds, request)
        fields = (request.form if request.method == "POST" else request.query).as_dict()
        handle = fields.get("state", "").rpartition(".")[0]
        found, transaction = _find(kit, request, handle, browser)
        if found.tenant.id != place.tenant.id:
            raise FederationError(Reason.SESSION_EXPIRED, detail="the state belongs to another tenant")
        try:
            turn = kit.sign_ins.come_back(found.context, found.tenant, transaction, fields)
        except Conflict:  # the same answer arrived twice; the other one goes on
            turn = kit.sign_ins.look(found.context, found.tenant, _again(kit, found, transaction))
        return kit.turn(found.context, browser, turn)

    return [
        Route(rule="/login/<handle>", methods=("GET", "POST"), endpoint=page, name="login"),
        Route(rule="/te/<tenant>/oauth2/authresp", methods=("GET", "POST"), endpoint=reply, name="authresp"),
    ]


def _find(kit: WebKit, request: Request, handle_text: str, browser: Browser) -> tuple[Place, SignInTransaction]:
    """The sign-in behind a handle, if it is this browser's. FederationError(SESSION_EXPIRED)."""
    handle = transactions.parse_handle(handle_text)
    expired = FederationError(Reason.SESSION_EXPIRED)
    if handle is None:
        raise expired
    try:
        world, tenant = kit.worlds.of_tenant(handle.tenant)
    except FederationError:
        raise expired from None
    if world != handle.world:
        raise expired
    context = kit.worlds.context(world)
    transaction = transactions.load(kit.ports, context, tenant.id, str(handle), browser.id)
    if transaction is None:
        raise expired
    # Everything of one sign-in shares the correlation id that it began with.
    context = kit.worlds.context(world, transaction.correlation_id)
    return Place(context=context, tenant=tenant), transaction


def _answered(kit: WebKit, request: Request, place: Place, turn: Turn) -> Turn:
    """Take the answer of a posted form; a form of a page that was left behind changes nothing."""
    step, form = STEP_OF[type(turn.question)], request.form
    posted = form.get("canary") or ""
    if not _canary_of(turn.transaction, posted, step):
        if any(_canary_of(turn.transaction, posted, other) for other in STEP_OF.values()):
            return turn
        raise FederationError(Reason.SESSION_EXPIRED, detail="the anti-forgery value of the form is not the page's")
    answer = read_answer(step, form)
    if answer is None:
        return turn
    try:
        return kit.sign_ins.answer(place.context, place.tenant, turn.transaction, answer)
    except Conflict:  # another answer to the same page was faster
        return kit.sign_ins.look(place.context, place.tenant, _again(kit, place, turn.transaction))


def _canary_of(transaction: SignInTransaction, posted: str, step: StepWord) -> bool:
    return hmac.compare_digest(posted.encode(), transactions.canary(transaction, step.value).encode())


def _again(kit: WebKit, place: Place, transaction: SignInTransaction) -> SignInTransaction:
    stored = transactions.load(kit.ports, place.context, place.tenant.id, transaction.id, transaction.browser)
    if stored is None:
        raise FederationError(Reason.SESSION_EXPIRED)
    return stored
