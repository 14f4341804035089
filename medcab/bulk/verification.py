"""Verifying many signature files: streaming, bounded, resumable.

The work is cut into shards; each shard is verified in a worker that can be killed. When a worker
dies or takes too long, the files of its shard are tried one by one, so that one bad file costs
one answer and not a hundred.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from medcab.bulk.journal import Journal
from medcab.model import Verdict
from medcab.sandbox import Died, Done, Limits, OutOfMemory, Raised, Sandbox, TimedOut
from medcab.signing.discovery import Task
from medcab.signing.policy import ValidationPolicy
from medcab.signing.results import Check, CheckOutcome, SubIndication, VerificationReport
from medcab.text import N_, translator

if TYPE_CHECKING:
    from medcab.sandbox import Outcome
    from medcab.signing.trust import TrustStore
    from medcab.signing.verify import Verifier

__all__ = ["BulkOptions", "BulkResult", "VerifiedSigner", "verify_many"]

_SHARD_FILES: Final = 64
_SHARD_BYTES: Final = 64 << 20
_SLOWEST: Final = 10 << 20  # bytes a second that even a slow disk gives


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """What every worker needs to know; picklable.

    Attributes:
        trust: the anchors.
        policy: what is demanded.
        at: the moment of validation, the same for all files.
        language: of the sentences in the results.
        certificates, crls, ocsps: given on the command line.
        online: fetch what is missing.
        policy_documents: (OID, document) of signature policies.
        seconds: wall time for one file, not counting the reading of large documents.
        memory: bytes for one worker.
    """

    trust: TrustStore
    policy: ValidationPolicy
    at: datetime
    language: str = "en"
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    online: bool = False
    policy_documents: tuple[tuple[str, bytes], ...] = ()
    seconds: float = 60.0
    memory: int = 2 << 30

    def verifier(self) -> Verifier:
        """Make the verifier that these options describe."""
        from medcab.signing.verify import Verifier

        fetch = None
        if self.online:
            from medcab.signing.fetch import Fetcher

            fetch = Fetcher()
        return Verifier(
            self.trust,
            self.policy,
            at=self.at,
            certificates=self.certificates,
            crls=self.crls,
            ocsps=self.ocsps,
            fetch=fetch,
            policy_documents=dict(self.policy_documents),
        )

    @property
    def fingerprint(self) -> str:
        """Hex digest of everything that a verdict depends on but the files."""
        import hashlib

        total = hashlib.sha256(self.trust.fingerprint.encode())
        total.update(
            repr((self.policy.key, self.at.isoformat(timespec="seconds"), self.online)).encode()
        )
        for given in (self.certificates, self.crls, self.ocsps):
            for item in sorted(given):
                total.update(hashlib.sha256(item).digest())
            total.update(b"|")
        total.update(repr(sorted(self.policy_documents)).encode())
        return total.hexdigest()


@dataclass(frozen=True, slots=True)
class VerifiedSigner:
    """One line about one signer, for summaries."""

    indication: str
    sub_indication: str | None
    level: str
    name: str
    claimed: datetime | None
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    kind: str = "signature"
    proven: datetime | None = None  # not later than this, by a time-stamp
    structure: str = ""  # what it would be at, if all in it were confirmed; empty: the level


@dataclass(frozen=True, slots=True)
class BulkResult:
    """The answer about one file.

    Attributes:
        path: as in the task.
        content: the document, if any.
        verdict: of the file.
        line: the whole report as one line of JSON (``medcab.signature/1``).
        thin: fields of :attr:`signers` as plain tuples: they travel between processes.
        reasons: sentences about the file as a whole that stand in the way of «passed».
        resumed: taken from the journal of an earlier run.
        warnings: sentences about the file as a whole that are worth telling.
    """

    path: str
    content: str | None
    verdict: Verdict
    line: bytes
    thin: tuple[tuple[Any, ...], ...] = ()
    reasons: tuple[str, ...] = ()
    resumed: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def signers(self) -> tuple[VerifiedSigner, ...]:
        """Short form of each signer, counter-signers included."""
        return tuple(VerifiedSigner(*each) for each in self.thin)


def _pack(options: BulkOptions) -> bytes:
    """Pickle the options; parsed certificates go as bytes."""
    anchors = [
        (a.certificate.dump(), a.source, a.label, a.periods, a.accredited, dict(a.details))
        for a in options.trust.anchors
    ]
    bare: Any = None  # the anchors travel beside
    return pickle.dumps((replace(options, trust=bare), anchors))


def _unpack(pickled: bytes) -> BulkOptions:
    from asn1crypto.x509 import Certificate

    from medcab.signing.trust import Anchor, TrustStore

    options, anchors = pickle.loads(pickled)  # noqa: S301 - our own parent made it
    made = TrustStore(
        Anchor(Certificate.load(der), source, label, periods, accredited, details)
        for der, source, label, periods, accredited, details in anchors
    )
    restored: BulkOptions = replace(options, trust=made)
    return restored


@lru_cache(maxsize=2)
def _tools(pickled: bytes) -> tuple[Any, Any, Any]:
    """Verifier, JSON writer and translator of one set of options; kept by the worker."""
    from medcab.signing.report import ReportWriter

    options = _unpack(pickled)
    tr = translator(options.language)
    return options.verifier(), ReportWriter(tr), tr


def verify_shard(
    pickled: bytes, pairs: tuple[tuple[str, str | None], ...]
) -> list[tuple[Any, ...]]:
    """Verify some files in this process (called in workers).

    Args:
        pickled: packed :class:`BulkOptions`, the same bytes for the whole run.
        pairs: signature file and document of each.

    Returns:
        fields of a :class:`BulkResult` each; plain tuples, since the parent must not become the
        narrow place when many workers answer.
    """
    verifier, writer, tr = _tools(pickled)
    return [summarize(verifier.verify_file(path, content), writer, tr) for path, content in pairs]


def _thick(made: tuple[Any, ...]) -> BulkResult:
    path, content, verdict, line, thin, reasons, warnings = made
    return BulkResult(path, content, Verdict(verdict), line, thin, reasons, warnings=warnings)


def _pairs(tasks: tuple[Task, ...]) -> tuple[tuple[str, str | None], ...]:
    return tuple((task.path, task.content) for task in tasks)


def summarize(report: VerificationReport, writer: Any, tr: Any) -> tuple[Any, ...]:
    """Short form and JSON of a report, as the fields of a :class:`BulkResult`."""
    signers: list[tuple[Any, ...]] = []
    stack = list(report.signatures)
    while stack:
        result = stack.pop(0)
        stack[:0] = result.counter_signatures
        holder = result.signer.holder if result.signer else {}
        person = " ".join(v for k in ("surname", "given_name") if (v := holder.get(k)))
        told = [c for c in result.checks if c.outcome is not CheckOutcome.PASSED]
        reasons = tuple(tr(c.detail, **c.args) for c in told if c.open)
        warnings = tuple(tr(c.detail, **c.args) for c in told if c.outcome is CheckOutcome.WARNING)
        signers.append(
            (
                result.indication.value,
                result.sub_indication.value if result.sub_indication else None,
                result.level.value,
                person or holder.get("common_name", ""),
                result.claimed_signing_time,
                reasons,
                warnings,
                result.kind,
                next((p.moment for p in result.proofs if p.source != "current-time"), None),
                "" if result.structure is None else result.structure.value,
            )
        )
    return (
        report.path,
        report.content,
        report.verdict.value,
        writer.line(report),
        tuple(signers),
        tuple(tr(c.detail, **c.args) for c in report.problems if c.open),
        tuple(tr(c.detail, **c.args) for c in report.problems if c.outcome is CheckOutcome.WARNING),
    )


def verify_many(
    tasks: Iterable[Task],
    options: BulkOptions,
    *,
    jobs: int = 1,
    journal: Journal | None = None,
) -> Iterator[BulkResult]:
    """Verify files and yield the answers as they come, in no particular order.

    Args:
        tasks: what to verify; consumed as workers become free.
        options: the same for all.
        jobs: worker processes; 0: in this process, without limits of time and memory.
        journal: answers of an interrupted run are taken from it, new ones are written to it.
    """
    pickled = _pack(options)
    fresh: Iterator[Task] = iter(tasks)
    if journal is not None:
        known, fresh = journal.split(fresh)
        for task, answer in known:
            yield BulkResult(
                task.path,
                task.content,
                Verdict(answer["verdict"]),
                answer["line"].encode("utf-8"),
                resumed=True,
            )
    for result in _run(fresh, options, pickled, jobs):
        if journal is not None:
            journal.add(result.path, result.content, result.verdict.value, result.line)
        yield result


def _run(
    tasks: Iterator[Task], options: BulkOptions, pickled: bytes, jobs: int
) -> Iterator[BulkResult]:
    if jobs == 0:
        for shard in _shards(tasks, jobs):
            yield from map(_thick, verify_shard(pickled, _pairs(shard)))
        return
    pending: dict[int, tuple[Task, ...]] = {}

    def calls() -> Iterator[tuple[bytes, tuple[tuple[str, str | None], ...]]]:
        for number, shard in enumerate(_shards(tasks, jobs)):
            pending[number] = shard
            yield pickled, _pairs(shard)

    limits = Limits(seconds=options.seconds, memory=options.memory)
    with Sandbox(jobs, limits) as sandbox:
        large: list[Task] = []
        failed: list[Task] = []
        for index, outcome in sandbox.imap(verify_shard, calls()):
            shard = pending.pop(index)
            if isinstance(outcome, Done):
                yield from map(_thick, outcome.value)
            elif len(shard) == 1 and shard[0].size <= _SHARD_BYTES:
                yield _given_up(shard[0], outcome, options)
            elif len(shard) == 1:
                large.append(shard[0])
            else:
                failed.extend(shard)
        if failed:
            singles = [(pickled, _pairs((task,))) for task in failed]
            for index, outcome in sandbox.imap(verify_shard, singles):
                if isinstance(outcome, Done):
                    yield from map(_thick, outcome.value)
                else:
                    yield _given_up(failed[index], outcome, options)
    for task in large:
        # Reading takes its time; the limit grows with the file.
        patient = replace_seconds(limits, options.seconds + task.size / _SLOWEST)
        with Sandbox(1, patient) as sandbox:
            outcome = sandbox.run(verify_shard, (pickled, _pairs((task,))))
            if isinstance(outcome, Done):
                yield from map(_thick, outcome.value)
            else:
                yield _given_up(task, outcome, options)


def replace_seconds(limits: Limits, seconds: float) -> Limits:
    """The same limits with another time."""
    return replace(limits, seconds=seconds)


def _shards(tasks: Iterator[Task], jobs: int) -> Iterator[tuple[Task, ...]]:
    """Cut the work into pieces of similar cost; the first are small so that answers come soon."""
    wanted = 8
    shard: list[Task] = []
    size = 0
    for task in tasks:
        if task.size > _SHARD_BYTES:
            yield (task,)
            continue
        shard.append(task)
        size += task.size
        if len(shard) >= wanted or size > _SHARD_BYTES:
            yield tuple(shard)
            shard, size = [], 0
            wanted = min(_SHARD_FILES, wanted * 2)
    if shard:
        yield tuple(shard)


def _given_up(task: Task, outcome: Outcome, options: BulkOptions) -> BulkResult:
    """The answer about a file whose worker did not come back: never «passed»."""
    from medcab.signing.report import ReportWriter

    if isinstance(outcome, TimedOut):
        detail = N_("Verification took longer than {seconds} s and was given up.")
        args: dict[str, Any] = {"seconds": round(outcome.seconds)}
    elif isinstance(outcome, OutOfMemory):
        detail = N_("Verification wanted more than {megabytes} MB of memory and was given up.")
        args = {"megabytes": outcome.bytes >> 20}
    elif isinstance(outcome, Raised):
        detail, args = N_("Verification failed: {why}."), {"why": str(outcome.error)}
    else:
        code = outcome.code if isinstance(outcome, Died) else None
        detail, args = N_("The process that verified the file ended ({code})."), {"code": code}
    check = Check(
        "file-verified", CheckOutcome.UNDETERMINED, "", detail, args, SubIndication.GENERIC
    )
    report = VerificationReport(task.path, task.content, options.at, problems=(check,))
    tr = translator(options.language)
    return _thick(summarize(report, ReportWriter(tr), tr))


def journal_at(path: Path, options: BulkOptions) -> Journal:
    """Open the journal of a run with these options (see :class:`Journal`)."""
    return Journal(path, options.fingerprint)
