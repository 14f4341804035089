"""The engine: probes the documents in workers, asks the rules, joins the answers to a report.

It knows nothing of terminals or files of results. :func:`check` is a generator: findings come as
the documents are done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from medcab import rules as _rules
from medcab.errors import MedcabError
from medcab.model import Document, Finding, Location, Outcome, Package, Report, Severity
from medcab.rules import DocumentContext, Hit, PackageContext, Rule, Scope, Unknown
from medcab.signing.trust_options import TrustOptions
from medcab.workshop import Observer, Workshop

if TYPE_CHECKING:
    from medcab.profile import Profile
    from medcab.signing.inspecting import Question

__all__ = ["CheckOptions", "check", "judge", "run"]


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """How a check is run.

    Attributes:
        now: the moment for which the verdict holds; None means the clock.
        jobs: worker processes; 0 probes in this process (for debugging: no limits are enforced).
        timeout: seconds of work that a document may take, its pages and all workers together.
        signature_timeout: seconds for the signatures of a document; None: as ``timeout``.
        memory: bytes of address space a worker may take.
        scan: judge legibility too (slower).
        ignore: rule id or name -> patterns of paths in which its findings are set aside.
        trust: for signatures and certificates in the package.
        language: of the sentences in the reports about signatures.
        directory: store of directories and registers; None for the bundled directories only.
    """

    now: datetime | None = None
    jobs: int = 1
    timeout: float = 20.0
    signature_timeout: float | None = None
    memory: int = 2 << 30
    scan: bool = True
    ignore: Mapping[str, list[str]] = field(default_factory=dict)
    directory: str | None = None
    trust: TrustOptions = field(default_factory=TrustOptions)
    language: str = "ru"


def judge(
    package: Package,
    profile: Profile,
    now: datetime,
    *,
    document: Document | None = None,
    directory: str | None = None,
) -> Iterator[Finding]:
    """Ask the rules about ``document`` (with facts), or about the whole package.

    Args:
        package: what the rules may look at.
        profile: levels and parameters.
        now: the moment of the check.
        document: None asks the rules about the package.
        directory: store of directories, for the rules about the package.
    """
    wanted = Scope.PACKAGE if document is None else Scope.DOCUMENT
    for rule in _rules.all_rules():
        if rule.scope is not wanted:
            continue
        level = profile.level(rule)
        if level is None:
            continue
        params = profile.params(rule)
        context: Any
        if document is None:
            context = PackageContext(package, profile, params, now, directory)
        else:
            assert document.facts is not None
            context = DocumentContext(package, profile, params, now, document, document.facts)
        yield from _ask(rule, level, context, document)


def _ask(rule: Rule, level: Severity, context: Any, document: Document | None) -> Iterator[Finding]:
    answers = iter(rule.check(context))
    while True:
        try:
            answer = next(answers)
        except StopIteration:
            return
        except MedcabError as error:
            # A rule that needs something it cannot have has not passed.
            answer = Unknown(error.template, args=error.arguments)
        yield _finding(rule, level, answer, document)


def _finding(
    rule: Rule, level: Severity, answer: Hit | Unknown, document: Document | None
) -> Finding:
    path = answer.path
    member = answer.member
    if document is not None:
        path = path or document.path
        member = member or document.member
    box = answer.box if isinstance(answer, Hit) else None
    severity = level
    if isinstance(answer, Hit) and answer.severity is not None:
        severity = max(level, answer.severity, key=lambda s: s.rank)
    return Finding(
        rule=rule.id,
        severity=severity,
        args=answer.args,
        location=Location(path, member, answer.page, answer.field, box),
        evidence=answer.evidence,
        outcome=Outcome.VIOLATED if isinstance(answer, Hit) else Outcome.UNDETERMINED,
        reason=None if isinstance(answer, Hit) else answer.reason,
    )


def check(
    package: Package,
    profile: Profile,
    options: CheckOptions | None = None,
    observer: Observer | None = None,
    shop: Workshop | None = None,
) -> Iterator[tuple[Document | None, tuple[Finding, ...]]]:
    """Judge ``package`` by ``profile``; yield each document with its findings as it is done.

    Args:
        package: from :func:`medcab.inputs.read_package`.
        profile: from :func:`medcab.profile.load`.
        options: how to run; ``now`` must be set to get the same verdict again.
        observer: called after each document (progress).
        shop: shared with other checks that have the same options; None makes one for this check.

    Yields:
        (document with facts, its findings), in the order in which workers finish; at the end
        (None, findings about the package as a whole).
    """
    options = options or CheckOptions()
    if shop is not None:
        yield from _checked(package, profile, options, observer, shop)
        return
    with Workshop(options) as own:
        yield from _checked(package, profile, options, observer, own)


def _checked(
    package: Package,
    profile: Profile,
    options: CheckOptions,
    observer: Observer | None,
    shop: Workshop,
) -> Iterator[tuple[Document | None, tuple[Finding, ...]]]:
    from medcab.signing.inspecting import inspect_all

    now = options.now or datetime.now(UTC)
    documents = list(package.documents)
    questions: dict[int, Question] = {}
    shop.warm(documents)
    _rules.all_rules()  # read while the workers start
    for index, facts in shop.probe(documents, observer):
        done = replace(documents[index], facts=facts)
        documents[index] = done
        question = _question(package, profile, done, options, now)
        if question is None:
            yield done, tuple(judge(package, profile, now, document=done))
        else:
            questions[index] = question
    for index, answer in inspect_all(questions, shop.sandbox, shop.seconds):
        meta = {
            **documents[index].meta,
            "signatures": answer.signatures,
            "certificates": answer.certificates,
        }
        done = replace(documents[index], meta=meta)
        documents[index] = done
        yield done, tuple(judge(package, profile, now, document=done))
    whole = replace(package, documents=tuple(documents))
    yield None, tuple(judge(whole, profile, now, directory=options.directory))


def _question(
    package: Package, profile: Profile, document: Document, options: CheckOptions, now: datetime
) -> Question | None:
    """What to ask about signatures and certificates of ``document``; None when nothing is."""
    from medcab.signing.inspecting import CERTIFICATE_FORMATS, Question

    assert document.facts is not None
    beside = tuple((s.path, s.source) for s in package.signatures if s.target == document.path)
    pdf = document.facts.pdf
    inside = document.facts.format == "pdf" and (pdf is None or bool(pdf.signature_fields))
    certificate = document.facts.format in CERTIFICATE_FORMATS
    if profile.signature == "off":
        beside, inside = (), False
    if not (beside or inside or certificate):
        return None
    return Question(
        document.path,
        document.source,
        beside,
        inside,
        certificate,
        now,
        options.trust,
        document.facts.sha256 or None,
    )


def run(
    package: Package,
    profile: Profile,
    options: CheckOptions | None = None,
    observer: Observer | None = None,
    shop: Workshop | None = None,
) -> Report:
    """Judge ``package`` by ``profile``; return the whole report (arguments as of `check`)."""
    options = options or CheckOptions()
    options = replace(options, now=options.now or datetime.now(UTC))
    done: dict[str, Document] = {}
    findings: list[Finding] = []
    for document, found in check(package, profile, options, observer, shop):
        findings += found
        if document is not None:
            done[document.path] = document
    kept, ignored = _set_aside(findings, options.ignore)
    documents = tuple(done.get(d.path, d) for d in package.documents)
    order = {d.path: i for i, d in enumerate(documents)}
    assert options.now is not None
    return Report(
        profile=profile.name,
        checked_at=options.now,
        root=package.root,
        documents=documents,
        findings=_sorted(kept, order),
        checks=_asked(profile, documents),
        ignored=_sorted(ignored, order),
        form=package.form,
        signatures=_signature_reports(documents, options.language),
    )


def _signature_reports(
    documents: Iterable[Document], language: str
) -> tuple[Mapping[str, Any], ...]:
    """Return what was found about signatures, as JSON-able values for the report."""
    found = [r for d in documents for r in d.meta.get("signatures", ())]
    if not found:
        return ()
    from medcab.signing.report import report_dict
    from medcab.text import translator

    return tuple(report_dict(report, translator(language)) for report in found)


def _asked(profile: Profile, documents: Sequence[Document]) -> dict[str, int]:
    """Return rule id -> number of places where the rule had something to look at.

    A rule about certificates says nothing about a package that has none, and must not be listed
    as passed there.
    """
    asked = {}
    for rule in _rules.all_rules():
        if profile.level(rule) is None:
            continue
        applies = _APPLIES.get(rule.id[:3])
        if rule.scope is not Scope.DOCUMENT:
            asked[rule.id] = 1
        elif applies is None:
            asked[rule.id] = len(documents)
        else:
            asked[rule.id] = sum(applies(document) for document in documents)
    return asked


def _has_pages(document: Document) -> bool:
    return document.facts is not None and bool(document.facts.scan)


_APPLIES: Mapping[str, Callable[[Document], bool]] = {
    "PDF": lambda d: d.facts is not None and d.facts.format == "pdf",
    "IMG": lambda d: d.facts is not None and d.facts.image is not None,
    "SCN": _has_pages,
    "SIG": lambda d: bool(d.meta.get("signatures")),
    "CRT": lambda d: bool(d.meta.get("certificates")),
}


def _sorted(findings: Iterable[Finding], order: Mapping[str, int]) -> tuple[Finding, ...]:
    last = len(order)

    def key(finding: Finding) -> tuple[Any, ...]:
        place = finding.location
        return (
            order.get(place.path, last) if place.path else -1,
            place.path or "",
            finding.severity.rank,
            place.page or 0,
            place.field or "",
            finding.rule,
        )

    return tuple(sorted(findings, key=key))


def _set_aside(
    findings: Iterable[Finding], ignore: Mapping[str, list[str]]
) -> tuple[list[Finding], list[Finding]]:
    patterns = {_rules.find_rule(name).id: paths for name, paths in ignore.items()}
    kept: list[Finding] = []
    ignored: list[Finding] = []
    for finding in findings:
        path = finding.location.path or ""
        match = any(fnmatchcase(path, p) for p in patterns.get(finding.rule, ()))
        (ignored if match else kept).append(finding)
    return kept, ignored
