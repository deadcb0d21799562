"""Where a machine keeps the authorities that it trusts, and the commands that add and remove ours.

Pure: what there is, is an argument. ``ca install`` runs the commands and shows each before it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

#: The name under which stores show the authority.
LABEL = "idp-sim local authority"
FILE_NAME = "idp-sim-local-authority"

Command = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What the rules ask about: the platform, the tools on the path, folders, and whether we are root."""

    platform: str  # as sys.platform
    home: Path
    has_tool: Callable[[str], bool]
    is_folder: Callable[[Path], bool]
    firefox_profiles: tuple[Path, ...] = ()
    root: bool = False


@dataclass(frozen=True, kw_only=True)
class Store:
    """A place of trusted authorities. ``needs`` names what is missing to change it, or is None."""

    name: str
    what: str
    install: tuple[Command, ...]
    uninstall: tuple[Command, ...]
    needs: str | None = None


@dataclass(frozen=True, kw_only=True)
class _System:
    """A Linux family's way: a folder, the ending of files there, and the command that reads them."""

    folder: str
    suffix: str
    refresh: str


_SYSTEMS = (
    _System(folder="/usr/local/share/ca-certificates", suffix=".crt", refresh="update-ca-certificates"),
    _System(folder="/etc/pki/ca-trust/source/anchors", suffix=".pem", refresh="update-ca-trust"),
    _System(folder="/etc/ca-certificates/trust-source/anchors", suffix=".crt", refresh="update-ca-trust"),
    _System(folder="/usr/share/pki/trust/anchors", suffix=".pem", refresh="update-ca-certificates"),
)


def stores(machine: Machine, ca: Path) -> list[Store]:
    """Every store of the machine, the system's first."""
    if machine.platform == "darwin":
        return [_keychain(machine, ca), *_nss(machine, ca)]
    if machine.platform == "win32":
        return [_windows(ca), *_nss(machine, ca)]
    return [*_linux(machine, ca), *_nss(machine, ca)]


def _keychain(machine: Machine, ca: Path) -> Store:
    keychain = str(machine.home / "Library" / "Keychains" / "login.keychain-db")
    return Store(
        name="system",
        what="your login keychain (Safari, Chrome, curl, .NET)",
        install=(("security", "add-trusted-cert", "-r", "trustRoot", "-k", keychain, str(ca)),),
        uninstall=(("security", "remove-trusted-cert", str(ca)),),
    )


def _windows(ca: Path) -> Store:
    return Store(
        name="system",
        what="your account's root store (Edge, Chrome, .NET)",
        install=(("certutil", "-user", "-addstore", "Root", str(ca)),),
        uninstall=(("certutil", "-user", "-delstore", "Root", LABEL),),
    )


def _linux(machine: Machine, ca: Path) -> Iterator[Store]:
    for system in _SYSTEMS:
        if not machine.is_folder(Path(system.folder)) or not machine.has_tool(system.refresh):
            continue
        target = f"{system.folder}/{FILE_NAME}{system.suffix}"
        again = (system.refresh, *(("--fresh",) if system.refresh == "update-ca-certificates" else ()))
        yield Store(
            name="system",
            what="the system's bundle (curl, OpenSSL, Go, .NET, PHP, git)",
            install=(_as_root(machine, ("cp", str(ca), target)), _as_root(machine, (system.refresh,))),
            uninstall=(_as_root(machine, ("rm", "-f", target)), _as_root(machine, again)),
            needs=None if machine.root or machine.has_tool("sudo") else "the rights of root",
        )
        return


def _as_root(machine: Machine, command: Command) -> Command:
    return command if machine.root else ("sudo", *command)


def _nss(machine: Machine, ca: Path) -> Iterator[Store]:
    """Databases of Chromium on Linux and of every Firefox profile (NSS)."""
    found = [("chromium", "Chromium and Chrome", machine.home / ".pki" / "nssdb")]
    if machine.platform in ("darwin", "win32"):
        found = []  # Chrome reads the system's there
    found += [("firefox", f"Firefox profile {folder.name}", folder) for folder in machine.firefox_profiles]
    # The certutil of Windows is another program.
    able = machine.platform != "win32" and machine.has_tool("certutil")
    for name, what, folder in found:
        if not machine.is_folder(folder):
            continue
        database = f"sql:{folder}"
        yield Store(
            name=name,
            what=what,
            install=(("certutil", "-d", database, "-A", "-t", "C,,", "-n", LABEL, "-i", str(ca)),),
            uninstall=(("certutil", "-d", database, "-D", "-n", LABEL),),
            needs=None if able else "the tool certutil of NSS (Debian: libnss3-tools; macOS: brew install nss)",
        )
