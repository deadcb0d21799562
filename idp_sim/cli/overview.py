"""The tables that ``serve`` prints from the ready document, and the lines that clients need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from idp_sim.cli.output import Painter, table

Row = Mapping[str, Any]
Column = tuple[str, Callable[[Row], str]]


def _uris(row: Row) -> str:
    uris = row["redirect_uris"]
    return uris[0] + (f" (+{len(uris) - 1})" if len(uris) > 1 else "") if uris else "-"


def _text(key: str) -> Callable[[Row], str]:
    return lambda row: str(row[key]) if row[key] is not None else "-"


#: Section of the ready document -> heading and columns.
SECTIONS: dict[str, tuple[str, tuple[Column, ...]]] = {
    "tenants": (
        "Tenants",
        (
            ("NAME", _text("name")),
            ("KIND", _text("kind")),
            ("ROLE", _text("role")),
            ("DOMAINS", lambda row: ", ".join(row["domains"])),
            ("TENANT ID", _text("id")),
        ),
    ),
    "users": (
        "People",
        (
            ("TENANT", _text("tenant")),
            ("USER NAME", _text("user_principal_name")),
            ("PASSWORD", _text("password")),
            ("MFA", _text("mfa")),
            ("TOTP SECRET", _text("totp_secret")),
        ),
    ),
    "guests": (
        "Guests",
        (
            ("TENANT", _text("tenant")),
            ("MAIL", _text("mail")),
            ("HOME", lambda row: row["home"] or "passcode by mail"),
            ("STATE", _text("state")),
            ("TOTP SECRET HERE", _text("totp_secret")),
        ),
    ),
    "applications": (
        "Applications",
        (
            ("TENANT", _text("tenant")),
            ("NAME", _text("name")),
            ("CLIENT ID", _text("client_id")),
            ("CLIENT SECRET", _text("client_secret")),
            ("REDIRECT URI", _uris),
        ),
    ),
}


def overview(document: Row, paint: Painter, *, bundle_file: str | None = None, data: Path | None = None) -> str:
    """Everything a person needs to start, as text.

    ``bundle_file`` holds the CA together with the system's; without ``data`` nothing is kept.
    """
    parts = [_heading(document, paint, data)]
    for key, (title, columns) in SECTIONS.items():
        if rows := document[key]:
            header = [name for name, _ in columns]
            cells = [[cell(row) for _, cell in columns] for row in rows]
            parts.append(f"{paint(title, 'cyan', 'bold')}\n{table(header, cells, paint)}")
    parts += [_addresses(document, paint), _client_lines(document, paint, bundle_file)]
    return "\n\n".join(parts) + "\n\nReady. Ctrl-C ends it."


def _heading(document: Row, paint: Painter, data: Path | None) -> str:
    kept = f"Data is kept in {data}." if data else "Data is in memory only and gone at the end."
    title = f"idp-sim {document['version']}: scenario '{document['scenario']}' at {document['base_url']}"
    return f"{paint(title, 'bold')}\n{kept} Not affiliated with Microsoft."


def _addresses(document: Row, paint: Painter) -> str:
    base = document["base_url"]
    resource = next((t for t in document["tenants"] if t["role"] == "resource"), document["tenants"][0])
    rows = [
        ("authority", f"{base}/{resource['id']}"),
        ("OpenID configuration", str(resource["metadata_url"])),
        ("Microsoft Graph", f"{base}/v1.0"),
        ("captured mail", f"{document['control_url']}/inbox/messages"),
        ("control API", f"{document['control_url']}/openapi.json"),
        ("health", f"{base}/health"),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name.ljust(width)}  {url}" for name, url in rows]
    return "\n".join([paint("Addresses", "cyan", "bold"), *lines])


def _client_lines(document: Row, paint: Painter, bundle_file: str | None) -> str:
    """Exports, and how each kind of client is told of the CA.

    ``NODE_EXTRA_CA_CERTS`` adds to Node's own list. ``REQUESTS_CA_BUNDLE`` replaces the system's and beats a
    session's ``verify`` (libraries.md 13), so it only ever names the combined file.
    """
    lines = [
        f'{paint("For clients", "cyan", "bold")} (in another shell: eval "$(idp-sim env)")',
        f"export IDP_SIM_BASE_URL={document['base_url']}",
        f"export IDP_SIM_CONTROL_TOKEN={document['control_token']}",
    ]
    if ca := document["ca_file"]:
        lines += [f"export IDP_SIM_CA_FILE='{ca}'", f"export NODE_EXTRA_CA_CERTS='{ca}'"]
        if bundle_file:
            lines.append(f"export REQUESTS_CA_BUNDLE='{bundle_file}'")
        lines += [
            'curl:                      --cacert "$IDP_SIM_CA_FILE"',
            'Python (httpx, aiohttp):   verify=os.environ["IDP_SIM_CA_FILE"]',
            "MSAL Python:               ConfidentialClientApplication(..., authority=..., instance_discovery=False)",
        ]
    return "\n".join(lines)
