"""Takes the pictures of the README in a private simulator: ``scripts/screenshots`` calls it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from idp_sim.app import Simulator  # noqa: E402 - the path comes first
from idp_sim.demo.client import Http  # noqa: E402
from idp_sim.options import ServeOptions  # noqa: E402
from tests.chromium_browser import chromium  # noqa: E402

FOLDER = ROOT / "docs" / "images"
SIZE = {"width": 1280, "height": 800}


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with Simulator.start(ServeOptions(port=0)) as simulator, chromium(simulator.base_url) as browser:
        sign_ins = played(simulator)
        base = simulator.base_url
        context = browser.new_context(viewport=SIZE, reduced_motion="reduce")
        page = context.new_page()
        for name, url in {
            "start": f"{base}/",
            "phone": f"{base}/phone",
            "explanation": f"{base}/explain/{sign_ins['ana@fabrikam.example']}",
        }.items():
            page.goto(url)
            if name == "explanation":
                page.evaluate("scrollTo(0, document.querySelector('.picture').offsetTop - 24)")
            taken(page, name)
        page.goto(f"{base}/sample/portal/sign-in?login_hint=ana@fabrikam.example")
        page.locator("#i0118").wait_for()  # the hint leads past the user name, to the home's own page
        taken(page, "sign-in")
        context.close()
    return 0


def played(simulator: Simulator) -> dict[str, str]:
    """Two guests sign in, so that there is something to see; sign-in id by address."""
    ready, ids = simulator.ready, {}
    http = Http(ready["ca_file"])
    for user in ("otto@proseware.example", "ana@fabrikam.example"):
        body = {"tenant": "contoso", "user": user, "application": "portal"}
        answer = http.call("POST", f"{ready['control_url']}/sign-ins", json=body, token=ready["control_token"])
        ids[user] = answer["id"]
    http.close()
    return ids


def taken(page: Any, name: str) -> None:
    """One picture."""
    target = FOLDER / f"{name}.png"
    page.screenshot(path=target)
    print(f"wrote {target.relative_to(ROOT)} ({target.stat().st_size // 1024} kB)")


if __name__ == "__main__":
    sys.exit(main())
