"""Pages beside the report: that a package cannot be judged now, and one over many packages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from medcab._version import __version__
from medcab.formats.encoding import printable
from medcab.formats.html import MARKS, asset, policy
from medcab.formats.sentences import verdict_word
from medcab.formats.values import moment
from medcab.model import Verdict, worst
from medcab.text import N_, Translator

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["Line", "notice", "overview"]


@dataclass(frozen=True, slots=True)
class Line:
    """A package in the overview.

    Attributes:
        name: of its folder.
        verdict: as it stands now; None while it is being judged.
        about: the counts of what was found, or why there is no verdict.
        checked_at: when; None where it was never judged.
        link: file name of its report beside the overview, or None.
    """

    name: str
    verdict: Verdict | None
    about: str
    checked_at: datetime | None = None
    link: str | None = None


def notice(name: str, headline: str, lines: Iterable[str], tr: Translator, at: datetime) -> bytes:
    """The page that takes the place of a report which does not hold any more.

    Args:
        name: of the package.
        headline: what is the matter, in one sentence.
        lines: why, and what to do.
        tr: the reader's language.
        at: since when.
    """
    text = _template("notice").render(
        language=tr.language,
        title=f"{verdict_word(Verdict.INDETERMINATE, tr)}: {headline}",
        headline=headline,
        mark=MARKS[Verdict.INDETERMINATE],
        about=[(tr(N_("Package")), printable(name)), (tr(N_("Since")), moment(at))],
        lines=[printable(line) for line in lines],
        **_common(),
    )
    return text.encode("utf-8", "backslashreplace")


def overview(folder: str, lines: Iterable[Line], loose: int, tr: Translator, at: datetime) -> bytes:
    """The page over all packages of a folder, those that need something first.

    Args:
        folder: that is watched.
        lines: one a package.
        loose: files that lie beside the packages and belong to none.
        tr: the reader's language.
        at: when the page was written.
    """
    shown = sorted(lines, key=lambda line: (_ORDER[line.verdict], line.name.casefold()))
    verdicts = [line.verdict or Verdict.INDETERMINATE for line in shown]
    whole = worst(verdicts) if verdicts else Verdict.INDETERMINATE
    few, many = N_("{n} package passed of {total}"), N_("{n} packages passed of {total}")
    told = tr.plural(few, many, verdicts.count(Verdict.PASSED), total=len(verdicts))
    if loose:
        few = N_("{n} file lies beside the packages: it belongs to none and was not judged.")
        many = N_("{n} files lie beside the packages: they belong to none and were not judged.")
        beside = tr.plural(few, many, loose)
    text = _template("overview").render(
        language=tr.language,
        title=tr(N_("Packages of documents")),
        verdict=whole.value,
        mark=MARKS[whole],
        headline=f"{verdict_word(whole, tr)}: {told}" if verdicts else tr(_NONE),
        about=[(tr(N_("Folder")), printable(folder)), (tr(N_("Page of")), moment(at))],
        beside=beside if loose else "",
        heads=[tr(each) for each in _HEADS],
        rows=[_row(line, tr) for line in shown],
        **_common(),
    )
    return text.encode("utf-8", "backslashreplace")


_ORDER: Final = {Verdict.FAILED: 0, Verdict.INDETERMINATE: 1, None: 2, Verdict.PASSED: 3}
_NONE: Final = N_("There are no packages here yet.")
_HEADS: Final = (N_("Package"), N_("Verdict"), N_("Findings"), N_("Checked"))


def _row(line: Line, tr: Translator) -> dict[str, Any]:
    verdict = line.verdict
    word = tr(N_("being checked")) if verdict is None else verdict_word(verdict, tr)
    return {
        "name": printable(line.name),
        # A name that needs no encoding for the browser may still mean something in an address.
        "link": None if line.link is None else "./" + quote(line.link, errors="surrogatepass"),
        "kind": (verdict or Verdict.INDETERMINATE).value,
        "word": word if verdict is None else f"{MARKS[verdict]} {word}",
        "about": printable(line.about),
        "when": "—" if line.checked_at is None else moment(line.checked_at),
    }


def _common() -> dict[str, Any]:
    style = asset("style.css")
    return {"style": style, "policy": policy(style), "version": __version__}


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(asset),
    )
    return environment.get_template(f"{name}.html.j2")
