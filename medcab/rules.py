"""Rules: each exists once in code; a profile sets its level and its parameters.

A rule is a generator function with the :func:`rule` decorator. Its docstring has fixed headings
and IS its page in ``docs/rules/`` and what ``medcab explain`` prints::

    @rule(
        "PDF003", "pdf-encrypted",
        scope=Scope.DOCUMENT,
        severity=Severity.ERROR,
        message=N_("The file is encrypted: {kind}."),
        since="0.1.0",
    )
    def pdf_encrypted(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
        '''A PDF that asks for a password.

        What it checks:
            ...
        Why it matters:
            ...
        How to fix:
            ...
        Source:
            docs/requirements.md F02; ISO 32000-1, 7.6.
        '''
        if ctx.facts.pdf and ctx.facts.pdf.encrypted:
            yield Hit(args={"kind": ...})

Rules never open files, print or decide severity: they look at facts measured by the probes and
yield :class:`Hit` (violated) or :class:`Unknown` (the check could not be made, with the reason).
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from medcab.errors import UsageError
from medcab.model import Severity
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.model import Document, Form, Package
    from medcab.profile import Profile
    from medcab.validators.facts import FileFacts

__all__ = [
    "HEADINGS",
    "RULE_MODULES",
    "DocumentContext",
    "Hit",
    "PackageContext",
    "Rule",
    "Scope",
    "Unknown",
    "all_rules",
    "find_rule",
    "rule",
]

HEADINGS: Final = ("What it checks", "Why it matters", "How to fix", "Source")

# Modules that define rules, imported on the first question about rules. They must be cheap to
# import: no parser, no image library.
RULE_MODULES: Final = (
    "medcab.validators.inputs",
    "medcab.validators.package",
    "medcab.validators.page_count",
    "medcab.validators.naming",
    "medcab.validators.file",
    "medcab.validators.file_size",
    "medcab.validators.limits",
    "medcab.validators.pdf",
    "medcab.validators.pdf_extras",
    "medcab.validators.pdf_pages",
    "medcab.validators.image",
    "medcab.validators.image_density",
    "medcab.validators.resolution",
    "medcab.validators.form",
    "medcab.signing.rules",
    "medcab.validators.scan.rules",
    "medcab.validators.scan.rules_surface",
    "medcab.validators.scan.rules_content",
)


class Scope(StrEnum):
    """What a rule looks at."""

    DOCUMENT = "document"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Hit:
    """The rule is violated here.

    ``severity`` may weaken the level of the profile for this one place (a soft limit passed, a rule
    of low confidence); it can never raise it.
    """

    args: Mapping[str, Any] = _field(default_factory=dict)
    page: int | None = None
    path: str | None = None
    field: str | None = None
    member: str | None = None
    box: tuple[float, float, float, float] | None = None
    evidence: Mapping[str, Any] = _field(default_factory=dict)
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The check could not be made here; ``reason`` is a template (``N_``) that says why."""

    reason: str
    args: Mapping[str, Any] = _field(default_factory=dict)
    page: int | None = None
    path: str | None = None
    field: str | None = None
    member: str | None = None
    evidence: Mapping[str, Any] = _field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PackageContext:
    """What a rule about the whole package sees.

    Attributes:
        package: documents carry their facts.
        profile: the profile in force.
        params: parameters of this rule: its defaults overlaid by the profile's.
        now: the moment of the check (aware).
        directory: store of directories and registers (a SQLite file); None for the bundled ones.
    """

    package: Package
    profile: Profile
    params: Mapping[str, Any]
    now: datetime
    directory: str | None = None

    @property
    def form(self) -> Form | None:
        """The form of the package, or None."""
        return self.package.form


@dataclass(frozen=True, slots=True)
class DocumentContext:
    """What a rule about one document sees (see :class:`PackageContext`)."""

    package: Package
    profile: Profile
    params: Mapping[str, Any]
    now: datetime
    document: Document
    facts: FileFacts


