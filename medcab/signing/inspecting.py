"""What the engine asks about signatures and certificates of one document; runs in a worker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcab.errors import MedcabError
from medcab.files import unreadable
from medcab.outcomes import Done, Raised, TimedOut
from medcab.signing.trust_options import TrustOptions
from medcab.sources import Source
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.sandbox import Sandbox
    from medcab.signing.cert_facts import CertificateFacts
    from medcab.signing.results import SignatureResult, VerificationReport

__all__ = ["CERTIFICATE_FORMATS", "Answer", "Question", "inspect", "inspect_all", "unanswered"]

CERTIFICATE_FORMATS = frozenset({"pfx", "cer", "p12", "pem", "p7b", "crt", "der"})


@dataclass(frozen=True, slots=True)
class Question:
    """One document whose signatures or certificates are asked about.

    Attributes:
        path: as the user knows it.
        source: the document.
        signatures: detached signatures beside it: path and source.
        inside: look for signatures inside (PDF).
        certificate: the document is itself a certificate or key container.
        moment: of the check (aware).
        options: trust.
        sha256: of the document as the other rules saw it (hexadecimal), where it is known.
    """

    path: str
    source: Source
    signatures: tuple[tuple[str, Source], ...]
    inside: bool
    certificate: bool
    moment: datetime
    options: TrustOptions
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Reports about the signatures of a document, facts about its certificates."""

    signatures: tuple[VerificationReport, ...] = ()
    certificates: tuple[CertificateFacts, ...] = ()


def inspect(question: Question) -> Answer:
    """Verify the signatures of a document and read its certificates.

    Raises:
        InputError: a file of the trust options cannot be read.
    """
    verifier = _verifier(question.options, question.moment)
    reports = [
        verifier.verify(source, question.source, name=path, content_name=question.path)
        for path, source in question.signatures
    ]
    certificates: tuple[CertificateFacts, ...] = ()
    if question.inside or question.certificate:
        try:
            data = question.source.read()
        except OSError:
            data = b""  # the rules about files say that it cannot be read
        if question.inside and b"/ByteRange" in data:
            report = verifier.verify_bytes(data, name=question.path)
            if any(map(_worth_telling, report.signatures)) or tells(report):
                reports.append(report)
        if question.certificate and data:
            certificates = _certificates(data, question)
    if question.sha256 is not None and _digest(question.source) != question.sha256:
        # What was verified is not what the other rules judged: neither says anything of the other.
        return unanswered(question, N_("The file was changed while it was being checked."))
    return Answer(tuple(reports), certificates)


def inspect_all(
    questions: Mapping[int, Question], sandbox: Sandbox, seconds: float
) -> Iterator[tuple[int, Answer]]:
    """Ask ``questions`` in workers; yield (index, answer) as they come.

    Args:
        questions: by index of the document.
        sandbox: where the files are opened.
        seconds: that one question may take; what takes longer stays undetermined.

    Raises:
        MedcabError: trust that the caller named cannot be read: that is his to put right.
    """
    if not questions:
        return
    places = list(questions)
    limits = replace(sandbox.limits, seconds=seconds)
    for number, outcome in sandbox.imap(inspect, ((questions[i],) for i in places), limits):
        index = places[number]
        if isinstance(outcome, Done):
            yield index, outcome.value
        elif isinstance(outcome, Raised) and isinstance(outcome.error, MedcabError):
            raise outcome.error
        else:
            reason = (
                N_("The check took too long and was ended.")
                if isinstance(outcome, TimedOut)
                else N_("The check broke a limit and was ended.")
            )
            yield index, unanswered(questions[index], reason)


def _digest(source: Source) -> str | None:
    sha256 = hashlib.sha256()
    try:
        with source.open() as stream:
            while chunk := stream.read(1 << 20):
                sha256.update(chunk)
    except OSError:
        return None
    return sha256.hexdigest()


def _worth_telling(result: SignatureResult) -> bool:
    """A time-stamp that holds says nothing against a document that nobody had to sign."""
    return result.kind != "time-stamp" or result.sub_indication is not None


def tells(report: VerificationReport) -> bool:
    """Whether a report without signatures says more than that there are none."""
    return any(check.open and check.id != "signers-present" for check in report.problems)


def unanswered(question: Question, reason: str) -> Answer:
    """The answer when the worker did not give one: undetermined, with the reason (a msgid)."""
    from medcab.signing.cert_facts import CertificateFacts
    from medcab.signing.results import Check, CheckOutcome, SubIndication, VerificationReport

    problem = Check("limit", CheckOutcome.UNDETERMINED, "", reason, {}, SubIndication.GENERIC)
    names = [path for path, _ in question.signatures]
    if question.inside:
        names.append(question.path)
    return Answer(
        tuple(
            VerificationReport(name, question.path, question.moment, problems=(problem,))
            for name in names
        ),
        (CertificateFacts(question.path, problem=reason),) if question.certificate else (),
    )


def _certificates(data: bytes, question: Question) -> tuple[CertificateFacts, ...]:
    from medcab.signing.cert_facts import Examination, examine
    from medcab.signing.certificates import load_certificates
    from medcab.signing.revocation import RevocationPolicy

    options = question.options
    others = [
        certificate
        for path in options.certificates
        for certificate in load_certificates(_read(path), path)
    ]
    how = Examination(
        question.moment,
        _trust(options.trust, options.store),
        others,
        [_read(path) for path in options.crls],
        revocation=RevocationPolicy.named(options.revocation),
    )
    return tuple(_plain(facts) for facts in examine(data, question.path, how))


def _plain(facts: CertificateFacts) -> CertificateFacts:
    """Leave the parsed certificates in the worker: only plain values may come out of it."""
    result = facts.path_result
    if result is None:
        return facts
    anchor = replace(result.anchor, certificate=None) if result.anchor is not None else None
    return replace(facts, path_result=replace(result, chain=(), statuses=(), anchor=anchor))


@lru_cache(maxsize=4)
def _trust(paths: tuple[str, ...], store: str | None) -> Any:
    from medcab.signing.trust import TrustStore
    from medcab.signing.trust_store import UserStore

    return UserStore(Path(store)).load() if store and not paths else TrustStore.load(paths)


@lru_cache(maxsize=4)
def _verifier(options: TrustOptions, moment: datetime) -> Any:
    """One verifier a worker: its caches are keyed by whole certificates and shared safely."""
    from medcab.signing.policy import STRICT
    from medcab.signing.verify import Verifier

    return Verifier(
        _trust(options.trust, options.store),
        replace(STRICT, revocation=options.revocation),
        at=moment,
        certificates=_all_der(options.certificates),
        crls=[_read(path) for path in options.crls],
    )


def _all_der(paths: Sequence[str]) -> list[bytes]:
    from medcab.signing.certificates import load_certificates

    return [c.dump() for path in paths for c in load_certificates(_read(path), path)]


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
