"""An HTML page as a person without JavaScript meets it: where it is, what it says, which forms it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin


@dataclass(frozen=True)
class Button:
    """A submit button; ``name`` None sends nothing of its own."""

    id: str | None
    name: str | None
    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form: ``fields`` are what it sends untouched (ticked boxes only), ``inputs`` every name it can send."""

    action: str
    method: str
    fields: tuple[tuple[str, str], ...]
    inputs: frozenset[str]
    buttons: tuple[Button, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """An answer of a server, read as a page. ``tenant`` and ``step`` are the body's data attributes."""

    url: str
    status: int
    title: str = ""
    text: str = ""
    tenant: str | None = None
    step: str | None = None
    forms: tuple[Form, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def form(self) -> Form:
        """The page's one primary form; LookupError when it has none."""
        if not self.forms:
            raise LookupError(f"the page '{self.title}' at {self.url} has no form: {self.text[:300]}")
        return self.forms[0]


def parse_page(html: str, *, url: str, status: int) -> Page:
    """Read ``html``. Broken markup gives a poorer page, never an error."""
    reader = _Reader(url)
    reader.feed(html)
    reader.close()
    return Page(
        url=url,
        status=status,
        title=" ".join("".join(reader.title).split()),
        text=" ".join(" ".join(reader.text).split()),
        tenant=reader.tenant,
        step=reader.step,
        forms=tuple(draft.finished() for draft in reader.forms),
        links=tuple(reader.links),
    )


@dataclass
class _FormDraft:
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    inputs: set[str] = field(default_factory=set)
    buttons: list[list[str | None]] = field(default_factory=list)  # id, name, value, label so far

    def finished(self) -> Form:
        buttons = tuple(Button(i, n, v or "", " ".join((label or "").split())) for i, n, v, label in self.buttons)
        return Form(
            action=self.action,
            method=self.method,
            fields=tuple(self.fields),
            inputs=frozenset(self.inputs),
            buttons=buttons,
        )


class _Reader(HTMLParser):
    """Collects; knows nothing of layout. ``script`` and ``style`` are not text."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url = url
        self.tenant: str | None = None
        self.step: str | None = None
        self.title: list[str] = []
        self.text: list[str] = []
        self.forms: list[_FormDraft] = []
        self.links: list[str] = []
        self._inside: list[str] = []  # open elements among title, script, style, form, button

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "body":
            self.tenant, self.step = values.get("data-tenant"), values.get("data-step")
        elif tag == "a" and values.get("href"):
            self.links.append(urljoin(self.url, values["href"]))
        elif tag == "form":
            action = urljoin(self.url, values.get("action") or self.url)
            self.forms.append(_FormDraft(action, (values.get("method") or "get").upper()))
        elif tag in ("input", "button") and self.forms and "form" in self._inside:
            self._control(tag, values)
        if tag in ("title", "script", "style", "form", "button"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] in ("script", "style"):
            return
        if "title" in self._inside:
            self.title.append(data)
            return
        if "button" in self._inside and self.forms and self.forms[-1].buttons:
            button = self.forms[-1].buttons[-1]
            button[3] = (button[3] or "") + data
        self.text.append(data)

    def _control(self, tag: str, values: dict[str, str | None]) -> None:
        form, name = self.forms[-1], values.get("name")
        kind = (values.get("type") or ("submit" if tag == "button" else "text")).lower()
        if kind in ("submit", "image"):
            form.buttons.append(
                [values.get("id"), name, values.get("value"), values.get("value") or "" if tag == "input" else ""]
            )
        elif name and kind not in ("button", "reset"):
            form.inputs.add(name)
            if kind not in ("checkbox", "radio") or "checked" in values:
                default = "on" if kind in ("checkbox", "radio") else ""
                form.fields.append((name, values.get("value") or default))
