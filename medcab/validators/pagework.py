"""The costly part of a probe, page by page: legibility, and whether the pictures are whole.

:func:`examine` runs in a worker and needs nothing but the structure that the probe has found, so
the pages of one document may be examined in any order, by several workers. :func:`joined` puts what
came back into the facts: the result does not depend on who examined what.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from medcab.sources import Source
from medcab.text import N_
from medcab.validators.facts import FileFacts, LimitHit, PageFacts, PdfFacts, ProbeLimits
from medcab.validators.scan.facts import PageScan

if TYPE_CHECKING:
    from medcab.validators.scan.picture import Picture

__all__ = [
    "BROKE_OFF", "NO_BYTES", "NO_MEMORY", "NO_TIME", "PageFound", "examine", "joined", "portions",
]  # fmt: skip

NO_TIME: Final = N_("The page was not examined: the time allowed was over.")
NO_MEMORY: Final = N_("The page was not examined: it takes more memory than one file may have.")
BROKE_OFF: Final = N_("The page was not examined: the program that shows pages broke off on it.")
NO_BYTES: Final = N_("The page was not examined: the file could not be read any more.")

_SOFT: Final = 0.75  # of the time for a call; the page that was begun has to be finished
_MOST_CALLS: Final = 64
_MOST_READS: Final = 8  # where each call has to read or unpack the whole file anew


@dataclass(frozen=True, slots=True)
class PageFound:
    """One page: its legibility, and its facts where the pictures turned out to be broken."""

    number: int
    scan: PageScan
    facts: PageFacts | None = None


def portions(source: Source, facts: FileFacts) -> list[tuple[int, ...]]:
    """The pages that have to be examined, in portions for one call each.

    A page a call, so that one that hangs costs no other, as long as there are not too many.
    """
    if facts.pdf is not None:
        readable = facts.pdf.opened and facts.pdf.encryption != "user"
        numbers = [p.number for p in facts.pdf.pages if not p.empty] if readable else []
    elif facts.image is not None:
        # Other pictures of a phone's JPEG are previews, or seen by no portal: IMG008 tells of them.
        several = facts.format != "jpeg"
        numbers = list(range(1, max(facts.image.frames, 1) + 1)) if several else [1]
    else:
        return []
    most = _MOST_CALLS if source.local_path is not None else _MOST_READS
    # Frames of a TIFF are found by their offsets; of other formats all before must be decoded.
    if facts.pdf is None and facts.format != "tiff":
        most = 1
    size = max(-(-len(numbers) // most), 1)
    return [tuple(numbers[at : at + size]) for at in range(0, len(numbers), size)]


def examine(
    source: Source,
    facts: FileFacts,
    numbers: Sequence[int],
    limits: ProbeLimits,
    seconds: float = 0.0,
) -> tuple[PageFound, ...]:
    """Examine pages of a file.

    Args:
        source: where the bytes are.
        facts: of the structure (:func:`medcab.validators.probe.probe` without ``scan``).
        numbers: which pages.
        limits: on pictures and streams.
        seconds: after three quarters of them no other page is begun; 0 for no limit.

    Returns:
        What was found, in order; pages are missing only where the time was over.

    Raises:
        OSError: the bytes cannot be had.
        MemoryError: the limit on memory was reached.
    """
    from medcab.validators.scan.pages import UNFINISHED, pictures

    end = time.monotonic() + _SOFT * seconds
    scans: dict[int, PageScan] = {}
    whole: set[int] = set()  # one JPEG, whose data was seen to be whole
    for number, picture in pictures(source, facts, limits, frozenset(numbers)):
        scans[number] = _measured(number, picture)
        if not isinstance(picture, str) and picture.whole:
            whole.add(number)
        if seconds and time.monotonic() > end:
            break
    else:
        scans |= {n: PageScan(n, problem=UNFINISHED) for n in numbers if n not in scans}
    broken = _broken_pictures(source, facts, frozenset(scans) - whole, limits)
    return tuple(PageFound(n, scan, broken.get(n)) for n, scan in sorted(scans.items()))


def _measured(number: int, picture: Picture | str) -> PageScan:
    from medcab.validators.scan.measure import measure_picture

    if isinstance(picture, str):
        return PageScan(number, problem=picture)
    try:
        return measure_picture(picture, number)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a page that cannot be measured must not cost the others
        return PageScan(number, problem=BROKE_OFF)


def _broken_pictures(
    source: Source, facts: FileFacts, wanted: frozenset[int], limits: ProbeLimits
) -> dict[int, PageFacts]:
    """Pages of a PDF with pictures whose data turns out to be broken, as far as they differ."""
    pdf = facts.pdf
    if pdf is None:
        return {}
    pages = [p for p in pdf.pages if p.number in wanted and p.images and p.complete]
    if not pages:
        return {}
    from medcab.validators.pdfprobe.document import walk_again

    local = source.local_path
    where = str(local) if local is not None else source.read(limits.file_size)
    again = walk_again(where, pdf, [p.number for p in pages], limits)
    # Only the damage is taken over: all else has been found already.
    return {p.number: new for p in pages if (new := _damaged(p, again[p.number])) != p}


def _damaged(page: PageFacts, again: PageFacts) -> PageFacts:
    if not again.complete:
        return replace(page, decoded=False)
    damage = {image.index: image.damage for image in again.images}
    images = tuple(
        replace(i, damage=i.damage or damage.get(i.index, "")) for i in page.images
    )  # fmt: skip
    return replace(page, images=images, decoded=page.decoded and again.decoded)


def joined(
    facts: FileFacts,
    found: Mapping[int, PageFound],
    lost: Mapping[int, str],
    seconds: float = 0.0,
) -> FileFacts:
    """The facts of the structure with those of the pages.

    Args:
        facts: of the structure.
        found: by number of the page.
        lost: number -> why that page could not be examined.
        seconds: time for one file, for the limit that is told.
    """
    if not found and not lost:
        return facts
    scans = {n: one.scan for n, one in found.items()}
    scans |= {n: PageScan(n, problem=why) for n, why in lost.items()}
    hits = [
        LimitHit("scan_page", None, number, number, why)
        for number, why in sorted(lost.items())
        if why != NO_TIME
    ]
    if NO_TIME in lost.values():
        hits.append(LimitHit("scan_time", seconds or None, len(found)))
    return replace(
        facts,
        pdf=None if facts.pdf is None else _joined_pdf(facts.pdf, found, lost),
        scan=tuple(scan for _, scan in sorted(scans.items())),
        limits=(*facts.limits, *hits),
    )


def _joined_pdf(pdf: PdfFacts, found: Mapping[int, PageFound], lost: Mapping[int, str]) -> PdfFacts:
    pages = []
    for page in pdf.pages:
        new = found[page.number].facts if page.number in found else None
        if page.number in lost and page.images:
            new = replace(page, decoded=False)
        pages.append(new or page)
    return replace(pdf, pages=tuple(pages))
