"""Language of the reader: message templates are English msgids, translated at the edge.

Library code stores a *template* and its *arguments*, never a sentence. The sentence is made
here, in the language asked for. Templates are marked with :func:`N_` where they are written, so
that ``tools/catalogue.py`` finds them and the tests can prove that each has a Russian translation.
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

__all__ = ["LANGUAGES", "N_", "Translator", "translator"]

LANGUAGES: Final = ("ru", "en")
# Arguments that hold what the system or a parser said, in its own English words.
_FOREIGN: Final = frozenset({"reason", "error", "detail", "where"})


def N_(template: str) -> str:  # noqa: N802 - the conventional gettext name
    """Mark ``template`` for translation and return it unchanged."""
    return template


class Translator:
    """Turn templates into sentences in one language.

    Args:
        language: ``"ru"`` or ``"en"``; anything else falls back to the msgid (English).
    """

    __slots__ = ("_catalogue", "language")

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = _load(language)

    def __call__(self, template: str, /, **args: Any) -> str:
        """Translate ``template`` and fill in ``args``."""
        text = self._catalogue.gettext(template) if template else ""
        return fill(text, self._terms(args))

    def plural(self, one: str, many: str, n: int, /, **args: Any) -> str:
        """Translate with the plural form that ``n`` asks for (three forms in Russian)."""
        return fill(self._catalogue.ngettext(one, many, n), {"n": n, **self._terms(args)})

    def _terms(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Fill the arguments that are sentences of their own.

        ``problem_template`` is a msgid with holes for the same arguments: translated and filled,
        it becomes the argument ``problem``.
        """
        made = dict(args)
        for key, value in args.items():
            if key.endswith("_template") and isinstance(value, str) and value:
                made[key.removesuffix("_template")] = fill(self._catalogue.gettext(value), made)
            elif key in _FOREIGN and isinstance(value, str) and value:
                made[key] = self.foreign(value)
        return made

    def foreign(self, text: str) -> str:
        """Translate what the system or a parser said, with the line and column it names.

        ``Invalid value (at line 2, column 1)`` and ``No such file or directory`` are written by
        others: what the catalogue does not know stays as it is.
        """
        if self.language == "en" or not text.isascii():
            return text
        import re

        found = re.fullmatch(
            r"((?:JSON|TOML|XML|YAML): )?(.*?)(?:: | \(at | \()?(?:\bline ([0-9]+)"
            r"(?:,? column ([0-9]+))?(?: \(char [0-9]+\))?|(end of document))?\)?",
            text,
            re.DOTALL,
        )
        if found is None or not any(found.group(3, 5)):
            kind, said = _divided(text)
            return kind + self._catalogue.gettext(said)
        kind, said, line, column, end = found.groups(default="")
        place = N_("line {line}, column {column}") if column else N_("line {line}")
        shown = self(N_("end of the file") if end else place, line=line, column=column)
        words = self._catalogue.gettext(said) if said else ""
        return kind + (f"{words} ({shown})" if words else shown)

    def has(self, template: str) -> bool:
        """Tell whether the catalogue holds a translation of ``template``."""
        return self.language == "en" or self._catalogue.gettext(template) != template


def _divided(text: str) -> tuple[str, str]:
    """Divide ``YAML: what is wrong`` after the name of the format."""
    head, colon, rest = text.partition(": ")
    return (head + colon, rest) if head in ("JSON", "TOML", "XML", "YAML") else ("", text)


class _Missing(dict[str, Any]):
    """A template may outlive an argument: show the hole instead of losing the message."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def fill(text: str, args: Mapping[str, Any]) -> str:
    """Fill ``{name}`` holes of ``text`` with ``args``; a missing argument stays visible."""
    if "{" not in text:
        return text
    try:
        return text.format_map(_Missing(args))
    except (ValueError, IndexError, AttributeError, KeyError, TypeError):
        # A broken template in a catalogue must not hide the finding it belongs to.
        return text + " " + ", ".join(f"{k}={v}" for k, v in args.items())


@cache
def _load(language: str) -> _gettext.NullTranslations:
    if language != "en" and language in LANGUAGES:
        # Four milliseconds that a single identifier check should not pay.
        from importlib import resources

        mo = resources.files("medcab") / "locale" / language / "LC_MESSAGES" / "medcab.mo"
        try:
            with mo.open("rb") as stream:
                return _gettext.GNUTranslations(stream)
        except FileNotFoundError:
            pass
    return _gettext.NullTranslations()


@cache
def translator(language: str) -> Translator:
    """Return the shared translator of ``language`` (``"ru"`` or ``"en"``)."""
    return Translator(language)
