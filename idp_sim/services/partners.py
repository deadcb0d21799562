"""What a resource tenant remembers about its SAML and WS-Federation partners: certificates, used assertions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from federation.errors import FederationError
from federation.external_federation import FederationConfiguration
from federation.identity_providers.base import PendingAuthentication
from federation.reasons import Reason
from idp_sim.ports import AlreadyExists, Context, NotFound, Ports
from idp_sim.services.secrets_at_rest import digest
from idp_sim.sign_in.model import UsedAssertion
from idp_sim.tenants.model import Tenant


def remember_renewal(
    ports: Ports,
    context: Context,
    tenant: Tenant,
    *,
    before: FederationConfiguration | None,
    after: PendingAuthentication,
) -> None:
    """Keep certificates that were read from the partner's metadata on the way there (entra-sign-in 4.4)."""
    new = after.federation
    if before is None or new is None or new == before:
        return

    def change(stored: FederationConfiguration) -> FederationConfiguration:
        if stored.signing_certificate != before.signing_certificate:  # an administrator was faster
            return stored
        return replace(
            stored,
            signing_certificate=new.signing_certificate,
            next_signing_certificate=new.next_signing_certificate,
        )

    try:
        ports.storage.update(context.world, tenant.id, FederationConfiguration, new.id, change)
    except NotFound:  # deleted meanwhile: the answer will be refused
        return


def as_configured(
    ports: Ports, context: Context, tenant: Tenant, pending: PendingAuthentication
) -> PendingAuthentication:
    """The memory of the request with the federation as it is now; only that one is believed.

    FederationError(INVALID_SAML_TOKEN) when it was deleted meanwhile.
    """
    if pending.federation is None:
        return pending
    try:
        now = ports.storage.get(context.world, tenant.id, FederationConfiguration, pending.federation.id)
    except NotFound:
        problem = f"the federation with '{pending.home_name}' has been removed"
        raise FederationError(Reason.INVALID_SAML_TOKEN, problem=problem) from None
    return replace(pending, federation=now)


@dataclass(frozen=True)
class UsedAssertions:
    """``federation``'s memory of bearer assertions of one tenant: each id of an issuer is taken once."""

    ports: Ports
    context: Context
    tenant: Tenant

    def __call__(self, assertion: str, *, issuer: str, expires: datetime) -> None:
        """FederationError(ASSERTION_REPLAYED); of many that come at once, one is taken."""
        used = UsedAssertion(id=digest(f"{issuer}\n{assertion}"), expires=expires)
        try:
            self.ports.storage.insert(self.context.world, self.tenant.id, used)
        except AlreadyExists:
            raise FederationError(Reason.ASSERTION_REPLAYED, detail=f"assertion {assertion}") from None
