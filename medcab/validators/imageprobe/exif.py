"""What matters here of EXIF: orientation, resolution, unit (CIPA DC-008, TIFF 6.0)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Exif", "read_exif"]

_ORIENTATION, _X, _Y, _UNIT = 0x0112, 0x011A, 0x011B, 0x0128
_INCH, _CENTIMETRE = 2, 3
_MAX_ENTRIES = 512


@dataclass(frozen=True, slots=True)
class Exif:
    """Orientation 1..8 (1 when absent) and dots per inch (None when absent)."""

    orientation: int = 1
    dpi: tuple[float, float] | None = None


def read_exif(block: bytes) -> Exif:
    """Read a TIFF block (what follows ``Exif\\0\\0``); nonsense gives the defaults."""
    order = {b"II": "little", b"MM": "big"}.get(block[:2])
    if order is None or len(block) < 8:
        return Exif()

    def number(at: int, size: int) -> int:
        if at < 0 or at + size > len(block):
            return 0
        return int.from_bytes(block[at : at + size], "little" if order == "little" else "big")

    start = number(4, 4)
    values: dict[int, float] = {}
    for index in range(min(number(start, 2), _MAX_ENTRIES)):
        entry = start + 2 + index * 12
        tag, kind = number(entry, 2), number(entry + 2, 2)
        if tag in {_ORIENTATION, _UNIT} and kind == 3:
            values[tag] = number(entry + 8, 2)
        elif tag in {_X, _Y} and kind == 5:
            at = number(entry + 8, 4)
            below = number(at + 4, 4)
            values[tag] = number(at, 4) / below if below else 0.0
    orientation = int(values.get(_ORIENTATION, 1))
    x, y = values.get(_X, 0.0), values.get(_Y, 0.0)
    unit = int(values.get(_UNIT, _INCH))
    factor = {_INCH: 1.0, _CENTIMETRE: 2.54}.get(unit, 0.0)
    dpi = (x * factor, y * factor) if x * factor > 0 and y * factor > 0 else None
    return Exif(orientation if 1 <= orientation <= 8 else 1, dpi)
