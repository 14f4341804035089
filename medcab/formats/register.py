"""The journal as a register that an auditor files: rows in words, and the formats for tables.

What a record means is said again from its findings, so old records read like new ones, in the
language of whoever exports them. Every format is written row by row: a journal of years does not
have to fit into memory.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Final, Protocol

from medcab.formats import sentences as say
from medcab.formats.encoding import guard_formula, printable
from medcab.model import Finding, Location, Outcome, Severity, Verdict
from medcab.text import N_, Translator

__all__ = [
    "Row",
    "SealLine",
    "Stored",
    "Summary",
    "operation_word",
    "rows",
    "write_csv",
    "write_jsonl",
    "write_xlsx",
]

_TOLD: Final = 5  # findings and files that are spelled out; of the rest the number is said
_CELL: Final = 32_000  # Excel holds 32 767 characters


class Stored(Protocol):
    """A record of the journal: number, content as it was hashed, hash (hexadecimal)."""

    @property
    def number(self) -> int: ...
    @property
    def content(self) -> dict[str, Any]: ...
    @property
    def hash(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SealLine:
    """A seal as the register tells it: the sealed record, and what became of the seal."""

    number: int
    about: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What the register says of the journal as a whole.

    Attributes:
        name: of the journal's file.
        records, first: how many, and the number of the first.
        head: hash of the last record.
        whole: nothing is wrong with the chain.
        seals: in order.
        made_at: when the register was made (aware).
    """

    name: str
    records: int
    first: int
    head: str
    whole: bool
    seals: tuple[SealLine, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """A record, said; every text is ready to be shown."""

    number: str
    at: str
    user: str
    host: str
    operation: str
    version: str
    profile: str
    package: str
    verdict: Verdict | None
    verdict_word: str
    reason: str
    recommendation: str
    hash: str

    def cells(self) -> tuple[str, ...]:
        """The columns of :func:`titles`."""
        return (
            self.number, self.at, self.user, self.host, self.operation, self.version, self.profile,
            self.package, self.verdict_word, self.reason, self.recommendation, self.hash,
        )  # fmt: skip


def titles(tr: Translator) -> list[str]:
    """Heads of the columns."""
    names = (
        N_("No."), N_("When (UTC)"), N_("User"), N_("Computer"), N_("Command"), N_("Version"),
        N_("Profile"), N_("Package"), N_("Verdict"), N_("Reason"), N_("Recommendation"), N_("Hash"),
    )  # fmt: skip
    return [tr(name) for name in names]


def rows(records: Iterable[Stored], tr: Translator, *, told: int = _TOLD) -> Iterator[Row]:
    """Say each record in the language of ``tr``.

    Args:
        records: of the journal.
        tr: the reader's language.
        told: how many files, reasons and recommendations are spelled out for each.
    """
    for record in records:
        content = record.content
        found = [_finding(one) for one in content["findings"]]
        found.sort(key=lambda f: (f.outcome is Outcome.UNDETERMINED, f.severity.rank))
        verdict = _verdict(content["verdict"])
        when = datetime.fromisoformat(content["at"]).astimezone(UTC)
        yield Row(
            number=str(record.number),
            at=when.strftime("%d.%m.%Y %H:%M:%S"),
            user=printable(str(content["user"])),
            host=printable(str(content["host"])),
            operation=operation_word(str(content["command"]), tr),
            version=printable(str(content["version"])),
            profile=printable(str(content["profile"])),
            package=_some([_file(one) for one in content["inputs"]], told, tr),
            verdict=verdict,
            verdict_word="" if verdict is None else say.verdict_word(verdict, tr),
            reason=_some([_reason(one, tr) for one in found], told, tr),
            recommendation=_some(_advice(found, tr), told, tr),
            hash=record.hash,
        )


_OPERATIONS: Final = {
    "check": N_("check of a package"),
    "verify": N_("check of signatures"),
    "sign": N_("signing"),
    "fix": N_("repair"),
    "watch": N_("watching"),
    "journal prune": N_("pruning of the journal"),
}


def operation_word(command: str, tr: Translator) -> str:
    """What a command did, in words; one that is not known by its own name."""
    return tr(_OPERATIONS[command]) if command in _OPERATIONS else printable(command)


def _verdict(word: str) -> Verdict | None:
    try:
        return Verdict(word)
    except ValueError:
        return None


def _finding(stored: Mapping[str, Any]) -> Finding:
    return Finding(
        rule=str(stored["rule"]),
        severity=Severity(stored["severity"]),
        args=dict(stored["args"]),
        location=Location(stored["path"], page=stored["page"], field=stored["field"]),
        outcome=Outcome(stored["outcome"]),
        reason=stored.get("reason"),
    )


def _file(stored: Mapping[str, Any]) -> str:
    name = printable(str(stored["name"]))
    return f"{name} ({stored['sha256'][:16]}…)" if stored["sha256"] else name


def _reason(finding: Finding, tr: Translator) -> str:
    where = printable(finding.location.path or "")
    place = say.place_of(finding.location, tr)
    said = ", ".join(filter(None, (where, place)))
    return f"{finding.rule} {say.message_of(finding, tr)}" + (f" [{said}]" if said else "")


def _advice(found: Iterable[Finding], tr: Translator) -> list[str]:
    return [h for h in dict.fromkeys(say.help_of(one, tr) for one in found) if h]


def _some(lines: list[str], told: int, tr: Translator) -> str:
    lines = list(dict.fromkeys(lines))
    more = [tr(N_("and {n} more"), n=len(lines) - told)] if len(lines) > told else []
    # A bullet, and no dash: a cell that begins with one is a formula to some programs.
    shown = [f"• {line}" for line in lines[:told]] if len(lines) > 1 else lines
    return "\n".join([*shown, *more])


def write_csv(records: Iterable[Stored], tr: Translator, stream: IO[bytes]) -> None:
    """Write what Excel opens by double click: semicolons, a byte order mark, CRLF."""
    text = io.TextIOWrapper(stream, "utf-8-sig", "backslashreplace", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(titles(tr))
    for row in rows(records, tr):
        writer.writerow([guard_formula(cell) for cell in row.cells()])
    text.detach()


def write_jsonl(records: Iterable[Stored], _tr: Translator, stream: IO[bytes]) -> None:
    """Write one JSON object a line: the content as it was hashed, with number and hash."""
    for one in records:
        line = {"number": one.number, "hash": one.hash, **one.content}
        stream.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace"))
        stream.write(b"\n")


def write_xlsx(records: Iterable[Stored], tr: Translator, stream: IO[bytes]) -> None:
    """Write a workbook with one sheet, its head frozen and filtered."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet(tr(N_("Journal")))
        base = {"valign": "top", "text_wrap": True, "font_name": "Arial", "font_size": 10}
        head = book.add_format({**base, "bold": True, "bg_color": "#E3E7ED", "bottom": 1})
        cell = book.add_format(base)
        widths = (8, 19, 14, 14, 12, 9, 18, 44, 18, 60, 48, 34)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, titles(tr), head)
        number = 0
        for number, row in enumerate(rows(records, tr), 1):
            sheet.write_number(number, 0, int(row.number), cell)
            for column, text in enumerate(row.cells()[1:], 1):
                sheet.write_string(number, column, text[:_CELL], cell)
        sheet.autofilter(0, 0, max(number, 1), len(widths) - 1)
