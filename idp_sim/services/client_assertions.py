"""``private_key_jwt`` of the federation client: which resource tenant is it that asks? (RFC 7523 3)"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from federation.errors import FederationError
from federation.federation_client import FEDERATION_CLIENT_ID
from federation.http import Exchange, HttpRequest
from federation.oidc import jwt_codec
from federation.reasons import Reason
from idp_sim.ports import AlreadyExists, Context, Ports
from idp_sim.services.exchanges import PublishedDocuments, perform
from idp_sim.sign_in.model import UsedAssertion
from idp_sim.tenants.endpoints import Endpoints
from idp_sim.tenants.model import Tenant


def resource_tenant_of(
    ports: Ports, documents: PublishedDocuments, context: Context, tenant: Tenant, assertion: str
) -> str:
    """The id of the resource tenant that signed the assertion, which is then used up.

    Its key is fetched from the key document that the named tenant publishes; audience, issuer and times are
    checked. FederationError(CLIENT_ASSERTION_INVALID) for everything that is wrong.
    """
    try:
        claims = _verified(ports, documents, context, assertion)
    except FederationError as error:
        raise FederationError(Reason.CLIENT_ASSERTION_INVALID, detail=str(error)) from error
    expected = {
        "iss": FEDERATION_CLIENT_ID,
        "sub": FEDERATION_CLIENT_ID,
        "aud": Endpoints(ports.settings.base_url, tenant.id).token,
    }
    wrong = [name for name, value in expected.items() if claims.get(name) != value]
    if wrong or not isinstance(claims.get("jti"), str):
        raise FederationError(Reason.CLIENT_ASSERTION_INVALID, detail=f"unexpected {', '.join(wrong) or 'jti'}")
    used = UsedAssertion(id=claims["jti"], expires=datetime.fromtimestamp(claims["exp"], UTC))
    try:
        ports.storage.insert(context.world, tenant.id, used)
    except AlreadyExists:
        raise FederationError(Reason.CLIENT_ASSERTION_INVALID, detail="it was used before") from None
    return str(claims["tid"])


def _verified(ports: Ports, documents: PublishedDocuments, context: Context, assertion: str) -> Mapping[str, Any]:
    """The claims, after the signature was checked against the keys of the tenant that ``tid`` names."""
    claimed = jwt_codec.unverified_claims(assertion).get("tid")
    if not isinstance(claimed, str) or not all(c in "0123456789abcdef-" for c in claimed):
        raise FederationError(Reason.CLIENT_ASSERTION_INVALID, detail="it names no tenant")
    url = Endpoints(ports.settings.base_url, claimed).keys
    document = perform(ports, documents, context, _keys(url))
    return jwt_codec.verify(assertion, jwt_codec.public_keys(document), context.now)


def _keys(url: str) -> Exchange[Mapping[str, Any]]:
    response = yield HttpRequest(method="GET", url=url, partner="the resource tenant")
    try:
        document = response.json()
    except ValueError:
        document = None
    if response.status != 200 or not isinstance(document, dict):
        raise FederationError(Reason.CLIENT_ASSERTION_INVALID, detail="its tenant publishes no keys")
    return document
