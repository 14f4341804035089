"""How much a step does: degrees by page, pages to go, bytes to keep to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from medcab.model import Finding, Outcome, Report
from medcab.profile import Profile
from medcab.repair.model import Action
from medcab.validators.facts import FileFacts, PageFacts

__all__ = [
    "COVERS", "DROPPED_FOR", "arguments", "enough_pixels", "refit_pages", "single_picture",
    "size_limits",
]  # fmt: skip

DROPPED_FOR: Final = frozenset({"PDF017", "SCN003", "SCN015"})
COVERS: Final = 0.9  # of the page, for a picture that is the page
_MB: Final = 2**20
_A4: Final = (8.27, 11.69)
_LEAST: Final = 295.5  # 300 dpi with the tolerance of rule DPI001


def arguments(
    action: Action,
    facts: FileFacts,
    findings: Sequence[Finding],
    profile: Profile,
    limit: int | None,
    turns: int | None,
) -> dict[str, Any]:
    """The values of a step: what to do on which pages, and what is told of it."""

    def pages(*rules: str) -> list[int]:
        return sorted({f.location.page or 1 for f in findings if f.rule in rules})

    if action is Action.COMPRESS and limit is not None:
        return {"limit": round(limit / _MB, 2), "dpi": profile.files.dpi, "bytes": limit}
    if action is Action.DETACH and facts.pdf is not None:
        return {"names": ", ".join(a.name or "?" for a in facts.pdf.attachments[:5])}
    if action is Action.REFIT:
        numbers = refit_pages(facts)
        return {"numbers": numbers, "pages": _shown(numbers)}
    if action is Action.DROP_PAGES:
        numbers = _dropped(findings)
        return {"numbers": numbers, "pages": _shown(numbers)}
    if action in {Action.TURN, Action.DESKEW, Action.CLEAN}:
        amounts = _amounts(action, facts, findings, turns)
        return {
            "amounts": amounts,
            "pages": _shown([p for p, _ in amounts]),
            "by_file": {facts.sha256: amounts},
        }
    return {}


def _amounts(
    action: Action, facts: FileFacts, findings: Sequence[Finding], turns: int | None
) -> list[tuple[int, float]]:
    if action is Action.TURN and turns:
        return [(n, float(turns)) for n in range(1, (facts.pages or 1) + 1)]
    rules = {
        Action.TURN: ("SCN005",),
        Action.DESKEW: ("SCN004",),
        Action.CLEAN: ("SCN002", "SCN008"),
    }[action]
    found = {
        f.location.page or 1: float(f.evidence.get("measured") or 0.0)
        for f in findings
        if f.rule in rules and f.outcome is Outcome.VIOLATED
    }
    return sorted((p, a) for p, a in found.items() if action is not Action.TURN or a > 0)


def _dropped(findings: Sequence[Finding]) -> list[int]:
    return sorted({f.location.page or 1 for f in findings if f.rule in DROPPED_FOR})


def _shown(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")


def enough_pixels(facts: FileFacts) -> bool:
    """Whether a picture has samples enough for a sheet of A4 at 300 dpi."""
    from medcab.validators.resolution import enough_for_a4

    return facts.image is not None and enough_for_a4(facts.image, _LEAST)


def single_picture(page: PageFacts) -> bool:
    """Whether one picture is all that is seen of the page, so that turning it turns the page."""
    shown = [image for image in page.images if image.share > 0]
    return len(shown) == 1 and shown[0].share >= COVERS and not shown[0].mask and not page.text


def refit_pages(facts: FileFacts) -> list[int]:
    """Pages far larger than paper, whose picture would do for A4: of a photographing program."""
    if facts.pdf is None:
        return []
    found = []
    for page in facts.pdf.pages:
        worst = page.worst(0.05)
        if worst is None or max(page.width, page.height) <= 17.5 * 72:
            continue
        short, long = sorted((page.width / 72, page.height / 72))
        factor = min(_A4[0] / short, _A4[1] / long)
        if worst.dpi / factor >= _LEAST:
            found.append(page.number)
    return found


def size_limits(profile: Profile, report: Report) -> dict[str, int]:
    """The size that each document has to keep to; absent where there is no limit."""
    files = profile.files
    limits = [x for x in (files.max_file, files.warn_over) if x is not None]
    each = min(limits) if limits else None
    total = sum(d.size for d in report.documents)
    made: dict[str, int] = {}
    for document in report.documents:
        own = each
        if files.max_total is not None and total > files.max_total:
            # Each gives as much as it is large; a little is left for the form of a PDF.
            share = int(document.size * files.max_total / total * 0.98)
            own = share if own is None else min(own, share)
        if own is not None:
            made[document.path] = own
    return made
