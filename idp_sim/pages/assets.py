"""The files that pages load: named by their content, so that a browser may keep them for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from idp_sim.http import Request, Response, Route

_FOLDER = Path(__file__).with_name("static")
_PREFIX = "/login/assets/"
#: The palette that begins the style sheet of sign-in pages, and that of the pages for people.
TOKENS = _FOLDER / "tokens.css"
CONTENT_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One file: its public name (``style.<hash>.css``), its content type and its bytes."""

    name: str
    content_type: str
    body: bytes
    etag: str
    prefix: str = _PREFIX

    @property
    def href(self) -> str:
        """Its address on the simulator's origin."""
        return self.prefix + self.name


def load(*files: Path, prefix: str) -> Asset:
    """The files one after the other as one asset, named after the last, to be served under ``prefix``."""
    body = b"".join(file.read_bytes() for file in files)
    digest = hashlib.sha256(body).hexdigest()[:16]
    stem, _, extension = files[-1].name.rpartition(".")
    return Asset(
        name=f"{stem}.{digest}.{extension}",
        content_type=CONTENT_TYPES[extension],
        body=body,
        etag=f'"{digest}"',
        prefix=prefix,
    )


STYLE = load(TOKENS, _FOLDER / "style.css", prefix=_PREFIX)
ICON = load(_FOLDER / "icon.svg", prefix=_PREFIX)

_ASSETS = (STYLE, ICON)


def serve(request: Request, assets: Iterable[Asset] = _ASSETS) -> Response:
    """The file named by the route: 200, 304 for a matching ``If-None-Match`` (RFC 9110 13.1.2), or 404."""
    wanted = request.args.get("name", "")
    asset = next((asset for asset in assets if asset.name == wanted), None)
    if asset is None:
        return Response(status=404, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=b"No such file.\n")
    headers = (
        ("ETag", asset.etag),
        ("Cache-Control", "public, max-age=31536000, immutable"),
        ("X-Content-Type-Options", "nosniff"),
    )
    if _matches(request.headers.get("if-none-match", ""), asset.etag):
        return Response(status=304, headers=headers)
    return Response(headers=(("Content-Type", asset.content_type), *headers), body=asset.body)


def _matches(condition: str, etag: str) -> bool:
    candidates = (candidate.strip().removeprefix("W/") for candidate in condition.split(","))
    return any(candidate in ("*", etag) for candidate in candidates)


def routes() -> list[Route]:
    """The one route of the sign-in pages' files."""
    return [Route(rule=f"{_PREFIX}<name>", methods=("GET",), endpoint=serve, name="login_assets")]
