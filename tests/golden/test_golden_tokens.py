"""Tokens as they were when somebody last looked at every claim: a changed claim shows in review.

Key, clock, ids and base URL are fixed. After a wanted change write the files anew and read the difference:

    pytest tests/golden --update-golden
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from federation.federation_client import FEDERATION_CLIENT_ID
from federation.model import AuthenticationContext, ExternalIdentity, HomeKind, Method, PerformedMethod
from federation.oidc import jwt_codec
from federation.oidc.keys import KeySet
from idp_sim.adapters.ids import RandomIds
from idp_sim.applications.model import OAuth2PermissionGrant
from idp_sim.ports import Ports
from idp_sim.services import applications, grants, issue_tokens
from idp_sim.services.issue_tokens import Issuing
from idp_sim.sign_in.client import ClientFacts, Device
from idp_sim.sign_in.model import AuthorizationCode
from tests.builders import NOW, WORLD, GraphWorld
from tests.signing_keys import FixedKeys, fixed_key

FOLDER = Path(__file__).resolve().parent
OPENID = ("openid", "profile", "email")
GRAPH, API, LEGACY = "User.Read", "api://contoso-api/access_as_user", "api://contoso-legacy-api/user_impersonation"
SESSION = "11111111-2222-4333-8444-555555555555"


class CountedIds(RandomIds):
    """Secrets that name how manieth they are; nothing is left to chance."""

    def __init__(self) -> None:
        self.count = 0

    def secret(self, size: int = 32) -> str:
        self.count += 1
        return f"secret-{self.count}-of-{size}-bytes"


@dataclass
class Mint:
    """The default scenario at a fixed instant, and tokens made in it by the product's own services."""

    world: GraphWorld = field(default_factory=GraphWorld)

    def __post_init__(self) -> None:
        self.ports: Ports = replace(self.world.ports, keys=FixedKeys(), ids=CountedIds())

    def person(
        self,
        address: str,
        *scopes: str,
        authentication: AuthenticationContext,
        identity: ExternalIdentity | None = None,
        tenant: str = "contoso",
        application: str = "portal",
        **values: Any,
    ) -> dict[str, Any]:
        """The token response for a code of a person who signed in like that."""
        world, record = self.world, self.world.tenant(tenant)
        federation = application == "federation"
        client_id = FEDERATION_CLIENT_ID if federation else world.client_id(tenant, application)
        client = applications.find_client(self.ports, world.context(), record, client_id)
        assert client is not None
        code = AuthorizationCode(
            hash="",
            client_id=client_id,
            redirect_uri="https://localhost:9555/cb",
            scopes=(*OPENID, *scopes),
            user=world.user(address, tenant).id,
            issued=NOW,
            sid=SESSION,
            sign_in_id="",
            authentication=authentication,
            identity=identity,
            nonce="the-nonce",
            **values,
        )
        method = "assertion" if federation else "secret"
        issuing = Issuing(tenant=record, client=client, client_authentication=method, client_info=True)
        return issue_tokens.for_code(self.ports, world.context(), issuing, code)

    def application(self, name: str, scope: str) -> dict[str, Any]:
        """The token response for an application's own credentials."""
        world, record = self.world, self.world.tenant()
        client = applications.find_client(self.ports, world.context(), record, world.client_id("contoso", name))
        assert client is not None
        asked = grants.scopes_of_client_credentials(self.ports, world.context(), record, client, scope)
        issuing = Issuing(tenant=record, client=client, client_authentication="secret")
        return issue_tokens.for_client_credentials(self.ports, world.context(), issuing, asked)

    def consent(self, resource: str, *scopes: str) -> None:
        """Let everybody's portal use another interface."""
        world = self.world
        grant = OAuth2PermissionGrant(
            id=f"portal-{resource}",
            client=world.client_id("contoso", "portal"),
            resource=world.client_id("contoso", resource),
            principal=None,
            scopes=scopes,
        )
        world.storage.put(WORLD, world.tenant().id, grant)

    # --- how people signed in ------------------------------------------------------------------------

    def methods(self, *methods: Method, tenant: str = "contoso") -> AuthenticationContext:
        """These methods, the newest a minute ago."""
        at = self.world.tenant(tenant).id
        ago = [timedelta(minutes=len(methods) - position) for position in range(len(methods))]
        return AuthenticationContext(
            methods=tuple(
                PerformedMethod(method=m, instant=NOW - back, tenant=at) for m, back in zip(methods, ago, strict=True)
            )
        )

    def ana(self) -> dict[str, Any]:
        """Signed in at Fabrikam with a second factor that Contoso trusts."""
        context = self.methods(Method.PASSWORD, Method.SOFTWARE_OATH, tenant="fabrikam")
        home = self.world.tenant("fabrikam")
        identity = ExternalIdentity(
            kind=HomeKind.AZURE_ACTIVE_DIRECTORY,
            issuer=f"https://sts.windows.net/{home.id}/",
            subject=self.world.user("ana", "fabrikam").id,
            addresses=("ana@fabrikam.example",),
            home_tenant=home.id,
            home_object=self.world.user("ana", "fabrikam").id,
            context=context,
        )
        return {"authentication": context, "identity": identity}

    def otto(self) -> dict[str, Any]:
        """Signed in with a passcode by mail and a second factor of Contoso."""
        context = self.methods(Method.EMAIL, Method.SOFTWARE_OATH)
        identity = ExternalIdentity(
            kind=HomeKind.EMAIL_ONE_TIME_PASSCODE,
            issuer="mail",
            subject="otto@proseware.example",
            addresses=("otto@proseware.example",),
            context=context,
        )
        return {"authentication": context, "identity": identity}


