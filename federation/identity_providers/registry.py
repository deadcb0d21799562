"""The one table of the kinds of home, in the default redemption order (entra-sign-in 2.3).

A new kind is a module beside this one and a row here: discovery asks every row, the order decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from federation.identity_providers.azure_active_directory import AzureActiveDirectory
from federation.identity_providers.base import IdentityProvider
from federation.identity_providers.email_one_time_passcode import EmailOneTimePasscode
from federation.identity_providers.external_federation import ExternalFederation
from federation.identity_providers.google import Google
from federation.identity_providers.local import LocalDirectory
from federation.identity_providers.microsoft_account import MicrosoftAccount
from federation.identity_providers.openid_connect import OpenIdConnect
from federation.model import HomeKind

_PROVIDERS: tuple[IdentityProvider, ...] = (
    LocalDirectory(),
    AzureActiveDirectory(),
    ExternalFederation(),
    OpenIdConnect(),
    Google(),
    MicrosoftAccount(),
    EmailOneTimePasscode(),
)

IDENTITY_PROVIDERS: Mapping[HomeKind, IdentityProvider] = MappingProxyType({p.kind: p for p in _PROVIDERS})
