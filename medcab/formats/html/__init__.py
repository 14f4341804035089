"""The report for the browser: one file, no network, nothing that runs but its own script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final

from medcab._version import __version__
from medcab.formats import parts
from medcab.formats.base import DEFAULT, Options
from medcab.formats.encoding import printable
from medcab.formats.pictures import Picture, Pictures
from medcab.formats.values import moment
from medcab.formats.view import Advice, DocumentRow, Fold, Item, View, view
from medcab.model import Document, Outcome, Report, Verdict
from medcab.text import N_, Translator

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["MARKS", "HtmlWriter", "asset", "policy"]

MARKS: Final = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.INDETERMINATE: "?"}

_WORDS: Final = MappingProxyType(
    {
        "title": N_("Check of the package"),
        "first": N_("What to do first"),
        "documents": N_("Documents"),
        "findings": N_("Findings"),
        "passed": N_("Looked for and not found"),
        "ignored": N_("Set aside by the configuration"),
        "form": N_("Fields of the form"),
        "signatures": N_("Signatures"),
        "package": N_("Package"),
        "profile": N_("Profile"),
        "checked": N_("Checked"),
        "record": N_("Record of the journal"),
        "file": N_("File"),
        "document": N_("Document"),
        "format": N_("Format"),
        "size": N_("Size"),
        "pages": N_("Pages"),
        "verdict": N_("Verdict"),
        "measured": N_("Measured"),
        "limit": N_("Limit"),
        "fix": N_("How to fix"),
        "auto": N_("medcab fix can do this by itself."),
        "filter": N_("Show"),
        "all": N_("all documents"),
        "search": N_("Search in the findings"),
        "shown": N_("Shown: {shown} of {total}"),
        "nothing": N_("Nothing was found here."),
        "page": N_("p. {page}"),
        "place": N_("The place at full size"),
        "field": N_("Field"),
        "value": N_("Value"),
        "remark": N_("Remark"),
        "signer": N_("Signer"),
        "level": N_("Level"),
        "chain": N_("Chain of certificates"),
        "times": N_("Times"),
        "revocation": N_("Revocation"),
        "valid": N_("valid"),
        "content": N_("Signed file"),
        "open": N_("Remarks on the signature"),
        "skip": N_("To the findings"),
        "rule": N_("Rule"),
        "places": N_("where"),
        "later": N_("And then"),
        "which": N_("Which checks"),
        "more": N_("and {n} more"),
        "errors": N_("errors"),
        "warnings": N_("warnings"),
        "notes": N_("notes"),
        "unchecked": N_("not checked"),
    }
)


class HtmlWriter:
    """``--format html``."""

    name: ClassVar[str] = "html"
    media_type: ClassVar[str] = "text/html"
    extension: ClassVar[str] = ".html"
    binary: ClassVar[bool] = True
    streaming: ClassVar[bool] = False

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write one self-contained page."""
        shown = view(report, tr)
        style, script = asset("style.css"), asset("script.js")
        words = {key: tr(word) for key, word in _WORDS.items() if "{" not in word}
        # The page stays below 2 MB: a finding takes about 1 KB, base64 a third more than a picture.
        budget = max(200_000, 1_300_000 - 700 * len(report.findings))
        pictures = Pictures(options.page_image, budget=budget)
        pictures.prepare(shown)
        fixed = _fixed(shown, options)
        text = _template().render(
            w=words,
            tr=tr,
            language=tr.language,
            view=shown,
            mark=MARKS[shown.verdict],
            marks=MARKS,
            about=_about(report, options, words),
            cards=list(_cards(shown, pictures, tr)),
            advice=[_advice(one, fixed(one), tr) for one in shown.first],
            later=[_advice(one, fixed(one), tr) for one in shown.advice[len(shown.first) :]],
            fields=parts.fields(report, tr),
            signatures=parts.signatures(report, tr),
            shown_template=tr(_WORDS["shown"], shown="\ufffc", total="\ufffd"),
            style=style,
            script=script,
            policy=policy(style, script),
            version=__version__,
        )
        stream.write(text.encode("utf-8", "backslashreplace"))


