"""How a story is played: invited, redeemed, signed in to the application, the token looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from federation.errors import FederationError
from federation.oidc import jwt_codec
from idp_sim.demo.browser import Browser, Hop, Landing
from idp_sim.demo.client import Application, Control, Http, UnexpectedAnswer
from idp_sim.demo.messages import Line, Names, attribute, message_of
from idp_sim.demo.narrator import Check, Narrator
from idp_sim.demo.person import Person
from idp_sim.demo.stories import APPLICATION, RESOURCE, Story, expected_idp

#: Where the invitation sends the guest after consent; the stories' browser stops there.
AFTER_REDEMPTION = "https://portal.contoso.example/welcome"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A running simulator, seen from outside: its ready document and clients for it."""

    document: Mapping[str, Any]
    http: Http
    control: Control
    random: Callable[[], str]

    @property
    def names(self) -> Names:
        """Names for what appears in URLs."""
        return Names.of(self.document, RESOURCE)

    @property
    def tenant_ids(self) -> dict[str, str]:
        """Tenant id by name."""
        return {tenant["name"]: tenant["id"] for tenant in self.document["tenants"]}

    def application(self, name: str) -> Application:
        """An application of the resource tenant, configured as a developer would: from its tenant's metadata."""
        row = next(a for a in self.document["applications"] if a["tenant"] == RESOURCE and a["name"] == name)
        tenant = next(t for t in self.document["tenants"] if t["name"] == RESOURCE)
        return Application(
            http=self.http,
            client_id=row["client_id"],
            client_secret=row["client_secret"],
            metadata=self.http.call("GET", tenant["metadata_url"]),
            redirect_uri=next(iter(row["redirect_uris"]), None),
        )

    def person(self, address: str) -> Person:
        """Somebody of the ready document, or a person without a home."""
        row = next((u for u in self.document["users"] if u["user_principal_name"] == address), None)
        person = Person(address=address, control=self.control, password=row["password"] if row else None)
        if row and row["totp_secret"]:
            person.authenticators[self.tenant_ids[row["tenant"]]] = row["totp_secret"]
        return person


def play(story: Story, stage: Stage, narrator: Narrator) -> list[Check]:
    """Play one story and return what was checked at its end; UnexpectedAnswer when it stops on the way."""
    person, application = stage.person(story.address), stage.application(APPLICATION)
    stops = (AFTER_REDEMPTION, application.redirect_uri or "")
    hops: list[Hop] = []
    browser = Browser(verify=stage.document["ca_file"] or True, stop_at=stops, on_hop=hops.append)
    try:
        guest, link = _invite(story, stage, narrator)
        narrator.stage("redeem the invitation")
        _told(stage, narrator, hops, lambda: _expect(person.walk(browser, browser.get(link)), AFTER_REDEMPTION))
        narrator.stage("sign in to the application")
        state, nonce, verifier = stage.random(), stage.random(), stage.random() + stage.random()
        url = application.authorization_url(state=state, nonce=nonce, verifier=verifier, login_hint=story.address)
        landing = _told(stage, narrator, hops, lambda: _expect(person.walk(browser, browser.get(url)), stops[1]))
    finally:
        browser.close()
    if landing.parameters.get("state") != state:
        raise UnexpectedAnswer(f"the answer's state is {landing.parameters.get('state')!r}, not the one sent")
    tokens = application.redeem(landing.parameters["code"], verifier)
    narrator.line(Line(tenant=RESOURCE, message="token request of the application (code, PKCE verifier, secret)"))
    claims, signature = _verified(tokens["id_token"], application, stage)
    narrator.token("the application's ID token", claims, _notes(story))
    expected = {
        "iss": application.metadata["issuer"],
        "aud": application.client_id,
        "nonce": nonce,
        "tid": stage.tenant_ids[RESOURCE],
        "oid": guest,
        "idp": expected_idp(story, stage.document["tenants"]),
    }
    return [signature, *_claim_checks(claims, expected), *_page_checks(story, person, stage.names)]


