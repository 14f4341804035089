"""medcab checks document packages for the Russian state health portals and their signatures.

>>> import medcab
>>> report = medcab.check("package/", profile="egisz-organization")     # doctest: +SKIP
>>> report.verdict                                                      # doctest: +SKIP
<Verdict.FAILED: 'failed'>
>>> for finding in report.findings:                                     # doctest: +SKIP
...     print(finding.rule, finding.location.path, medcab.message(finding, "ru"))

Everything is loaded on first use (PEP 562): ``import medcab`` itself costs a few milliseconds.
Nothing here prints, exits or configures logging.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from medcab._version import __version__

if TYPE_CHECKING:
    from medcab.api import check, message
    from medcab.errors import (
        ConfigError,
        FormError,
        IdentifierError,
        InputError,
        LimitError,
        MedcabError,
        OutputError,
        PasswordError,
        ProfileError,
        SigningError,
        UnsafeArchiveError,
        UsageError,
    )
    from medcab.model import Document, Finding, Location, Outcome, Report, Severity, Verdict
    from medcab.profile import Profile
    from medcab.profile import load as load_profile

    from . import ids

_HOMES = {
    "api": ("check", "message"),
    "errors": (
        "ConfigError",
        "FormError",
        "IdentifierError",
        "InputError",
        "LimitError",
        "MedcabError",
        "OutputError",
        "PasswordError",
        "ProfileError",
        "SigningError",
        "UnsafeArchiveError",
        "UsageError",
    ),
    "model": ("Document", "Finding", "Location", "Outcome", "Report", "Severity", "Verdict"),
    "profile": ("Profile",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ConfigError",
    "Document",
    "Finding",
    "FormError",
    "IdentifierError",
    "InputError",
    "LimitError",
    "Location",
    "MedcabError",
    "Outcome",
    "OutputError",
    "PasswordError",
    "Profile",
    "ProfileError",
    "Report",
    "Severity",
    "SigningError",
    "UnsafeArchiveError",
    "UsageError",
    "Verdict",
    "__version__",
    "check",
    "ids",
    "load_profile",
    "message",
]


def __getattr__(name: str) -> Any:
    if name == "ids":
        return importlib.import_module("medcab.ids")
    if name == "load_profile":
        value = importlib.import_module("medcab.profile").load
    elif name in _HOME_OF:
        value = getattr(importlib.import_module(f"medcab.{_HOME_OF[name]}"), name)
    else:
        raise AttributeError(f"module 'medcab' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
