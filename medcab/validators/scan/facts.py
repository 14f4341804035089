"""What was measured about the legibility of a page: plain values, picklable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["FEW", "Box", "Cut", "Mark", "PageScan"]

FEW: Final = 12  # pieces of ink below which a scanned page is blank

Box = tuple[float, float, float, float]  # left, top, right, bottom as fractions of the page


@dataclass(frozen=True, slots=True)
class Cut:
    """Text that leaves the page: ``side`` is left, top, right or bottom; ``count`` of pieces."""

    side: str
    count: int
    box: Box


@dataclass(frozen=True, slots=True)
class Mark:
    """Something seen at ``box``, with its measure (share, strokes, millimetres)."""

    value: float
    box: Box


@dataclass(frozen=True, slots=True)
class PageScan:
    """A page as a clerk would see it. None means: not to be told on this page.

    Lengths of pixels are those of a picture of 300 dpi. How each value is found and where its
    limits come from: ``docs/decisions/0005-legibility.md``.

    Attributes:
        number: 1-based.
        problem: why the page was not measured, empty when it was.
        scan: the page is a picture; pages set by a computer are judged for being blank only.
        dpi: of the picture that was measured.
        width: millimetres.
        height: millimetres.
        marks: connected pieces of ink.
        ink: share of the page that is ink.
        area: where the ink lies.
        edge: width of the sharp edges, pixels.
        soft: the part of the page that is less sharp than the rest, and how wide its edges are.
        band: the least sharp strip across the page, where some are blurred and faint for it.
        band_share: share of the ink that lies in such strips.
        contrast: depth of the ink below the paper, grey levels.
        paper: grey level of the paper.
        noise: standard deviation of the paper's grain, grey levels.
        skew: degrees, counter-clockwise positive.
        turn: degrees that the page must be turned clockwise to stand upright: 0, 90, 180, 270;
            -1 where it lies on its side and the direction is not known.
        turn_sure: how sure that is, 0..1.
        cuts: text that runs over the edge.
        enlarged: resolution from which the picture was enlarged.
        enlarged_sure: two traces agree on it, not one alone.
        spots: solid dark blots.
        shade: share of the paper that is darker than the rest by shadow or stain.
        watermark: strokes of one pale tone; value is their number.
        coloured: the picture has colour in it.
        documents: separate documents on the page.
        text: height of the smallest print, millimetres (small letters).
        stamp: a round stamp is seen.
        signature: a signature is seen.
        fingerprint: the page, very small, for comparison with others.
    """

    number: int
    problem: str = ""
    scan: bool = True
    dpi: float = 0.0
    width: float = 0.0
    height: float = 0.0
    marks: int | None = None
    ink: float | None = None
    area: Box | None = None
    edge: float | None = None
    soft: Mark | None = None
    band: Mark | None = None
    band_share: float = 0.0
    contrast: float | None = None
    paper: float | None = None
    noise: float | None = None
    skew: float | None = None
    turn: int | None = None
    turn_sure: float = 0.0
    cuts: tuple[Cut, ...] = ()
    enlarged: float | None = None
    enlarged_sure: bool = False
    spots: tuple[Mark, ...] = ()
    shade: Mark | None = None
    watermark: Mark | None = None
    coloured: bool | None = None
    documents: tuple[Box, ...] = ()
    text: float | None = None
    stamp: bool | None = None
    signature: bool | None = None
    fingerprint: bytes = b""

    @property
    def blank(self) -> bool:
        """Nothing is on the page: a picture has grain and dust, a page set by a computer none."""
        return self.marks is not None and self.marks < (FEW if self.scan else 1)
