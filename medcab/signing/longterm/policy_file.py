"""Validation policies in TOML (EN 319 102-1, 5.1.4: the policy is an input of the validation).

What is not in the file keeps its default. A check may be told to fail, to warn or to be ignored,
but the checks without which nothing is proven cannot be switched off.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from medcab.errors import ConfigError
from medcab.signing.policy import ValidationPolicy
from medcab.text import N_

__all__ = ["SCHEMA", "read_policy"]

SCHEMA: Final = "medcab.validation-policy/1"
_LEVELS: Final = ("fail", "warn", "ignore")
_CHECK: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Without these nothing is proven at all.
_FIXED: Final = frozenset(
    (
        "structure", "signers-present", "signer-readable", "content-available", "content-same",
        "message-digest-value", "message-digest-present", "signature-value", "public-key",
        "signing-certificate-found", "signing-certificate-reference", "algorithms-supported",
        "key-fits-algorithm", "certificate-readable", "certificate-chain", "byte-range",
        "coverage", "unchanged-since", "certificate-issued-before", "content-not-attributes",
        "signed-attributes-readable", "algorithms-consistent", "algorithm-protection",
    )
)  # fmt: skip


def read_policy(text: str, base: ValidationPolicy, path: str = "") -> ValidationPolicy:
    """Read a policy.

    Args:
        text: TOML.
        base: holds for everything that the file does not say.
        path: of the file, for messages.

    Raises:
        ConfigError: not TOML, an unknown key, or a value that does not fit.
    """
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _wrong(path, str(error)) from error
    if found.pop("schema", None) != SCHEMA:
        raise _wrong(path, f'schema = "{SCHEMA}"')
    changes: dict[str, Any] = {}
    for key, value in found.items():
        if key == "revocation" and value in ("require", "prefer", "none"):
            changes["revocation"] = value
        elif key == "lenient" and isinstance(value, bool):
            changes["lenient"] = value
        elif key == "algorithm-dates" and isinstance(value, bool):
            changes["sunsets"] = value
        elif key == "algorithms" and isinstance(value, dict):
            changes["overrides"] = {**base.overrides, **_dates(value, path)}
        elif key == "checks" and isinstance(value, dict):
            changes["levels"] = _levels(value, path)
        else:
            raise _wrong(path, f"{key} = {value!r}"[:200])
    return replace(base, **changes)


def _dates(table: Mapping[str, Any], path: str) -> dict[str, date | None]:
    made: dict[str, date | None] = {}
    for name, day in table.items():
        if day == "no end":
            made[name] = None
        elif isinstance(day, date) and not isinstance(day, datetime):
            made[name] = day
        else:
            raise _wrong(path, f"algorithms.{name}")
    return made


def _levels(table: Mapping[str, Any], path: str) -> tuple[tuple[str, str], ...]:
    for name, level in table.items():
        if level not in _LEVELS or not _CHECK.fullmatch(name):
            raise _wrong(path, f"checks.{name}")
        if name in _FIXED and level != "fail":
            raise ConfigError(
                N_("The validation policy {path} switches off the check {name}, without which "
                   "nothing is proven."),
                hint=N_("Remove the line."), path=path, name=name,
            )  # fmt: skip
    return tuple(sorted(table.items()))


def _wrong(path: str, what: str) -> ConfigError:
    return ConfigError(
        N_("The validation policy {path} is wrong: {what}."),
        hint=N_("The form is described in docs/longterm.md."),
        path=path,
        what=what,
    )
