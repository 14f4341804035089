"""What all PDF documents of medcab are made of: fonts, paragraphs of plain text, numbered pages.

The fonts are embedded as subsets of DejaVu Sans, since the fonts of reportlab have no Cyrillic.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from medcab.formats.encoding import xml_text
from medcab.text import N_, Translator

if TYPE_CHECKING:
    from medcab.formats.base import Box
    from medcab.formats.pictures import Picture

__all__ = [
    "BOLD",
    "FONT",
    "INK",
    "LINE",
    "SHADE",
    "SOFT",
    "Numbered",
    "Photo",
    "Style",
    "Text",
    "binary_streams",
    "colour",
    "lines_of",
    "numbered",
    "plain",
    "register_fonts",
]

INK: Final = "#1b1f24"
SOFT: Final = "#545b66"
LINE: Final = "#c4c9d1"
SHADE: Final = "#eceff3"
FONT, BOLD = "MedcabSans", "MedcabSans-Bold"
_FRAME: Final = "#c1121f"
_TOTAL: Final = "total"  # name of the form that holds the number of pages


def plain(text: str) -> str:
    """Text that XML and UTF-8 can carry."""
    return xml_text(text.encode("utf-8", "backslashreplace").decode("utf-8"))


@cache
def register_fonts() -> None:
    """Make the fonts known to reportlab, once."""
    for name, file in ((FONT, "DejaVuSans.ttf"), (BOLD, "DejaVuSans-Bold.ttf")):
        data = (resources.files("medcab") / "fonts" / file).read_bytes()
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(data)))


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph looks; the names are those that reportlab asks for."""

    size: float
    font: str = FONT
    colour: str = INK
    spaceBefore: float = 0.0  # noqa: N815
    spaceAfter: float = 0.0  # noqa: N815
    keepWithNext: int = 0  # noqa: N815

    @property
    def leading(self) -> float:
        """From one line to the next."""
        return self.size * 1.32


@cache
def colour(value: str) -> Any:
    """The colour object of ``#rrggbb``: made once, since each paragraph asks for it."""
    return HexColor(value)


@lru_cache(maxsize=20_000)
def _width(word: str, font: str) -> float:
    return float(pdfmetrics.stringWidth(word, font, 1))


def lines_of(text: str, font: str, size: float, width: float) -> list[str]:
    """Break ``text`` into lines no wider than ``width``; words that are wider are broken too."""
    lines: list[str] = []
    limit = width / size
    space = _width(" ", font)
    for paragraph in text.split("\n"):
        line: list[str] = []
        room = limit
        for word in paragraph.split(" "):
            wide = _width(word, font)
            if wide > room and line:
                lines.append(" ".join(line))
                line, room = [], limit
            while wide > limit and len(word) > 1:
                piece = _fitting(word, font, limit)
                lines.append(word[:piece])
                word = word[piece:]
                wide = _width(word, font)
            line.append(word)
            room -= wide + space
        lines.append(" ".join(line))
    return lines


def _fitting(word: str, font: str, limit: float) -> int:
    """How many characters of ``word`` fit, at least one."""
    used = 0.0
    for count, character in enumerate(word):
        used += _width(character, font)
        if used > limit:
            return max(1, count)
    return len(word)


