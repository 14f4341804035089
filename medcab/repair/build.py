"""From leaves to a PDF: one page each, at its true size, samples as they were where they fit."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any, Final

from medcab.repair import recompress
from medcab.repair.encode import Encoded, as_jpeg, as_lossless, as_stream
from medcab.repair.images import Leaf
from medcab.repair.model import Note, RepairError
from medcab.text import N_

__all__ = ["build", "save", "too_large"]

_PAGE: Final = 1500  # bytes that a page takes beside its picture, rounded up
_RECODED: Final = 92  # for samples that went through JPEG before and had to be changed


def build(
    leaves: Sequence[Leaf], limit: int | None, dpi: int, floor: int, *, grey: bool
) -> tuple[bytes, list[Note]]:
    """A PDF of ``leaves`` of at most ``limit`` bytes.

    Raises:
        RepairError: it does not fit even at the least quality.
    """
    budget = None if limit is None else limit - _PAGE * (len(leaves) + 2)
    lossless = [_first(leaf) for leaf in leaves]
    notes: list[Note] = []
    if budget is None or sum(len(e.data) for e in lossless) <= budget:
        return _pdf(leaves, lossless), notes
    pictures = [
        recompress.Picture(
            load=_loader(leaf, dpi),
            stored=len(first.data),
            reducible=min(leaf.dpi) > dpi * 1.05,
        )
        for leaf, first in zip(leaves, lossless, strict=True)
    ]
    fitted = recompress.fit(pictures, budget, floor, grey=grey)
    if fitted is None:
        raise too_large(limit or 0)
    notes.append(Note(N_("JPEG quality {quality}"), {"quality": fitted.quality}))
    chosen = [new or old for new, old in zip(fitted.encoded, lossless, strict=True)]
    return _pdf(leaves, chosen), notes


def too_large(limit: int) -> RepairError:
    """The error for what does not fit."""
    return RepairError(
        N_("Even with the least quality the file stays larger than {limit} MB."),
        hint=N_(
            "Scan in grey where colour is not needed, or divide the document, where the portal "
            "takes several files."
        ),
        limit=round(limit / 2**20, 2),
    )


def save(pdf: Any) -> bytes:
    """The bytes of a pikepdf document: same content, same bytes, no trace of a program."""
    import pikepdf

    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # widgets without a form: they are dealt with elsewhere
        pdf.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            encryption=False,
            preserve_pdfa=False,
            fix_metadata_version=False,
        )
    return out.getvalue()


def _first(leaf: Leaf) -> Encoded:
    """The samples as they are; anew, in the best form, where they were changed."""
    if leaf.encoded is not None:
        return leaf.encoded
    if leaf.lossy and leaf.image.mode != "1":
        return as_jpeg(leaf.image, _RECODED)
    return as_lossless(leaf.image)


def _loader(leaf: Leaf, dpi: int) -> Any:
    def load() -> Any:
        if leaf.image is None and leaf.encoded is not None and leaf.encoded.kind == "jpeg":
            return recompress.decode_jpeg(leaf.encoded.data, leaf.dpi, dpi)
        return recompress.reduced(leaf.decoded(), leaf.dpi, dpi)

    return load


def _pdf(leaves: Sequence[Leaf], pictures: Sequence[Encoded]) -> bytes:
    import pikepdf

    pdf = pikepdf.new()
    for leaf, encoded in zip(leaves, pictures, strict=True):
        first = leaf.encoded.size if leaf.encoded is not None else leaf.image.size
        width, height = (side * 72 / one for side, one in zip(first, leaf.dpi, strict=True))
        content = f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /Scan Do Q".encode("ascii")
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=[0, 0, round(width, 4), round(height, 4)],
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=as_stream(pdf, encoded))),
            Contents=pikepdf.Stream(pdf, content),
        )
        if leaf.turn:
            page.Rotate = leaf.turn
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return save(pdf)
