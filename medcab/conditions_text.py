"""Conditions in the words of the reader: «если число учредителей > 1»."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from medcab.text import N_
from medcab.vocabulary import FIELDS

if TYPE_CHECKING:
    from medcab.conditions import Condition
    from medcab.text import Translator

__all__ = ["describe"]

_SIGNS: Final = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_PARAMETERS: Final = {"profile.fee": N_("state fee of the profile")}


def describe(condition: Condition, tr: Translator) -> str:
    """Say ``condition`` in the language of ``tr``, with titles of fields for their names."""
    return _say(condition.tree, tr)


def _say(tree: tuple[Any, ...], tr: Translator) -> str:
    kind = tree[0]
    if kind in ("and", "or"):
        word = tr(N_("and")) if kind == "and" else tr(N_("or"))
        nested = ("and", "or")
        parts = [f"({_say(p, tr)})" if p[0] in nested else _say(p, tr) for p in tree[1:]]
        return f" {word} ".join(parts)
    if kind == "has":
        return tr(N_("“{field_name}” is filled in"), field_name=_title(tree[1], tr))
    if kind == "not" and tree[1][0] == "has":
        return tr(N_("“{field_name}” is not filled in"), field_name=_title(tree[1][1], tr))
    if kind == "not":
        return tr(N_("not ({part})"), part=_say(tree[1], tr))
    if kind == "truth":
        return tr(N_("“{field_name}” = yes"), field_name=_value(tree[1], tr))
    return f"{_value(tree[2], tr)} {_SIGNS[tree[1]]} {_value(tree[3], tr)}"


def _title(name: str, tr: Translator) -> str:
    return tr(FIELDS.get(name) or _PARAMETERS.get(name, name))


def _value(node: tuple[str, str], tr: Translator) -> str:
    return node[1] if node[0] == "constant" else _title(node[1], tr)
