"""Connected pieces against a flood fill."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from medcab.validators.scan.components import pieces_of


def flooded(mask):
    """(x0, y0, x1, y1, area) of each 8-connected piece, by hand."""
    left = {(int(y), int(x)) for y, x in zip(*np.nonzero(mask), strict=True)}
    found = []
    while left:
        stack, piece = [left.pop()], []
        while stack:
            y, x = stack.pop()
            piece.append((y, x))
            for spot in [(y + i, x + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]:
                if spot in left:
                    left.remove(spot)
                    stack.append(spot)
        ys, xs = zip(*piece, strict=True)
        found.append((min(xs), min(ys), max(xs) + 1, max(ys) + 1, len(piece)))
    return sorted(found)


def listed(p):
    return sorted(zip(*(a.tolist() for a in (p.x0, p.y0, p.x1, p.y1, p.area)), strict=True))


@settings(max_examples=150, deadline=None)
@given(hnp.arrays(bool, st.tuples(st.integers(1, 14), st.integers(1, 14))))
def test_pieces_are_those_of_a_flood_fill(mask):
    assert listed(pieces_of(mask)) == flooded(mask)


def test_a_spiral_is_one_piece_and_its_runs_add_up():
    mask = np.zeros((9, 9), bool)
    mask[0, :] = mask[:, 8] = mask[8, :] = mask[2:, 0] = mask[2, :7] = mask[2:7, 6] = True
    p = pieces_of(mask)
    assert p.count == 1
    runs = p.runs(0)
    assert int((p.stop[runs] - p.start[runs]).sum()) == int(mask.sum())


def test_nothing_has_no_pieces():
    assert pieces_of(np.zeros((5, 7), bool)).count == 0
