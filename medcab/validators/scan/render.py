"""Pages drawn by pdfium, as they are seen or with their pictures alone."""

from __future__ import annotations

import io
from itertools import islice
from typing import Any, Final, Self

__all__ = ["Renderer"]

_MOST_COUNTED: Final = 400  # objects on a page whose number matters
_DEEPEST: Final = 6


class Renderer:
    """pdfium, opened when the first page asks for it."""

    def __init__(self, where: Any) -> None:
        self._where = where
        self._document: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._document is not None:
            self._document.close()

    def draw(self, number: int, scale: float, *, bare: bool = False) -> Any:
        """The page as a Pillow image in colour, as displayed.

        Args:
            number: of the page, 1-based.
            scale: pixels a point.
            bare: without the text and the lines that lie over its pictures.
        """
        page = self._page(number)
        try:
            if bare:
                for one in list(_added(page)):
                    page.remove_obj(one)
            bitmap = page.render(scale=scale, rev_byteorder=True)
            image = bitmap.to_pil().convert("RGB")
            bitmap.close()
            return image
        finally:
            page.close()

    def added(self, number: int) -> tuple[int, int]:
        """Characters, and lines or areas, that are on the page besides its pictures."""
        page = self._page(number)
        try:
            text = page.get_textpage()
            characters = text.count_chars()
            text.close()
            return characters, sum(_is_drawn(one) for one in islice(_added(page), _MOST_COUNTED))
        finally:
            page.close()

    def _page(self, number: int) -> Any:
        import pypdfium2

        if self._document is None:
            if isinstance(self._where, io.BytesIO):
                self._document = pypdfium2.PdfDocument(self._where.getvalue())
            else:
                self._document = pypdfium2.PdfDocument(self._where)
            if self._document.get_formtype():
                self._document.init_forms()
        return self._document[number - 1]


def _added(page: Any) -> Any:
    from pypdfium2 import raw

    kinds = [raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH]
    return page.get_objects(filter=kinds, max_depth=_DEEPEST)


def _is_drawn(one: Any) -> bool:
    from pypdfium2 import raw

    return bool(one.type == raw.FPDF_PAGEOBJ_PATH)
