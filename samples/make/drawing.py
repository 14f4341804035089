"""A sheet of paper at 300 dpi: text, lines, stamps, signatures, and what a scanner does to it."""

from __future__ import annotations

import itertools
import math
import os
import random
import sys
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

DPI = 300
A4 = (210.0, 297.0)
A5_LANDSCAPE = (210.0, 148.0)
BLACK = (28, 28, 32)
GREY = (96, 96, 104)
PEN = (24, 42, 122)
STAMP = (38, 62, 168)
MAROON = (128, 24, 44)
GREEN = (24, 92, 70)

_FONTS = {
    "serif": ("LiberationSerif-Regular", "DejaVuSerif", "times", "Times New Roman"),
    "serif-bold": ("LiberationSerif-Bold", "DejaVuSerif-Bold", "timesbd", "Times New Roman Bold"),
    "sans": ("DejaVuSans", "LiberationSans-Regular", "arial", "Arial"),
    "sans-bold": ("DejaVuSans-Bold", "LiberationSans-Bold", "arialbd", "Arial Bold"),
    "pen": ("DejaVuSerif-Italic", "LiberationSerif-Italic", "timesi", "Times New Roman Italic"),
    "mono": ("DejaVuSansMono", "LiberationMono-Regular", "cour", "Courier New"),
}


def _font_folders() -> list[Path]:
    home = Path.home()
    folders = [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".fonts",
        home / ".local" / "share" / "fonts",
        Path("/System/Library/Fonts"),
        Path("/Library/Fonts"),
        home / "Library" / "Fonts",
        Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",
        home / "AppData" / "Local" / "Microsoft" / "Windows" / "Fonts",
    ]
    # matplotlib carries DejaVu with it, wherever it is installed.
    folders += [Path(p) / "matplotlib" / "mpl-data" / "fonts" / "ttf" for p in sys.path if p]
    return [folder for folder in folders if folder.is_dir()]


@cache
def _font_files() -> dict[str, str]:
    found: dict[str, str] = {}
    for folder in _font_folders():
        for suffix in ("*.ttf", "*.TTF"):
            for path in sorted(folder.rglob(suffix)):
                found.setdefault(path.stem.lower(), str(path))
    return found


@cache
def font_path(style: str) -> str:
    """File of the first font of ``style`` that this machine has.

    Raises:
        SystemExit: none of the known Cyrillic fonts is installed.
    """
    files = _font_files()
    for name in _FONTS[style]:
        if name.lower() in files:
            return files[name.lower()]
    raise SystemExit(
        f"No Cyrillic font for {style!r}: install DejaVu (Debian: fonts-dejavu), "
        f"or one of {', '.join(_FONTS[style])}"
    )


@cache
def font(style: str, points: float) -> ImageFont.FreeTypeFont:
    """The font of ``style`` at ``points`` on a 300 dpi sheet."""
    size = round(points * DPI / 72)
    return ImageFont.truetype(font_path(style), size, layout_engine=ImageFont.Layout.BASIC)


def px(mm: float) -> int:
    """Millimetres to pixels at 300 dpi."""
    return round(mm * DPI / 25.4)


