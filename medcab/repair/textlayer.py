"""The hidden text that a text recognition laid over a scan: turned together with the picture.

Text blocks and forms of the page are turned about the middle of the picture; everything else stays
where it is. What shows text is found by its operators (ISO 32000-1, 8.4.4, 9.4, 8.10).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from medcab.validators.pdfprobe.coverage import IDENTITY, Matrix, multiply

__all__ = ["turn_text"]


def turn_text(pdf: Any, page: Any, picture: str, degrees: float) -> bool:
    """Turn all text of ``page`` by ``degrees``, counter-clockwise, about the middle of a picture.

    Args:
        pdf: the document.
        page: of the document.
        picture: resource name of the picture, with the slash.
        degrees: as the samples of the picture are turned.

    Returns:
        False when it cannot be done, and the page is as it was: the picture is not drawn upright
        by the page itself, or the content cannot be read.
    """
    import pikepdf

    try:
        content = pikepdf.parse_content_stream(page)
        placed = _placed(content, picture)
    except (pikepdf.PdfError, TypeError, ValueError):
        return False  # broken, or a matrix that is none
    if placed is None:
        return False
    middle = (placed[4] + (placed[0] + placed[2]) / 2, placed[5] + (placed[1] + placed[3]) / 2)
    turned = _turned_about(middle, degrees)
    made: list[Any] = []
    for instruction, ctm in _with_matrix(content):
        word = str(instruction.operator)
        form = word == "Do" and not _draws(instruction, picture)
        if form or word in {"BT", "ET"}:
            if not _size(ctm):
                return False  # drawn flat: it cannot be turned back
            # Not between q and Q: what a text block sets holds for those that follow.
            change = multiply(multiply(ctm, turned), _inverse(ctm))
            before = [] if word == "ET" else [_cm(change)]
            after = [] if word == "BT" else [_cm(_inverse(change))]
            made += [*before, instruction, *after]
        else:
            made.append(instruction)
    page.obj.Contents = pdf.make_stream(pikepdf.unparse_content_stream(made))
    return True


def _placed(content: Any, picture: str) -> Matrix | None:
    """The matrix under which the picture is drawn, once and upright or turned by right angles."""
    found = [ctm for instruction, ctm in _with_matrix(content) if _draws(instruction, picture)]
    if len(found) != 1:
        return None
    a, b, c, d, _, _ = found[0]
    largest = max(abs(a), abs(b), abs(c), abs(d))
    straight = abs(b) + abs(c) < 1e-6 * largest or abs(a) + abs(d) < 1e-6 * largest
    return found[0] if straight and _size(found[0]) > 0 else None


def _draws(instruction: Any, picture: str) -> bool:
    operands = instruction.operands
    return str(instruction.operator) == "Do" and bool(operands) and str(operands[0]) == picture


def _with_matrix(content: Any) -> Iterator[tuple[Any, Matrix]]:
    """(instruction, matrix before it) of a page."""
    ctm: Matrix = IDENTITY
    stack: list[Matrix] = []
    for instruction in content:
        yield instruction, ctm
        word = str(instruction.operator)
        if word == "q":
            stack.append(ctm)
        elif word == "Q" and stack:
            ctm = stack.pop()
        elif word == "cm":
            a, b, c, d, e, f = (float(value) for value in instruction.operands)
            ctm = multiply((a, b, c, d, e, f), ctm)


def _turned_about(middle: tuple[float, float], degrees: float) -> Matrix:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = middle
    return (cos, sin, -sin, cos, x - x * cos + y * sin, y - x * sin - y * cos)


def _size(m: Matrix) -> float:
    return m[0] * m[3] - m[1] * m[2]


def _inverse(m: Matrix) -> Matrix:
    a, b, c, d, e, f = m
    size = _size(m)
    return (
        d / size,
        -b / size,
        -c / size,
        a / size,
        (c * f - d * e) / size,
        (b * e - a * f) / size,
    )


def _cm(matrix: Matrix) -> Any:
    import pikepdf

    operands = [pikepdf.Object.parse(f"{value:.8f}".encode("ascii")) for value in matrix]
    return pikepdf.ContentStreamInstruction(operands, pikepdf.Operator("cm"))
