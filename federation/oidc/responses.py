"""Authorization responses: one value, three ways to deliver it (OAuth 2.0 Multiple Response Types, Form Post)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from federation.oidc.redirect_uris import returned_form


@dataclass(frozen=True, kw_only=True)
class AuthorizationResponse:
    """Parameters for a redirect URI, to be delivered by ``response_mode``."""

    redirect_uri: str
    response_mode: str
    parameters: Mapping[str, str]

    @property
    def location(self) -> str | None:
        """The URL to redirect to; None for ``form_post``, where a page posts the parameters."""
        if self.response_mode == "form_post":
            return None
        target = returned_form(self.redirect_uri, self.response_mode)
        encoded = urlencode(self.parameters, quote_via=quote)
        if self.response_mode == "fragment":
            return f"{target}#{encoded}"
        parts = urlsplit(target)
        return parts._replace(query=f"{parts.query}&{encoded}" if parts.query else encoded).geturl()


def success(
    *, redirect_uri: str, response_mode: str, code: str, state: str | None, session_state: str, client_info: str | None
) -> AuthorizationResponse:
    """The answer with a code; ``state`` exactly as it came, ``session_state`` as Entra sends it."""
    parameters = {"code": code}
    if client_info is not None:
        parameters["client_info"] = client_info
    if state is not None:
        parameters["state"] = state
    parameters["session_state"] = session_state
    return AuthorizationResponse(redirect_uri=redirect_uri, response_mode=response_mode, parameters=parameters)


def refusal(
    *,
    redirect_uri: str,
    response_mode: str,
    error: str,
    description: str | None = None,
    state: str | None,
    error_uri: str | None = None,
    subcode: str | None = None,
) -> AuthorizationResponse:
    """The answer that refuses (RFC 6749 4.1.2.1)."""
    parameters = {"error": error}
    if description is not None:
        parameters["error_description"] = description
    if subcode is not None:
        parameters["error_subcode"] = subcode
    if error_uri is not None:
        parameters["error_uri"] = error_uri
    if state is not None:
        parameters["state"] = state
    return AuthorizationResponse(redirect_uri=redirect_uri, response_mode=response_mode, parameters=parameters)