class Sheet:
    """Paper one draws on in millimetres from the upper left corner."""

    def __init__(
        self,
        size: tuple[float, float] = A4,
        paper: tuple[int, int, int] = (252, 251, 247),
        seed: int = 1,
    ) -> None:
        self.width, self.height = size
        self.image = Image.new("RGB", (px(size[0]), px(size[1])), paper)
        self.draw = ImageDraw.Draw(self.image)
        self.random = random.Random(seed)
        self.seed = seed

    def text(
        self,
        x: float,
        y: float,
        what: str,
        points: float = 11,
        style: str = "serif",
        colour: tuple[int, int, int] = BLACK,
        anchor: str = "la",
    ) -> None:
        """One line of text; ``anchor`` as in Pillow."""
        self.draw.text((px(x), px(y)), what, fill=colour, font=font(style, points), anchor=anchor)

    def centre(
        self,
        y: float,
        what: str,
        points: float = 11,
        style: str = "serif",
        colour: tuple[int, int, int] = BLACK,
        x: float | None = None,
    ) -> None:
        """One line centred on ``x`` (the middle of the sheet)."""
        self.text(self.width / 2 if x is None else x, y, what, points, style, colour, "ma")

    def paragraph(
        self,
        x: float,
        y: float,
        width: float,
        what: str,
        points: float = 11,
        style: str = "serif",
        indent: float = 0,
        leading: float = 1.28,
        centred: bool = False,
    ) -> float:
        """Text wrapped to ``width``, set justified; return the y below it."""
        face = font(style, points)
        space = face.getlength(" ")
        step = points * leading * 25.4 / 72
        line: list[str] = []
        left = px(indent)
        lines: list[tuple[list[str], int, bool]] = []
        for word in what.split():
            length = face.getlength(" ".join([*line, word]))
            if line and left + length > px(width):
                lines.append((line, left, False))
                line, left = [], 0
            line.append(word)
        lines.append((line, left, True))
        for words, start, last in lines:
            natural = face.getlength(" ".join(words))
            gap = space
            if not last and not centred and len(words) > 1:
                gap += (px(width) - start - natural) / (len(words) - 1)
            at = px(x) + start + ((px(width) - natural) / 2 if centred else 0)
            for word in words:
                self.draw.text((at, px(y)), word, fill=BLACK, font=face)
                at += face.getlength(word) + gap
            y += step
        return y + step * 0.25

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        colour: tuple[int, int, int] = GREY,
        width: int = 3,
    ) -> None:
        """A straight line ``width`` pixels thick."""
        self.draw.line((px(x1), px(y1), px(x2), px(y2)), fill=colour, width=width)

    def box(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        colour: tuple[int, int, int] = GREY,
        width: int = 3,
    ) -> None:
        """A rectangle."""
        self.draw.rectangle((px(x1), px(y1), px(x2), px(y2)), outline=colour, width=width)

    def field(
        self, x: float, y: float, width: float, label: str, value: str, points: float = 11
    ) -> float:
        """A label, a ruled line and what was written on it; return the next y."""
        self.text(x, y, label, points)
        start = x + font("serif", points).getlength(label) * 25.4 / DPI + 2
        base = y + points * 0.43
        self.line(start, base, x + width, base, width=2)
        self.text(start + 2, y - 0.3, value, points, "pen", PEN)
        return y + points * 0.75

    def border(self, margin: float, colour: tuple[int, int, int]) -> None:
        """The frame of an official form: a tinted band between two lines, rosettes at the corners."""
        w, h = self.width, self.height
        inner = margin + 6
        tint = tuple(round(0.16 * c + 0.84 * 252) for c in colour)
        self.draw.rectangle((px(margin), px(margin), px(w - margin), px(h - margin)), fill=tint)
        paper = self.image.getpixel((2, 2))
        self.draw.rectangle((px(inner), px(inner), px(w - inner), px(h - inner)), fill=paper)
        self.box(margin, margin, w - margin, h - margin, colour, 5)
        self.box(inner, inner, w - inner, h - inner, colour, 3)
        for x in (margin + 3, w / 2, w - margin - 3):
            for y in (margin + 3, h - margin - 3):
                self._rosette(x, y, colour)

    def _rosette(self, x: float, y: float, colour: tuple[int, int, int]) -> None:
        for r, wide in ((2.3, 3), (1.3, 4)):
            self.draw.ellipse(
                (px(x - r), px(y - r), px(x + r), px(y + r)), outline=colour, width=wide
            )

    def emblem(self, x: float, y: float, r: float, colour: tuple[int, int, int]) -> None:
        """An invented emblem: a bowl under a sunrise in a ring."""
        d = self.draw
        d.ellipse((px(x - r), px(y - r), px(x + r), px(y + r)), outline=colour, width=5)
        for i in range(9):
            a = math.pi * (1 + i / 8)
            self.line(
                x + 0.35 * r * math.cos(a),
                y + 0.35 * r * math.sin(a),
                x + 0.75 * r * math.cos(a),
                y + 0.75 * r * math.sin(a),
                colour,
                5,
            )
        d.pieslice(
            (px(x - 0.5 * r), px(y - 0.42 * r), px(x + 0.5 * r), px(y + 0.58 * r)),
            0,
            180,
            fill=colour,
        )
        self.line(x, y + 0.5 * r, x, y + 0.8 * r, colour, 7)

    def portrait(self, x: float, y: float, w: float, h: float, long_hair: bool = False) -> None:
        """A photograph of nobody."""
        d = self.draw
        d.rectangle((px(x), px(y), px(x + w), px(y + h)), fill=(206, 212, 218))
        skin, coat, hair = (203, 170, 148), (70, 84, 110), (74, 58, 48)
        cx = x + w / 2
        if long_hair:
            d.rounded_rectangle(
                (px(cx - 0.27 * w), px(y + 0.28 * h), px(cx + 0.27 * w), px(y + 0.72 * h)),
                radius=px(0.1 * w),
                fill=hair,
            )
        d.pieslice(
            (px(x + 0.06 * w), px(y + 0.66 * h), px(x + 0.94 * w), px(y + 1.34 * h)),
            180,
            360,
            fill=coat,
        )
        d.rectangle(
            (px(cx - 0.09 * w), px(y + 0.5 * h), px(cx + 0.09 * w), px(y + 0.7 * h)), fill=skin
        )
        d.ellipse(
            (px(cx - 0.25 * w), px(y + 0.13 * h), px(cx + 0.25 * w), px(y + 0.45 * h)), fill=hair
        )
        d.ellipse(
            (px(cx - 0.21 * w), px(y + 0.2 * h), px(cx + 0.21 * w), px(y + 0.6 * h)), fill=skin
        )
        for side in (-1, 1):
            ex = cx + side * 0.085 * w
            d.ellipse(
                (px(ex - 0.02 * w), px(y + 0.37 * h), px(ex + 0.02 * w), px(y + 0.395 * h)),
                fill=BLACK,
            )
        self.line(cx - 0.06 * w, y + 0.51 * h, cx + 0.06 * w, y + 0.51 * h, (140, 84, 80), 5)

    def stamp(
        self,
        x: float,
        y: float,
        ring: str,
        core: tuple[str, ...],
        r: float = 19,
        colour: tuple[int, int, int] = STAMP,
    ) -> None:
        """A round seal, a little turned, its ink mixing with what lies under it."""
        size = px(2 * r) + 20
        c = size / 2
        ink = Image.new("RGB", (size, size), "white")
        d = ImageDraw.Draw(ink)
        for part, wide in ((1.0, 9), (0.93, 3), (0.62, 4)):
            q = px(r) * part
            d.ellipse((c - q, c - q, c + q, c + q), outline=colour, width=wide)
        points = min(8.0, 8.0 * 44 / max(len(ring), 1)) * r / 19
        face = font("sans-bold", points)
        q = px(r) * 0.775
        step = 2 * math.pi / (len(ring) + 2)
        for i, letter in enumerate(ring):
            a = -math.pi * 1.5 + step * (i + 1.5)
            cell = Image.new("L", (120, 120), 0)
            ImageDraw.Draw(cell).text((60, 60), letter, fill=255, font=face, anchor="mm")
            cell = cell.rotate(-math.degrees(a) - 90, Image.Resampling.BICUBIC)
            at = (round(c + q * math.cos(a)) - 60, round(c + q * math.sin(a)) - 60)
            ink.paste(colour, at, cell)
        small = font("sans-bold", 6.2 * r / 19)
        for i, words in enumerate(core):
            dy = (i - (len(core) - 1) / 2) * px(3.3 * r / 19)
            d.text((c, c + dy), words, fill=colour, font=small, anchor="mm")
        turn = self.random.uniform(-14, 14)
        ink = ink.rotate(turn, Image.Resampling.BICUBIC, fillcolor="white")
        left, top = px(x) - size // 2, px(y) - size // 2
        spot = (left, top, left + size, top + size)
        self.image.paste(ImageChops.multiply(self.image.crop(spot), ink), (left, top))

    def signature(self, x: float, y: float, width: float = 30) -> None:
        """Strokes of a pen, different for every seed."""
        rnd = self.random
        points: list[tuple[float, float]] = []
        at = 0.0
        while at < 1:
            points.append((x + at * width, y + rnd.uniform(-4.5, 2.5) * (1.1 - 0.7 * at)))
            at += rnd.uniform(0.05, 0.13) - (0.04 if rnd.random() < 0.3 else 0)
        points.append((x + width * 1.15, y - 3))
        curve = _smooth(points)
        for (x1, y1), (x2, y2) in itertools.pairwise(curve):
            wide = 5 + (2 if y2 > y1 else -1)
            self.draw.line((px(x1), px(y1), px(x2), px(y2)), fill=PEN, width=wide)

    def barcode(self, x: float, y: float, width: float, height: float) -> None:
        """Black bars of no meaning."""
        at = x
        while at < x + width - 1.2:
            bar = self.random.choice((0.3, 0.3, 0.6, 0.9))
            self.draw.rectangle((px(at), px(y), px(at + bar) - 1, px(y + height)), fill=BLACK)
            at += bar + self.random.choice((0.3, 0.6, 0.6))

    def scan(self, noise: float = 1.2) -> Image.Image:
        """The sheet as a good scanner gives it: sharp, with a little grain.

        Without grain it is what PNG can press.
        """
        if not noise:
            return self.image.copy()
        image = self.image.filter(ImageFilter.GaussianBlur(0.6))
        pixels = np.asarray(image, dtype=np.float32)
        height, width = pixels.shape[:2]
        grain = np.random.default_rng(self.seed).normal(0, noise, (height, width, 1))
        pixels = pixels + grain.astype(np.float32)
        return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))


def _smooth(points: list[tuple[float, float]], steps: int = 14) -> list[tuple[float, float]]:
    # Catmull-Rom spline through the points.
    padded = [points[0], *points, points[-1]]
    curve = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for i in range(steps):
            t = i / steps
            curve.append(
                tuple(
                    0.5
                    * (
                        2 * b
                        + (c - a) * t
                        + (2 * a - 5 * b + 4 * c - d) * t * t
                        + (3 * b - a - 3 * c + d) * t * t * t
                    )
                    for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
                )
            )
    return [*curve, points[-1]]  # type: ignore[list-item]
