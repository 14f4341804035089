"""JSON, YAML, TOML and XML as one kind of tree whose leaves are texts with their places.

Readers are strict: a key that stands twice, an alias, a tag or an entity is an error, never a
silent choice.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, NoReturn

from medcab.errors import FormError
from medcab.text import N_

__all__ = ["MAX_BYTES", "Node", "decode", "fail", "read_tree"]

MAX_BYTES: Final = 4 << 20
MAX_NODES: Final = 20_000
MAX_DEPTH: Final = 16
MAX_TOML: Final = 256 << 10

_LONG_KEY = re.compile(
    r"""(?:(?:[A-Za-z0-9_-]{1,200}|"[^"\n]{0,200}"|'[^'\n]{0,200}')[ \t]*\.[ \t]*){32}"""
)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stood: dict of names to nodes, list of nodes, or text."""

    value: dict[str, Node] | list[Node] | str
    where: str | None = None


def fail(path: str, reason: str, *, hint: str = "") -> NoReturn:
    """Raise the error of a broken file; ``reason`` is what the parser says, in its words."""
    raise FormError(
        N_("{path} cannot be understood: {reason}."),
        hint=hint or N_("Correct the file at the place named, or save it anew."),
        path=path,
        reason=reason.rstrip(". "),
    )


def twice(path: str, key: str, where: str | None) -> NoReturn:
    """Raise the error of a name that stands twice."""
    raise FormError(
        N_("{path}: the field “{key}” stands twice ({where})."),
        hint=N_("Leave one of the two: medcab does not choose between them."),
        path=path,
        key=key,
        where=where or "",
    )


def decode(data: bytes, path: str) -> str:
    """Text of a form: UTF-8, UTF-16 with a mark, or cp1251 as Windows programs write it.

    Raises:
        FormError: it is none of these.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            fail(path, "broken UTF-16")
    if b"\0" in data:
        fail(path, "NUL")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as utf8:
        readings: list[tuple[int, int, str]] = []
        for encoding in ("cp1251", "cp866", "koi8-r"):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            readings.append((_sense(text), -len(readings), text))
        best = max(readings, default=None)
        if best is None or best[0] <= 0:
            fail(path, f"UTF-8: {utf8.reason}", hint=N_("Save the file in the UTF-8 encoding."))
        return best[2]


def _sense(text: str) -> int:
    """How much a reading of the bytes looks like a Russian form: known names weigh most."""
    from medcab.forms.aliases import canonical

    cells = re.split(r"[;,\t\r\n:=<>\"]+", text[:20_000])
    known = sum(canonical(cell) is not None for cell in cells[:500])
    russian = sum("А" <= c <= "я" or c in "ёЁ№«»—–" for c in text)
    strange = sum(c > "\x7f" for c in text) - russian
    return 1000 * known + russian - 2 * strange


def read_tree(data: bytes, path: str, suffix: str) -> Node:
    """Read JSON, YAML, TOML or XML.

    Raises:
        FormError: the file is broken, too deep or too large, or holds a name twice.
    """
    if len(data) > MAX_BYTES:
        fail(path, f"> {MAX_BYTES} B")
    try:
        if suffix == "xml":
            return _xml(data, path)
        text = decode(data, path)
        if suffix == "json":
            return _json(text, path)
        if suffix == "toml":
            return _toml(text, path)
        return _yaml(text, path)
    except RecursionError:
        fail(path, "too deep")


class _Counter:
    def __init__(self, path: str) -> None:
        self.path = path
        self.left = MAX_NODES

    def one(self, depth: int) -> None:
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise FormError(
                N_("{path} has too many or too deeply nested values."),
                hint=N_("A form holds a few dozen fields; check that this is the right file."),
                path=self.path,
            )


class _Pairs(list[tuple[str, Any]]):
    """Members of a JSON object in order, doubles kept."""


def _json(text: str, path: str) -> Node:
    try:
        raw = json.loads(text, object_pairs_hook=_Pairs, parse_int=str, parse_float=str)
    except ValueError as error:
        fail(path, f"JSON: {error}")
    return _convert(raw, path, "", _Counter(path), 0)


def _toml(text: str, path: str) -> Node:
    # A key of a hundred thousand parts keeps the parser busy for hours.
    if len(text) > MAX_TOML or _LONG_KEY.search(text):
        _Counter(path).one(MAX_DEPTH + 1)
    try:
        raw = tomllib.loads(text, parse_float=str)
    except ValueError as error:
        fail(
            path,
            f"TOML: {error}",
            hint=N_("Put numbers that begin with zero, dates and texts into quotes."),
        )
    return _convert(raw, path, "", _Counter(path), 0)


