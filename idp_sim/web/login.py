"""The pages of a sign-in under ``/login/{handle}``, and the way back from a home identity provider."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable

from federation.errors import FederationError
from federation.reasons import Reason
from federation.words import StepWord
from idp_sim.conditional_access.terms_of_use import AgreementDocument
from idp_sim.edge import Place, find_place
from idp_sim.http import Request, Response, Route, json_response
from idp_sim.ports import Conflict
from idp_sim.services import terms_of_use, transactions
from idp_sim.services.sign_in import Turn
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.sign_in.steps import AskTermsOfUse, AskUserName, UserName
from idp_sim.web.browser import Browser, recognise
from idp_sim.web.forms import read_answers
from idp_sim.web.kit import WebKit
from idp_sim.web.show import STEP_OF

#: How often a page is looked at again while other tabs of the browser change the same sign-in.
PATIENCE = 5


def login_routes(kit: WebKit) -> list[Route]:
    """Routes of the pages and of the homes' answers."""

    @kit.on_a_page
    def page(request: Request) -> Response:
        browser = recognise(kit.ports, request)
        place, transaction = _find(kit, request, request.args["handle"], browser)

        def turn() -> Turn:
            if request.method == "POST" and not transactions.ended(transaction):
                return _answered(kit, request, place, transaction)
            return kit.sign_ins.look(place.context, place.tenant, transaction)

        return kit.turn(place.context, browser, _settled(kit, place, transaction, turn))

    @kit.on_a_page
    def terms(request: Request) -> Response:
        """The document of the terms of use that the person is asked to accept; that it was opened is remembered."""
        browser = recognise(kit.ports, request)
        place, transaction = _find(kit, request, request.args["handle"], browser)
        turn = kit.sign_ins.look(place.context, place.tenant, transaction)
        asked, file = turn.question, request.args["file"]
        if not isinstance(asked, AskTermsOfUse) or asked.file.id != file:
            raise FederationError(Reason.SESSION_EXPIRED, detail="these terms of use are not asked for here")
        document = terms_of_use.document(kit.ports, place.context.world, place.tenant.id, file)
        if document is None:
            raise FederationError(Reason.SESSION_EXPIRED, detail="the document was removed")
        kit.sign_ins.viewed(place.context, turn.transaction, file)
        return _document(document)

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
        return _come_back(kit, browser, found, transaction, fields)

    @kit.on_a_page
    def partner_reply(request: Request) -> Response:
        """A SAML or WS-Federation partner answers; what it was given as RelayState or ``wctx`` names the sign-in."""
        browser = recognise(kit.ports, request)
        fields = request.form.as_dict()
        state = fields.get("RelayState") or fields.get("wctx") or ""
        if not state:
            raise FederationError(Reason.UNSOLICITED_RESPONSE)
        found, transaction = _find(kit, request, state.rpartition(".")[0], browser)
        pending = transaction.pending
        if pending is not None and (pending.federation is None or pending.state != state):
            raise FederationError(Reason.SESSION_EXPIRED, detail="the state belongs to another message")
        return _come_back(kit, browser, found, transaction, fields)

    @kit.on_a_page
    def approval(request: Request) -> Response:
        """Whether the push request that the page waits for has been answered; asked by the page's script."""
        place, transaction = _find(kit, request, request.args["handle"], recognise(kit.ports, request))
        answered = kit.sign_ins.request_answered(place.context, transaction)
        return json_response({"answered": answered}, headers=(("Cache-Control", "no-store"),))

    return [
        Route(rule="/login/<handle>/approval", methods=("GET",), endpoint=approval, name="login-approval"),
        Route(rule="/login/<handle>", methods=("GET", "POST"), endpoint=page, name="login"),
        Route(rule="/login/<handle>/terms-of-use/<file>", methods=("GET",), endpoint=terms, name="terms-of-use"),
        Route(rule="/te/<tenant>/oauth2/authresp", methods=("GET", "POST"), endpoint=reply, name="authresp"),
        Route(rule="/login.srf", methods=("POST",), endpoint=partner_reply, name="partner-reply"),
    ]


def _document(document: AgreementDocument) -> Response:
    """Somebody's upload: shown as what it is, and able to do nothing."""
    charset = "; charset=utf-8" if document.media_type.startswith("text/") else ""
    return Response(
        headers=(
            ("Content-Type", document.media_type + charset),
            ("Content-Disposition", "inline"),
            ("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ),
        body=base64.b64decode(document.data),
    )


def _come_back(
    kit: WebKit, browser: Browser, place: Place, transaction: SignInTransaction, fields: dict[str, str]
) -> Response:
    def turn() -> Turn:
        return kit.sign_ins.come_back(place.context, place.tenant, transaction, fields)

    return kit.turn(place.context, browser, _settled(kit, place, transaction, turn))


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


def _answered(kit: WebKit, request: Request, place: Place, transaction: SignInTransaction) -> Turn:
    """Take the answer of a posted form. Its anti-forgery value says which page it comes from."""
    posted = (request.form.get("canary") or "").encode()
    question = next((q for q, step in STEP_OF.items() if _is_canary(transaction, posted, step)), None)
    if question is None:
        raise FederationError(Reason.SESSION_EXPIRED, detail="the anti-forgery value of the form is not a page's")
    answers = read_answers(STEP_OF[question], request.form, place.tenant.kind)
    if not answers:
        return kit.sign_ins.look(place.context, place.tenant, transaction)
    first, *others = answers
    asked = AskUserName if isinstance(first, UserName) else question
    turn = kit.sign_ins.answer(place.context, place.tenant, transaction, first, asked=asked)
    for answer in others:
        if turn.question is None or turn.problem is not None:
            break
        asked = type(turn.question)
        turn = kit.sign_ins.answer(place.context, place.tenant, turn.transaction, answer, asked=asked)
    return turn


def _is_canary(transaction: SignInTransaction, posted: bytes, step: StepWord) -> bool:
    return hmac.compare_digest(posted, transactions.canary(transaction, step.value).encode())


def _settled(kit: WebKit, place: Place, transaction: SignInTransaction, turn: Callable[[], Turn]) -> Turn:
    """The turn, or where the sign-in stands when another answer of the same browser was faster."""
    try:
        return turn()
    except Conflict:
        pass
    for _ in range(PATIENCE):
        stored = transactions.load(kit.ports, place.context, place.tenant.id, transaction.id, transaction.browser)
        if stored is None:
            break
        try:
            return kit.sign_ins.look(place.context, place.tenant, stored)
        except Conflict:
            continue
    raise FederationError(Reason.SESSION_EXPIRED, detail="other answers to the same sign-in kept coming")
