"""Which CA certificate the commands speak of: the running simulator's, else the account's own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from idp_sim.adapters.user_files import replace
from idp_sim.cli.client_options import find
from idp_sim.cli.running import NoServer
from idp_sim.settings import user_data_folder

#: Beginning of the names of files that hold our CA and what people trusted before.
COMBINED = "ca-and-own-"


@dataclass(frozen=True, kw_only=True)
class CaFiles:
    """``ca`` alone; ``bundle`` is that and the system's authorities, for tools that replace theirs."""

    ca: Path
    bundle: Path


def of_document(ca_file: str | None) -> CaFiles | None:
    """The files that a ready document speaks of; None over plain http."""
    if ca_file is None:
        return None
    return CaFiles(ca=Path(ca_file), bundle=Path(ca_file).with_name("ca-and-system.pem"))


def extended(files: CaFiles, own: str | None, usual: Path) -> Path:
    """What a variable of ``env`` should name: ``usual``, or a file with our CA and the people's own authorities.

    ``own`` is what the variable holds already, such as a company's bundle; it goes on being trusted.
    """
    if not own or Path(own) == usual:
        return usual
    theirs = Path(own)
    if theirs.parent == files.ca.parent:
        return theirs if theirs.name.startswith(COMBINED) else usual
    try:
        content = files.ca.read_bytes() + b"\n" + theirs.read_bytes()
        target = files.ca.with_name(f"{COMBINED}{hashlib.sha256(content).hexdigest()[:12]}.pem")
        if not target.exists():
            replace(target, content)
    except OSError:  # what can't be read is not trusted by anybody now
        return usual
    return target


def ca_files() -> CaFiles:
    """The files; the account's CA is made if there is none yet. CannotStart when the folder can't be used."""
    try:
        if running := of_document(find(None, None).get("ca_file")):
            return running
    except NoServer:
        pass
    return _of_account()


def _of_account() -> CaFiles:
    own = of_document(str(user_data_folder() / "certificates" / "ca.pem"))
    assert own is not None
    if own.ca.is_file() and own.bundle.is_file():
        return own
    from idp_sim.adapters.certificates import server_certificate
    from idp_sim.adapters.clock import SystemClock

    made = server_certificate(user_data_folder(), (), SystemClock().now())
    return CaFiles(ca=made.ca_file, bundle=made.bundle_file)
