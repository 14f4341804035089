"""A small language for "when": conditions on the data of the form, answered yes, no or unknown.

Grammar (blanks are free)::

    condition  = and-part { "or" and-part }
    and-part   = not-part { "and" not-part }
    not-part   = [ "not" ] test
    test       = "(" condition ")" | "has" "(" name ")" | value [ operator value ]
                 | value "in" "(" value { "," value } ")"
    operator   = "==" | "!=" | "<" | "<=" | ">" | ">="
    value      = number | 'text' | "text" | true | false | name

A name is a field of the form, or ``profile.<parameter>``. What depends on an absent field is
unknown unless the rest decides already (Kleene's three-valued logic). Nothing is ever evaluated
as Python.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from medcab.errors import ProfileError
from medcab.text import N_

__all__ = ["Condition", "Decision", "parse"]

MAX_LENGTH: Final = 1000
_MAX_DEPTH: Final = 32
_YES: Final = frozenset({"да", "yes", "true", "1", "+", "истина", "y", "д", "есть", "требуется"})
_NO: Final = frozenset({"нет", "no", "false", "0", "-", "ложь", "n", "н", "не требуется", "none"})
_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?[0-9]+(?:\.[0-9]+)?)(?![\w.])|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:[.-][A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<sign>==|!=|<=|>=|<|>|\(|\)|,))"
)
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?\Z")
_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})\Z")

Lookup = Callable[[str], "str | None"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a condition.

    Attributes:
        value: True, False, or None when it cannot be decided.
        missing: the fields whose absence (or unreadable value) keeps it open.
    """

    value: bool | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition; ``text`` is what the author wrote."""

    text: str
    tree: tuple[Any, ...]

    def decide(self, fields: Lookup, parameters: Mapping[str, Any] | None = None) -> Decision:
        """Answer the condition.

        Args:
            fields: text of a field of the form, None where it is absent or blank.
            parameters: values behind ``profile.<name>``.
        """

        def lookup(name: str) -> str | None:
            if name.startswith("profile."):
                value = (parameters or {}).get(name.removeprefix("profile."))
                if isinstance(value, bool):
                    return "true" if value else "false"
                return None if value is None else str(value)
            return fields(name)

        value, missing = _decide(self.tree, lookup)
        return Decision(value, tuple(dict.fromkeys(missing)) if value is None else ())

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that the condition asks about."""
        return tuple(dict.fromkeys(n for n in _names(self.tree) if not n.startswith("profile.")))


def parse(text: str) -> Condition:
    """Parse a condition.

    Raises:
        ProfileError: it does not follow the grammar; the error says where.
    """
    if len(text) > MAX_LENGTH:
        raise ProfileError(
            N_("A condition is longer than {limit} characters."), limit=MAX_LENGTH, column=1
        )
    return Condition(text, _Parser(text).parse())


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        position, end = 0, len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None:
                blanks = len(text[position:]) - len(text[position:].lstrip())
                raise self.error(position + blanks)
            kind = match.lastgroup or ""
            self.tokens.append((kind, match.group(kind), match.start(kind)))
            position = match.end()
        self.tokens.append(("end", "", end))
        self.at = 0
        self.depth = 0

    def fail(self, position: int) -> None:
        raise self.error(position)

    def error(self, position: int) -> ProfileError:
        return ProfileError(
            N_("The condition “{condition}” cannot be understood at character {column}."),
            hint=N_("Allowed: fields, numbers, 'text', == != < <= > >=, in, and, or, not, has()."),
            condition=self.text,
            column=position + 1,
        )

    def peek(self, *values: str) -> bool:
        kind, value, _ = self.tokens[self.at]
        return kind != "text" and value in values

    def take(self, *values: str) -> str:
        _, value, position = self.tokens[self.at]
        if values and not self.peek(*values):
            self.fail(position)
        self.at += 1
        return value

    def parse(self) -> tuple[Any, ...]:
        tree = self.any_of()
        if self.tokens[self.at][0] != "end":
            self.fail(self.tokens[self.at][2])
        return tree

    def any_of(self) -> tuple[Any, ...]:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail(self.tokens[self.at][2])
        parts = [self.all_of()]
        while self.peek("or"):
            self.take()
            parts.append(self.all_of())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else ("or", *parts)

    def all_of(self) -> tuple[Any, ...]:
        parts = [self.negation()]
        while self.peek("and"):
            self.take()
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else ("and", *parts)

    def negation(self) -> tuple[Any, ...]:
        odd = False
        while self.peek("not"):
            self.take()
            odd = not odd
        return ("not", self.test()) if odd else self.test()

    def test(self) -> tuple[Any, ...]:
        if self.peek("("):
            self.take()
            inner = self.any_of()
            self.take(")")
            return inner
        if self.peek("has") and self.tokens[self.at + 1][1] == "(":
            self.take()
            self.take("(")
            name = self.value()
            if name[0] != "name":
                self.fail(self.tokens[self.at - 1][2])
            self.take(")")
            return ("has", name[1])
        left = self.value()
        if self.peek("==", "!=", "<", "<=", ">", ">="):
            return ("compare", self.take(), left, self.value())
        if self.peek("in"):
            self.take()
            self.take("(")
            choices = [self.value()]
            while self.peek(","):
                self.take()
                choices.append(self.value())
            self.take(")")
            return ("or", *(("compare", "==", left, choice) for choice in choices))
        return ("truth", left)

    def value(self) -> tuple[str, str]:
        kind, value, position = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return "constant", value
        if kind == "text":
            return "constant", value[1:-1]
        if kind == "name" and value in ("true", "false"):
            return "constant", value
        if kind == "name" and value not in ("and", "or", "not", "in", "has"):
            return "name", value
        self.at -= 1
        raise self.error(position)


