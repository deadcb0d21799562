"""The protocol of the sample app: OpenID Connect with code and PKCE through Authlib's client, over the network.

Sources: OpenID Connect Core 1.0 3.1, Discovery 1.0 4, RP-Initiated Logout 1.0 2; RFC 6749 4.1, RFC 7636 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from idp_sim.sample.checks import Check, Decoded, Expected, check_id_token, decode
from idp_sim.sample.registration import SCOPES, Environment, Registration
from idp_sim.sample.visits import Account, GraphAnswer, Pending

#: Seconds for a connection and for an answer.
TIMEOUT = (3.05, 10)


class SignInFailed(Exception):
    """The sign-in did not end with a token that can be believed.

    ``detail`` is the other side's own text, ``uri`` where it explains itself, ``checks`` what was compared.
    """

    def __init__(self, sentence: str, *, detail: str = "", uri: str = "", checks: tuple[Check, ...] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
        self.uri = uri
        self.checks = checks


class RelyingParty:
    """What the app does over the network for one registration. Every method raises SignInFailed."""

    def __init__(self, environment: Environment, registration: Registration) -> None:
        self._environment = environment
        self._registration = registration

    def authorization_url(self, pending: Pending, *, login_hint: str | None = None) -> str:
        """Where to send the browser (OpenID Connect Core 3.1.2.1)."""
        extra = {"nonce": pending.nonce, "login_hint": login_hint, "prompt": pending.prompt}
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._metadata(client)["authorization_endpoint"],
                state=pending.state,
                code_verifier=pending.code_verifier,
                **{name: value for name, value in extra.items() if value},
            )
        return str(url)

    def redeem(self, pending: Pending, code: str) -> Account:
        """Fetch the tokens for ``code`` and check them (OpenID Connect Core 3.1.3)."""
        with self._client() as client:
            metadata = self._metadata(client)
            tokens = self._tokens(client, metadata["token_endpoint"], pending, code)
            id_token = _decoded(tokens.get("id_token"))
            if id_token is None:
                raise SignInFailed("The token response holds no ID token that can be read.")
            keys = self._json(client, metadata["jwks_uri"])
        registration = self._registration
        expected = Expected(
            issuer=registration.issuer,
            tenant=registration.tenant,
            client_id=registration.client_id,
            nonce=pending.nonce,
        )
        checks = (*self._before(metadata, pending), *check_id_token(id_token, keys, expected, registration.now()))
        if not all(check.passed for check in checks):
            raise SignInFailed("The ID token can't be believed, so nobody is signed in.", checks=checks)
        return Account(
            issuer=registration.issuer,
            id_token=id_token,
            access_token=_decoded(tokens.get("access_token")),
            bearer=str(tokens.get("access_token") or ""),
            scope=str(tokens.get("scope") or ""),
            checks=checks,
        )

    def ask_graph(self, account: Account) -> Account:
        """The account with Graph's answer to ``GET /me``, whatever its status."""
        url = f"{self._registration.graph_url}/me"
        with self._client() as client:
            answer = self._get(client, url, headers={"Authorization": f"Bearer {account.bearer}"})
        try:
            body = answer.json()
        except ValueError:
            body = answer.text
        return replace(account, graph=GraphAnswer(url=url, status=answer.status_code, body=body))

    def end_session_url(self, *, account: Account | None) -> str:
        """Where sign-out at the tenant begins; without ``account`` it is for everybody in the browser (Logout 2)."""
        parameters = {"post_logout_redirect_uri": self._environment.signed_out_uri}
        if account is not None:
            parameters["id_token_hint"] = account.id_token.text
            if hint := account.claims.get("login_hint"):
                parameters["logout_hint"] = str(hint)
        with self._client() as client:
            return f"{self._metadata(client)['end_session_endpoint']}?{urlencode(parameters)}"

    # --- inside --------------------------------------------------------------------------------------

    @contextmanager
    def _client(self) -> Iterator[Any]:
        from authlib.integrations.requests_client import OAuth2Session

        with OAuth2Session(
            self._registration.client_id,
            self._registration.client_secret,
            scope=SCOPES,
            redirect_uri=self._environment.redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post",  # noqa: S106
            default_timeout=TIMEOUT,
        ) as client:
            # Variables such as REQUESTS_CA_BUNDLE of a developer's machine beat a session's own ``verify``.
            client.trust_env = False
            client.verify = self._environment.ca_file or True
            yield client

    def _tokens(self, client: Any, endpoint: str, pending: Pending, code: str) -> Mapping[str, Any]:
        from authlib.integrations.base_client import OAuthError
        from requests import RequestException

        try:
            tokens: Mapping[str, Any] = client.fetch_token(
                endpoint, grant_type="authorization_code", code=code, code_verifier=pending.code_verifier
            )
        except OAuthError as error:
            raise SignInFailed(
                "The token endpoint refused the code.", detail=str(error.description or error)
            ) from error
        except (RequestException, ValueError) as error:
            raise SignInFailed("The token endpoint did not give tokens.", detail=str(error)) from error
        return tokens

    def _before(self, metadata: Mapping[str, Any], pending: Pending) -> tuple[Check, ...]:
        """What was compared before there was a token: reaching this point means that it was equal."""
        issuer = str(metadata["issuer"])
        return (
            Check(
                name="Issuer of the configuration",
                expected=self._registration.issuer,
                found=issuer,
                passed=issuer == self._registration.issuer,
                source="OpenID Connect Discovery 4.3",
            ),
            Check(
                name="State",
                expected="that of a sign-in begun in this browser",
                found=pending.state,
                passed=True,
                source="RFC 6749 10.12",
            ),
            Check(
                name="Code verifier (PKCE)",
                expected="accepted by the token endpoint",
                found="accepted",
                passed=True,
                source="RFC 7636 4.6",
            ),
        )

    def _metadata(self, client: Any) -> Mapping[str, Any]:
        document = self._json(client, self._registration.metadata_url)
        needed = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint")
        if missing := [name for name in needed if not isinstance(document.get(name), str)]:
            raise SignInFailed(f"The issuer's configuration lacks {', '.join(missing)}.")
        return document

    def _json(self, client: Any, url: str) -> Mapping[str, Any]:
        answer = self._get(client, url)
        try:
            document = answer.json()
        except ValueError:
            document = None
        if answer.status_code != 200 or not isinstance(document, dict):
            raise SignInFailed(f"{url} did not answer with a document (status {answer.status_code}).")
        return document

    def _get(self, client: Any, url: str, **options: Any) -> Any:
        from requests import RequestException

        try:
            return client.get(url, withhold_token=True, allow_redirects=False, **options)
        except RequestException as error:
            raise SignInFailed(f"{url} could not be reached.", detail=str(error)) from error


def _decoded(token: object) -> Decoded | None:
    """The token's parts; None for what is no JWT: access tokens may be anything."""
    try:
        return decode(token) if isinstance(token, str) else None
    except ValueError:
        return None
