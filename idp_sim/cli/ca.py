"""``idp-sim ca``: the CA certificate that clients must trust, and how each kind is told of it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click

from idp_sim.cli.certificates import CaFiles, ca_files
from idp_sim.cli.groups import GroupWithDefault, examples
from idp_sim.cli.output import FAILED, Painter, fail, remark
from idp_sim.cli.trust_stores import Machine, Store, stores
from idp_sim.options import CannotStart

#: Kind of client -> how it is told of the CA. ``REQUESTS_CA_BUNDLE`` and ``SSL_CERT_FILE`` replace a client's own
#: list, so they name the combined file (libraries.md 13).
HOW_TO_TRUST = (
    ("curl", '--cacert "{ca}"; for all calls: export CURL_CA_BUNDLE="{bundle}"'),
    ("Python requests, MSAL", 'export REQUESTS_CA_BUNDLE="{bundle}"'),
    ("Python httpx, aiohttp, urllib", 'export SSL_CERT_FILE="{bundle}"'),
    ("Node.js", 'export NODE_EXTRA_CA_CERTS="{ca}" (adds to its own list)'),
    (
        "Java",
        'keytool -importcert -noprompt -alias idp-sim -file "{ca}" -keystore idp-sim.p12 -storetype PKCS12 '
        "-storepass changeit; then java -Djavax.net.ssl.trustStore=idp-sim.p12 "
        "-Djavax.net.ssl.trustStorePassword=changeit (only the simulator is trusted then)",
    ),
    (".NET on Linux, Go", 'export SSL_CERT_FILE="{bundle}", or idp-sim ca install'),
    (".NET on Windows and macOS", "idp-sim ca install"),
    ("browsers", "idp-sim ca install (system, Chromium, Firefox profiles), or import the file as an authority"),
)

_STORE = click.option("--store", "only", metavar="NAME", multiple=True, help="Only this store; may be repeated.")
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Only print the commands.")


@examples(
    "idp-sim ca",
    'curl --cacert "$(idp-sim ca path)" https://localhost:8443/health',
    "idp-sim ca install --dry-run",
    "idp-sim ca uninstall",
)
@click.group("ca", cls=GroupWithDefault, default="trust")
def command() -> None:
    """The certificate authority of your user account; it can sign for localhost and loopback addresses only.

    Without a subcommand its path is printed, and how each kind of client is told of it.
    """


@command.command("path")
@click.option("--bundle", is_flag=True, help="The file that holds the system's authorities too.")
def path(bundle: bool) -> None:
    """Print the path of the CA certificate (PEM); it is made if there is none yet."""
    files = _files()
    print(files.bundle if bundle else files.ca)


@command.command("trust")
def trust() -> None:
    """Print how each kind of client is told to trust it."""
    files, paint = _files(), Painter(sys.stdout)
    print(f"CA certificate          {files.ca}\nwith the system's own   {files.bundle}\n")
    for client, how in HOW_TO_TRUST:
        print(f"{paint(client, 'bold')}\n    {how.format(ca=files.ca, bundle=files.bundle)}")
    remark('For one shell: eval "$(idp-sim env)"')


@command.command("install")
@_STORE
@_DRY_RUN
def install(only: tuple[str, ...], dry_run: bool) -> None:
    """Make the system and the browsers trust it. Each command is shown before it runs."""
    _change(only, install=True, dry_run=dry_run)


@command.command("uninstall")
@_STORE
@_DRY_RUN
def uninstall(only: tuple[str, ...], dry_run: bool) -> None:
    """Undo 'install'."""
    _change(only, install=False, dry_run=dry_run)


def _files() -> CaFiles:
    try:
        return ca_files()
    except CannotStart as error:
        fail(*error.problems)


def _change(only: tuple[str, ...], *, install: bool, dry_run: bool) -> None:
    found = stores(_machine(), _files().ca)
    names = list(dict.fromkeys(store.name for store in found))
    if unknown := [name for name in only if name not in names]:
        fail(f"there is no store '{unknown[0]}' here; there are: {', '.join(names) or 'none'}.")
    chosen = [store for store in found if not only or store.name in only]
    if not chosen:
        fail(
            "no store was found that idp-sim knows how to change; 'idp-sim ca' says what to do by hand.", status=FAILED
        )
    went = [_changed(store, install=install, dry_run=dry_run) for store in chosen]  # one failing stops no other
    if not all(went):
        sys.exit(FAILED)
    if not dry_run:
        remark("Done. Restart browsers that are open.")


def _changed(store: Store, *, install: bool, dry_run: bool) -> bool:
    """Run the commands of one store; whether all went well."""
    paint = Painter(sys.stdout)
    print(f"{paint(store.name, 'bold')}: {store.what}", flush=True)
    if store.needs and not dry_run:
        print(f"    skipped: needs {store.needs}")
        return False
    for arguments in store.install if install else store.uninstall:
        print(f"    {shlex.join(arguments)}", flush=True)
        if dry_run:
            continue
        try:
            status = subprocess.run(arguments, check=False).returncode  # noqa: S603 (shown, and made of constants)
        except OSError as error:
            print(f"    failed: {error.strerror or error}")
            return False
        if status != 0:
            print(f"    failed with exit status {status}")
            return False
    return True


def _machine() -> Machine:
    home = Path.home()
    profiles = (
        home / ".mozilla" / "firefox",
        home / "snap" / "firefox" / "common" / ".mozilla" / "firefox",
        home / "Library" / "Application Support" / "Firefox" / "Profiles",
    )
    found = [file.parent for folder in profiles if folder.is_dir() for file in folder.glob("*/cert9.db")]
    return Machine(
        platform=sys.platform,
        home=home,
        has_tool=lambda name: shutil.which(name) is not None,
        is_folder=Path.is_dir,
        firefox_profiles=tuple(sorted(found)),
        root=hasattr(os, "geteuid") and os.geteuid() == 0,
    )