class Text(Flowable):  # type: ignore[misc]
    """A paragraph of plain text in one style.

    Nothing in the text is markup, and it costs a fifth of reportlab's own paragraph, which reads
    XML and weighs every fragment: reports hold thousands of them.
    """

    def __init__(self, text: str, style: Style) -> None:
        super().__init__()
        self.text, self.style = text, style
        self._lines: list[str] = []
        self._fits: float | None = None

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Size of the paragraph when it is ``width`` wide."""
        if self.text and self._fits != width:
            self._lines = lines_of(self.text, self.style.font, self.style.size, width)
            self._fits = width
        self.width = width
        self.height = len(self._lines) * self.style.leading
        return width, self.height

    def split(self, width: float, height: float) -> list[Text]:
        """Two paragraphs, the first no higher than ``height``; none when no line fits.

        An empty paragraph takes no room, so the second may be empty.
        """
        self.wrap(width, height)
        fitting = int((height + 1e-6) / self.style.leading)
        lines = self._lines
        if fitting <= 0:
            return []
        return [Text("\n".join(some), self.style) for some in (lines[:fitting], lines[fitting:])]

    def draw(self) -> None:
        """Write the lines on the canvas."""
        style = self.style
        pen = self.canv.beginText(0, self.height - style.size)
        pen.setFont(style.font, style.size, style.leading)
        pen.setFillColor(colour(style.colour))
        for line in self._lines:
            pen.textLine(line)
        self.canv.drawText(pen)


class _Jpeg(ImageReader):  # type: ignore[misc]
    """A picture that goes into the document as it is: nothing is decoded to give it a name."""

    _dataA = None  # noqa: N815 - reportlab's name; there is no transparency in a JPEG

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self._name = hashlib.sha256(data).digest()

    def getRGBData(self) -> bytes:  # noqa: N802 - reportlab's name; it only tells pictures apart
        return self._name


class Photo(Flowable):  # type: ignore[misc]
    """A picture, with a frame around ``box`` (shares of the picture) drawn over it."""

    def __init__(self, picture: Picture, scale: float, box: Box | None = None) -> None:
        super().__init__()
        self.picture, self.box = picture, box
        self.width, self.height = picture.width * scale, picture.height * scale

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Size of the picture: it is what it is."""
        return self.width, self.height

    def draw(self) -> None:
        """Put the picture on the canvas, and the frame over it."""
        data = self.picture.data
        jpeg = self.picture.media_type == "image/jpeg"
        reader = _Jpeg(data) if jpeg else ImageReader(io.BytesIO(data))
        self.canv.drawImage(reader, 0, 0, self.width, self.height)
        if self.box is None:
            return
        left, right = sorted(min(max(v, 0.0), 1.0) * self.width for v in self.box[::2])
        top, bottom = sorted(min(max(v, 0.0), 1.0) * self.height for v in self.box[1::2])
        self.canv.setStrokeColor(colour(_FRAME))
        self.canv.setLineWidth(1.2)
        self.canv.rect(left, self.height - bottom, right - left, bottom - top)


def _pack(page: Any) -> None:
    """Compress what a finished page shows now: reportlab keeps all pages as text until the end."""
    packed = zlib.compress(page.stream.encode("utf-8"))
    page.Contents = PDFStream(PDFDictionary({"Filter": PDFName("FlateDecode")}), packed)
    page.stream = None


@contextlib.contextmanager
def binary_streams() -> Iterator[None]:
    """Let reportlab write streams as they are, and not as ASCII: smaller, and much quicker."""
    before = rl_config.useA85
    rl_config.useA85 = 0
    try:
        yield
    finally:
        rl_config.useA85 = before


class Numbered(Canvas):  # type: ignore[misc]
    """Pages with a footer and "page N of M".

    M is known at the end only: every page shows one form that is written last, so that no page
    waits in memory for it.
    """

    footer: str = ""
    margin: float = 51.0
    tr: Translator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Otherwise each page begins with a Helvetica that is not embedded.
        super().__init__(*args, **{**kwargs, "initialFontName": FONT})

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Finish the page with its footer."""
        self.saveState()
        self.setFont(FONT, 7.5)
        self.setFillColor(SOFT)
        self.drawString(self.margin, 32, self.footer)
        mark = "\0"
        of = self.tr(N_("Page {page} of {pages}"), page=self._pageNumber, pages=mark)
        right = self._pagesize[0] - self.margin - 24
        self.drawRightString(right, 32, of.partition(mark)[0])
        self.translate(right, 32)
        self.doForm(_TOTAL)
        self.restoreState()
        super().showPage()
        _pack(self._doc.Pages.pages[-1])

    def save(self) -> None:
        """Write the number of pages and end the document."""
        if len(self._code):
            self.showPage()
        self.beginForm(_TOTAL, 0, -4, 60, 12)
        self.setFont(FONT, 7.5)
        self.setFillColor(SOFT)
        self.drawString(0, 0, str(self._pageNumber - 1))
        self.endForm()
        super().save()


def numbered(said: str, translator: Translator, margin: float = 51.0) -> type[Numbered]:
    """The class of canvas whose pages say ``said`` at their foot, ``margin`` from their edges."""
    about = {"footer": said, "tr": staticmethod(translator), "margin": margin}
    return type("Numbered", (Numbered,), about)
