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
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.profile import Profile
    from medcab.signing.inspecting import Answer, Question
    from medcab.validators.facts import FileFacts

__all__ = ["CheckOptions", "check", "judge", "probe_documents", "run"]


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """How a check is run.

    Attributes:
        now: the moment for which the verdict holds; None means the clock.
        jobs: worker processes; 0 probes in this process (for debugging: no limits are enforced).
        timeout: seconds a document may take.
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
    memory: int = 2 << 30
    scan: bool = True
    ignore: Mapping[str, list[str]] = field(default_factory=dict)
    directory: str | None = None
    trust: TrustOptions = field(default_factory=TrustOptions)
    language: str = "ru"


Observer = Callable[[Document], None]

_TIME_FOR_SIGNATURES: float | None = None
"""Seconds for the signatures of one document; None: as for the document itself."""


def probe_documents(
    package: Package, options: CheckOptions, observer: Observer | None = None
) -> Iterator[tuple[int, FileFacts]]:
    """Probe every document in workers; yield (index, facts) as they come.

    A document that breaks a limit, or its worker, gets facts that say so: nothing is dropped.
    """
    from medcab.sandbox import Limits, Sandbox
    from medcab.validators import facts as _facts
    from medcab.validators.facts import ProbeLimits, ProbeOptions
    from medcab.validators.probe import probe

    if not package.documents:
        return
    asked = ProbeOptions(
        limits=ProbeLimits(seconds=options.timeout, memory=options.memory), scan=options.scan
    )
    limits = Limits(seconds=options.timeout, memory=options.memory)
    jobs = min(options.jobs, len(package.documents))
    tasks = ((d.source, d.name, asked) for d in package.documents)
    with Sandbox(jobs=jobs, limits=limits) as sandbox:
        for index, outcome in sandbox.imap(probe, tasks):
            document = package.documents[index]
            yield index, _facts.from_outcome(outcome, document.name, document.size, document.source)
            if observer is not None:
                observer(document)


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
) -> Iterator[tuple[Document | None, tuple[Finding, ...]]]:
    """Judge ``package`` by ``profile``; yield each document with its findings as it is done.

    Args:
        package: from :func:`medcab.inputs.read_package`.
        profile: from :func:`medcab.profile.load`.
        options: how to run; ``now`` must be set to get the same verdict again.
        observer: called after each document (progress).

    Yields:
        (document with facts, its findings), in the order in which workers finish; at the end
        (None, findings about the package as a whole).
    """
    options = options or CheckOptions()
    now = options.now or datetime.now(UTC)
    documents = list(package.documents)
    questions: dict[int, Question] = {}
    for index, facts in probe_documents(package, options, observer):
        done = replace(documents[index], facts=facts)
        documents[index] = done
        question = _question(package, profile, done, options, now)
        if question is None:
            yield done, tuple(judge(package, profile, now, document=done))
        else:
            questions[index] = question
    for index, answer in _answers(questions, options):
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


def _answers(
    questions: Mapping[int, Question], options: CheckOptions
) -> Iterator[tuple[int, Answer]]:
    """Verify signatures and read certificates in workers; what fails there stays undetermined."""
    if not questions:
        return
    from medcab.sandbox import Done, Limits, Raised, Sandbox, TimedOut
    from medcab.signing.inspecting import inspect, unanswered

    places = list(questions)
    limits = Limits(seconds=_TIME_FOR_SIGNATURES or options.timeout, memory=options.memory)
    with Sandbox(jobs=min(options.jobs, len(places)), limits=limits) as sandbox:
        for number, outcome in sandbox.imap(inspect, ((questions[i],) for i in places)):
            index = places[number]
            if isinstance(outcome, Done):
                yield index, outcome.value
            elif isinstance(outcome, Raised) and isinstance(outcome.error, MedcabError):
                # Trust that the caller named cannot be read: that is his to put right.
                raise outcome.error
            else:
                reason = (
                    N_("The check took too long and was ended.")
                    if isinstance(outcome, TimedOut)
                    else N_("The check broke a limit and was ended.")
                )
                yield index, unanswered(questions[index], reason)


def run(
    package: Package,
    profile: Profile,
    options: CheckOptions | None = None,
    observer: Observer | None = None,
) -> Report:
    """Judge ``package`` by ``profile``; return the whole report (arguments as of `check`)."""
    options = options or CheckOptions()
    options = replace(options, now=options.now or datetime.now(UTC))
    done: dict[str, Document] = {}
    findings: list[Finding] = []
    for document, found in check(package, profile, options, observer):
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
