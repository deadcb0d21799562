"""From a template and values to a response, inside the frame that all pages for people share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from idp_sim.http import Response, html_response
from idp_sim.look import files
from idp_sim.pages import assets
from idp_sim.pages.assets import Asset
from idp_sim.pages.links import navigable
from idp_sim.pages.pictures import mark, monogram

_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Place:
    """An entry of the navigation."""

    path: str
    label: str


#: The navigation of every page, in order.
NAVIGATION = (
    Place("/", "Start"),
    Place("/inbox", "Mail"),
    Place("/phone", "Phone"),
    Place("/explain", "Sign-ins"),
    Place("/sample/portal", "Sample app"),
)

#: No ``form-action``: Chromium applies it to the redirects that follow a form, and sign-out leads to the tenant.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


class Look:
    """Compiled templates of one group of pages; one per simulator.

    ``templates`` is the group's folder; its templates extend ``look/frame.html``. ``styles`` are style sheets of
    the group, loaded after the common one.
    """

    def __init__(self, templates: Path, *, styles: tuple[Asset, ...] = ()) -> None:
        from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined  # not on the way to a token

        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(templates), FileSystemLoader(_TEMPLATES)]),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            styles=[style.href for style in (files.PICO, files.SITE, *styles)],
            scripts=[script.href for script in (files.HTMX, files.SCRIPT)],
            icon=assets.ICON.href,
            navigation=NAVIGATION,
            mark=mark,
            monogram=monogram,
        )
        self._environment.filters.update(navigable=navigable)

    def render(self, template: str, **values: Any) -> str:
        """The template's text. Every value is escaped."""
        return self._environment.get_template(template).render(**values)

    def response(
        self,
        template: str,
        *,
        here: str = "",
        world: str | None = None,
        wide: bool = False,
        status: int = 200,
        frames: str = "",
        **values: Any,
    ) -> Response:
        """A page with its security headers.

        ``here`` is the path of its place in the navigation, whose links keep ``world`` (None: the default one).
        ``wide`` pages have room for a diagram. ``frames`` is the ``frame-src`` of pages that hold frames.
        """
        policy = _POLICY + (f"; frame-src {frames}" if frames else "")
        text = self.render(template, here=here, world=world, wide=wide, **values)
        return html_response(text, status, headers=(("Content-Security-Policy", policy), *_HEADERS))

    def fragment(self, template: str, **values: Any) -> Response:
        """A piece of a page, for htmx: a template without the frame."""
        return html_response(self.render(template, **values), headers=(("Content-Security-Policy", _POLICY), *_HEADERS))
