"""The frame of a page: crop box, rotation, unit; all inherited attributes resolved."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from medcab.validators.pdfprobe.coverage import IDENTITY, Box, Matrix, overlap

__all__ = ["Frame", "box_of", "entry", "matrix_of", "name_text"]

_LETTER: Box = (0.0, 0.0, 612.0, 792.0)
_MAX_PARENTS = 64


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a page's content is seen.

    Attributes:
        crop: in user space.
        rotation: clockwise, 0, 90, 180 or 270.
        user_unit: points of 1/72 inch in a unit of user space.
        resources: dictionary, or None.
    """

    crop: Box
    rotation: int
    user_unit: float
    resources: Any

    @classmethod
    def of(cls, page: Any) -> Frame:
        """Read the frame of a ``pikepdf.Page`` (inheritance: ISO 32000-1, 7.7.3.4)."""
        node = page.obj
        media = box_of(_inherited(node, "/MediaBox")) or _LETTER
        crop = box_of(_inherited(node, "/CropBox")) or media
        crop = overlap(crop, media)
        if crop[0] >= crop[2] or crop[1] >= crop[3]:
            crop = media
        unit = _number(node.get("/UserUnit"), 1.0)
        turn = int(_number(_inherited(node, "/Rotate"), 0.0)) % 360
        return cls(
            crop=crop,
            rotation=turn if turn % 90 == 0 else 0,
            user_unit=unit if 0 < unit < 1e6 else 1.0,
            resources=_inherited(node, "/Resources"),
        )

    @property
    def width(self) -> float:
        """Points across, as displayed."""
        return self._size()[0]

    @property
    def height(self) -> float:
        """Points down, as displayed."""
        return self._size()[1]

    def fractions(self, box: Box) -> Box | None:
        """A box of user space as (left, top, right, bottom) of the displayed page; None outside."""
        x0, y0, x1, y1 = overlap(box, self.crop)
        if not isfinite(x0 + y0 + x1 + y1) or x0 >= x1 or y0 >= y1:
            return None
        wide, high = self.crop[2] - self.crop[0], self.crop[3] - self.crop[1]
        left, right = (x0 - self.crop[0]) / wide, (x1 - self.crop[0]) / wide
        bottom, top = (y0 - self.crop[1]) / high, (y1 - self.crop[1]) / high
        shown = {
            0: (left, 1 - top, right, 1 - bottom),
            90: (bottom, left, top, right),
            180: (1 - right, bottom, 1 - left, top),
            270: (1 - top, 1 - right, 1 - bottom, 1 - left),
        }[self.rotation]
        a, b, c, d = (round(value, 4) for value in shown)
        return a, b, c, d

    def _size(self) -> tuple[float, float]:
        wide = (self.crop[2] - self.crop[0]) * self.user_unit
        high = (self.crop[3] - self.crop[1]) * self.user_unit
        return (high, wide) if self.rotation in (90, 270) else (wide, high)


def box_of(value: Any) -> Box | None:
    """A rectangle with its corners put in order, or None where it is none."""
    try:
        numbers = [float(item) for item in value] if value is not None else []
    except (TypeError, ValueError, ArithmeticError):
        return None
    if len(numbers) != 4 or not all(isfinite(n) and abs(n) < 1e9 for n in numbers):
        return None
    a, b, c, d = numbers
    box = min(a, c), min(b, d), max(a, c), max(b, d)
    return box if box[0] < box[2] and box[1] < box[3] else None


def matrix_of(value: Any) -> Matrix:
    """A matrix of six numbers; the identity where it is none."""
    try:
        numbers = [float(item) for item in value] if value is not None else []
    except (TypeError, ValueError, ArithmeticError):
        return IDENTITY
    if len(numbers) != 6 or not all(isfinite(n) for n in numbers):
        return IDENTITY
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def name_text(name: Any) -> str:
    """A name without its slash, empty where it is none; any bytes will do (``str`` fails)."""
    import pikepdf

    if not isinstance(name, pikepdf.Name):
        return ""
    return bytes(name).decode("utf-8", "replace").removeprefix("/")


def entry(table: Any, name: bytes) -> Any:
    """Value of ``/name`` in a dictionary, None when absent; ``name`` may be no UTF-8 (cp1251)."""
    import pikepdf

    try:
        return table.get("/" + name.decode())
    except UnicodeDecodeError:
        coded = b"".join(b"#%02x" % byte for byte in name)
        return table.get(pikepdf.Object.parse(b"/" + coded))


def _inherited(node: Any, key: str) -> Any:
    import pikepdf

    for _ in range(_MAX_PARENTS):
        value = node.get(key)
        if value is not None:
            return value
        node = node.get("/Parent")
        if not isinstance(node, pikepdf.Dictionary):
            return None
    return None


def _number(value: Any, default: float) -> float:
    try:
        number = float(value) if value is not None else default
    except (TypeError, ValueError, ArithmeticError):
        return default
    return number if isfinite(number) else default