def _convert(raw: Any, path: str, where: str, counter: _Counter, depth: int) -> Node:
    counter.one(depth)
    if isinstance(raw, (_Pairs, dict)):
        members: dict[str, Node] = {}
        for key, value in raw if isinstance(raw, _Pairs) else raw.items():
            place = f"{where}/{key}"
            if key in members:
                twice(path, key, place)
            members[key] = _convert(value, path, place, counter, depth + 1)
        return Node(members, where or "/")
    if isinstance(raw, list):
        return Node(
            [_convert(v, path, f"{where}/{i}", counter, depth + 1) for i, v in enumerate(raw, 1)],
            where,
        )
    return Node(scalar(raw), where)


def scalar(raw: Any) -> str:
    """Text of a scalar as a person would have written it."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "да" if raw else "нет"
    if isinstance(raw, datetime):
        return f"{raw:%d.%m}.{raw.year:04}"
    if isinstance(raw, date):
        return f"{raw:%d.%m}.{raw.year:04}"
    if isinstance(raw, time):
        return raw.isoformat()
    return str(raw)


def _yaml(text: str, path: str) -> Node:
    import yaml

    try:
        # Events are bounded before anything is built: an alias bomb never unfolds.
        depth = 0
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for count, event in enumerate(yaml.parse(text, Loader=loader)):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                fail(path, f"YAML: & * ({_line(event)})", hint=N_("Write the values out in full."))
            tag = getattr(event, "tag", None)
            if tag:
                fail(path, f"YAML: {tag} ({_line(event)})", hint=N_("Remove the tags (!…)."))
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if count > 2 * MAX_NODES or depth > MAX_DEPTH:
                _Counter(path).one(MAX_DEPTH + 1)
        tree = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "?"
        fail(path, f"YAML: {reason}" + (f" (line {mark.line + 1})" if mark else ""))
    return _yaml_node(tree, path)


def _line(event: Any) -> str:
    return f"line {event.start_mark.line + 1}"


def _yaml_node(node: Any, path: str) -> Node:
    import yaml

    if node is None:
        return Node("")
    where = _line(node)
    if isinstance(node, yaml.MappingNode):
        members: dict[str, Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                fail(path, f"YAML: ? ({_line(key)})")
            if key.value in members:
                twice(path, key.value, _line(key))
            members[key.value] = _yaml_node(value, path)
        return Node(members, where)
    if isinstance(node, yaml.SequenceNode):
        return Node([_yaml_node(v, path) for v in node.value], where)
    # Scalars stay as written: YAML itself would read 0701234567 as octal and «нет» as text, but
    # «no» as false and 12:30 as 750.
    text = str(node.value)
    if not node.style and text in ("~", "null", "Null", "NULL"):
        text = ""
    if not node.style and text in ("true", "True", "false", "False"):
        text = "да" if text.lower() == "true" else "нет"
    return Node(text, where)


def _xml(data: bytes, path: str) -> Node:
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        fail(
            path,
            "XML: DTD",
            hint=N_("Remove the document type declaration (<!DOCTYPE …>) from the file."),
        )
    except (ParseError, LookupError, ValueError) as error:
        fail(path, f"XML: {error}")
    return _element(root, path, "", _Counter(path), 0)


_NAMESPACE = re.compile(r"\A\{[^}]*\}")


def _element(element: Any, path: str, where: str, counter: _Counter, depth: int) -> Node:
    counter.one(depth)
    place = f"{where}/{_NAMESPACE.sub('', str(element.tag))}"
    groups: dict[str, list[Node]] = {}
    for child in element:
        # <field name="ИНН">…</field> is as common as <inn>…</inn>.
        named = child.get("name") or child.get("title")
        key = named if named and not len(child) else _NAMESPACE.sub("", str(child.tag))
        groups.setdefault(key, []).append(_element(child, path, place, counter, depth + 1))
    for key, value in element.attrib.items():
        if key not in ("name", "title") and "{" not in key:
            groups.setdefault(key, []).append(Node(value, f"{place}/@{key}"))
    if not groups:
        return Node((element.text or "").strip("\r\n\t"), place)
    members: dict[str, Node] = {}
    for key, nodes in groups.items():
        if len(nodes) == 1:
            members[key] = nodes[0]
        elif all(isinstance(n.value, dict) for n in nodes):
            members[key] = Node(list(nodes), place)
        else:
            twice(path, key, f"{place}/{key}")
    return Node(members, place)
