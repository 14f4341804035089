"""Good pages from a seed: layouts, typefaces, papers and scanners vary, legibility does not."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from benchmarks.accuracy.writer import Writer
from samples.make.drawing import A4, A5_LANDSCAPE, BLACK, GREY, PEN, Sheet

__all__ = ["CALIBRATION", "LAYOUTS", "TEST", "page", "scanned", "sheet"]

CALIBRATION = range(1_000, 1_400)
TEST = range(5_000, 5_400)


def letter(s: Sheet, w: Writer) -> None:
    """A letter: paragraphs, signature, often a stamp."""
    rnd, y = w.rnd, 25.0
    width = s.width - 50
    w.line(s.width / 2, y, w.words(3).upper(), rnd.uniform(13, 17), "ma")
    y += 14
    points = rnd.uniform(10, 13.5)
    while y < s.height * rnd.uniform(0.55, 0.75):
        y = w.text(25, y, width, rnd.randrange(2, 7), points)
    s.signature(60, y + 12)
    w.line(s.width - 60, y + 10, w.words(2), points)
    if rnd.random() < 0.7:
        s.stamp(105, y + 18, w.words(3).upper(), (w.word().upper(),), rnd.uniform(14, 20))


def form(s: Sheet, w: Writer) -> None:
    """A form: labels, ruled lines, entries by hand or machine."""
    rnd, y = w.rnd, 22.0
    w.line(s.width / 2, y, w.words(2).upper(), 15, "ma")
    y += 14
    points = rnd.uniform(9, 12)
    while y < s.height - 45:
        done = w.line(20, y, w.words(rnd.randrange(1, 4)), points)
        s.line(22 + done, y + points * 0.43, s.width - 18, y + points * 0.43, width=2)
        if rnd.random() < 0.75:
            style = "pen" if rnd.random() < 0.6 else "serif"
            s.text(25 + done, y - 0.4, w.words(rnd.randrange(1, 3)), points + 1, style, PEN)
        if rnd.random() < 0.3:
            w.line(60, y + points * 0.48, w.words(3), 7.5)
            y += 3
        y += points * rnd.uniform(0.8, 1.1)
    s.signature(30, y + 6, 28)


def table(s: Sheet, w: Writer) -> None:
    """A table of words and numbers."""
    rnd, top = w.rnd, 34.0
    w.line(s.width / 2, 18, w.words(4), 14, "ma")
    columns = rnd.randrange(3, 7)
    wide = (s.width - 36) / columns
    step = rnd.uniform(7, 10)
    rows = int((s.height - top - 25) / step)
    points = rnd.uniform(8, 10.5)
    for row in range(rows + 1):
        s.line(18, top + row * step, s.width - 18, top + row * step, BLACK, 3)
    for column in range(columns + 1):
        at = 18 + column * wide
        s.line(at, top, at, top + rows * step, BLACK, 3)
    for row in range(rows):
        for column in range(columns):
            if rnd.random() < 0.85:
                text = w.word() if column % 2 == 0 else str(rnd.randrange(10, 99_999))
                w.line(20 + column * wide, top + row * step + 1.6, text[: int(wide / 2)], points)


def diploma(s: Sheet, w: Writer) -> None:
    """A diploma: frame, emblem, large letters, stamp."""
    rnd = w.rnd
    colour = rnd.choice([(128, 24, 44), (24, 92, 70), (38, 62, 168)])
    s.border(rnd.uniform(8, 12), colour)
    s.emblem(s.width / 2, s.height * 0.18, 11, colour)
    y = s.height * 0.3
    w.line(s.width / 2, y, w.words(1).upper(), 26, "ma")
    y += 16
    for points in (12, 12, 15, 11):
        w.line(s.width / 2, y, w.words(3), points, "ma")
        y += points * 0.7
    y = w.text(32, y + 4, s.width - 64, rnd.randrange(2, 5), 11)
    s.signature(48, y + 8)
    w.line(s.width - 70, y + 6, w.words(2), 11)
    s.stamp(s.width / 2, min(y + 12, s.height - 32), w.words(3).upper(), (w.word().upper(),), 16)


def card(s: Sheet, w: Writer) -> None:
    """An identity card: photograph, tinted ground, small print."""
    rnd = w.rnd
    red, green, blue = (rnd.randrange(205, 245) for _ in range(3))
    s.draw.rectangle((0, 0, *s.image.size), fill=(red, green, blue))
    line = (red - 14, green - 14, blue - 14)
    for _ in range(26):
        y = rnd.uniform(0, s.height)
        s.line(4, y, s.width - 4, y + rnd.uniform(-9, 9), line, 2)
    s.portrait(10, 16, 30, 39, rnd.random() < 0.5)
    w.line(s.width / 2, 8, w.words(2).upper(), 12, "ma")
    y = 20.0
    while y < s.height - 24:
        done = w.line(46, y, w.word(), 8)
        w.line(50 + done, y - 0.6, w.word().upper(), 11)
        y += 7.5
    w.line(12, s.height - 14, "0123456789<<<" + w.word().upper()[:8] + "<<<<<", 10)


def typewriter(s: Sheet, w: Writer) -> None:
    """Typewritten: one pitch, letters of uneven strength."""
    w.name = w.rnd.choice(["LiberationMono-Regular", "DejaVuSansMono"])
    y = 24.0
    while y < s.height - 50:
        dark = w.rnd.randrange(25, 85)
        w.ink = (dark, dark, dark + 6)
        y = w.text(24, y, s.width - 46, w.rnd.randrange(1, 4), 11.5)
    s.signature(100, y + 8)


def handwritten(s: Sheet, w: Writer) -> None:
    """A page of strokes like handwriting on ruled paper."""
    rnd, y = w.rnd, 30.0
    w.line(s.width / 2, 16, w.words(2), 13, "ma")
    while y < s.height - 40:
        s.line(20, y + 2, s.width - 20, y + 2, GREY, 2)
        at = 24.0
        while at < s.width - 50:
            length = rnd.uniform(8, 24)
            s.signature(at, y, length)
            at += length * 1.2 + 5
        y += 13
    w.text(24, s.height - 34, s.width - 60, 2, 11)


LAYOUTS: dict[str, Callable[[Sheet, Writer], None]] = {
    "letter": letter,
    "form": form,
    "table": table,
    "diploma": diploma,
    "card": card,
    "typewriter": typewriter,
    "handwritten": handwritten,
}
_SIZES = {"card": (125.0, 88.0), "diploma": A5_LANDSCAPE}


class Drawn(Sheet):
    """A sheet that remembers what proofs were put on it, and leaves some of them out."""

    def __init__(self, *how: object, without: frozenset[str] = frozenset()) -> None:
        super().__init__(*how)  # type: ignore[arg-type]
        self.without = without
        self.proofs: set[str] = set()

    def signature(self, *where: float) -> None:
        """Unless it is to be left out."""
        self.proofs.add("signature")
        if "signature" not in self.without:
            super().signature(*where)

    def stamp(self, *how: object) -> None:
        """Unless it is to be left out."""
        self.proofs.add("stamp")
        if "stamp" not in self.without:
            super().stamp(*how)  # type: ignore[arg-type]


def drawn(
    seed: int,
    layout: str = "",
    without: frozenset[str] = frozenset(),
    size: tuple[float, float] | None = None,
) -> Drawn:
    """The sheet as it was printed and signed, without a scanner's doing."""
    rnd = random.Random(seed)
    layout = layout or list(LAYOUTS)[seed % len(LAYOUTS)]
    paper = rnd.choice([(252, 251, 247), (255, 255, 255), (244, 240, 228), (236, 244, 240)])
    fair = _SIZES.get(layout, A4 if rnd.random() < 0.7 else A5_LANDSCAPE)
    s = Drawn(size or fair, paper, seed, without=without)
    dark = rnd.randrange(15, 75)
    LAYOUTS[layout](s, Writer(s, rnd, (dark, dark, dark + rnd.randrange(0, 12))))
    return s


