"""Why a rule cannot answer: one place that turns missing facts into a reason.

A rule asks :func:`why_no_pdf` or :func:`why_no_image` before it looks; a reason means that the
check could not be made, and the rule yields it. What never was of that format gets no answer.
"""

from __future__ import annotations

from medcab.rules import Unknown
from medcab.text import N_
from medcab.validators.facts import FileFacts

__all__ = ["why_no_content", "why_no_image", "why_no_pdf"]


def why_no_content(facts: FileFacts) -> Unknown | None:
    """A reason when not even the first bytes could be read."""
    if facts.format is None:
        return Unknown(N_("The file could not be read."))
    return None


def why_no_pdf(facts: FileFacts) -> Unknown | None:
    """A reason when the file is a PDF whose structure is not known."""
    if facts.format != "pdf":
        return None
    if facts.pdf is None:
        return Unknown(N_("The file was not examined to the end."))
    if facts.pdf.opened:
        return None
    if facts.pdf.encryption == "user":
        return Unknown(N_("The file cannot be opened without its password."))
    return Unknown(N_("The file is damaged and cannot be opened."))


def why_no_image(facts: FileFacts) -> Unknown | None:
    """A reason when the file is an image about which nothing is known."""
    if facts.image is not None or not facts.media_type.startswith("image/"):
        return None
    if facts.failure is not None:
        return Unknown(N_("The file was not examined to the end."))
    return Unknown(
        N_("Pictures of the format {format} cannot be examined."), args={"format": facts.format}
    )
