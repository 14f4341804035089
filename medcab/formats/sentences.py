"""Sentences about findings, in the reader's language. Every writer takes them from here.

A finding holds arguments; the template lives with its rule. Values that came from outside (names
of files, fields of forms) are made printable before they enter a sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from medcab.formats.encoding import printable
from medcab.formats.values import show_value, shown_args
from medcab.model import Finding, Location, Outcome, Report, Severity, Verdict
from medcab.rules import Rule, all_rules
from medcab.text import N_, Translator
from medcab.vocabulary import DOCUMENT_TYPES, FIELDS

__all__ = [
    "SEVERITIES",
    "STORED",
    "VERDICTS",
    "counts_line",
    "counts_of",
    "document_type",
    "document_verdict",
    "headline",
    "help_of",
    "measure_of",
    "measures_of",
    "message_of",
    "name_of",
    "place_of",
    "profile_title",
    "reason_of",
    "rule_of",
    "severity_word",
    "show_size",
    "title_of",
    "verdict_word",
]

STORED: Final = "stored"
"""Key of ``Finding.evidence`` for what a stored report said about a rule that is unknown now."""

VERDICTS: Final = {
    Verdict.PASSED: N_("Passed"),
    Verdict.FAILED: N_("Failed"),
    Verdict.INDETERMINATE: N_("Needs clarification"),
}
SEVERITIES: Final = {
    Severity.ERROR: N_("error"),
    Severity.WARNING: N_("warning"),
    Severity.INFO: N_("note"),
}
_HEADLINES: Final = {
    Verdict.PASSED: N_("Passed: the package meets the requirements of the profile {profile}."),
    Verdict.FAILED: N_("Failed: the package does not meet the requirements of profile {profile}."),
    Verdict.INDETERMINATE: N_(
        "Needs clarification: no errors were found, but not everything could be checked "
        "(profile {profile})."
    ),
}

_SUGGESTED: Final = 3

_by_id: dict[str, Rule] = {}


def rule_of(finding: Finding) -> Rule | None:
    """The rule that made ``finding``, or None when this version of medcab does not know it."""
    known = _by_id.get(finding.rule)
    if known is None:
        _by_id.update((rule.id, rule) for rule in all_rules())
        known = _by_id.get(finding.rule)
    return known


def name_of(finding: Finding) -> str:
    """Kebab-case name of the rule, or its id when the rule is unknown."""
    rule = rule_of(finding)
    return rule.name if rule is not None else str(_stored(finding).get("name") or finding.rule)


def title_of(finding: Finding, tr: Translator) -> str:
    """Title of the rule without the full stop."""
    rule = rule_of(finding)
    return tr(rule.title).rstrip(".") if rule is not None else finding.rule


def message_of(finding: Finding, tr: Translator) -> str:
    """One sentence: what is wrong, or what could not be checked and why."""
    rule = rule_of(finding)
    args = shown_args(finding.args, tr)
    if finding.outcome is Outcome.UNDETERMINED:
        reason = (
            tr(finding.reason, **args) if finding.reason else tr(N_("The reason was not recorded."))
        )
        if rule is None:
            return printable(str(_stored(finding).get("message") or reason))
        return tr(
            N_("Not checked: “{title}”. {reason}"), title=title_of(finding, tr), reason=reason
        )
    if rule is None:
        stored = _stored(finding).get("message")
        if stored:
            return printable(str(stored))
        return tr(N_("Rule {rule} was broken."), rule=printable(finding.rule))
    count = finding.args.get("n")
    if rule.plural is not None and isinstance(count, int):
        rest = {k: v for k, v in args.items() if k != "n"}
        return tr.plural(rule.message, rule.plural, count, **rest)
    return tr(rule.message, **args) + _perhaps(finding, tr)


def _perhaps(finding: Finding, tr: Translator) -> str:
    """Values that may have been meant; which of them is right only the document tells."""
    likely = finding.args.get("suggestions")
    if not likely or not isinstance(likely, (list, tuple)):
        return ""
    shown = [show_value(str(value), tr, "value") for value in likely[:_SUGGESTED]]
    return " " + tr(N_("Possibly: {value}."), value=", ".join(shown))


def reason_of(finding: Finding, tr: Translator) -> str:
    """Why a check could not be made; empty for a violation."""
    if finding.outcome is not Outcome.UNDETERMINED:
        return ""
    if not finding.reason:
        return tr(N_("The reason was not recorded."))
    return tr(finding.reason, **shown_args(finding.args, tr))


def help_of(finding: Finding, tr: Translator) -> str:
    """How to put it right; empty when nothing is known."""
    rule = rule_of(finding)
    if rule is None:
        return printable(str(_stored(finding).get("help") or ""))
    return tr(rule.help)


def _stored(finding: Finding) -> Mapping[str, Any]:
    stored = finding.evidence.get(STORED)
    return stored if isinstance(stored, Mapping) else {}


def show_size(size: int, tr: Translator) -> str:
    """Size of a file for people: ``412 КБ``, ``4,8 МБ`` (binary units, as Windows shows them)."""
    if size < 1024:
        return tr.plural(N_("{n} byte"), N_("{n} bytes"), size)
    if size < 1024 * 1024:
        return tr(N_("{n} KB"), n=max(1, round(size / 1024)))
    value = f"{size / (1024 * 1024):.1f}"
    return tr(N_("{n} MB"), n=value.replace(".", ",") if tr.language == "ru" else value)


def measure_of(finding: Finding, tr: Translator) -> str:
    """``212 dpi, limit 300 dpi``; empty when the finding measured nothing."""
    measured, limit = measures_of(finding, tr)
    if not limit:
        return measured
    return tr(N_("{measured}, limit {limit}"), measured=measured, limit=limit)


def measures_of(finding: Finding, tr: Translator) -> tuple[str, str]:
    """The measured value and its limit, each with the unit; empty where there is none.

    Only what has a unit is a measurement to people: "0, limit 1" says nothing about a document.
    """
    measured, limit = finding.evidence.get("measured"), finding.evidence.get("limit")
    unit = str(finding.evidence.get("unit") or "")
    if measured is None or not unit:
        return "", ""
    shown = _quantity(measured, unit, tr)
    if limit is None:
        return shown, ""
    allowed = _quantity(limit, unit, tr)
    if shown == allowed and measured != limit:
        # 5 242 881 bytes against 5 242 880 must not read as "5.0 MB, limit 5.0 MB".
        exact = tr(N_("bytes")) if unit in _BYTES else _unit(unit, tr)
        shown, allowed = (f"{_grouped(v)} {exact}".strip() for v in (measured, limit))
    return shown, allowed


_BYTES: Final = frozenset({"B", "byte", "bytes"})


def _grouped(value: Any) -> str:
    text = f"{value:,}".replace(",", "\u00a0") if isinstance(value, int) else str(value)
    return printable(text)


def _quantity(value: Any, unit: str, tr: Translator) -> str:
    if unit in _BYTES and isinstance(value, int):
        return show_size(value, tr)
    if unit == "dpi" and isinstance(value, Sequence) and len(set(map(str, value))) == 1:
        value = value[0]
    if isinstance(value, Sequence) and not isinstance(value, str):
        text = " × ".join(str(f"{show_value(item, tr)}") for item in value)
    else:
        text = f"{show_value(value, tr)}"
    return f"{text}\u00a0{_unit(unit, tr)}".strip()


def _unit(unit: str, tr: Translator) -> str:
    return printable(tr(unit) if "{" not in unit else unit)


def place_of(location: Location, tr: Translator) -> str:
    """Where inside the file: ``scan.pdf, p. 2``, ``field inn``; empty for the file as a whole."""
    parts = []
    if location.member and location.member != location.path:
        parts.append(printable(location.member))
    if location.page is not None:
        parts.append(tr(N_("p. {page}"), page=location.page))
    if location.field:
        parts.append(tr(N_("field {field}"), field=field_label(location.field, tr)))
    return ", ".join(parts)


def field_label(name: str, tr: Translator) -> str:
    """Name of a form field for people: its title, or the key where there is none."""
    title = FIELDS.get(name)
    return printable(name) if title is None else tr(title)


def document_type(key: str, tr: Translator) -> str:
    """Title of a document type for people."""
    title = DOCUMENT_TYPES.get(key)
    return printable(key) if title is None else tr(title)


def verdict_word(verdict: Verdict, tr: Translator) -> str:
    """Успешно, Ошибка, Требуется уточнение."""
    return tr(VERDICTS[verdict])


def severity_word(finding: Finding, tr: Translator) -> str:
    """``error``, ``warning``, ``note``, or ``not checked``."""
    if finding.outcome is Outcome.UNDETERMINED:
        return tr(N_("not checked"))
    return tr(SEVERITIES[finding.severity])


def document_verdict(report: Report, path: str) -> Verdict:
    """Verdict of one document of the report."""
    return report.verdict_of(path)


def headline(report: Report, tr: Translator) -> str:
    """The verdict in one sentence."""
    return tr(_HEADLINES[report.verdict], profile=profile_title(report.profile, tr))


def profile_title(name: str, tr: Translator) -> str:
    """``“EGISZ: …” (egisz-organization)``; the name alone for a profile that is not bundled."""
    from medcab.profile import title

    said = title(name, tr.language)
    shown = printable(name)
    return shown if said is None else tr(N_("“{title}” ({name})"), title=said, name=shown)


def counts_line(report: Report, tr: Translator) -> str:
    """As :func:`counts_of`, in words where there is nothing."""
    return counts_of(report.findings, tr) or tr(N_("nothing to remark"))


def counts_of(findings: Iterable[Finding], tr: Translator) -> str:
    """``1 ошибка, 2 предупреждения, 5 замечаний, 1 проверка не выполнена``; empty for none."""
    kinds = Counter(None if f.outcome is Outcome.UNDETERMINED else f.severity for f in findings)
    parts = [
        (kinds[Severity.ERROR], N_("{n} error"), N_("{n} errors")),
        (kinds[Severity.WARNING], N_("{n} warning"), N_("{n} warnings")),
        (kinds[Severity.INFO], N_("{n} note"), N_("{n} notes")),
        (kinds[None], N_("{n} check not made"), N_("{n} checks not made")),
    ]
    return ", ".join(tr.plural(one, many, n) for n, one, many in parts if n)
