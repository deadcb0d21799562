"""Style sheets, scripts and the icon of the pages for people, under ``/_look``.

Pico CSS and htmx are vendored with their licences beside them; nothing is loaded from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from idp_sim.http import Request, Response, Route
from idp_sim.pages import assets
from idp_sim.pages.assets import Asset, load

PREFIX = "/_look/"
_FOLDER = Path(__file__).with_name("static")

PICO = load(_FOLDER / "vendor" / "pico-2.1.1.classless.min.css", prefix=PREFIX)
SITE = load(assets.TOKENS, _FOLDER / "site.css", prefix=PREFIX)
HTMX = load(_FOLDER / "vendor" / "htmx-4.0.1.min.js", prefix=PREFIX)
SCRIPT = load(_FOLDER / "site.js", prefix=PREFIX)

OWN = (PICO, SITE, HTMX, SCRIPT)


def routes(more: Iterable[Asset] = ()) -> list[Route]:
    """The one route of these files and of ``more``, the style sheets of single groups of pages."""
    every = (*OWN, *more)

    def serve(request: Request) -> Response:
        return assets.serve(request, every)

    return [Route(rule=f"{PREFIX}<name>", methods=("GET",), endpoint=serve, name="look-files")]
