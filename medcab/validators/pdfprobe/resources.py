"""XObjects, patterns and appearances of a document, read once and kept as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from medcab.validators.facts import LimitHit, ProbeLimits
from medcab.validators.pdfprobe.coverage import Box, Matrix
from medcab.validators.pdfprobe.geometry import box_of, entry, matrix_of, name_text
from medcab.validators.pdfprobe.imagedata import inspect_image
from medcab.validators.pdfprobe.layers import Layers
from medcab.validators.pdfprobe.streams import LimitReached, content_of
from medcab.validators.pdfprobe.tokens import InlineImage, operators

__all__ = ["FormInfo", "ImageInfo", "Store"]

_EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)
_KEEP_OPERATORS = 2_000
_HIDDEN = 2 | 32  # annotation flags Hidden and NoView (ISO 32000-1, table 165)
_MAX_ANNOTATIONS = 5_000


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """An image as stored.

    Attributes:
        width: samples across, as declared.
        height: samples down.
        manner: ``opaque``, ``mask`` or ``soft`` (see :meth:`Coverage.paint`).
        seen_width: samples that decide what is seen: those of a 1-bit mask where there is one,
            those of the JPEG itself where it holds fewer than declared.
        seen_height: the same.
        limits: limits met in the image itself.
        damage: what is wrong with its data.
        unsure: it cannot be told whether something is.
    """

    width: int
    height: int
    manner: str
    seen_width: int
    seen_height: int
    limits: tuple[LimitHit, ...] = ()
    damage: str = ""
    unsure: bool = False

    @classmethod
    def inline(cls, image: InlineImage) -> ImageInfo:
        """Of an inline image."""
        manner = "mask" if image.mask else "opaque"
        return cls(image.width, image.height, manner, image.width, image.height)


@dataclass(frozen=True, slots=True, eq=False)
class FormInfo:
    """A content stream that is drawn as a unit."""

    key: tuple[int, int]
    stream: Any
    matrix: Matrix
    bbox: Box
    resources: Any


class Store:
    """Resources of one document.

    Args:
        limits: what a stream may be.
        layers: of the document.
        decode: decode pictures to see whether their data is whole.

    Attributes:
        broken: content that cannot be unpacked, and XObjects that are drawn and not there.
    """

    def __init__(self, limits: ProbeLimits, layers: Layers, *, decode: bool = False) -> None:
        self.limits = limits
        self.layers = layers
        self.broken: list[str] = []
        self._decode = decode
        self._images: dict[tuple[int, int], ImageInfo] = {}
        self._forms: dict[tuple[int, int], FormInfo] = {}
        self._tokens: dict[tuple[int, int], list[Any]] = {}

    def scope(self, resources: Any) -> Any:
        """A resource dictionary, or None where it is none."""
        import pikepdf

        return resources if isinstance(resources, pikepdf.Dictionary) else None

    def page_content(self, page: Any) -> bytes:
        """Content of a page: its streams with a space between (ISO 32000-1, 7.8.2)."""
        import pikepdf

        contents = page.obj.get("/Contents")
        if isinstance(contents, pikepdf.Stream):
            return content_of(contents, self.limits, self.broken)
        if not isinstance(contents, pikepdf.Array):
            return b""
        parts: list[bytes] = []
        total = 0
        for item in contents:
            if isinstance(item, pikepdf.Stream):
                parts.append(content_of(item, self.limits, self.broken))
                total += len(parts[-1])
            if total > self.limits.stream:
                raise LimitReached("stream", self.limits.stream, total)
        return b"\n".join(parts)

    def tokens(self, form: FormInfo) -> Iterable[Any]:
        """Operators of a form; short ones are kept, since bombs draw them again and again."""
        known = self._tokens.get(form.key)
        if known is not None:
            return known
        stream = operators(content_of(form.stream, self.limits, self.broken))
        start = list(islice(stream, _KEEP_OPERATORS + 1))
        if len(start) <= _KEEP_OPERATORS:
            self._tokens[form.key] = start
            return start
        return _chain(start, stream)

    def xobject(self, scope: Any, name: bytes) -> ImageInfo | FormInfo | None:
        """What ``/name Do`` draws."""
        stream = _resource(scope, "/XObject", name)
        if not _is_stream(stream):
            return None
        if "/OC" in stream and self.layers.hides(stream.get("/OC")):
            return None
        kind = stream.get("/Subtype")
        if kind == "/Image":
            return self._image(stream)
        if kind == "/Form" or "/BBox" in stream:
            return self.form(stream)
        return None

    def miss(self, scope: Any, name: bytes, *, page: bool) -> None:
        """Note ``/name Do`` where there is no such XObject.

        A form without resources of its own may use those of the page, as old files do.
        """
        if (page or scope is not None) and _resource(scope, "/XObject", name) is None:
            self.broken.append("an XObject is missing")

    def pattern(self, scope: Any, name: bytes) -> FormInfo | None:
        """A tiling pattern."""
        stream = _resource(scope, "/Pattern", name)
        return self.form(stream) if _is_stream(stream) else None

    def see_through(self, scope: Any, name: bytes) -> bool | None:
        """Whether a graphics state lets what is below shine through; None when it does not say."""
        import pikepdf

        state = _resource(scope, "/ExtGState", name)
        if state is None:
            return None
        alpha, blend, mask = state.get("/ca"), state.get("/BM"), state.get("/SMask")
        if alpha is None and blend is None and mask is None:
            return None
        if isinstance(blend, pikepdf.Array):
            blend = blend[0] if len(blend) else None
        return (
            (alpha is not None and float(alpha) < 1)
            or (blend is not None and blend not in ("/Normal", "/Compatible"))
            or isinstance(mask, pikepdf.Dictionary)
        )

    def hides(self, scope: Any, name: bytes) -> bool:
        """Whether marked content ``/OC /name BDC`` is switched off."""
        return self.layers.hides(_resource(scope, "/Properties", name))

    def form(self, stream: Any) -> FormInfo:
        """A form, pattern or appearance from its stream."""
        key = stream.objgen
        known = self._forms.get(key)
        if known is None:
            known = FormInfo(
                key=key,
                stream=stream,
                matrix=matrix_of(stream.get("/Matrix")),
                bbox=box_of(stream.get("/BBox")) or _EVERYWHERE,
                resources=stream.get("/Resources"),
            )
            self._forms[key] = known
        return known

    def annotations(self, page: Any) -> Iterator[tuple[str, FormInfo | None, Box]]:
        """(subtype, appearance or None, rectangle) of each annotation of a page."""
        import pikepdf

        listed = page.obj.get("/Annots")
        if not isinstance(listed, pikepdf.Array):
            return
        if len(listed) > _MAX_ANNOTATIONS:
            raise LimitReached("objects", _MAX_ANNOTATIONS, len(listed))
        for item in listed:
            if not isinstance(item, pikepdf.Dictionary):
                continue
            subtype = name_text(item.get("/Subtype"))
            flags = item.get("/F", 0)
            rect = box_of(item.get("/Rect"))
            stream = None
            hidden = isinstance(flags, int) and flags & _HIDDEN
            if (
                subtype != "Popup"
                and rect
                and not hidden
                and not self.layers.hides(item.get("/OC"))
            ):
                stream = _appearance(item)
            yield subtype, None if stream is None else self.form(stream), rect or _EVERYWHERE

    def _image(self, stream: Any) -> ImageInfo:
        known = self._images.get(stream.objgen)
        if known is None:
            known = self._read_image(stream)
            self._images[stream.objgen] = known
        return known

    def _read_image(self, stream: Any) -> ImageInfo:
        width, height = _count(stream.get("/Width")), _count(stream.get("/Height"))
        data = inspect_image(stream, width, height, self.limits, decode=self._decode)
        seen = (data.width, data.height)
        manner = "mask" if stream.get("/ImageMask") is True else "opaque"
        mask, soft = stream.get("/Mask"), stream.get("/SMask")
        stencil = _one_bit(mask) or _one_bit(soft)
        if stencil is not None:
            manner = "mask"
            seen = max(seen[0], stencil[0]), max(seen[1], stencil[1])
        elif _is_stream(soft):
            manner = "soft"
        return ImageInfo(
            width, height, manner, *seen,
            limits=data.limits, damage=data.damage, unsure=data.unsure,
        )  # fmt: skip


def _chain(start: list[Any], rest: Iterator[Any]) -> Iterator[Any]:
    yield from start
    yield from rest


def _resource(scope: Any, kind: str, name: bytes) -> Any:
    if scope is None:
        return None
    import pikepdf

    table = scope.get(kind)
    if not isinstance(table, pikepdf.Dictionary):
        return None
    found = entry(table, name) if name and b"\0" not in name else None
    return found if isinstance(found, pikepdf.Stream | pikepdf.Dictionary) else None


def _appearance(annotation: Any) -> Any:
    import pikepdf

    looks = annotation.get("/AP")
    if not isinstance(looks, pikepdf.Dictionary):
        return None
    normal = looks.get("/N")
    if isinstance(normal, pikepdf.Dictionary):
        state = annotation.get("/AS")
        name = bytes(state).removeprefix(b"/") if isinstance(state, pikepdf.Name) else b""
        normal = entry(normal, name) if name else None
    return normal if isinstance(normal, pikepdf.Stream) else None


def _one_bit(mask: Any) -> tuple[int, int] | None:
    if not _is_stream(mask):
        return None
    if mask.get("/ImageMask") is not True and mask.get("/BitsPerComponent") != 1:
        return None
    return _count(mask.get("/Width")), _count(mask.get("/Height"))


def _is_stream(value: Any) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Stream)


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 < value < 1 << 31 else 0
