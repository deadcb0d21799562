"""A simulator that others reach: by which names, through which proxies, and what it shows to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from werkzeug.test import Client, TestResponse

from idp_sim.app import Simulator
from idp_sim.options import CannotStart, ServeOptions

TOKEN = "the-control-token-of-the-tests"
GUARDED = ["/inbox", "/inbox/list", "/inbox/1", "/inbox/1/body", "/phone", "/phone/codes", "/explain", "/explain/x"]
Ask = Callable[..., TestResponse]


@pytest.fixture(scope="module")
def public(network_guard: object) -> Iterator[Simulator]:
    options = ServeOptions(
        port=0, tls=False, public_url="https://idp.test", trusted_proxies=("192.0.2.10",), control_token=TOKEN
    )
    with Simulator.start(options) as running:
        yield running


@pytest.fixture
def ask(public: Simulator) -> Ask:
    client = Client(public.application)

    def call(path: str, *, peer: str = "127.0.0.1", method: str = "GET", form: object = None, **headers: str):
        named = {name.replace("_", "-"): value for name, value in ({"Host": "idp.test"} | headers).items()}
        return client.open(
            path,
            method=method,
            data=form,
            headers=named,
            environ_overrides={"REMOTE_ADDR": peer},
            follow_redirects=False,
        )

    return call


def test_every_address_is_the_public_one(public: Simulator, ask: Ask) -> None:
    assert public.base_url == "https://idp.test"
    tenant = public.ready["tenants"][0]
    document = ask(f"/{tenant['id']}/v2.0/.well-known/openid-configuration").get_json()
    assert document["token_endpoint"].startswith("https://idp.test/")


@pytest.mark.parametrize("host", ["idp.test", "IDP.test:443", "localhost:8443", "127.0.0.1", "a.localhost"])
def test_it_goes_by_its_own_names(ask: Ask, host: str) -> None:
    assert ask("/health", Host=host).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "idp.test.evil.example", "192.0.2.9", "idp.test@evil.example", "[::1"]
)
def test_another_name_is_refused_with_a_hint(ask: Ask, host: str) -> None:
    answer = ask("/health", Host=host)
    assert answer.status_code == 400
    assert "--public-url" in answer.text
    assert "evil" not in answer.text


def test_a_named_proxy_may_ask_by_its_own_name_for_the_host(ask: Ask) -> None:
    asked = {"Host": "upstream:8080", "X_Forwarded_Host": "idp.test"}
    assert ask("/health", peer="192.0.2.10", **asked).status_code == 200
    assert ask("/health", peer="192.0.2.11", **asked).status_code == 400


def test_a_proxy_that_says_http_is_told_what_clients_must_use(ask: Ask) -> None:
    answer = ask("/health", peer="192.0.2.10", X_Forwarded_Proto="http", X_Forwarded_For="203.0.113.7")
    assert answer.status_code == 400
    assert "asked by http, but clients must use https://idp.test" in answer.text


@pytest.mark.parametrize(
    ("peer", "headers", "seen"),
    [
        pytest.param("192.0.2.10", {"X_Forwarded_For": "203.0.113.7"}, "203.0.113.7", id="named proxy"),
        pytest.param("192.0.2.11", {"X_Forwarded_For": "203.0.113.7"}, "192.0.2.11", id="somebody else"),
        pytest.param("192.0.2.10", {"Forwarded": "for=203.0.113.8"}, "203.0.113.8", id="named proxy, standard"),
    ],
)
def test_the_sign_in_log_has_the_visitor_that_a_named_proxy_tells(
    public: Simulator, ask: Ask, peer: str, headers: dict[str, str], seen: str
) -> None:
    from idp_sim.http import Request
    from idp_sim.web.gate import Gate

    met: list[Request] = []

    def endpoint(request: Request):
        from idp_sim.http import Response

        met.append(request)
        return Response()

    gate = Gate(public.application.wsgi_app, public.ports.settings, lambda path, method: (endpoint, {}))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    Client(gate).get("/x", headers={"Host": "idp.test", **named}, environ_overrides={"REMOTE_ADDR": peer})
    assert met[0].client.ip_address == seen


STRANGERS = [
    pytest.param({"peer": "203.0.113.7"}, id="another machine"),
    pytest.param({"peer": "127.0.0.1"}, id="a proxy on this machine that says nothing"),
    pytest.param({"peer": "127.0.0.1", "X_Forwarded_For": "127.0.0.1"}, id="a proxy that was not named"),
    pytest.param({"peer": "192.0.2.10", "X_Forwarded_For": "203.0.113.7"}, id="through the named proxy"),
    pytest.param({"peer": "192.0.2.10", "X_Forwarded_For": "127.0.0.1, 203.0.113.7"}, id="a visitor who lies"),
    pytest.param({"peer": "203.0.113.7", "Authorization": "Bearer wrong"}, id="a wrong token"),
    pytest.param({"peer": "203.0.113.7", "Cookie": "__Host-idp-sim-tool=" + "0" * 64}, id="a cookie that was made up"),
]


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("path", GUARDED)
def test_strangers_get_the_door_and_nothing_behind_it(ask: Ask, path: str, stranger: dict[str, str]) -> None:
    answer = ask(path, **stranger)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert 'data-testid="door-token"' in answer.text


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("path", ["/", "/codes"])
def test_strangers_see_no_password_code_or_secret(
    public: Simulator, ask: Ask, path: str, stranger: dict[str, str]
) -> None:
    text = ask(path, **stranger).text
    secrets = [user["password"] for user in public.ready["users"] if user["password"]]
    secrets += [row["client_secret"] for row in public.ready["applications"] if row["client_secret"]]
    assert secrets
    assert [secret for secret in secrets if secret in text] == []
    assert 'data-testid="start-code"' not in text
    assert "ticket" not in text


@pytest.mark.parametrize("path", ["/inbox", "/phone", "/explain", "/", "/codes"])
def test_whoever_holds_the_control_token_sees_everything(ask: Ask, path: str) -> None:
    assert ask(path, peer="203.0.113.7", Authorization=f"Bearer {TOKEN}").status_code == 200
    entered = ask("/unlock", peer="203.0.113.7", method="POST", form={"token": TOKEN, "to": path})
    assert (entered.status_code, entered.headers["Location"]) == (303, path)
    assert "HttpOnly" in entered.headers["Set-Cookie"]
    assert "Secure" in entered.headers["Set-Cookie"]
    cookie = entered.headers["Set-Cookie"].partition(";")[0]
    answer = ask(path, peer="203.0.113.7", Cookie=cookie)
    assert (answer.status_code, "door-token" in answer.text, "start-remote" in answer.text) == (200, False, False)


def test_a_wrong_token_opens_nothing(ask: Ask) -> None:
    answer = ask("/unlock", method="POST", form={"token": "wrong"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "/x\r\nSet-Cookie: a=b", ""]
)
def test_the_door_leads_nowhere_else(ask: Ask, to: str) -> None:
    answer = ask("/unlock", method="POST", form={"token": TOKEN, "to": to})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_the_door_leads_back_to_the_page_that_was_asked_for(ask: Ask) -> None:
    assert 'name="to" value="/inbox?q=passcode"' in ask("/inbox?q=passcode", peer="203.0.113.7").text


def test_a_visitor_on_the_same_machine_as_a_named_proxy_needs_no_token() -> None:
    options = ServeOptions(port=0, tls=False, public_url="https://idp.test", trusted_proxies=("127.0.0.1",))
    with Simulator.start(options) as running:
        answer = Client(running.application).get(
            "/inbox", headers={"Host": "idp.test", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"}
        )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"public_url": "https://idp.test/sim"}, "'/sim' after the host"),
        ({"public_url": "idp.test"}, "did you mean 'https://idp.test'?"),
    ],
)
def test_an_address_that_can_not_work_is_refused_at_the_start(options: dict[str, str], said: str) -> None:
    with pytest.raises(CannotStart) as refusal:
        Simulator.start(ServeOptions(port=0, **options))
    assert said in str(refusal.value)


def test_a_scheme_that_the_port_does_not_speak_is_refused_at_the_start() -> None:
    with Simulator.start(ServeOptions(port=0)) as running:
        port = int(running.base_url.rpartition(":")[2])
    with pytest.raises(CannotStart, match="speaks https here"):
        Simulator.start(ServeOptions(port=port, public_url=f"http://localhost:{port}"))


def test_the_certificate_is_for_the_public_name_too() -> None:
    options = ServeOptions(port=0, public_url="https://idp.test:8443")
    with Simulator.start(options) as running:
        assert running.ca_file
        folder = Path(running.ca_file).parent
    names = {
        name
        for file in folder.glob("server-*.pem")
        for name in x509.load_pem_x509_certificate(file.read_bytes())
        .extensions.get_extension_for_class(x509.SubjectAlternativeName)
        .value.get_values_for_type(x509.DNSName)
    }
    assert {"idp.test", "localhost", "*.localhost"} <= names


def test_two_simulators_on_one_host_do_not_share_cookies() -> None:
    with Simulator.start(ServeOptions(port=0)) as one, Simulator.start(ServeOptions(port=0)) as other:
        cookies = {}
        for running in (one, other):
            tenant = running.ready["tenants"][0]["id"]
            portal = next(row for row in running.ready["applications"] if row["name"] == "portal")
            answer = Client(running.application).get(
                f"/{tenant}/oauth2/v2.0/authorize",
                query_string={
                    "client_id": portal["client_id"],
                    "response_type": "code",
                    "redirect_uri": portal["redirect_uris"][0],
                    "scope": "openid",
                },
                follow_redirects=False,
            )
            cookies[running.base_url] = answer.headers["Set-Cookie"].partition("=")[0]
        assert len(set(cookies.values())) == 2
        assert all(name.startswith("__Host-") for name in cookies.values())


def test_ids_and_secrets_are_the_same_at_every_start_so_that_they_can_be_checked_in() -> None:
    documents = []
    for _ in range(2):
        with Simulator.start(ServeOptions(port=0, public_url="https://localhost:9999", control_token=TOKEN)) as running:
            documents.append(running.ready)
    for part in ("control_token", "base_url", "tenants", "applications", "users", "guests", "federation"):
        assert documents[0][part] == documents[1][part], part


def test_without_a_control_token_of_ones_own_client_secrets_are_random_and_with_another_one_others() -> None:
    secrets = set()
    for token in (None, None, TOKEN, f"{TOKEN}2"):
        with Simulator.start(ServeOptions(port=0, control_token=token)) as running:
            secrets.add(next(row for row in running.ready["applications"] if row["name"] == "portal")["client_secret"])
    assert len(secrets) == 4
