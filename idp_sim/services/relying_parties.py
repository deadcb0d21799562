"""How a finished sign-in at a home that speaks SAML or WS-Federation answers its relying party."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Protocol

from federation.external_federation import PartnerProtocol
from federation.identity_providers.base import Outgoing
from federation.reasons import Reason
from idp_sim.ports import Context, Ports
from idp_sim.sign_in.facts import SignInFacts
from idp_sim.sign_in.model import SessionAccount, SignInTransaction


@dataclass(frozen=True, kw_only=True)
class Answering:
    """A sign-in that has ended, with all that an answer to its relying party may say."""

    ports: Ports
    context: Context
    facts: SignInFacts
    transaction: SignInTransaction


class Answerer(Protocol):
    """One protocol's way to answer; a module with these two functions."""

    def answer(self, ended: Answering, account: SessionAccount) -> Outgoing:
        """The message that says who signed in. ``account`` is the session that the relying party takes part in."""

    def refuse(self, ended: Answering, reason: Reason) -> Outgoing | None:
        """The message that says that nobody did; None where the protocol has none and the home shows a page."""


#: Protocol -> the module that writes its answers, imported when the first one is due: XML costs start-up time.
ANSWERERS: Mapping[PartnerProtocol, str] = MappingProxyType(
    {
        PartnerProtocol.SAML: "idp_sim.services.saml_answers",
        PartnerProtocol.WS_FED: "idp_sim.services.ws_federation_answers",
    }
)


def answerer(protocol: PartnerProtocol) -> Answerer:
    """How a relying party of that protocol is answered."""
    module: Answerer = import_module(ANSWERERS[protocol])  # type: ignore[assignment]  # it has the two functions
    return module