@pytest.fixture(scope="module")
def _mint() -> Iterator[Mint]:
    mint = Mint()
    mint.consent("api", "access_as_user")
    mint.consent("legacy-api", "user_impersonation")
    yield mint
    mint.world.close()


@pytest.fixture
def mint(_mint: Mint) -> Mint:
    """The mint with its count of secrets at zero, so that no case depends on another."""
    _mint.ports = replace(_mint.ports, ids=CountedIds())
    return _mint


def _ana_at_home(mint: Mint) -> dict[str, Any]:
    """What Fabrikam says to Contoso: the message between tenants, whose extra claims are a named deviation."""
    return mint.person(
        "ana",
        authentication=mint.ana()["authentication"],
        tenant="fabrikam",
        application="federation",
        resource_tenant=mint.world.tenant().id,
        resource_application=mint.world.client_id("contoso", "portal"),
        client=ClientFacts(device=Device(compliant=True)),
    )


CASES: Mapping[str, Callable[[Mint], dict[str, Any]]] = {
    "member-graph": lambda m: m.person("megan", GRAPH, authentication=m.methods(Method.PASSWORD)),
    "member-api-v2": lambda m: m.person("megan", API, authentication=m.methods(Method.PASSWORD)),
    "member-api-v1": lambda m: m.person("megan", LEGACY, authentication=m.methods(Method.PASSWORD)),
    "member-max-age": lambda m: m.person("megan", authentication=m.methods(Method.PASSWORD), max_age=300),
    "administrator-graph": lambda m: m.person(
        "alex", GRAPH, authentication=m.methods(Method.PASSWORD, Method.SOFTWARE_OATH)
    ),
    "entra-guest-graph": lambda m: m.person("ana@fabrikam.example", GRAPH, **m.ana()),
    "entra-guest-api-v2": lambda m: m.person("ana@fabrikam.example", API, **m.ana()),
    "entra-guest-api-v1": lambda m: m.person("ana@fabrikam.example", LEGACY, **m.ana()),
    "entra-guest-at-home": _ana_at_home,
    "passcode-guest-graph": lambda m: m.person("otto@proseware.example", GRAPH, **m.otto()),
    "passcode-guest-api-v2": lambda m: m.person("otto@proseware.example", API, **m.otto()),
    "app-only-graph": lambda m: m.application("daemon", "https://graph.microsoft.com/.default"),
    "app-only-api-v2": lambda m: m.application("daemon", "api://contoso-api/.default"),
    "app-only-api-v1": lambda m: m.application("daemon", "api://contoso-legacy-api/.default"),
}


def _readable(response: Mapping[str, Any]) -> dict[str, Any]:
    """The response with its tokens read, after their signatures were checked with the fixed key."""
    keys = jwt_codec.own_keys(KeySet(keys=(fixed_key(),)))
    return {
        name: {"header": jwt_codec.unverified_header(value), "claims": jwt_codec.verify(value, keys, NOW)}
        if name in ("id_token", "access_token")
        else value
        for name, value in response.items()
    }


@pytest.mark.parametrize("case", CASES)
def test_tokens_are_as_they_were(mint: Mint, case: str, request: pytest.FixtureRequest) -> None:
    made, file = _readable(CASES[case](mint)), FOLDER / f"{case}.json"
    if request.config.getoption("--update-golden"):
        file.write_text(json.dumps(made, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    assert made == json.loads(file.read_text(encoding="utf-8"))


def test_every_golden_file_belongs_to_a_case() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(CASES)


def test_an_untrusted_second_factor_of_the_home_does_not_show(mint: Mint) -> None:
    """Northwind's second factor counts for nothing at Contoso, so ``amr`` doesn't speak of it."""
    context = mint.methods(Method.PASSWORD, Method.SOFTWARE_OATH, tenant="northwind")
    home = mint.world.tenant("northwind")
    identity = replace(
        mint.ana()["identity"],
        issuer=f"https://sts.windows.net/{home.id}/",
        addresses=("nora@northwind.example",),
        home_tenant=home.id,
    )
    made = _readable(mint.person("nora@northwind.example", GRAPH, authentication=context, identity=identity))
    assert "mfa" not in made["access_token"]["claims"]["amr"]
