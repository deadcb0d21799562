"""A registered application as Authlib's client, and Entra's word for each way to fail as one."""

from __future__ import annotations

import hmac
from datetime import datetime

from authlib.oauth2.rfc6749 import ClientMixin

from federation.errors import FederationError
from federation.reasons import Reason
from idp_sim.applications.model import Application


class RegisteredClient(ClientMixin):  # type: ignore[misc]
    """What Authlib's core asks of a client, answered from the application's record."""

    def __init__(self, application: Application, now: datetime, *, origin: str | None = None) -> None:
        self.application = application
        self._now = now
        self._origin = origin

    @property
    def without_credentials(self) -> bool:
        """Whether the client may come without credentials: a public one, or a page in a browser (13.3, 13.4).

        A page can't keep a secret, so a client that has redirect URIs of type ``spa`` may leave it out in a
        cross-origin request, which is good for nothing but what such a redirect URI received.
        """
        application = self.application
        spa = any(redirect.type == "spa" for redirect in application.redirect_uris)
        return application.public_client or (spa and (self._origin is not None or not application.secrets))

    def get_client_id(self) -> str:
        """The application (client) id."""
        return self.application.client_id

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether the secret is one of the valid ones; every one is compared, in constant time."""
        given = client_secret.encode()
        valid = [s for s in self.application.secrets if s.expires is None or self._now < s.expires]
        return True in [hmac.compare_digest(secret.value.encode(), given) for secret in valid]

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Public clients authenticate with nothing, all others with something; pages never send a secret."""
        if method == "none":
            return self.without_credentials
        return not self.application.public_client and self._origin is None

    def check_grant_type(self, grant_type: str) -> bool:
        """Every client may use every grant that exists; a public one has no credentials of its own."""
        return not (grant_type == "client_credentials" and self.application.public_client)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Never asked: the redirect URI was matched when the code was issued."""
        return True

    def check_response_type(self, response_type: str) -> bool:
        """Never asked at the token endpoint."""
        return response_type == "code"

    def get_default_redirect_uri(self) -> str | None:
        """Never asked at the token endpoint."""
        return None

    def get_allowed_scope(self, scope: str) -> str:
        """Scopes are resolved against the tenant's resources, not against a list of the client."""
        return scope


def why_not_authenticated(
    application: Application | None,
    *,
    client_id: str,
    secret: str | None,
    assertion: bool,
    origin: str | None,
    tenant: str,
    now: datetime,
) -> FederationError:
    """Entra's error for a client that Authlib did not accept (entra-sign-in 13.4)."""
    if application is None:
        return FederationError(Reason.APPLICATION_NOT_FOUND, client_id=client_id, tenant=tenant)
    if RegisteredClient(application, now, origin=origin).without_credentials:
        return FederationError(Reason.PUBLIC_CLIENT_WITH_CREDENTIAL)
    if origin is not None:
        return FederationError(Reason.CROSS_ORIGIN_SPA_ONLY, origin=origin)
    if assertion:
        return FederationError(Reason.CLIENT_ASSERTION_INVALID)
    if not secret:
        return FederationError(Reason.CLIENT_CREDENTIAL_MISSING)
    expired = [s for s in application.secrets if s.expires is not None and now >= s.expires]
    if True in [hmac.compare_digest(s.value.encode(), secret.encode()) for s in expired]:
        return FederationError(Reason.CLIENT_SECRET_EXPIRED, client_id=client_id)
    return FederationError(Reason.CLIENT_SECRET_INVALID, client_id=client_id)
