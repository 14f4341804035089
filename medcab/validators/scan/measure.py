"""Measure one page: the order of the measures, and what is left out where they mean nothing."""

from __future__ import annotations

from typing import Final

from medcab.validators.scan import marks, stance, surface
from medcab.validators.scan.enlarged import enlarged_from
from medcab.validators.scan.facts import FEW, PageScan
from medcab.validators.scan.picture import Picture
from medcab.validators.scan.proofs import proofs
from medcab.validators.scan.sharpness import sharpness
from medcab.validators.scan.sheet import Sheet

__all__ = ["measure_picture"]

_SMALLEST: Final = 64
_SCRAP_MM: Final = 40.0


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
    sharp = sharpness(sheet)
    enlarged = enlarged_from(sheet, sharp.width)
    angle, turn, sure = stance.stance(sheet)
    stamp, signature = proofs(sheet) if picture.sized else (None, None)
    return PageScan(
        number,
        dpi=round(sheet.dpi, 1),
        width=width,
        height=height,
        marks=count,
        ink=surface.ink_share(sheet),
        area=surface.area(sheet),
        edge=sharp.width,
        soft=sharp.soft,
        band=sharp.band,
        band_share=sharp.share,
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
        stamp=stamp,
        signature=signature,
        fingerprint=surface.fingerprint(sheet),
    )
