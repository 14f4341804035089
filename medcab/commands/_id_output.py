"""What ``medcab id`` prints: text, JSON lines or CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Final

from medcab.commands._console import tr
from medcab.text import N_

__all__ = ["STRENGTH", "Format", "as_csv", "as_json", "shown", "write_rows"]

_WHY: Final = {
    "lookalike": N_("a look-alike character"),
    "keyboard": N_("a neighbouring key"),
    "digit": N_("one wrong digit"),
    "swap": N_("two digits swapped"),
    "leading_zeros": N_("leading zeros were lost"),
    "decimal_tail": N_("a spreadsheet added a fraction"),
    "foreign_digits": N_("digits of another script"),
    "extract": N_("the number without the words around it"),
    "trim": N_("without extra spaces"),
    "separators": N_("other separators"),
    "format": N_("written as required"),
    "case": N_("other letter case"),
    "cyrillic": N_("Russian letters instead of Latin ones"),
    "latin": N_("Latin letters instead of Russian ones"),
    "nfc": N_("composed letters"),
    "typo": N_("a slip of the keyboard"),
}


STRENGTH: Final = {
    "checksum": N_("the check digits agree"),
    "shape": N_("the form fits"),
    "near": N_("the length fits, the check digits do not agree"),
}


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def write_rows(rows: Iterable[dict[str, Any]], form: Format) -> Iterator[str]:
    """Yield the lines of judged values."""
    if form is Format.JSON:
        for row in rows:
            yield as_json(row)
    elif form is Format.CSV:
        yield as_csv(
            (
                "kind",
                "value",
                "canonical",
                "valid",
                "code",
                "position",
                "expected",
                "found",
                "suggestions",
                "message",
            )
        )
        for row in rows:
            error = row["error"] or {}
            yield as_csv(
                (
                    row["kind"],
                    row["value"],
                    row["canonical"],
                    str(row["valid"]).lower(),
                    error.get("code"),
                    error.get("position"),
                    error.get("expected"),
                    error.get("found"),
                    " | ".join(row["suggestions"]),
                    error.get("message"),
                )
            )
    else:
        for row in rows:
            yield from _text(row)


def _text(row: dict[str, Any]) -> Iterator[str]:
    translate = tr()
    if row["valid"]:
        yield f"✓ {shown(row['value'])} → {row['canonical']}\n"
    else:
        yield f"✗ {shown(row['value'])}: {row['error']['message']}\n"
        pairs = zip(row["suggestions"][:5], row["suggestion_reasons"], strict=False)
        for value, why in pairs:
            yield f"    {translate('perhaps')} {value} ({translate(_WHY[why])})\n"
    for doubt in row["warnings"]:
        yield f"    ! {doubt['message']}\n"


def shown(value: str) -> str:
    """Return ``value`` fit for one line of a terminal: no control characters, not too long."""
    text = "".join(c if c.isprintable() else "�" for c in value[:120])
    return text + "…" if len(value) > 120 else text


def as_json(row: dict[str, Any]) -> str:
    """Return one line of JSON."""
    import json

    # A lone surrogate cannot be written as UTF-8; escaped, it still comes back as it was.
    text = json.dumps(row, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(row)
    return text + "\n"


def as_csv(cells: Iterable[Any]) -> str:
    """Return one line of CSV."""
    import csv
    import io

    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(["" if c is None else c for c in cells])
    return stream.getvalue()