def sheet(seed: int) -> tuple[str, Image.Image]:
    """Layout name and the sheet as it was printed, without a scanner's doing."""
    return list(LAYOUTS)[seed % len(LAYOUTS)], drawn(seed).image


def scanned(image: Image.Image, seed: int, grain: float | None = None) -> Image.Image:
    """What a fair scanner makes of a sheet: its optics, a slight tilt, its tone, its grain."""
    rnd = random.Random(seed * 7 + 3)
    tilt = rnd.uniform(-0.45, 0.45)
    if rnd.random() < 0.7:
        image = image.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=image.getpixel((4, 4)))
    image = image.filter(ImageFilter.GaussianBlur(rnd.uniform(0.35, 0.85)))
    gain, lift = rnd.uniform(0.9, 1.0), rnd.uniform(0, 12)
    sigma = rnd.uniform(0.6, 3.5) if grain is None else grain
    return noisy(image, sigma, seed, gain, lift)


def noisy(
    image: Image.Image, sigma: float, seed: int, gain: float = 1.0, lift: float = 0.0
) -> Image.Image:
    """Grain of ``sigma`` levels on a linear change of tone."""
    pixels = np.asarray(image, dtype=np.float32) * gain + lift
    rng = np.random.default_rng(seed)
    grain = rng.standard_normal((311, 1021), dtype=np.float32) * sigma
    height, width = pixels.shape[:2]
    full = np.tile(grain, (height // 311 + 1, width // 1021 + 1))[:height, :width]
    pixels += full if pixels.ndim == 2 else full[:, :, None]
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))


def page(seed: int) -> Image.Image:
    """A good scan."""
    return scanned(sheet(seed)[1], seed)
