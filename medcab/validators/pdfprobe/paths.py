"""Paths, as far as their bounding box: what clips, and what a pattern fills."""

from __future__ import annotations

from medcab.validators.pdfprobe.coverage import Box, Matrix, bounds
from medcab.validators.pdfprobe.tokens import Operand

__all__ = ["around", "points", "rectangle", "six"]


def rectangle(operands: list[Operand], ctm: Matrix, path: list[float]) -> None:
    """Add the corners of ``x y w h re`` to ``path`` (x, y, x, y, ... in user space)."""
    numbers = [n for n in operands[-4:] if isinstance(n, float)]
    if len(numbers) == 4:
        x, y, w, h = numbers
        path += bounds((x, y, x + w, y + h), ctm)


def points(operands: list[Operand], count: int, ctm: Matrix, path: list[float]) -> None:
    """Add the ``count`` points of a line or curve; a curve lies within its control points."""
    numbers = [n for n in operands[-2 * count :] if isinstance(n, float)]
    a, b, c, d, e, f = ctm
    for x, y in zip(numbers[::2], numbers[1::2], strict=False):
        path += (a * x + c * y + e, b * x + d * y + f)


def around(path: list[float]) -> Box:
    """Box around a path that has at least one point."""
    return min(path[::2]), min(path[1::2]), max(path[::2]), max(path[1::2])


def six(operands: list[Operand]) -> Matrix | None:
    """The last six operands as a matrix, None where they are not six numbers."""
    numbers = [n for n in operands[-6:] if isinstance(n, float)]
    if len(numbers) != 6:
        return None
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f
