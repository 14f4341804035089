"""What the commands about packages share: which profile judges, and FILE=VALUE options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from medcab.errors import UsageError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.model import Package

__all__ = ["pairs", "profile_names"]


def profile_names(
    package: Package, profile: str | None, overlays: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """Return the names of the profile and its overlays: the options outweigh the manifest.

    Raises:
        UsageError: neither names a profile, or the manifest cannot be understood.
    """
    name = profile or package.manifest.get("profile")
    broken = next((p for p in package.problems if p.kind == "manifest"), None)
    if not name and broken is not None:
        raise UsageError(
            broken.reason,
            hint=N_("Correct the manifest, or name the profile yourself: --profile NAME"),
            **broken.args,
        )
    if not name:
        raise UsageError(
            N_("It is not said by which profile to judge."),
            hint=N_(
                "Give --profile NAME (list: medcab profile list); "
                "--profile scan judges the files alone."
            ),
        )
    return str(name), tuple(overlays or package.manifest.get("overlays") or ())


def pairs(given: Sequence[str], option: str, example: str) -> dict[str, str]:
    """Return the ``FILE=VALUE`` of a repeatable option, divided at the last ``=``.

    Raises:
        UsageError: one is not of that form.
    """
    made = {}
    for one in given:
        path, _, value = one.rpartition("=")
        if not path or not value:
            raise UsageError(
                N_("{option} {value} is not of the form FILE=VALUE."),
                hint=N_("For example: {option} {example}"),
                option=option,
                value=one,
                example=example,
            )
        made[path] = value
    return made
