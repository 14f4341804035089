"""Scans that cannot be read well: the package ``broken-scans``."""

from __future__ import annotations

from samples.make import damage, packages, writers
from samples.make.packages import Draft, scans
from samples.make.people import NURSE, WILLOW
from samples.make.registry import Expect, defect

SCANS = "broken-scans"


def _page() -> packages.Image.Image:
    return scans("treatment_right", NURSE, WILLOW)[0]


@defect(SCANS, Expect("SCN001", "blurred.pdf", 1))
def out_of_focus(draft: Draft) -> None:
    """The letters run into each other."""
    draft.files["blurred.pdf"] = lambda: writers.pdf([damage.blurred(_page())])


@defect(SCANS, Expect("SCN004", "skewed.pdf", 1))
def crooked(draft: Draft) -> None:
    """The sheet lay crooked by four degrees."""
    draft.files["skewed.pdf"] = lambda: writers.pdf([damage.skewed(_page())])


@defect(SCANS, Expect("SCN005", "turned.pdf", 1))
def on_its_side(draft: Draft) -> None:
    """The sheet lay on its side."""
    draft.files["turned.pdf"] = lambda: writers.pdf([damage.turned(_page())])


@defect(SCANS, Expect("SCN002", "faint.pdf", 1))
def pale(draft: Draft) -> None:
    """Pale grey letters on white."""
    draft.files["faint.pdf"] = lambda: writers.pdf([damage.faint(_page())])


@defect(SCANS, Expect("SCN003", "blank.pdf", 2))
def empty_back(draft: Draft) -> None:
    """The second page is the empty back of the sheet."""
    draft.files["blank.pdf"] = lambda: writers.pdf([_page(), damage.blank(_page())])


@defect(SCANS, Expect("SCN007", "enlarged.pdf", 1), Expect("SCN001", "enlarged.pdf", 1))
def blown_up(draft: Draft) -> None:
    """A scan of 100 dpi enlarged to 300."""
    draft.files["enlarged.pdf"] = lambda: writers.pdf([damage.enlarged(_page())])


@defect(SCANS, Expect("SCN006", "cut.pdf", 1))
def cut_off(draft: Draft) -> None:
    """The beginnings of the lines are off the picture."""
    draft.files["cut.pdf"] = lambda: writers.pdf([damage.cut_left(_page())])


@defect(SCANS, Expect("SCN012", "watermark.pdf", 1))
def with_a_grey_word(draft: Draft) -> None:
    """A grey word lies across the page."""
    draft.files["watermark.pdf"] = lambda: writers.pdf([damage.watermarked(_page())])


@defect(SCANS, Expect("SCN013", "grey.pdf"))
def without_colour(draft: Draft) -> None:
    """A stamped document scanned without colour."""
    draft.files["grey.pdf"] = lambda: writers.pdf([damage.grey(_page())])
    draft.manifest["grey.pdf"] = {"color": "true"}
