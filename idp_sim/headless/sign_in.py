"""``POST /_sim/sign-ins``: a person signs in to an application, and the answer says how it ended (product.md 3, 6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from federation.model import Method
from federation.oidc import jwt_codec
from federation.oidc.responses import AuthorizationResponse
from federation.reasons import Reason
from idp_sim.applications.first_party import ACCEPTANCE_PORTAL_ID
from idp_sim.applications.model import Application
from idp_sim.directory.model import Invitation, User
from idp_sim.headless.agent import End, UserAgent
from idp_sim.headless.person import Person, Willingness
from idp_sim.http import Endpoint, Params, Request
from idp_sim.ports import Context, Ports
from idp_sim.services import applications, sign_in_log
from idp_sim.services.authorization import open_authorization
from idp_sim.services.inbox import Mailroom
from idp_sim.services.phones import Phones
from idp_sim.services.secrets_at_rest import digest
from idp_sim.services.sign_in import SignIns, Turn
from idp_sim.services.worlds import Worlds
from idp_sim.sign_in.client import ClientFacts, Device
from idp_sim.sign_in.model import SignInTransaction
from idp_sim.tenants.model import Tenant


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a headless sign-in works with; ``token_endpoint`` is the tenants' own endpoint function."""

    ports: Ports
    worlds: Worlds
    mailroom: Mailroom
    phones: Phones
    sign_ins: SignIns
    token_endpoint: Endpoint


@dataclass(frozen=True, kw_only=True)
class Client:
    """The application's side of the exchange: what it must remember between request and answer."""

    application: Application
    redirect_uri: str
    redirect_type: str
    state: str
    nonce: str
    code_verifier: str


