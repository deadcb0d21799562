"""People without a home anywhere: a passcode sent to their address (entra-sign-in 3)."""

from __future__ import annotations

from federation.identity_providers.base import HomeRealm, RealmFacts
from federation.model import HomeKind


class EmailOneTimePasscode:
    """The fallback: it takes any address while the tenant has it switched on.

    That it applies only where no other home was found follows from its place in the registry.
    """

    kind: HomeKind = HomeKind.EMAIL_ONE_TIME_PASSCODE

    def matches(self, facts: RealmFacts) -> HomeRealm | None:
        """A candidate when the switch is on (``allowExternalIdToUseEmailOtp``)."""
        if not facts.one_time_passcode:
            return None
        return HomeRealm(
            kind=self.kind,
            address=facts.address,
            source="e-mail one-time passcodes are on for addresses without a home",
        )