def _invite(story: Story, stage: Stage, narrator: Narrator) -> tuple[str, str]:
    """Invite by Graph and read the mail; the guest's object id and the link of the mail."""
    narrator.stage("invite")
    token = stage.application("admin").client_credentials("https://graph.microsoft.com/.default")
    invitation = stage.http.call(
        "POST",
        f"{stage.document['base_url']}/v1.0/invitations",
        token=token,
        expect=201,
        json={
            "invitedUserEmailAddress": story.address,
            "inviteRedirectUrl": AFTER_REDEMPTION,
            "sendInvitationMessage": True,
        },
    )
    told = f"Graph POST /v1.0/invitations, app-only token of 'admin': guest {invitation['status']}"
    narrator.line(Line(tenant=RESOURCE, message=told))
    mail = stage.control.newest_mail(story.address)
    narrator.line(Line(tenant=RESOURCE, message=f"mail to {mail['to']}: {mail['subject']}"))
    return invitation["invitedUser"]["id"], mail["links"][0]


def _told(stage: Stage, narrator: Narrator, hops: list[Hop], walk: Callable[[], Landing]) -> Landing:
    """Walk, then tell every message with the decisions that the simulator explains; told also when it fails."""
    hops.clear()
    known = set(stage.control.sign_in_ids())
    try:
        return walk()
    finally:
        new = [sign_in for sign_in in reversed(stage.control.sign_in_ids()) if sign_in not in known]
        messages = [message for hop in hops if (message := message_of(hop, stage.names))]
        decisions: dict[str, Mapping[str, Any]] = {}  # both tenants' rows explain the same sign-in: once is enough
        for sign_in in new:
            for decision in stage.control.explanation(sign_in)["decisions"]:
                decisions.setdefault(json.dumps(decision, sort_keys=True), decision)
        narrator.lines(attribute(messages, decisions.values()))


def _expect(landing: Landing, address: str) -> Landing:
    if landing.url != address:
        raise UnexpectedAnswer(f"arrived at {landing.url} instead of {address}")
    if error := landing.parameters.get("error"):
        raise UnexpectedAnswer(f"refused: {error}: {landing.parameters.get('error_description', '')}")
    return landing


def _verified(token: str, application: Application, stage: Stage) -> tuple[Mapping[str, Any], Check]:
    """The claims, and whether the signature holds against the keys that the tenant publishes."""
    kid = jwt_codec.unverified_header(token).get("kid")
    keys = jwt_codec.public_keys(application.key_document())
    try:
        return jwt_codec.verify(token, keys, stage.control.now()), Check(
            True, f"signature verified with the published key {kid}"
        )
    except FederationError as error:
        return jwt_codec.unverified_claims(token), Check(False, f"signature not verified: {error.message}")


def _notes(story: Story) -> dict[str, str]:
    home = story.home or "one-time passcode by mail"
    return {
        "tid": f"{RESOURCE}, the resource tenant",
        "oid": f"the guest object in {RESOURCE}",
        "idp": f"where the person signed in: {home}",
        "iss": f"{RESOURCE} issued it",
    }


def _claim_checks(claims: Mapping[str, Any], expected: Mapping[str, str]) -> list[Check]:
    checks = [
        Check(
            claims.get(name) == value,
            f"{name} is {value}" + ("" if claims.get(name) == value else f", but the token has {claims.get(name)!r}"),
        )
        for name, value in expected.items()
    ]
    return [*checks, Check("acct" not in claims, "acct is absent: it is an optional claim nobody asked for")]


def _page_checks(story: Story, person: Person, names: Names) -> list[Check]:
    seen = {(names.tenant(tenant), step) for tenant, step in person.seen}
    met = [Check(page in seen, f"{page[0]} showed the page '{page[1]}'") for page in sorted(story.pages)]
    spared = [Check(page not in seen, f"{page[0]} did not show the page '{page[1]}'") for page in sorted(story.never)]
    return met + spared
