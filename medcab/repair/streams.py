"""Image streams of a PDF: how they are coded, and their samples as a Pillow image."""

from __future__ import annotations

import io
from typing import Any, Final

from medcab.repair import recompress
from medcab.repair.encode import Encoded

__all__ = ["JPX", "decode", "is_jpeg", "may_change", "only_filter", "size_of", "space_for"]

JPX: Final = "/JPXDecode"
_JPEG: Final = frozenset({"/DCTDecode", "/DCT"})
_DEVICE: Final = frozenset({"/DeviceGray", "/DeviceRGB", "/CalGray", "/CalRGB"})


def decode(stream: Any, at: tuple[float, float] | None, dpi: int) -> Any | None:
    """The samples as L, RGB or 1; None when they cannot be had.

    Args:
        stream: an image XObject.
        at: its resolution across and down, to bring it down to ``dpi``; None leaves it as it is.
        dpi: no more than this.
    """
    import pikepdf

    if is_jpeg(stream):
        return recompress.decode_jpeg(bytes(stream.read_raw_bytes()), at, dpi)
    try:
        if only_filter(stream) == JPX:
            image = _jpeg_2000(stream)
            image.load()
        else:
            image = pikepdf.PdfImage(stream).as_pil_image()
    except (pikepdf.PdfError, NotImplementedError, ValueError, TypeError, OSError, SyntaxError,
            AttributeError):  # fmt: skip
        return None
    if image.mode not in {"1", "L", "RGB"}:
        image = image.convert("RGB")
    return image if at is None else recompress.reduced(image, at, dpi)


def _jpeg_2000(stream: Any) -> Any:
    """A JPEG 2000, not decoded yet; it tells its colours itself (ISO 32000-1, 7.4.9).

    Raises:
        OSError: it is broken.
        ValueError: it has other samples than eight bits of grey or RGB, or not those promised.
    """
    from PIL import Image

    image: Any = Image.open(io.BytesIO(bytes(stream.read_raw_bytes())), formats=("JPEG2000",))
    if image.mode not in {"L", "RGB"} or image.size != size_of(stream):
        raise ValueError(image.mode)
    return image


def only_filter(stream: Any) -> str:
    """The only filter of a stream; empty where there are none or several."""
    import pikepdf

    filters = stream.get("/Filter")
    if isinstance(filters, pikepdf.Array):
        filters = filters[0] if len(filters) == 1 else None
    return "" if filters is None else str(filters)


def may_change(stream: Any) -> bool:
    """Whether samples and colours of this stream are understood well enough to code them anew."""
    import pikepdf

    if any(key in stream for key in ("/ImageMask", "/Mask", "/Decode", "/Matte")):
        return False
    coding = only_filter(stream)
    space = stream.get("/ColorSpace")
    if coding == JPX and not _is_plain_jpeg_2000(stream):
        return False
    if coding == JPX and space is None:
        return True
    if isinstance(space, pikepdf.Array) and len(space):
        if space[0] == "/ICCBased":
            return _components(space) in (1, 3) and coding in _JPEG | {"/FlateDecode", JPX}
        return space[0] in ("/Indexed", "/CalGray", "/CalRGB") and coding == "/FlateDecode"
    return str(space) in _DEVICE and coding in _JPEG | {"/FlateDecode", "/LZWDecode", JPX}


def _is_plain_jpeg_2000(stream: Any) -> bool:
    try:
        return not stream.get("/SMaskInData", 0) and _jpeg_2000(stream) is not None
    except (OSError, SyntaxError, ValueError):
        return False


def _components(space: Any) -> int:
    try:
        return int(space[1].get("/N", 0))
    except (AttributeError, IndexError, TypeError, ValueError):
        return 0


def space_for(stream: Any, encoded: Encoded) -> Any:
    """The profile of the picture where it still fits its channels."""
    import pikepdf

    space = stream.get("/ColorSpace")
    if isinstance(space, pikepdf.Array) and len(space) > 1 and space[0] == "/ICCBased":
        return space if _components(space) == encoded.channels else None
    return None


def is_jpeg(stream: Any) -> bool:
    """Whether the stream is a JPEG and nothing around it."""
    return only_filter(stream) in _JPEG


def size_of(stream: Any) -> tuple[int, int] | None:
    """Samples across and down, as declared; None when that is not said."""
    try:
        return int(stream.get("/Width")), int(stream.get("/Height"))
    except (TypeError, ValueError):
        return None