@cache
def asset(name: str) -> str:
    """The text of a style, script or template that lies beside this module."""
    return (resources.files(__name__) / name).read_text("utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(asset("report.html.j2"))


def policy(style: str, script: str | None = None) -> str:
    """Content-Security-Policy under which nothing runs or loads but this style and script."""

    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    runs = f"'sha256-{digest(script)}'" if script is not None else "'none'"
    return (
        f"default-src 'none'; style-src 'sha256-{digest(style)}'; script-src {runs}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _about(report: Report, options: Options, words: Mapping[str, str]) -> list[tuple[str, str]]:
    told = [
        (words["package"], printable(report.root)),
        (words["profile"], printable(report.profile)),
        (words["checked"], moment(report.checked_at)),
    ]
    if options.record:
        told.append((words["record"], printable(options.record)))
    return told


def _kind(item: Item) -> str:
    """Class and filter group of a finding."""
    if item.finding.outcome is Outcome.UNDETERMINED:
        return "unchecked"
    return item.finding.severity.value


def _cards(shown: View, pictures: Pictures, tr: Translator) -> Iterable[dict[str, Any]]:
    """Groups with findings in their order, then the documents without any."""
    number = 0
    seen = set()
    for group in shown.groups:
        seen.add(group.path)
        findings = []
        for line in group.lines:
            number += 1
            one: dict[str, Any]
            if isinstance(line, Fold) and not line.items[0].reason:
                said = replace(line.items[0], message=line.message, measure="", place=line.place)
                one = {"item": said, "fold": None, "count": len(line.items)}
            elif isinstance(line, Fold):
                one = {"item": line.items[0], "fold": line, "count": len(line.items)}
            else:
                one = {"item": line, "fold": None, "count": 1}
            findings.append({**one, "kind": _kind(one["item"]), "id": f"f{number}"})
        document = group.row.document if group.row is not None else None
        yield {
            "id": f"d{len(seen)}",
            "heading": group.heading,
            "about": group.about,
            "verdict": group.verdict,
            "word": group.verdict_word,
            "row": group.row,
            "findings": findings,
            "pages": _pages(document, group.items, pictures, tr) if document is not None else [],
            "cuts": _cuttings(document, findings, pictures) if document is not None else {},
        }
    for row in shown.rows:
        if row.document.path not in seen:
            seen.add(row.document.path)
            yield _clean(row, len(seen))


def _clean(row: DocumentRow, number: int) -> dict[str, Any]:
    return {
        "id": f"d{number}",
        "heading": row.path,
        "about": row.type,
        "verdict": row.verdict,
        "word": row.verdict_word,
        "row": row,
        "findings": [],
        "pages": [],
        "cuts": {},
    }


def _pages(
    document: Document, items: Iterable[Item], pictures: Pictures, tr: Translator
) -> list[dict[str, Any]]:
    """Thumbnails of the pages that findings are about, with their boxes."""
    boxes: dict[int, list[tuple[float, ...]]] = {}
    for item in items:
        where = item.finding.location
        if where.page is not None:
            boxes.setdefault(where.page, [])
            if where.box is not None:
                boxes[where.page].append(where.box)
    made = []
    for page in sorted(boxes) or [1]:
        picture = pictures.thumbnail(document, page)
        if picture is not None:
            label = tr(_WORDS["page"], page=page)
            made.append({"label": label, **_svg(picture, boxes.get(page, []))})
    return made


def _svg(picture: Picture, boxes: Iterable[tuple[float, ...]]) -> dict[str, Any]:
    width, height = picture.width, picture.height
    rectangles = [
        {
            "x": round(min(left, right) * width, 1),
            "y": round(min(top, bottom) * height, 1),
            "w": round(abs(right - left) * width, 1),
            "h": round(abs(bottom - top) * height, 1),
        }
        for left, top, right, bottom in boxes
    ]
    return {"w": width, "h": height, "uri": _uri(picture), "boxes": rectangles}


def _uri(picture: Picture) -> str:
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"


def _cuttings(
    document: Document, findings: Iterable[Mapping[str, Any]], pictures: Pictures
) -> dict[str, dict[str, Any]]:
    made = {}
    for one in findings:
        where = one["item"].finding.location
        if one["fold"] is None and where.page is not None and where.box is not None:
            picture = pictures.cutting(document, where.page, where.box)
            if picture is not None:
                made[one["id"]] = {"w": picture.width, "h": picture.height, "uri": _uri(picture)}
    return made


_PLACES: Final = 6


def _fixed(shown: View, options: Options) -> Callable[[Advice], bool]:
    """Whether medcab fix repairs by itself what an advice is about, at least in one place."""
    hint = options.fix_hint
    if hint is None:
        return lambda advice: advice.fixable
    items = [item for group in shown.groups for item in group.items]
    by_itself = {item.help for item in items if hint(item.finding) == _WORDS["auto"]}
    return lambda advice: advice.help in by_itself


def _advice(one: Advice, fixed: bool, tr: Translator) -> dict[str, Any]:
    places = list(one.places[:_PLACES])
    if len(one.places) > _PLACES:
        places.append(tr(_WORDS["more"], n=len(one.places) - _PLACES))
    return {
        "help": one.help,
        "rules": ", ".join(one.rules),
        "places": "; ".join(places),
        "fixable": fixed,
    }
