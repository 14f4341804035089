"""What a spoiling function must say of itself: ``@defect`` and the findings that follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from samples.make.packages import Draft

Spoil = Callable[[Draft], None]


@dataclass(frozen=True)
class Expect:
    """A finding that must be there.

    Attributes:
        rule: id.
        path: file; None for a finding about the package.
        page: 1-based.
        field: of the form.
        outcome: ``violated`` or ``undetermined``.
    """

    rule: str
    path: str | None = None
    page: int | None = None
    field: str | None = None
    outcome: str = "violated"


@dataclass(frozen=True)
class Defect:
    """A spoiling function with what must follow from it."""

    spoil: Spoil
    findings: tuple[Expect, ...]


DEFECTS: dict[str, list[Defect]] = {}


def defect(package: str, *findings: Expect) -> Callable[[Spoil], Spoil]:
    """Register the decorated function as a defect of ``package``."""

    def register(spoil: Spoil) -> Spoil:
        DEFECTS.setdefault(package, []).append(Defect(spoil, findings))
        return spoil

    return register


def expected(name: str) -> list[dict[str, object]]:
    """What must be found in package ``name``, and which function made it so."""
    return [
        {
            **{k: v for k, v in asdict(finding).items() if v is not None},
            "made_by": one.spoil.__name__,
            "note": (one.spoil.__doc__ or "").strip(),
        }
        for one in DEFECTS.get(name, ())
        for finding in one.findings
    ]
