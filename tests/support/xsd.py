"""Hold an XML text against an XSD: elements, their order and number, attributes, and the patterns of simple types.

No library for that is among the test's dependencies. Whatever of XSD is not known here is refused, so that a schema
is never read as asking less than it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

XS = "{http://www.w3.org/2001/XMLSchema}"
KNOWN = {"attribute", "choice", "complexType", "element", "pattern", "restriction", "schema", "sequence", "simpleType"}
TEXT = "xs:string"


class Schema:
    """An XSD without namespace of its own."""

    def __init__(self, path: Path) -> None:
        top = ET.parse(path).getroot()  # noqa: S314 - a file of this repository
        unknown = {node.tag for node in top.iter()} - {XS + name for name in KNOWN}
        if unknown:
            msg = f"{path}: not known here: {', '.join(sorted(unknown))}"
            raise NotImplementedError(msg)
        self.elements = {node.attrib["name"]: node for node in top.findall(f"{XS}element")}
        self.types = {node.attrib["name"]: node for node in top if node.tag != f"{XS}element"}

    def problems(self, text: str) -> list[str]:
        """Return what is wrong with a document, each with the element's name; nothing when it fits."""
        document = ET.fromstring(text)  # noqa: S314 - it was just written
        if document.tag not in self.elements:
            return [f"{document.tag}: no document begins so"]
        return list(self._element(document, self.elements[document.tag]))

    def _element(self, found: ET.Element, stated: ET.Element) -> Iterator[str]:
        kind = self._kind(stated)
        if kind is None or kind.tag == f"{XS}simpleType":
            if len(found) or found.attrib:
                yield f"{found.tag}: holds more than text"
            yield from self._text(found.tag, found.text or "", stated.attrib.get("type", TEXT))
            return
        yield from self._attributes(found, kind)
        if kind.attrib.get("mixed") != "true" and "".join([found.text or "", *(c.tail or "" for c in found)]).strip():
            yield f"{found.tag}: holds text"
        model = next((node for node in kind if node.tag in {f"{XS}sequence", f"{XS}choice"}), None)
        if not re.fullmatch(self._shape(model) if model is not None else "", "".join(f"<{c.tag}>" for c in found)):
            yield f"{found.tag}: holds {[child.tag for child in found]} in this order"
        below = {} if model is None else dict(self._named(node) for node in model.iter(f"{XS}element"))
        for child in found:
            if child.tag in below:
                yield from self._element(child, below[child.tag])

    def _kind(self, stated: ET.Element) -> ET.Element | None:
        own = stated.find(f"{XS}complexType")
        return own if own is not None else self.types.get(stated.attrib.get("type", TEXT))

    def _named(self, node: ET.Element) -> tuple[str, ET.Element]:
        name = node.attrib.get("ref")
        return (name, self.elements[name]) if name else (node.attrib["name"], node)

    def _shape(self, node: ET.Element) -> str:
        """Return a regular expression of the children that a part of a content model takes, each as `<tag>`."""
        if node.tag == f"{XS}element":
            inner = re.escape(f"<{self._named(node)[0]}>")
        else:
            inner = ("" if node.tag == f"{XS}sequence" else "|").join(self._shape(child) for child in node)
        most = node.attrib.get("maxOccurs", "1")
        return f"(?:{inner}){{{node.attrib.get('minOccurs', '1')},{'' if most == 'unbounded' else most}}}"

    def _attributes(self, found: ET.Element, kind: ET.Element) -> Iterator[str]:
        stated = {node.attrib["name"]: node for node in kind.findall(f"{XS}attribute")}
        for name in found.attrib.keys() - stated.keys():
            yield f"{found.tag}: attribute {name} is not known"
        for name, node in stated.items():
            if name in found.attrib:
                yield from self._text(f"{found.tag}/@{name}", found.attrib[name], node.attrib["type"])
            elif node.attrib.get("use") == "required":
                yield f"{found.tag}: attribute {name} is missing"

    def _text(self, where: str, text: str, type_: str) -> Iterator[str]:
        if type_ == TEXT:
            return
        for pattern in self.types[type_].iter(f"{XS}pattern"):
            if not re.fullmatch(pattern.attrib["value"], text):
                yield f"{where}: {text!r} is no {type_}"
