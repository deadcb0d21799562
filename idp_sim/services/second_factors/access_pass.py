"""What a Temporary Access Pass does to the credentials that hold it. Pure."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime

from federation.model import Method
from idp_sim.authentication_methods.registered import TemporaryAccessPass
from idp_sim.directory.model import Credentials


def matching_pass(credentials: Credentials, typed: str, now: datetime) -> TemporaryAccessPass | None:
    """The pass that was typed, if the person has it and it can be used now."""
    known = credentials.access_pass
    if known is None or not hmac.compare_digest(known.value.encode(), typed.strip().encode()):
        return None
    return known if known.unusable(now) is None else None


def used(credentials: Credentials, now: datetime) -> Credentials:
    """The credentials after their pass was used: one for one time is used up."""
    known = credentials.access_pass
    if known is None or not known.usable_once:
        return credentials
    return replace(credentials, access_pass=replace(known, used=now))


def access_pass_method(known: TemporaryAccessPass) -> Method:
    """Graph's word for it."""
    return Method.TEMPORARY_ACCESS_PASS_ONE_TIME if known.usable_once else Method.TEMPORARY_ACCESS_PASS_MULTI_USE
