"""The values that a profile is made of (see :mod:`medcab.profile`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from typing import TYPE_CHECKING, Any

from medcab.conditions import Condition
from medcab.model import Severity

if TYPE_CHECKING:
    from medcab.rules import Rule

__all__ = [
    "Contradiction",
    "FieldRequirement",
    "FilePolicy",
    "Profile",
    "Requirement",
    "RuleSetting",
]


@dataclass(frozen=True, slots=True)
class FilePolicy:
    """What any file of the package must be like.

    Attributes:
        formats: extensions without the dot that the portal takes.
        max_file: bytes, None for no limit.
        max_total: bytes of all files together, None for no limit.
        warn_over: a file between this and ``max_file`` may be refused (docs/requirements.md F01).
        dpi: least effective resolution of scans, 0 for none.
        naming: ``free``, ``fio_type`` (ФИО_ТипДокумента.pdf) or ``frmr`` («… на N л.»).
        lowercase_extension: ``.PDF`` is an error.
    """

    formats: tuple[str, ...] = ("pdf",)
    max_file: int | None = 5 * 2**20
    max_total: int | None = None
    warn_over: int | None = 5_000_000
    dpi: int = 300
    naming: str = "free"
    lowercase_extension: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """A document that the package must hold.

    Attributes:
        id: stable within the profile.
        types: any of these document types will do.
        level: how much its absence weighs.
        min: least number of documents.
        max: greatest number, None for any.
        when: condition on the form, None for always.
        source: row of the requirements.
        formats: formats of these documents, where they differ from the profile's.
        color: False where a grey scan will do; None to leave it to the rule.
        text: True where a born-digital text PDF without a scan is fine.
        all_pages: every page of the original is wanted (PKG013).
        note: remark for the reader by language.
    """

    id: str
    types: tuple[str, ...]
    level: Severity
    min: int = 1
    max: int | None = None
    when: Condition | None = None
    source: str = ""
    formats: tuple[str, ...] | None = None
    color: bool | None = None
    text: bool = False
    all_pages: bool = False
    note: Mapping[str, str] = _field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldRequirement:
    """A field of the form: what it holds (``kind``), whether and when it must be there."""

    name: str
    kind: str
    required: bool = True
    when: Condition | None = None
    level: Severity = Severity.ERROR
    source: str = ""


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """What a profile says about a rule; ``level`` None means off, "default" the rule's own."""

    level: str
    params: Mapping[str, Any] = _field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sources disagree; how this profile decides (docs/requirements.md, contradictions)."""

    id: str
    decision: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile with everything it extends and all overlays worked in.

    Attributes:
        name: with overlays, joined by ``+``.
        titles: by language, ``ru`` and ``en``.
        extends: name of the profile below, None for none.
        version: of the profile's text.
        sources: where the requirements come from.
        files: what any file must be like.
        documents: what the package must hold; empty means that composition is not judged.
        fields: what the form must hold.
        rules: settings by rule id or name.
        parameters: numbers and flags that rules ask for (``period_years``, ``cpd_years``...).
        contradictions: rows of docs/requirements.md, contradictions and how they are decided.
        signature: ``off``, ``optional`` or ``required``.
        form: ``none``, ``optional`` or ``required``.
    """

    name: str
    titles: Mapping[str, str]
    extends: str | None
    version: str
    sources: tuple[str, ...]
    files: FilePolicy
    documents: tuple[Requirement, ...]
    fields: tuple[FieldRequirement, ...]
    rules: Mapping[str, RuleSetting]
    parameters: Mapping[str, Any]
    contradictions: tuple[Contradiction, ...]
    signature: str
    form: str

    def level(self, rule: Rule) -> Severity | None:
        """Severity of ``rule`` here; None when it is off."""
        setting = self.rules.get(rule.id) or self.rules.get(rule.name)
        if setting is None or setting.level == "default":
            return rule.severity if rule.default_on or setting is not None else None
        return None if setting.level == "off" else Severity(setting.level)

    def params(self, rule: Rule) -> Mapping[str, Any]:
        """Parameters of ``rule``: its own, overlaid by what the profile says."""
        setting = self.rules.get(rule.id) or self.rules.get(rule.name)
        return {**rule.params, **(setting.params if setting else {})}

    def requirement(self, document_type: str | None) -> Requirement | None:
        """The first requirement that speaks of this type of document."""
        return next((r for r in self.documents if document_type in r.types), None)

    def formats_of(self, document_type: str | None) -> tuple[str, ...]:
        """Formats that a document of this type may have."""
        requirement = self.requirement(document_type)
        if requirement is not None and requirement.formats is not None:
            return requirement.formats
        return self.files.formats