def _names(tree: tuple[Any, ...]) -> Iterator[str]:
    if tree[0] in ("name", "has"):
        yield tree[1]
    else:
        for part in tree[1:]:
            if isinstance(part, tuple):
                yield from _names(part)


def _decide(tree: tuple[Any, ...], lookup: Lookup) -> tuple[bool | None, tuple[str, ...]]:
    kind = tree[0]
    if kind == "has":
        return lookup(tree[1]) is not None, ()
    if kind == "not":
        value, missing = _decide(tree[1], lookup)
        return (None if value is None else not value), missing
    if kind in ("or", "and"):
        open_fields: list[str] = []
        undecided = False
        for part in tree[1:]:
            value, missing = _decide(part, lookup)
            if value is (kind == "or"):
                return value, ()
            if value is None:
                undecided = True
                open_fields += missing
        return (None, tuple(open_fields)) if undecided else (kind == "and", ())
    if kind == "truth":
        value_text = _value(tree[1], lookup)
        truth = None if value_text is None else _truth(value_text)
        return truth, _blame(tree[1]) if truth is None else ()
    _, operator, left, right = tree
    first, second = _value(left, lookup), _value(right, lookup)
    if first is None or second is None:
        return None, (
            *(_blame(left) if first is None else ()),
            *(_blame(right) if second is None else ()),
        )
    answer = _compare(operator, first, second)
    return answer, (*_blame(left), *_blame(right)) if answer is None else ()


def _value(node: tuple[str, str], lookup: Lookup) -> str | None:
    return node[1] if node[0] == "constant" else lookup(node[1])


def _blame(node: tuple[str, str]) -> tuple[str, ...]:
    return (node[1],) if node[0] == "name" else ()


def _truth(text: str) -> bool | None:
    word = " ".join(text.casefold().split())
    return True if word in _YES else False if word in _NO else None


def _compare(operator: str, left: str, right: str) -> bool | None:
    pair: tuple[Any, Any] | None = _numbers(left, right) or _dates(left, right)
    if pair is None:
        if operator not in ("==", "!="):
            return None
        truths = _truth(left), _truth(right)
        pair = (
            truths
            if None not in truths and right.casefold() in ("true", "false")
            else (_plain(left), _plain(right))
        )
    first: Any
    second: Any
    first, second = pair
    if operator in ("==", "!="):
        return bool(first == second) is (operator == "==")
    if operator in ("<", ">="):
        return bool(first < second) is (operator == "<")
    return bool(first > second) is (operator == ">")


def _numbers(left: str, right: str) -> tuple[Any, Any] | None:
    texts = [left.strip(), right.strip()]
    if not all(_NUMBER.match(t) for t in texts):
        return None
    first, second = (float(t.replace(",", ".")) for t in texts)
    return first, second


def _dates(left: str, right: str) -> tuple[Any, Any] | None:
    found = []
    for text in (left, right):
        match = _DATE.match(text.strip())
        if match is None:
            return None
        day, month, year = (int(g) for g in match.groups())
        try:
            found.append(date(year, month, day))
        except ValueError:
            return None
    return found[0], found[1]


def _plain(text: str) -> str:
    # Two spellings of one address differ in commas, blanks, case and ё more often than in words.
    folded = unicodedata.normalize("NFC", text).casefold().replace("ё", "е")
    return "".join(c for c in folded if c.isalnum())
