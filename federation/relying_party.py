"""A relying party's request to a home identity provider, whatever protocol it came by.

A home that speaks SAML 2.0 or WS-Federation reads its own wire format into this one record; the sign-in then asks the
same questions for both, and the answer is written in the protocol that the record names.
"""

from __future__ import annotations

from dataclasses import dataclass

from federation.external_federation import PartnerProtocol


@dataclass(frozen=True, kw_only=True)
class RelyingPartyRequest:
    """A checked request: ``realm`` was found among the home's relying parties, ``reply_url`` is one of its URLs.

    ``realm``: ``wtrealm``, or the ``Issuer`` of an AuthnRequest. ``state``: ``wctx`` or RelayState, given back as it
    came. ``id``: the AuthnRequest's ID, for ``InResponseTo``. ``address``: the user name that the relying party knows.
    ``force_login``: ask the person even with a session (``wfresh=0``, ``ForceAuthn``). ``max_age``: the oldest
    acceptable authentication in seconds (``wfresh``). ``silent``: ask the person nothing (``IsPassive``).
    ``demands_mfa``: the methods that were asked for need a second factor. ``methods``: those methods as they came
    (``wauth``, ``RequestedAuthnContext``). ``name_id_format``: as NameIDPolicy asked.
    """

    protocol: PartnerProtocol
    realm: str
    reply_url: str
    state: str | None = None
    id: str | None = None
    address: str | None = None
    force_login: bool = False
    max_age: int | None = None
    silent: bool = False
    demands_mfa: bool = False
    methods: tuple[str, ...] = ()
    name_id_format: str | None = None
