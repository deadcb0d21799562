"""The tenant's own users: nobody else is asked."""

from __future__ import annotations

from federation.identity_providers.base import HomeRealm, RealmFacts
from federation.model import HomeKind


class LocalDirectory:
    """The tenant itself, for its members and for every address in its verified domains (entra-sign-in 6)."""

    kind: HomeKind = HomeKind.LOCAL

    def matches(self, facts: RealmFacts) -> HomeRealm | None:
        """A candidate when the tenant has a user with the address, or owns its domain."""
        if facts.local:
            return HomeRealm(kind=self.kind, address=facts.address, source="the tenant has a user with this address")
        if facts.own_domain:
            # The password page must not tell whether the user exists; nobody else can hold this domain.
            return HomeRealm(kind=self.kind, address=facts.address, source="the domain is verified in the tenant")
        return None
