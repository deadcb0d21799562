"""In which order the kinds of home are tried when somebody redeems (entra-sign-in 2.3, 2.4).

The default order is the system's; an administrator may change it in the default cross-tenant access object
(``invitationRedemptionIdentityProviderConfiguration``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from federation.model import HomeKind


class PrimaryProvider(StrEnum):
    """What can stand in ``primaryIdentityProviderPrecedenceOrder``."""

    AZURE_ACTIVE_DIRECTORY = "azureActiveDirectory"
    EXTERNAL_FEDERATION = "externalFederation"
    SOCIAL = "socialIdentityProviders"


class FallbackProvider(StrEnum):
    """What can be ``fallbackIdentityProvider``: where somebody signs in whom no primary provider knows."""

    DEFAULT = "defaultConfiguredIdp"
    EMAIL_ONE_TIME_PASSCODE = "emailOneTimePasscode"
    MICROSOFT_ACCOUNT = "microsoftAccount"


#: The kinds of home behind each word. A provider that a domain was given to counts as a federation.
KINDS: Mapping[PrimaryProvider, tuple[HomeKind, ...]] = MappingProxyType(
    {
        PrimaryProvider.AZURE_ACTIVE_DIRECTORY: (HomeKind.AZURE_ACTIVE_DIRECTORY,),
        PrimaryProvider.EXTERNAL_FEDERATION: (HomeKind.EXTERNAL_FEDERATION, HomeKind.OPENID_CONNECT),
        PrimaryProvider.SOCIAL: (HomeKind.SOCIAL,),
    }
)


@dataclass(frozen=True, kw_only=True)
class RedemptionOrder:
    """An order. ``primary`` may leave words out, which switches them off for whoever has not redeemed yet."""

    primary: tuple[PrimaryProvider, ...] = tuple(PrimaryProvider)
    fallback: FallbackProvider = FallbackProvider.DEFAULT

    @property
    def primary_kinds(self) -> tuple[HomeKind, ...]:
        """The kinds of home of the primary providers, in order."""
        return tuple(kind for word in self.primary for kind in KINDS[word])

    @property
    def personal_accounts(self) -> bool:
        """Whether a personal account that exists may redeem."""
        return self.fallback is not FallbackProvider.EMAIL_ONE_TIME_PASSCODE

    def passcodes(self, *, enabled: bool) -> bool:
        """Whether somebody without a home gets a passcode; ``enabled`` is the tenant's switch (section 3)."""
        return enabled and self.fallback is not FallbackProvider.MICROSOFT_ACCOUNT


DEFAULT_ORDER = RedemptionOrder()


def parse_order(primary: Sequence[object], fallback: object, *, passcodes_enabled: bool) -> RedemptionOrder:
    """An order from the wire's words; ValueError says which word is wrong or what can't go together (2.4)."""
    words = []
    for word in primary:
        if word not in tuple(PrimaryProvider):
            raise ValueError(
                f"primaryIdentityProviderPrecedenceOrder: expected {_known(PrimaryProvider)}, got {word!r}"
            )
        words.append(PrimaryProvider(str(word)))
    if len(set(words)) < len(words):
        raise ValueError("primaryIdentityProviderPrecedenceOrder: each provider can stand there once")
    if fallback not in tuple(FallbackProvider):
        raise ValueError(f"fallbackIdentityProvider: expected {_known(FallbackProvider)}, got {fallback!r}")
    order = RedemptionOrder(primary=tuple(words), fallback=FallbackProvider(str(fallback)))
    if order.fallback is FallbackProvider.EMAIL_ONE_TIME_PASSCODE and not passcodes_enabled:
        raise ValueError(
            "fallbackIdentityProvider: 'emailOneTimePasscode' needs one-time passcodes to be on; "
            "at least one fallback must stay"
        )
    return order


def _known(words: type[StrEnum]) -> str:
    return ", ".join(f"'{word}'" for word in words)
