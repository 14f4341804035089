"""Canonical XML 1.0 and Exclusive Canonical XML 1.0, without comments, as a stream.

Enough for enveloped signatures over whole documents: one element is written, one may be left out.
Sources: W3C Canonical XML 1.0 (2001), Exclusive XML Canonicalization 1.0 (2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as _field
from typing import Final
from xml.parsers import expat

from medcab.errors import InputError
from medcab.text import N_

__all__ = ["canonicalize"]

_XML: Final = "http://www.w3.org/XML/1998/namespace"
_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_VALUE: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}
)
_MAX_DEPTH: Final = 200


@dataclass(slots=True)
class _Writer:
    exclusive: bool
    only: int | None
    skip: int | None
    prefixes: frozenset[str]
    out: list[str] = _field(default_factory=list)
    scopes: list[dict[str, str]] = _field(default_factory=lambda: [{"xml": _XML}])
    written: list[dict[str, str]] = _field(default_factory=lambda: [{"xml": _XML}])
    inherited: list[dict[str, str]] = _field(default_factory=lambda: [{}])
    number: int = -1
    skipping: int = 0
    inside: int = 0
    root_seen: bool = False
    settled: dict[str, str] | None = None
    settled_written: dict[str, str] | None = None

    def start(self, name: str, pairs: list[str]) -> None:
        self.number += 1
        if len(self.scopes) > _MAX_DEPTH:
            raise InputError(N_("The XML is nested too deeply."))
        if not pairs and not self.skipping and self._is_plain(name):
            # Nearly all elements of a long list: no attributes, nothing new to declare.
            self.scopes.append(self.scopes[-1])
            self.inherited.append(self.inherited[-1])
            if self.inside:
                self.inside += 1
                self.written.append(self.written[-1])
                self.out.append(f"<{name}>")
            return
        attributes = dict(zip(pairs[::2], pairs[1::2], strict=True))
        scope = dict(self.scopes[-1])
        for key, value in attributes.items():
            if key == "xmlns":
                scope[""] = value
            elif key.startswith("xmlns:"):
                scope[key[6:]] = value
        self.scopes.append(scope)
        own_xml = {k: v for k, v in attributes.items() if k.startswith("xml:")}
        self.inherited.append({**self.inherited[-1], **own_xml})
        self.root_seen = True
        if self.skipping or self.number == self.skip:
            self.skipping += 1
            return
        apex = self.only is not None and self.number == self.only
        if self.only is not None and not self.inside and not apex:
            return
        self.inside += 1
        plain = {k: v for k, v in attributes.items() if k != "xmlns" and k[:6] != "xmlns:"}
        if apex and not self.exclusive:
            plain = {**self.inherited[-2], **plain}
        self._write_start(name, plain, scope)

    def _is_plain(self, name: str) -> bool:
        """The start tag needs no thought: not at an edge, and its name space is written already."""
        if self.number in (self.skip, self.only) or not self.root_seen:
            return False
        if not self.inside:
            return self.only is not None
        scope, written = self.scopes[-1], self.written[-1]
        if scope is self.settled and written is self.settled_written:
            return not self.exclusive or ":" not in name
        needed = scope if not self.exclusive else {"": scope.get("", "")}
        if any(written.get(prefix, "") != uri for prefix, uri in needed.items()):
            return False
        self.settled, self.settled_written = scope, written
        return not self.exclusive or ":" not in name

    def _write_start(self, name: str, plain: dict[str, str], scope: dict[str, str]) -> None:
        if self.exclusive:
            used = {_prefix(name)} | {_prefix(key) for key in plain if ":" in key}
            wanted = {p: scope[p] for p in used | (self.prefixes & scope.keys()) if p in scope}
        else:
            wanted = scope
        before = self.written[-1]
        new = {
            p: uri
            for p, uri in wanted.items()
            if before.get(p) != uri and p != "xml" and (uri or before.get(p))
        }
        self.written.append({**before, **new})
        parts = [f"<{name}"]
        for prefix in sorted(new):
            label = f"xmlns:{prefix}" if prefix else "xmlns"
            parts.append(f' {label}="{new[prefix].translate(_VALUE)}"')
        ordered = sorted(
            plain, key=lambda k: (scope.get(_prefix(k), "") if ":" in k else "", k.split(":")[-1])
        )
        parts += [f' {key}="{plain[key].translate(_VALUE)}"' for key in ordered]
        parts.append(">")
        self.out.append("".join(parts))

    def end(self, name: str) -> None:
        self.scopes.pop()
        self.inherited.pop()
        if self.skipping:
            self.skipping -= 1
        elif self.inside:
            self.inside -= 1
            self.written.pop()
            self.out.append(f"</{name}>")

    def text(self, data: str) -> None:
        if self.inside and not self.skipping:
            self.out.append(data.translate(_TEXT))

    def instruction(self, target: str, data: str) -> None:
        if self.skipping or (self.only is not None and not self.inside):
            return
        body = f"<?{target} {data}?>" if data else f"<?{target}?>"
        if self.inside:
            self.out.append(body)
        else:
            self.out.append("\n" + body if self.root_seen else body + "\n")


def _prefix(name: str) -> str:
    return name.partition(":")[0] if ":" in name else ""


def canonicalize(
    data: bytes,
    *,
    exclusive: bool = False,
    only: int | None = None,
    skip: int | None = None,
    prefixes: frozenset[str] = frozenset(),
) -> bytes:
    """Write an XML document, or one element of it, in canonical form.

    Args:
        data: the document.
        exclusive: exclusive canonicalization.
        only: number of the element to write (document order, the root is 0); None: all.
        skip: number of an element that is left out with all it contains.
        prefixes: InclusiveNamespaces PrefixList of exclusive canonicalization.

    Raises:
        InputError: not well-formed, nested too deeply, or with a document type declaration.
    """
    writer = _Writer(exclusive, only, skip, prefixes)
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = writer.start
    parser.EndElementHandler = writer.end
    parser.CharacterDataHandler = writer.text
    parser.ProcessingInstructionHandler = writer.instruction

    def refuse(*_: object) -> None:
        raise InputError(N_("XML with a document type declaration is not read."))

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InputError(
            N_("The XML is not well-formed: line {line}."), line=error.lineno
        ) from error
    return "".join(writer.out).encode()
