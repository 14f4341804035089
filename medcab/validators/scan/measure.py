"""Measure the pages of a file one after the other, within a share of the time allowed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from medcab.validators.scan import marks, sharpness, stance, surface
from medcab.validators.scan.enlarged import enlarged_from
from medcab.validators.scan.facts import FEW, PageScan
from medcab.validators.scan.pages import UNFINISHED, pictures
from medcab.validators.scan.picture import Picture
from medcab.validators.scan.sheet import Sheet

if TYPE_CHECKING:
    from medcab.sources import Source
    from medcab.validators.facts import FileFacts, ProbeOptions

__all__ = ["measure_pages", "measure_picture"]

_SHARE_OF_TIME: Final = 0.6  # of the limit on one file; the rest belongs to the other probes
_SMALLEST: Final = 64
_SCRAP_MM: Final = 40.0


def measure_pages(source: Source, facts: FileFacts, options: ProbeOptions) -> Iterator[PageScan]:
    """Yield a PageScan for every page (see :func:`medcab.validators.scan.measure_file`)."""
    end = time.monotonic() + _SHARE_OF_TIME * options.limits.seconds
    pages = pictures(source, facts, options.limits)
    last = 0
    for number, picture in pages:
        last = number
        if isinstance(picture, str):
            yield PageScan(number, problem=picture)
        else:
            yield measure_picture(picture, number)
        if time.monotonic() > end:
            break
    else:
        return
    for number in range(last + 1, (facts.pages or 0) + 1):
        yield PageScan(number, problem=UNFINISHED)


def measure_picture(picture: Picture, number: int = 1) -> PageScan:
    """Measure one page."""
    if min(picture.grey.size) < _SMALLEST:
        return PageScan(number, scan=False, dpi=picture.dpi)
    sheet = Sheet(picture)
    width, height = (round(side / sheet.mm, 1) for side in picture.grey.size)
    # On a scrap of paper there is too little of anything to measure.
    if not picture.scan or min(width, height) < _SCRAP_MM:
        return PageScan(
            number,
            scan=False,
            dpi=round(sheet.dpi, 1),
            width=width,
            height=height,
            marks=surface.marks(sheet),
            fingerprint=surface.fingerprint(sheet),
        )
    count = surface.marks(sheet)
    if count < FEW:
        return PageScan(
            number,
            dpi=round(sheet.dpi, 1),
            width=width,
            height=height,
            marks=count,
            ink=surface.ink_share(sheet),
            paper=round(sheet.paper, 1),
            noise=round(sheet.noise, 2),
            coloured=marks.coloured(sheet),
        )
    edge, soft = sharpness.edge_width(sheet)
    enlarged = enlarged_from(sheet, edge)
    angle, turn, sure = stance.stance(sheet)
    return PageScan(
        number,
        dpi=round(sheet.dpi, 1),
        width=width,
        height=height,
        marks=count,
        ink=surface.ink_share(sheet),
        area=surface.area(sheet),
        edge=edge,
        soft=soft,
        contrast=sheet.contrast,
        paper=round(sheet.paper, 1),
        noise=round(sheet.noise, 2),
        skew=angle,
        turn=turn,
        turn_sure=sure,
        cuts=stance.cuts(sheet),
        enlarged=enlarged.dpi if enlarged else None,
        enlarged_sure=enlarged.sure if enlarged else False,
        spots=surface.spots(sheet) if picture.sized else (),
        shade=surface.shade(sheet),
        watermark=marks.watermark(sheet),
        coloured=marks.coloured(sheet),
        documents=surface.documents(sheet) if picture.sized else (),
        text=surface.smallest_text(sheet) if picture.sized else None,
        stamp=marks.stamp(sheet) if picture.sized else None,
        signature=marks.signature(sheet) if picture.sized else None,
        fingerprint=surface.fingerprint(sheet),
    )
