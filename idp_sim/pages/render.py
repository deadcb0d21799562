"""From a shell and a page to HTML, by one template per kind of page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from idp_sim.http import Response, html_response
from idp_sim.pages import assets, model
from idp_sim.pages.headers import AUTO_SUBMIT, AWAIT_APPROVAL, PASSKEY, page_headers
from idp_sim.pages.links import frame_source, navigable
from idp_sim.pages.model import Page, Shell
from idp_sim.pages.pictures import mark, monogram, qr_code

if TYPE_CHECKING:
    from jinja2 import Template

_TEMPLATES = Path(__file__).with_name("templates")

TEMPLATES: Mapping[type, str] = {
    model.UserNamePage: "user_name.html",
    model.OrganizationPage: "organization.html",
    model.PasswordPage: "password.html",
    model.FormsSignInPage: "forms_sign_in.html",
    model.AccountPickerPage: "account_picker.html",
    model.SendPasscodePage: "send_passcode.html",
    model.EnterPasscodePage: "enter_passcode.html",
    model.RegisterAuthenticatorPage: "register_authenticator.html",
    model.AuthenticatorCodePage: "authenticator_code.html",
    model.SentCodePage: "sent_code.html",
    model.ApproveRequestPage: "approve_request.html",
    model.AccessPassPage: "access_pass.html",
    model.PasskeyPage: "passkey.html",
    model.PickMethodPage: "pick_method.html",
    model.RegisterPhonePage: "register_phone.html",
    model.PairAuthenticatorPage: "pair_authenticator.html",
    model.StaySignedInPage: "stay_signed_in.html",
    model.ReviewPermissionsPage: "review_permissions.html",
    model.ApplicationConsentPage: "application_consent.html",
    model.TermsOfUsePage: "terms_of_use.html",
    model.ErrorPage: "error.html",
    model.SignedOutPage: "signed_out.html",
    model.FormPostPage: "form_post.html",
    model.MessagePage: "message.html",
}


@dataclass(frozen=True, kw_only=True)
class Door:
    """A tenant's drawings as safe markup: they are the same on all its pages, so they are drawn once."""

    monogram: str
    accent: str
    backdrop: str


class Renderer:
    """Holds the compiled templates; one per simulator. A template is compiled when first shown."""

    def __init__(self) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # not on the way to a token
        from markupsafe import Markup

        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            style=assets.STYLE.href,
            icon=assets.ICON.href,
            auto_submit=AUTO_SUBMIT,
            await_approval=Markup(AWAIT_APPROVAL),  # noqa: S704 - our own constant
            passkey_script=Markup(PASSKEY),  # noqa: S704 - our own constant
            monogram=monogram,
            qr_code=qr_code,
        )
        self._environment.filters.update(navigable=navigable, frame_source=frame_source)
        self._door = lru_cache(maxsize=512)(self._draw)

    def render(self, shell: Shell, page: Page) -> str:
        """The whole HTML document. Every value is escaped; ``TypeError`` if there is no such kind of page."""
        name = TEMPLATES.get(type(page))
        if name is None:
            raise TypeError(f"no template shows a {type(page).__name__}; expected one of idp_sim.pages.model.Page")
        return self._template(shell.look, name).render(
            shell=shell,
            page=page,
            door=self._door(shell.tenant_name, shell.tenant_color),
            behind=self._door(shell.background, shell.background_color) if shell.background else None,
        )

    def response(self, shell: Shell, page: Page, status: int = 200) -> Response:
        """The page as a response with its security headers."""
        return html_response(self.render(shell, page), status, headers=page_headers(page))

    def _template(self, look: str, name: str) -> Template:
        """The template of that look, or the common one."""
        return self._environment.select_template([f"{look}/{name}", name] if look else [name])

    def _draw(self, name: str, color: str | None) -> Door:
        drawings = self._environment.get_template("_drawings.html").module
        its = mark(name, color)
        return Door(
            monogram=drawings.monogram(its),  # type: ignore[attr-defined]
            accent=drawings.accent(its),  # type: ignore[attr-defined]
            backdrop=drawings.backdrop(its),  # type: ignore[attr-defined]
        )
