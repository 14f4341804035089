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
from difflib import get_close_matches
from typing import Any, Final

from medcab.errors import ConfigError, SigningError
from medcab.signing.algorithms import digest_algorithm, digest_by_name
from medcab.signing.checks import CHECKS, FIXED
from medcab.signing.policy import STRICT, ValidationPolicy
from medcab.text import N_

__all__ = ["SCHEMA", "default_policy", "read_policy"]

SCHEMA: Final = "medcab.validation-policy/1"
_LEVELS: Final = ("fail", "warn", "ignore")
_OID: Final = re.compile(r"[0-2](?:\.[0-9]+)+(?:\.\*)?")
_KEY: Final = re.compile(
    r"(?:RSA|DSA)-[0-9]{3,5}|EC [A-Za-z][A-Za-z0-9-]{2,20}|Ed25519"
    r"|GOST R 34\.10-(?:2001|2012 (?:256|512)) \(.{1,60}\)"
)
_STREEBOG: Final = "1.2.643.7.1.1.2.2"
_EXAMPLES: Final = ("MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512", "RSA-1024",
                    "RSA-2048", "RSA-3072", "RSA-4096", "EC P-256", "Streebog-256")  # fmt: skip
_PURPOSES: Final = {"accepted": "purposes", "refused": "refused_purposes"}
_KNOWN: Final = frozenset(name for group in CHECKS.values() for name in group)


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
        elif key == "purposes" and isinstance(value, dict):
            changes |= _purposes(value, path)
        else:
            raise _wrong(path, f"{key} = {value!r}"[:200])
    return replace(base, **changes)


def _dates(table: Mapping[str, Any], path: str) -> dict[str, date | None]:
    made: dict[str, date | None] = {}
    for written, day in table.items():
        name = _algorithm(written)
        if name is None:
            near = get_close_matches(written.upper(), _EXAMPLES, n=1, cutoff=0.7)
            raise ConfigError(
                N_("The validation policy {path} gives a date for an algorithm that is not known: "
                   "{name}."),
                hint=N_("Did you mean {near}?") if near
                else N_("Names are such as SHA-256, RSA-2048, EC P-256, Streebog-256: "
                        "--details and --format json show them."),
                path=path, name=written[:100], near=near[0] if near else "",
            )  # fmt: skip
        if day == "no end":
            made[name] = None
        elif isinstance(day, date) and not isinstance(day, datetime):
            made[name] = day
        else:
            raise _wrong(path, f"algorithms.{written}")
    return made


def _algorithm(name: str) -> str | None:
    """The name as reports have it, of a digest or a kind of key; None: there is no such thing."""
    if _KEY.fullmatch(name):
        return name
    try:
        digest_algorithm(_STREEBOG)  # makes the names of the GOST digests known
        return digest_by_name(name).name
    except SigningError:
        return None


def _purposes(table: Mapping[str, Any], path: str) -> dict[str, tuple[str, ...]]:
    made = {}
    for name, purposes in table.items():
        if name not in _PURPOSES or not isinstance(purposes, list):
            raise _wrong(path, f"purposes.{name}")
        for purpose in purposes:
            if not isinstance(purpose, str) or not _OID.fullmatch(purpose):
                raise _wrong(path, f"purposes.{name}: {purpose!r}"[:200])
        made[_PURPOSES[name]] = tuple(purposes)
    return made


def _levels(table: Mapping[str, Any], path: str) -> tuple[tuple[str, str], ...]:
    for name, level in table.items():
        if name in FIXED and level in _LEVELS:
            if level == "fail":
                continue
            raise ConfigError(
                N_("The validation policy {path} switches off the check {name}, without which "
                   "nothing is proven."),
                hint=N_("Remove the line."), path=path, name=name,
            )  # fmt: skip
        if name not in _KNOWN:
            raise _unknown(name, path)
        if level not in _LEVELS:
            raise _wrong(path, f"checks.{name} = {level!r}"[:200])
    return tuple(sorted(table.items()))


def _unknown(name: str, path: str) -> ConfigError:
    near = get_close_matches(name, sorted(_KNOWN | FIXED), n=1)
    return ConfigError(
        N_("The validation policy {path} names a check that there is not: {name}."),
        hint=N_("Did you mean {near}? docs/validation-policy.toml lists all checks.")
        if near
        else N_("docs/validation-policy.toml lists all checks."),
        path=path,
        name=name[:100],
        near=near[0] if near else "",
    )


def _wrong(path: str, what: str) -> ConfigError:
    return ConfigError(
        N_("The validation policy {path} is wrong: {what}."),
        hint=N_("The form is described in docs/validation-policy.toml."),
        path=path,
        what=what,
    )


def default_policy() -> str:
    """The default as a policy file, every check named (docs/validation-policy.toml)."""
    purposes = [
        f"{name} = [\n" + "".join(f'  "{each}",\n' for each in getattr(STRICT, field)) + "]\n"
        for name, field in _PURPOSES.items()
    ]
    checks = [
        f"# {group}\n" + "".join(f'# {name} = "{level}"\n' for name, level in levels.items())
        for group, levels in CHECKS.items()
    ]
    fixed = "".join(f"# {name}\n" for name in sorted(FIXED))
    return _DEFAULT.format(
        schema=SCHEMA, revocation=STRICT.revocation, purposes="".join(purposes),
        checks="".join(checks), fixed=fixed,
    )  # fmt: skip


_DEFAULT: Final = """\
# The validation policy that holds when nothing else is said. Copy it and change what you need;
# what is left out keeps the value that stands here.
schema = "{schema}"

# require | prefer | none. --revocation on the command line is not weakened.
revocation = "{revocation}"
# true: plain CMS and small deviations are warnings.
lenient = false
# Algorithms end on the dates of ETSI TS 119 312.
algorithm-dates = true

# Other dates: the first day on which an algorithm is not accepted, or "no end".
[algorithms]
# "SHA-1" = 2012-08-01
# "RSA-2048" = "no end"

# Extended key usages of signers. One accepted purpose is enough; a certificate that has none but
# refused ones fails; anything else is a warning (extended-key-usage). ".*": everything below.
[purposes]
{purposes}
# fail | warn | ignore. "fail" makes a warning count: INDETERMINATE, where it has no reason of its
# own. Without a line a check fails or warns as it finds; what stands here is the worse of the two.
# That a certificate was revoked counts whatever is said of revocation-signer, and a time-stamp that
# is over something else or has a wrong signature counts whatever is said of time-stamp.
[checks]
{checks}# These always count:
{fixed}"""
