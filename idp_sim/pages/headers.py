"""The security headers of pages (Content Security Policy Level 3; product.md 6 "Pages").

Left out on purpose:

- ``form-action`` on pages that ask something: Chromium applies it to redirects too, and the answer to such
  a form is often a redirect to the application or to the home tenant.
- ``Cross-Origin-Opener-Policy``: it would cut the popup of a browser application off from its opener.
"""

from __future__ import annotations

import base64
import hashlib

from idp_sim.pages.links import frame_source
from idp_sim.pages.model import (
    ApproveRequestPage,
    ErrorPage,
    FormPostPage,
    MessagePage,
    Page,
    PasskeyPage,
    SignedOutPage,
)

# It calls the prototype's method, because a field named "submit" hides the form's own.
AUTO_SUBMIT = "HTMLFormElement.prototype.submit.call(document.forms[0])"
# Asks now and then whether the person has answered elsewhere, and goes on as the button would.
AWAIT_APPROVAL = (
    "const at=document.currentScript.dataset.poll;"
    "const look=async()=>{try{const r=await fetch(at,{cache:'no-store'});"
    "if(r.ok&&(await r.json()).answered){HTMLFormElement.prototype.submit.call(document.forms[0]);return}}catch(e){}"
    "setTimeout(look,1000)};setTimeout(look,1000)"
)
# Web Authentication: the options from the form's field, the browser's answer into another one.
PASSKEY = (
    "const f=document.forms[0],create=document.currentScript.dataset.create,"
    "o=JSON.parse(f.elements.passkeyOptions.value),"
    "bytes=s=>Uint8Array.from(atob(s.replace(/-/g,'+').replace(/_/g,'/')),c=>c.charCodeAt(0)),"
    "text=b=>btoa(String.fromCharCode(...new Uint8Array(b))).replace(/[+]/g,'-').replace(/[/]/g,'_').replace(/=/g,'');"
    "o.challenge=bytes(o.challenge);if(create)o.user.id=bytes(o.user.id);"
    "for(const k of[...(o.allowCredentials||[]),...(o.excludeCredentials||[])])k.id=bytes(k.id);"
    "f.addEventListener('submit',async e=>{if(e.submitter&&e.submitter.name)return;e.preventDefault();try{"
    "const k=await(create?navigator.credentials.create({publicKey:o}):navigator.credentials.get({publicKey:o})),"
    "r={};for(const n of['clientDataJSON','attestationObject','authenticatorData','signature','userHandle'])"
    "if(k.response[n]instanceof ArrayBuffer)r[n]=text(k.response[n]);"
    "if(create)delete r.authenticatorData;"
    "f.elements.credential.value=JSON.stringify({id:k.id,rawId:text(k.rawId),type:k.type,response:r,"
    "clientExtensionResults:{}});HTMLFormElement.prototype.submit.call(f)"
    "}catch(x){document.getElementById('passkeyProblem').textContent="
    "'The browser could not use a passkey: '+x.message}})"
)


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


_AUTO_SUBMIT_HASH = _hash(AUTO_SUBMIT)
_AWAIT_APPROVAL_HASH = _hash(AWAIT_APPROVAL)
_PASSKEY_HASH = _hash(PASSKEY)

_BASE = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'"
_NO_FRAMES = "; frame-ancestors 'none'"
_NO_FORMS = "; form-action 'none'"

_COMMON = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


def page_headers(page: Page) -> tuple[tuple[str, str], ...]:
    """Every header of the page but its content type."""
    return (("Content-Security-Policy", content_security_policy(page)), *_COMMON)


def content_security_policy(page: Page) -> str:
    """The policy of the page: own style sheet and pictures, and what this one kind of page needs beyond them.

    A form-post page may stand in a frame: silent sign-in of browser applications puts it into a hidden
    one, and there is nothing on it to be clicked by mistake.
    """
    if isinstance(page, FormPostPage):
        return f"{_BASE}; script-src 'sha256-{_AUTO_SUBMIT_HASH}'"
    if isinstance(page, SignedOutPage):
        sources = dict.fromkeys(source for url in page.logout_urls if (source := frame_source(url)))
        frames = f"; frame-src {' '.join(sources)}" if sources else ""
        return _BASE + _NO_FRAMES + _NO_FORMS + frames
    if isinstance(page, ApproveRequestPage):
        return f"{_BASE}{_NO_FRAMES}; script-src 'sha256-{_AWAIT_APPROVAL_HASH}'; connect-src 'self'"
    if isinstance(page, PasskeyPage):
        return f"{_BASE}{_NO_FRAMES}; script-src 'sha256-{_PASSKEY_HASH}'"
    if isinstance(page, ErrorPage | MessagePage):
        return _BASE + _NO_FRAMES + _NO_FORMS
    return _BASE + _NO_FRAMES
