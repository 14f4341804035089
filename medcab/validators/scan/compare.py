"""Whether two pages show the same, by their fingerprints; plain Python, no parser behind it."""

from __future__ import annotations

from math import sqrt

from medcab.validators.scan.facts import PageScan

__all__ = ["same_page"]

_WORST = 80  # a cell that differs by more holds other text
_INK = 0.06  # two scans of one sheet differ by less


def same_page(one: PageScan, other: PageScan) -> float:
    """Correlation −1..1 of the ink of two pages; 0 where a single place differs clearly.

    The fingerprint of a page is made by :func:`medcab.validators.scan.surface.fingerprint`.
    """
    a, b = one.fingerprint, other.fingerprint
    if not a or len(a) != len(b) or abs(one.width - other.width) > 5:
        return 0.0
    if a == b:
        return 1.0
    if (one.ink is None) != (other.ink is None):
        return 0.0
    if one.ink and other.ink and abs(one.ink - other.ink) > _INK * max(one.ink, other.ink):
        return 0.0
    n = len(a)
    mean_a, mean_b = sum(a) / n, sum(b) / n
    ab = aa = bb = 0.0
    worst = 0
    for x, y in zip(a, b, strict=True):
        dx, dy = x - mean_a, y - mean_b
        ab += dx * dy
        aa += dx * dx
        bb += dy * dy
        worst = max(worst, abs(x - y))
    if worst > _WORST or not aa or not bb:
        return 0.0
    return ab / sqrt(aa * bb)