Check = Callable[[Any], Iterator[Hit | Unknown]]
_F = TypeVar("_F", bound=Callable[..., Iterator[Hit | Unknown]])


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and everything that is said about it.

    Attributes:
        id: stable, never reused: three letters and three digits.
        name: kebab-case, named after what is wrong.
        scope: document or package.
        severity: default level; profiles may change it.
        message: template of the sentence about one finding.
        plural: template for counts other than one; the count is the argument ``n``.
        since: version of medcab that brought the rule.
        params: default parameters.
        fixable: ``medcab fix`` can repair it.
        default_on: whether profiles have it on unless they say otherwise.
    """

    id: str
    name: str
    scope: Scope
    severity: Severity
    message: str
    since: str
    check: Check
    plural: str | None = None
    params: Mapping[str, Any] = _field(default_factory=dict)
    fixable: bool = False
    default_on: bool = True

    @property
    def title(self) -> str:
        """First line of the docstring (a msgid)."""
        return inspect.cleandoc(self.check.__doc__ or "").split("\n", 1)[0].strip()

    def sections(self) -> dict[str, str]:
        """Texts under the fixed headings, each a msgid: paragraphs joined to single lines."""
        return _sections(inspect.cleandoc(self.check.__doc__ or ""))

    @property
    def help(self) -> str:
        """How to fix (a msgid)."""
        return self.sections().get("How to fix", "")


def _sections(doc: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in doc.split("\n")[1:]:
        heading = line.rstrip().removesuffix(":")
        if heading in HEADINGS and line.startswith(heading):
            current = found.setdefault(heading, [])
        elif current is not None:
            current.append(line.strip())
    return {
        name: "\n\n".join(
            " ".join(paragraph.split()) for paragraph in "\n".join(lines).strip().split("\n\n")
        )
        for name, lines in found.items()
    }


_registry: dict[str, Rule] = {}
_ID = re.compile(r"[A-Z]{3}[0-9]{3}\Z")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


def rule(
    rule_id: str,
    name: str,
    *,
    scope: Scope,
    severity: Severity,
    message: str,
    since: str,
    plural: str | None = None,
    params: Mapping[str, Any] = MappingProxyType({}),
    fixable: bool = False,
    default_on: bool = True,
) -> Callable[[_F], _F]:
    """Register the decorated generator function as a rule (fields as in :class:`Rule`).

    Raises:
        ValueError: the id or name is malformed or taken, or a heading is missing in the docstring.
    """

    def register(check: _F) -> _F:
        made = Rule(
            id=rule_id,
            name=name,
            scope=scope,
            severity=severity,
            message=message,
            since=since,
            check=check,
            plural=plural,
            params=MappingProxyType(dict(params)),
            fixable=fixable,
            default_on=default_on,
        )
        if not _ID.match(rule_id) or not _NAME.match(name):
            raise ValueError(f"malformed rule id or name: {rule_id} {name}")
        taken = _registry.get(rule_id)
        if taken is not None and taken.check.__qualname__ != check.__qualname__:
            raise ValueError(f"rule id {rule_id} is taken by {taken.name}")
        if any(r.name == name and r.id != rule_id for r in _registry.values()):
            raise ValueError(f"rule name {name} is taken")
        missing = [h for h in HEADINGS if not made.sections().get(h)]
        if missing:
            raise ValueError(f"{rule_id}: docstring lacks {', '.join(missing)}")
        _registry[rule_id] = made
        return check

    return register


def all_rules() -> tuple[Rule, ...]:
    """All rules, sorted by id."""
    for module in RULE_MODULES:
        importlib.import_module(module)
    return tuple(_registry[key] for key in sorted(_registry))


def find_rule(name_or_id: str) -> Rule:
    """Return the rule with this id or name (case-insensitive).

    Raises:
        UsageError: there is none; the error names the nearest.
    """
    wanted = name_or_id.strip().lower()
    rules = all_rules()
    for candidate in rules:
        if wanted in (candidate.id.lower(), candidate.name):
            return candidate
    import difflib

    names = [n for r in rules for n in (r.id, r.name)]
    nearest = difflib.get_close_matches(name_or_id, names, n=3, cutoff=0.5)
    raise UsageError(
        N_("There is no rule {name}."),
        hint=N_("Did you mean: {nearest}? All rules: medcab rules")
        if nearest
        else N_("All rules: medcab rules"),
        name=name_or_id,
        nearest=", ".join(nearest),
    )
