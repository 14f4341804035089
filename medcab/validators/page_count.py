"""PKG rules about the number of pages: as declared, and all that the profile asks for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, PackageContext, Scope, Unknown, rule
from medcab.text import N_

__all__: list[str] = []

_NUMBER: Final = re.compile("[1-9][0-9]{0,4}")
_SHEETS: Final = re.compile(r" на ([1-9][0-9]{0,3}) ?л\.?\s*(?:\.[^.]*)?\Z")

# Fewer scanned pages than this cannot hold the whole document. A passport has its photograph and
# the registration on different spreads; a card may show both sides on one page.
_LEAST: Final = {"passport": 2}


@rule(
    "PKG012",
    "pages-not-as-declared",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The file has {n} page, but {declared} declared ({where})."),
    plural=N_("The file has {n} pages, but {declared} declared ({where})."),
    since="0.1.0",
)
def pages_not_as_declared(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The file has more or fewer pages than was declared for it.

    What it checks:
        The number of pages against “pages” of the document in medcab.yaml, and against the sheets
        in a name such as «Иванова А.П. трудовая книжка на 3 л.pdf»: N sheets have from N to 2·N
        pages.

    Why it matters:
        A page was not scanned, was scanned twice, or belongs to another document. The portal
        returns the application, and the clerk compares the same two numbers.

    How to fix:
        Scan the missing pages or take out those too many; when the pages are right, correct the
        number in the name or in medcab.yaml.

    Source:
        docs/requirements.md, D26 (full set of pages), K13 (names of FRMR).
    """
    said = str(ctx.document.meta.get("pages") or "").strip()
    if said and not _NUMBER.fullmatch(said):
        yield Unknown(N_("“pages: {value}” in medcab.yaml is not a number."), args={"value": said})
    for where, least, most, declared in _declared(ctx, said):
        pages = ctx.facts.pages
        if pages is None:
            yield Unknown(N_("The number of pages could not be told."))
        elif not least <= pages <= most:
            yield Hit(
                args={"n": pages, "declared": declared, "where_template": where},
                evidence={"measured": pages, "limit": least if pages < least else most},
            )


def _declared(ctx: DocumentContext, said: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield (where it stands, least, most, number as declared)."""
    if _NUMBER.fullmatch(said):
        yield N_("pages in medcab.yaml"), int(said), int(said), said
    name = unicodedata.normalize("NFC", ctx.document.name)
    found = _SHEETS.search(name)
    if found is not None:
        sheets = int(found[1])
        yield N_("sheets in the name of the file"), sheets, 2 * sheets, found[1]


@rule(
    "PKG013",
    "pages-incomplete",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("All pages of the document “{types}” are wanted, and there is {n} in the package."),
    plural=N_("All pages of the document “{types}” are wanted, and there are {n} in the package."),
    since="0.1.0",
)
def pages_incomplete(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The whole document is wanted, and the package holds too few pages for it.

    What it checks:
        For documents of which the profile wants every page (all_pages): that a passport has at
        least two pages, the spread with the photograph and the spread with the registration.
        Whether further pages are missing only a person can tell.

    Why it matters:
        A passport without the page of registration is returned as incomplete.

    How to fix:
        Scan the missing pages and join them with the others: medcab fix makes one PDF of them.

    Source:
        docs/requirements.md, D26.
    """
    for requirement in ctx.profile.documents:
        least = max((_LEAST.get(each, 1) for each in requirement.types), default=1)
        if not requirement.all_pages or least == 1:
            continue
        same = [d for d in ctx.package.documents if d.type in requirement.types]
        counts = [None if d.facts is None else d.facts.pages for d in same]
        known = sum(count or 0 for count in counts)
        if not same or known >= least:
            continue
        if None in counts:
            yield Unknown(N_("The number of pages could not be told."), path=same[0].path)
            continue
        yield Hit(
            args={"n": known, "types": list(requirement.types)},
            path=same[0].path,
            member=same[0].member,
            evidence={"measured": known, "limit": least},
        )
