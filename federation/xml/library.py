"""lxml and python-xmlsec behind one late import, with a sentence where the installed two do not fit."""

from __future__ import annotations

from typing import Any


def etree() -> Any:
    """``lxml.etree``."""
    from lxml import etree as module

    return module


def xmlsec() -> Any:
    """``xmlsec``; RuntimeError says which versions belong together when the two wheels carry different libxml2."""
    try:
        import xmlsec as module
    except Exception as problem:  # xmlsec.InternalError can't be named before the module is there
        raise RuntimeError(
            "lxml and xmlsec were built against different versions of libxml2: install xmlsec>=1.3.16,<1.4 and "
            "lxml>=6.0,<6.2, both as wheels."
        ) from problem
    return module
