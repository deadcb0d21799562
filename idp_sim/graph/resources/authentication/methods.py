"""``methods``: everything that the user registered, whatever it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from idp_sim.graph.resource import Call
from idp_sim.graph.resources.authentication import access_pass, keys, others, phones
from idp_sim.graph.resources.authentication.common import collection


def _all(call: Call) -> list[Any]:
    return [
        *others.passwords(call),
        *phones.phones(call),
        *phones.emails(call),
        *others.authenticators(call),
        *others.oath(call),
        *keys.keys(call),
        *access_pass.passes(call),
    ]


METHODS = replace(
    collection("methods", "authenticationMethod", _all),
    properties=(),
    variants={
        others.Password: others.PASSWORDS,
        phones.Phone: phones.PHONES,
        phones.Email: phones.EMAILS,
        others.Authenticator: others.AUTHENTICATORS,
        others.Oath: others.OATH,
        keys.Key: keys.FIDO2,
        access_pass.AccessPass: access_pass.ACCESS_PASSES,
    },
)