def sign_in(parts: Parts, context: Context, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Sign the person in as ``wanted`` says (the body of ``POST sign-ins``); the answer of the control API."""
    ports = parts.ports
    context = replace(context, correlation_id=ports.ids.guid())
    tenant = parts.worlds.tenant_named(context.world, wanted["tenant"])
    address = wanted["user"].strip().lower()
    will = Willingness(
        address=address,
        redeem=wanted["redeem"],
        mfa=wanted["mfa"],
        mfa_method=_mfa_method(wanted),
        direct_connect=wanted["direct_connect"],
    )
    browser, facts = digest(ports.ids.secret(32)), _client_facts(wanted)
    agent = UserAgent(
        ports,
        parts.worlds,
        parts.sign_ins,
        person=Person(ports, parts.mailroom, parts.phones, will),
        browser=browser,
        client=facts,
    )
    if will.redeem and not will.direct_connect and (invitation := _newest_invitation(ports, context, tenant, address)):
        first = _redeem(parts, context, tenant, invitation, browser, facts)
        end = agent.drive(context, tenant, first)
        if end.location is None:
            return _result(parts, context, first.transaction, end, tokens=None)
    client = _client(ports, context, tenant, wanted["application"])
    opened = open_authorization(
        ports,
        parts.sign_ins,
        context,
        tenant,
        _parameters(client, wanted["scope"]),
        browser=browser,
        client=facts,
        direct_connect=will.direct_connect,
    )
    if isinstance(opened, AuthorizationResponse):
        return _not_opened(ports, opened)
    end = agent.drive(context, tenant, opened)
    tokens, end = _tokens(parts, tenant, client, end)
    return _result(parts, context, opened.transaction, end, tokens=tokens)


def _mfa_method(wanted: Mapping[str, Any]) -> Method | None:
    """The second factor that the person wants to use, None for whichever is asked."""
    return None if wanted["mfa_method"] is None else Method(wanted["mfa_method"])


def _newest_invitation(ports: Ports, context: Context, tenant: Tenant, address: str) -> Invitation | None:
    """The newest invitation of a pending guest with the address; None for everybody else."""
    users = ports.storage.find(context.world, tenant.id, User, mail=address)
    pending = next((user for user in users if user.pending), None)
    if pending is None:
        return None
    invitations = ports.storage.find(context.world, tenant.id, Invitation, user=pending.id)
    return max(invitations, key=lambda invitation: invitation.created, default=None)


def _redeem(
    parts: Parts, context: Context, tenant: Tenant, invitation: Invitation, browser: str, facts: ClientFacts
) -> Turn:
    portal = applications.find_client(parts.ports, context, tenant, ACCEPTANCE_PORTAL_ID)
    assert portal is not None, "every tenant has the acceptance portal"
    return parts.sign_ins.begin(context, tenant, portal, browser=browser, client=facts, invitation=invitation)


def _client(ports: Ports, context: Context, tenant: Tenant, name: str) -> Client:
    application = ports.storage.find(context.world, tenant.id, Application, name=name)[0]
    registered = application.redirect_uris[0] if application.redirect_uris else None
    return Client(
        application=application,
        redirect_uri=registered.uri if registered else "",
        redirect_type=registered.type if registered else "web",
        state=ports.ids.secret(18),
        nonce=ports.ids.secret(18),
        code_verifier=ports.ids.secret(32),
    )


def _parameters(client: Client, scope: str) -> Params:
    parameters = {
        "client_id": client.application.client_id,
        "response_type": "code",
        "scope": scope,
        "state": client.state,
        "nonce": client.nonce,
        "code_challenge": str(create_s256_code_challenge(client.code_verifier)),
        "code_challenge_method": "S256",
    }
    if client.redirect_uri:
        parameters["redirect_uri"] = client.redirect_uri
    return Params(parameters.items())


def _tokens(parts: Parts, tenant: Tenant, client: Client, end: End) -> tuple[dict[str, Any] | None, End]:
    """Redeem the code at the tenant's token endpoint, as the application would."""
    if end.response is None or end.reason is not None:
        return None, end
    form = {
        "client_id": client.application.client_id,
        "grant_type": "authorization_code",
        "code": end.response.parameters["code"],
        "redirect_uri": client.redirect_uri,
        "code_verifier": client.code_verifier,
        "client_info": "1",
    }
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if client.redirect_type == "spa":  # runs in a browser, which names its origin and keeps no secret (13.3)
        own = urlsplit(client.redirect_uri)
        headers["origin"] = f"{own.scheme}://{own.netloc}"
    elif not client.application.public_client and client.application.secrets:
        form["client_secret"] = client.application.secrets[0].value
    response = parts.token_endpoint(
        Request(
            method="POST",
            path=f"/{tenant.id}/oauth2/v2.0/token",
            headers=headers,
            body=Params(form.items()).encoded().encode(),
            args={"tenant": tenant.id},
        )
    )
    body: dict[str, Any] = json.loads(response.body)
    if response.status == 200:
        return body, end
    return None, End(reason=_reason_of(body), message=body["error_description"].splitlines()[0])


def _reason_of(body: Mapping[str, Any]) -> Reason:
    codes = body.get("error_codes") or [None]
    return next((reason for reason in Reason if reason.code == codes[0]), Reason.GRANT_INVALID)


def _result(
    parts: Parts, context: Context, transaction: SignInTransaction, end: End, *, tokens: dict[str, Any] | None
) -> dict[str, Any]:
    """The answer of the contract. ``interrupted`` is what only a person can do."""
    outcome = "success" if end.reason is None else "interrupted" if end.stopped else "refused"
    tenants = parts.worlds.tenants(context.world)
    return {
        "id": transaction.sign_in_id,
        "outcome": outcome,
        "error": _error(end),
        "tokens": tokens,
        "id_token_claims": _claims(tokens, "id_token"),
        "access_token_claims": _claims(tokens, "access_token"),
        "steps": sign_in_log.steps(parts.ports, context.world, tenants, transaction.sign_in_id),
    }


def _error(end: End) -> dict[str, Any] | None:
    if end.reason is None:
        return None
    return {"code": end.reason.number, "name": end.reason.value.name, "message": end.message}


def _claims(tokens: Mapping[str, Any] | None, name: str) -> Mapping[str, Any] | None:
    return jwt_codec.unverified_claims(tokens[name]) if tokens and name in tokens else None


def _not_opened(ports: Ports, response: AuthorizationResponse) -> dict[str, Any]:
    """The request itself was refused (a scope that does not exist): nobody signed in, so there is no row."""
    description = response.parameters["error_description"]
    code = next((r for r in Reason if r.code and description.startswith(f"AADSTS{r.code}:")), Reason.INVALID_PARAMETER)
    return {
        "id": ports.ids.guid(),
        "outcome": "refused",
        "error": {"code": code.number, "name": code.value.name, "message": description.splitlines()[0]},
        "tokens": None,
        "id_token_claims": None,
        "access_token_claims": None,
        "steps": [],
    }


def _client_facts(wanted: Mapping[str, Any]) -> ClientFacts:
    device = wanted["device"]
    return ClientFacts(
        ip_address=wanted["ip_address"],
        user_agent="idp-sim headless",
        platform=wanted["platform"],
        client_app=wanted["client_app"],
        device=Device(
            compliant=device["compliant"], hybrid_joined=device["hybrid_joined"], attributes=device["attributes"]
        ),
        sign_in_risk=wanted["sign_in_risk"],
        user_risk=wanted["user_risk"],
    )
