"""Who may import whom, as one table (docs/decisions/0001-layers.md), and what else the source must not do."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT, Module, modules, resolve

PURE = frozenset(
    {
        "http",
        "world",
        "tenants",
        "authentication_methods",
        "directory",
        "applications",
        "conditional_access",
        "tokens",
        "sign_in",
        "mails",
        "oidc_errors",
        "events",
        "origin",
        "forwarded",
    }
)
SHELL = PURE | {"federation", "settings", "ports"}
EDGE = SHELL | {"services", "edge"}

#: Part of the product -> the other parts it may import. Read it from the bottom of the house upwards.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "federation": frozenset(),
    **dict.fromkeys(PURE, PURE | {"federation"}),
    "idp_sim": frozenset(),
    "settings": frozenset({"forwarded"}),  # which proxies are believed
    "options": frozenset(),
    "decoders": frozenset(),  # how JSON becomes typed records, for storage and for the control API
    "turns": frozenset(),  # whose turn it is among a server's threads; who waits says so
    "pages": PURE | {"federation"},
    "ports": PURE | {"federation", "settings"},
    "scenario": SHELL | {"decoders"},
    "services": SHELL | {"scenario", "turns"},
    "storage": SHELL | {"decoders"},
    "adapters": SHELL | {"services", "options", "turns"},
    "server": frozenset({"options", "socket_files", "turns"}),
    "socket_files": frozenset(),
    "edge": EDGE,  # what the edges share
    "oidc_provider": EDGE,
    "graph": EDGE,
    "google": EDGE,
    "headless": EDGE,
    "control": EDGE | {"scenario", "decoders"},
    "web": EDGE | {"pages"},
    "saml_provider": EDGE | {"web"},  # its pages are drawn and answered by the same modules
    "client_settings": frozenset(),  # text to copy, for the start page and the command line
    "look": frozenset({"http", "pages"}),
    "sample": frozenset({"http", "look"}),  # a relying party: nothing of the tenants, which it meets over the network
    "ui": EDGE | {"look", "client_settings"},
    "inbox": EDGE | {"look", "pages"},
    "phone": EDGE | {"look", "pages"},
    "explain": EDGE | {"look", "pages"},
    "site": EDGE | {"look", "sample", "ui", "inbox", "phone", "explain"},  # the pages for people put together, for app
    "adfs": EDGE | {"web"},  # a home whose sign-in goes through the pages of web
    "edges": EDGE | {"pages", "oidc_provider", "google", "saml_provider", "web", "adfs"},  # the protocol edges together
    "app": frozenset(
        {
            "options",
            "scenario",
            "storage",
            "adapters",
            "server",
            "edges",
            "site",
            "oidc_provider",
            "graph",
            "headless",
            "control",
            "web",
            "pages",
        }
    )
    | EDGE,
    "demo": frozenset({"federation", "options", "app", "adapters"}),
    # adapters: the certificate authority of the account, which `ca` shows where no server runs
    "cli": frozenset(
        {
            "settings",
            "options",
            "scenario",
            "app",
            "demo",
            "events",
            "client_settings",
            "adapters",
            "origin",
            "forwarded",
        }
    ),
    "__main__": frozenset({"cli"}),
}

#: Library -> the only modules (or packages) that may import it. What is not here is the standard library.
ONLY_IN: dict[str, tuple[str, ...]] = {
    "flask": ("idp_sim.web.flask_adapter", "idp_sim.web.late_routes"),
    "werkzeug": ("idp_sim.web.flask_adapter", "idp_sim.web.late_routes", "idp_sim.web.gate"),
    "cheroot": ("idp_sim.server",),
    "sqlite3": ("idp_sim.storage",),
    "sqlite_utils": ("idp_sim.storage",),
    "msgspec": ("idp_sim.decoders", "idp_sim.storage", "idp_sim.control", "idp_sim.scenario"),
    "yaml": ("idp_sim.scenario",),
    "requests": ("idp_sim.adapters.outbound_http", "idp_sim.adapters.deadlines", "idp_sim.demo", "idp_sim.sample"),
    "certifi": ("idp_sim.adapters.certificates",),
    "click": ("idp_sim.cli",),
    "jinja2": ("idp_sim.pages", "idp_sim.look"),
    "markupsafe": ("idp_sim.pages",),
    "segno": ("idp_sim.pages",),
    "fido2": ("idp_sim.services.second_factors.passkeys", "idp_sim.headless.software_authenticator"),
    "lxml": ("federation.xml.library",),  # everything that opens XML goes through one room
    "xmlsec": ("federation.xml.library",),
    "saml2": ("federation.saml",),
    "joserfc": ("federation", "idp_sim.adapters.keys", "idp_sim.adapters.key_file", "idp_sim.sample"),
    "authlib": ("federation", "idp_sim.oidc_provider", "idp_sim.headless", "idp_sim.sample"),
    "cryptography": (
        "federation.external_federation",
        "idp_sim.adapters",
        "idp_sim.directory",
        "idp_sim.services.totp",
        "idp_sim.headless.software_authenticator",
        "idp_sim.demo.person",
    ),
}

#: Libraries that cost too much to be imported before they are needed.
LATE = ("fido2", "requests", "yaml", "sqlite_utils", "segno", "cryptography.x509", "lxml", "xmlsec", "saml2")

#: What must be an argument, and the one module that may read it.
READ_IN: dict[str, tuple[str, ...]] = {
    "wall clock": ("idp_sim.adapters.clock",),
    "randomness": ("idp_sim.adapters.ids",),
    "environment": ("idp_sim.settings",),
}

SOURCES: dict[str, str] = {
    "datetime.now": "wall clock",
    "datetime.utcnow": "wall clock",
    "datetime.today": "wall clock",
    "date.today": "wall clock",
    "time.time": "wall clock",
    "time.time_ns": "wall clock",
    "time.localtime": "wall clock",
    "time.gmtime": "wall clock",
    "uuid.uuid1": "randomness",
    "uuid.uuid4": "randomness",
    "uuid4": "randomness",
    "os.urandom": "randomness",
    "os.environ": "environment",
    "os.getenv": "environment",
}

#: One table and nothing else: as long as it has rows.
TABLES = ("federation.reasons",)

every_module = pytest.mark.parametrize("module", modules().values(), ids=lambda module: module.name)


def within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


@every_module
def test_a_part_imports_only_what_lies_below_it(module: Module) -> None:
    allowed = MAY_IMPORT[module.unit] | {module.unit}
    for imported in module.imports:
        target = resolve(imported.name)
        version = module.unit != "federation" and imported.name in ("idp_sim", "idp_sim.__version__")
        if target is None or imported.typing_only or version:
            continue
        assert modules()[target].unit in allowed, f"{module.name} must not import {imported.name}"


@every_module
def test_a_library_is_imported_only_where_the_table_says(module: Module) -> None:
    for imported in module.imports:
        places = ONLY_IN.get(imported.name.split(".")[0])
        if places and not imported.typing_only:
            assert within(module.name, places), f"{module.name} imports {imported.name}; only {places} may"


@pytest.mark.parametrize(
    ("start", "costly"),
    [
        pytest.param(
            "idp_sim.cli.main", (*LATE, "flask", "cheroot", "joserfc", "authlib", "sqlite3"), id="command line"
        ),
        pytest.param("idp_sim.app", LATE, id="server"),
    ],
)
def test_costly_libraries_are_not_loaded_at_the_start(start: str, costly: tuple[str, ...]) -> None:
    program = f"import sys, {start}; print(*[name for name in {costly!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


@every_module
def test_time_randomness_and_environment_are_read_in_one_place_each(module: Module) -> None:
    for node in ast.walk(module.tree):
        source = ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""
        ends = [what for name, what in SOURCES.items() if source == name or source.endswith(f".{name}")]
        for what in ends:
            assert within(module.name, READ_IN[what]), f"{module.name}:{node.lineno} reads the {what} by {source}"
    for imported in module.imports:
        assert imported.name not in ("os.environ", "os.getenv", "time.time"), f"{module.name} hides where it comes from"
        if imported.name.split(".")[0] in ("secrets", "random"):
            assert within(module.name, READ_IN["randomness"]), f"{module.name} imports {imported.name}"


def test_no_two_modules_need_each_other_to_load() -> None:
    needs = {
        name: {target for i in module.imports if not i.late and not i.typing_only and (target := resolve(i.name))}
        - {name}
        for name, module in modules().items()
    }
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, f"import cycle: {' -> '.join((*way[way.index(name) :], name))}"
        if name not in done:
            for needed in sorted(needs[name]):
                visit(needed, (*way, name))
            done.add(name)

    for name in needs:
        visit(name, ())


@pytest.mark.parametrize(
    "module", [m for m in modules().values() if m.name not in TABLES], ids=lambda module: module.name
)
def test_a_file_has_a_size_that_can_be_read(module: Module) -> None:
    assert len(module.path.read_text(encoding="utf-8").splitlines()) <= 450


@every_module
def test_a_module_says_what_it_is_for(module: Module) -> None:
    assert ast.get_docstring(module.tree), f"{module.path.relative_to(ROOT)} has no docstring"
