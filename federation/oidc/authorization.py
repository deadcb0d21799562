"""The authorization request as a record (RFC 6749 4.1.1, OpenID Connect Core 3.1.2.1, entra-sign-in 13.1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """A checked request. ``prompt`` is one word or None; ``scopes`` in the order given; times in seconds."""

    client_id: str
    redirect_uri: str
    response_mode: str
    scopes: tuple[str, ...]
    state: str | None = None
    nonce: str | None = None
    prompt: str | None = None
    login_hint: str | None = None
    domain_hint: str | None = None
    max_age: int | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    demands_mfa: bool = False  # claims: {"id_token": {"amr": {"essential": true, "values": ["mfa"]}}}
    claims: str | None = None
    client_info: bool = False
    resource_tenant: str | None = None  # federation client only: who is asking, and for which application
    resource_application: str | None = None
