"""Reads XML that somebody else wrote: bounded, without DTD, entities and processing instructions."""

from __future__ import annotations

from typing import Any

from federation.xml.library import etree

#: An lxml element. The library has no types of its own.
Element = Any

MAX_BYTES = 512 * 1024
MAX_DEPTH = 48
MAX_ELEMENTS = 20_000


class XmlRefused(Exception):
    """The document is not one that may be looked at; the sentence says why, in words for a person."""


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> Element:
    """The root of a document. XmlRefused when it is too large, too deep, not UTF-8, or more than elements and text.

    Nothing is fetched, nothing is expanded: a document type declaration is refused before the parser sees it.
    """
    if len(data) > max_bytes:
        raise XmlRefused(f"it is larger than {max_bytes} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise XmlRefused("it is not UTF-8") from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise XmlRefused("it has a document type declaration")
    lib = etree()
    parser = lib.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, collect_ids=False,
        huge_tree=False, remove_blank_text=False, encoding="utf-8",
    )  # fmt: skip
    try:
        root = lib.fromstring(text.encode(), parser)
    except (lib.XMLSyntaxError, ValueError) as problem:
        raise XmlRefused(f"it is not well-formed XML ({str(problem)[:120]})") from None
    _bounded(lib, root)
    return root


def _bounded(lib: Any, root: Element) -> None:
    """Depth, number of elements, and no instruction anywhere, before or after the root included."""
    if root.getroottree().docinfo.doctype:
        raise XmlRefused("it has a document type declaration")
    around = (*root.itersiblings(preceding=True), *root.itersiblings())
    if any(node.tag is lib.ProcessingInstruction for node in around):
        raise XmlRefused("it has a processing instruction")
    depth, elements = 0, 0
    for event, node in lib.iterwalk(root, events=("start", "end", "pi")):
        if event == "pi" or node.tag is lib.Entity:
            raise XmlRefused("it has a processing instruction" if event == "pi" else "it has an entity")
        if event == "end":
            depth -= 1
            continue
        depth, elements = depth + 1, elements + 1
        if depth > MAX_DEPTH:
            raise XmlRefused(f"its elements are nested deeper than {MAX_DEPTH}")
        if elements > MAX_ELEMENTS:
            raise XmlRefused(f"it has more than {MAX_ELEMENTS} elements")


def detached(element: Element) -> Element:
    """The element as the root of a document of its own: what stood around it can't be reached from it."""
    return parse(serialized(element))


def serialized(element: Element) -> bytes:
    """The element as bytes, without declaration."""
    text: bytes = etree().tostring(element, encoding="utf-8", with_tail=False)
    return text.removeprefix(b"<?xml version='1.0' encoding='utf-8'?>\n")


def pretty(xml: bytes) -> str:
    """A document indented for people. XmlRefused."""
    lib = etree()
    root = parse(xml)
    lib.indent(root)
    text: str = lib.tostring(root, encoding="unicode")
    return text


def text_of(element: Element) -> str:
    """All text of an element; a comment in the middle of it splits nothing off."""
    return "".join(_texts(element))


def _texts(element: Element) -> list[str]:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts += _texts(child)
        parts.append(child.tail or "")
    return parts
