"""A home's assertion about its user: claims, life time, signature, envelope (entra-sign-in 4.3, 4.6, 8.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from federation.model import AuthenticationContext
from federation.relying_party import RelyingPartyRequest
from federation.ws_federation import assertion as saml11
from federation.ws_federation import names, token_response
from federation.ws_federation.assertion import Assertion, Claim
from federation.xml.parse import serialized
from federation.xml.signature import XmlKey, sign

#: As long as AD FS issues tokens for.
LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The person as the home knows him. ``immutable_id`` never changes."""

    immutable_id: str
    user_principal_name: str
    mail: str
    display_name: str
    given_name: str | None = None
    surname: str | None = None


def assertion_for(
    subject: Subject,
    request: RelyingPartyRequest,
    authentication: AuthenticationContext,
    *,
    id: str,
    issuer: str,
    now: datetime,
) -> Assertion:
    """What the home says. The methods are those that were really used, the time that of the newest one."""
    multifactor = authentication.second_factor is not None
    methods = (names.PASSWORD_OVER_TLS, *((names.MULTIPLE_AUTHN,) if multifactor else ()))
    described = (
        (names.GIVEN_NAME, subject.given_name),
        (names.SURNAME, subject.surname),
    )
    return Assertion(
        id=f"_{id}",
        issuer=issuer,
        issued=now,
        not_before=now,
        not_on_or_after=now + LIFETIME,
        audiences=(request.realm,),
        subject=subject.immutable_id,
        method=methods[-1],
        instant=authentication.instant or now,
        claims=(
            Claim(type=names.UPN, values=(subject.user_principal_name,)),
            Claim(type=names.IMMUTABLE_ID, values=(subject.immutable_id,)),
            Claim(type=names.EMAIL_ADDRESS, values=(subject.mail,)),
            Claim(type=names.NAME, values=(subject.display_name,)),
            *(Claim(type=claim, values=(value,)) for claim, value in described if value),
            Claim(type=names.METHODS_REFERENCES, values=methods),
        ),
    )


def result(assertion: Assertion, key: XmlKey, *, realm: str) -> str:
    """``wresult``: the assertion, signed, in its envelope."""
    token = saml11.write(assertion)
    sign(token, key, id_attribute="AssertionID", at=len(token))
    envelope = token_response.write(token, realm=realm, created=assertion.not_before, expires=assertion.not_on_or_after)
    return serialized(envelope).decode()
