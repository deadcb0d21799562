"""The browser of the stories, for tests: the demo's own, so that both walk the same pages the same way."""

from __future__ import annotations

from idp_sim.demo.browser import Browser, Hop, Landing
from idp_sim.demo.page import Form, Page, parse_page
from idp_sim.demo.person import totp

__all__ = ["Browser", "Form", "Hop", "Landing", "Page", "parse_page", "totp"]
