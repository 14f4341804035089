"""Invented Russian in the typefaces of this machine, for pages made from seeds."""

from __future__ import annotations

import random
from functools import cache

from PIL import ImageFont

from samples.make.drawing import Sheet, _font_files, px

__all__ = ["FACES", "Writer", "face"]

FACES = (
    "LiberationSerif-Regular",
    "LiberationSans-Regular",
    "LiberationSansNarrow-Regular",
    "LiberationMono-Regular",
    "DejaVuSans",
    "DejaVuSerif",
    "DejaVuSansMono",
    "DejaVuSansCondensed",
    "LiberationSerif-Bold",
    "DejaVuSerif-Italic",
)
_START = [
    "при",
    "раз",
    "пере",
    "вы",
    "до",
    "за",
    "на",
    "о",
    "под",
    "по",
    "про",
    "с",
    "у",
    "из",
    "от",
    "без",
    "над",
]
_ROOT = [
    "вод",
    "ход",
    "нос",
    "каз",
    "пис",
    "гляд",
    "став",
    "лож",
    "мер",
    "чит",
    "лет",
    "стро",
    "дел",
    "вед",
    "рук",
    "дом",
    "леч",
    "врач",
    "бор",
    "двиг",
]
_END = [
    "ение",
    "ить",
    "ает",
    "ный",
    "ого",
    "ому",
    "ами",
    "ах",
    "ости",
    "ка",
    "ки",
    "ов",
    "ий",
    "ая",
    "ою",
    "ется",
    "ились",
    "ция",
    "ник",
]


@cache
def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A typeface of this machine at ``size`` pixels."""
    files = _font_files()
    path = files.get(name.lower()) or files["dejavusans"]
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


class Writer:
    """Writes invented Russian on a sheet in one typeface."""

    def __init__(self, on: Sheet, rnd: random.Random, ink: tuple[int, int, int]) -> None:
        self.on, self.rnd, self.ink = on, rnd, ink
        self.name = rnd.choice(FACES)

    def word(self) -> str:
        """An invented word, or a number now and then."""
        rnd = self.rnd
        if rnd.random() < 0.08:
            return str(rnd.randrange(1, 99_999))
        word = rnd.choice(_START) * (rnd.random() < 0.6) + rnd.choice(_ROOT) + rnd.choice(_END)
        return word.capitalize() if rnd.random() < 0.12 else word

    def words(self, n: int) -> str:
        """Several words."""
        return " ".join(self.word() for _ in range(n))

    def line(self, x: float, y: float, text: str, points: float, anchor: str = "la") -> float:
        """One line at millimetres; return its length."""
        font = face(self.name, round(points * 300 / 72))
        self.on.draw.text((px(x), px(y)), text, fill=self.ink, font=font, anchor=anchor)
        return font.getlength(text) * 25.4 / 300

    def text(self, x: float, y: float, width: float, rows: int, points: float) -> float:
        """Paragraph of ``rows`` lines, ragged right; return the y below."""
        font = face(self.name, round(points * 300 / 72))
        step = points * self.rnd.uniform(1.15, 1.5) * 25.4 / 72
        for row in range(rows):
            line = self.word()
            limit = px(width) * (self.rnd.uniform(0.2, 0.8) if row == rows - 1 else 1)
            while True:
                longer = f"{line} {self.word()}{self.rnd.choice(['', '', '', ',', '.'])}"
                if font.getlength(longer) > limit:
                    break
                line = longer
            self.line(x + (6 if row == 0 else 0), y, line, points)
            y += step
        return y + step * 0.4
