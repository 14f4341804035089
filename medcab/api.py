"""What a program that imports medcab calls: one function for the main job."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from medcab.model import Finding, Report

if TYPE_CHECKING:
    from medcab.profile import Profile

__all__ = ["check", "message"]

PathLike = str | os.PathLike[str]


def check(
    paths: PathLike | Iterable[PathLike],
    *,
    profile: str | Profile,
    overlays: Sequence[str] = (),
    form: PathLike | None = None,
    types: Mapping[str, str] | None = None,
    now: datetime | None = None,
    jobs: int = 1,
    timeout: float = 20.0,
    ignore: Mapping[str, list[str]] | None = None,
    directory: PathLike | None = None,
) -> Report:
    """Judge a package of documents.

    Args:
        paths: a folder, a zip archive, a file, or several files.
        profile: name of a bundled profile, path of a TOML file, or a loaded profile.
        overlays: overlays on the profile, such as ``"real-2026"``.
        form: the filled-in form, when it does not lie in the package.
        types: document types of files whose names do not tell: ``{"scan1.pdf": "diploma"}``.
        now: the moment for which to judge (aware); the clock by default.
        jobs: worker processes.
        timeout: seconds that one document may take.
        ignore: rule -> patterns of paths in which its findings are set aside.
        directory: store of directories and registers (``medcab directory import``); without it
            the bundled directory of specialties is asked.

    Returns:
        a report; ``report.verdict`` is PASSED only if no error was found and every required
        check was made.

    Raises:
        InputError: a path is missing, cannot be read or is dangerous.
        ProfileError: the profile is unknown or broken.
        FormError: ``form`` is not what its name says. One that lies in the package is a finding.
    """
    from medcab.engine import CheckOptions, run
    from medcab.inputs import PackageOptions, read_package
    from medcab.profile import load

    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    package = read_package(
        [os.fspath(p) for p in given],
        PackageOptions(types=types or {}, form=os.fspath(form) if form is not None else None),
    )
    chosen = load(profile, overlays) if isinstance(profile, str) else profile
    options = CheckOptions(
        now=now,
        jobs=jobs,
        timeout=timeout,
        ignore=ignore or {},
        directory=os.fspath(directory) if directory is not None else None,
    )
    return run(package, chosen, options)


def message(finding: Finding, language: str = "ru") -> str:
    """Return the sentence that says ``finding`` in ``language`` (``"ru"`` or ``"en"``)."""
    from medcab.formats.sentences import message_of
    from medcab.text import translator

    return message_of(finding, translator(language))
