"""The files that pages load: named by their content, so that a browser may keep them for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from idp_sim.http import Request, Response, Route

_FOLDER = Path(__file__).with_name("static")
_PREFIX = "/login/assets/"


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One file: its public name (``style.<hash>.css``), its content type and its bytes."""

    name: str
    content_type: str
    body: bytes
    etag: str

    @property
    def href(self) -> str:
        """Its address on the simulator's origin."""
        return _PREFIX + self.name


def _asset(file_name: str, content_type: str) -> Asset:
    body = (_FOLDER / file_name).read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:16]
    stem, _, extension = file_name.rpartition(".")
    return Asset(name=f"{stem}.{digest}.{extension}", content_type=content_type, body=body, etag=f'"{digest}"')


STYLE = _asset("style.css", "text/css; charset=utf-8")
ICON = _asset("icon.svg", "image/svg+xml")

_ASSETS = {asset.name: asset for asset in (STYLE, ICON)}


def serve(request: Request) -> Response:
    """The file named by the route: 200, 304 for a matching ``If-None-Match`` (RFC 9110 13.1.2), or 404."""
    asset = _ASSETS.get(request.args.get("name", ""))
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
    """The one route of the pages' files."""
    return [Route(rule=f"{_PREFIX}<name>", methods=("GET",), endpoint=serve, name="login_assets")]
