"""Pages to files: PDF, JPEG and PNG at a true 300 dpi, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

from PIL import Image

from samples.make.drawing import DPI

QUALITY = 36


def jpeg(image: Image.Image, dpi: int = DPI, quality: int = QUALITY) -> bytes:
    """A baseline JPEG that says its resolution in the JFIF header."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, dpi=(dpi, dpi), subsampling="4:2:0")
    return out.getvalue()


def png(image: Image.Image, dpi: int = DPI) -> bytes:
    """A truecolour PNG that says its resolution in the pHYs chunk."""
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True, dpi=(dpi, dpi))
    return out.getvalue()


def pdf(pages: Sequence[Image.Image], dpi: float = DPI, quality: int = QUALITY) -> bytes:
    """A PDF of scans: one JPEG a page, drawn over the whole page at ``dpi``."""
    import pikepdf

    document = pikepdf.new()
    for image in pages:
        width, height = (side * 72 / dpi for side in image.size)
        scan = pikepdf.Stream(document, jpeg(image, quality=quality))
        scan.Type = pikepdf.Name.XObject
        scan.Subtype = pikepdf.Name.Image
        scan.Width, scan.Height = image.size
        scan.ColorSpace = pikepdf.Name.DeviceGray if image.mode == "L" else pikepdf.Name.DeviceRGB
        scan.BitsPerComponent = 8
        scan.Filter = pikepdf.Name.DCTDecode
        content = f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /Scan Do Q".encode("ascii")
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=[0, 0, round(width, 4), round(height, 4)],
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=scan)),
            Contents=pikepdf.Stream(document, content),
        )
        document.pages.append(pikepdf.Page(document.make_indirect(page)))
    return save(document)


def save(document: object, **how: object) -> bytes:
    """The bytes of a pikepdf document, with an identifier that depends on its content alone."""
    out = io.BytesIO()
    how.setdefault("deterministic_id", True)
    how.setdefault("min_version", "1.4")
    document.save(out, **how)  # type: ignore[attr-defined]
    return out.getvalue()


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip with the names in UTF-8 and one date for all."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (2026, 11, 2, 12, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, data)
    return out.getvalue()
