"""A token request in the form that Authlib's core reads."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from federation.errors import FederationError
from federation.reasons import Reason
from idp_sim.edge import Place
from idp_sim.http import Request

MAX_PARAMETERS = 64


class TokenRequest(OAuth2Request):  # type: ignore[misc]
    """A token request with the place it was sent to. ``resource_tenant`` is set by a client assertion.

    FederationError where the form or the Authorization header is not what RFC 6749 2.3.1 and 3.2 ask for.
    """

    def __init__(self, request: Request, place: Place, url: str) -> None:
        headers = _basic_authorization(request)
        # Authlib refuses plain http for hosts other than localhost; whether it may be used is serve's choice.
        super().__init__("POST", url.replace("http://", "https://", 1), headers=headers)
        self._form = _single_values(request)
        self.payload = BasicOAuth2Payload(self._form)
        self.place = place
        self.origin = request.headers.get("origin")
        self.resource_tenant: str | None = None
        self.restrictions = request.client.restrictions

    @property
    def form(self) -> Mapping[str, str]:
        """The form by name."""
        return self._form

    @property
    def journal_place(self) -> Place:
        """The place with the correlation id under which the exchange is told: that of the code's sign-in, if any."""
        correlation_id = getattr(self.authorization_code, "correlation_id", None)
        if not correlation_id:
            return self.place
        return replace(self.place, context=replace(self.place.context, correlation_id=correlation_id))

    @property
    def has_credentials(self) -> bool:
        """Whether the client tries to authenticate, by whatever method."""
        return bool(self.headers or self._form.get("client_secret") or self._form.get("client_assertion"))

    def parameter(self, name: str) -> str:
        """A parameter that must be there. FederationError(MISSING_PARAMETER)."""
        if value := self._form.get(name):
            return value
        raise FederationError(Reason.MISSING_PARAMETER, parameter=name)


def _single_values(request: Request) -> dict[str, str]:
    form = request.form
    if len(form.pairs) > MAX_PARAMETERS:
        raise FederationError(
            Reason.INVALID_PARAMETER, parameter="(body)", value="", expected=f"at most {MAX_PARAMETERS} parameters"
        )
    values = form.as_dict()
    for name in values:
        if len(form.all(name)) > 1:  # RFC 6749 3.2
            raise FederationError(Reason.REPEATED_PARAMETER, parameter=name)
    return values


def _basic_authorization(request: Request) -> dict[str, str]:
    """The header that Authlib reads, if it is Basic (RFC 7617). FederationError for what can't be decoded."""
    value = request.headers.get("authorization", "")
    scheme, _, credentials = value.partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        base64.b64decode(credentials.strip(), validate=True).decode()
    except ValueError:
        raise FederationError(
            Reason.INVALID_PARAMETER, parameter="Authorization", value=scheme, expected="base64 of client_id:secret"
        ) from None
    return {"Authorization": value}
