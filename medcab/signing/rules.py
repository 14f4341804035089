"""SIG rules: signatures that lie beside documents or inside them; CRT rules come along.

They look at :class:`medcab.signing.results.VerificationReport` objects that stand under the key
``signatures`` in the ``meta`` of a document (:mod:`medcab.engine` puts
them there). Importing this module is cheap: no parser is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from medcab.model import Severity, Verdict
from medcab.rules import DocumentContext, Hit, PackageContext, Scope, Unknown, rule
from medcab.signing import cert_rules
from medcab.text import N_, fill

if TYPE_CHECKING:
    from medcab.signing.results import Check, SignatureResult, VerificationReport

__all__ = ["META_KEY", "cert_rules", "reports_of"]

META_KEY: Final = "signatures"
_WRONG_DOCUMENT: Final = "HASH_FAILURE"


def reports_of(ctx: DocumentContext) -> tuple[VerificationReport, ...]:
    """Reports about the signatures of the document at hand."""
    reports = ctx.document.meta.get(META_KEY, ())
    return tuple(item for item in reports if hasattr(item, "signatures"))


def _signature_paths(ctx: DocumentContext) -> tuple[str, ...]:
    return tuple(s.path for s in ctx.package.signatures if s.target == ctx.document.path)


def _asked(ctx: DocumentContext) -> bool:
    return ctx.profile.signature != "off"


def _all(results: tuple[SignatureResult, ...]) -> Iterator[SignatureResult]:
    for result in results:
        yield result
        yield from _all(result.counter_signatures)


def _only_stamps(report: VerificationReport) -> bool:
    """A time-stamp says when a document existed; nobody signs by it."""
    return bool(report.signatures) and all(r.kind == "time-stamp" for r in report.signatures)


def _open_checks(report: VerificationReport, verdict: Verdict) -> Iterator[Check]:
    """The first open check of each signer with this verdict, and those of the file.

    A signer that did not pass is told even where none of its checks says why.
    """
    told = []
    for result in _all(report.signatures):
        if result.verdict is verdict:
            reasons = (c for c in result.checks if c.open and _verdict_of(c) is verdict)
            check = next(reasons, None) or _unexplained(result, verdict)
            told.append(check)
            yield check
    for check in report.problems:
        if check.open and _verdict_of(check) is verdict and check not in told:
            yield check


def _unexplained(result: SignatureResult, verdict: Verdict) -> Check:
    from medcab.signing.results import Check, CheckOutcome

    failed = verdict is Verdict.FAILED
    outcome = CheckOutcome.FAILED if failed else CheckOutcome.UNDETERMINED
    detail = next((c.detail for c in result.checks if c.open and not c.args), "")
    return Check(
        "signature", outcome, "", detail or N_("The signature could not be checked."),
        {}, result.sub_indication,
    )  # fmt: skip


def _verdict_of(check: Check) -> Verdict:
    return check.sub_indication.indication.verdict if check.sub_indication else Verdict.FAILED


def _evidence(check: Check) -> dict[str, Any]:
    sub = check.sub_indication.value if check.sub_indication else None
    return {"check": check.id, "rule": check.rule, "sub_indication": sub}


@rule(
    "SIG001",
    "signature-missing",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The document {path} has no electronic signature."),
    since="0.1.0",
    params={"types": ["application"]},
)
def signature_missing(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A document without the electronic signature that the procedure requires.

    What it checks:
        Whether a signature lies beside the document (X.pdf.sig, X.pdf.p7s, X.pdf.sgn) or inside
        it, where the profile requires signatures of documents of this type (parameter types).
    Why it matters:
        An unsigned document is not accepted in such a procedure.
    How to fix:
        Sign the document: medcab sign X.pdf --p12 key.pfx --password-from prompt
    Source:
        docs/requirements.md D14, F15, C08.
    """
    if ctx.profile.signature != "required" or ctx.document.type not in ctx.params["types"]:
        return
    reports = reports_of(ctx)
    stamps = {r.path for r in reports if _only_stamps(r)}
    # What could not be read counts here: rule SIG004 says that it was not confirmed.
    if any(r.path not in stamps and (r.signatures or r.problems) for r in reports):
        return
    if any(path not in stamps for path in _signature_paths(ctx)):
        return
    pdf = ctx.facts.pdf
    if pdf is None and ctx.facts.format == "pdf":
        yield Unknown(N_("The PDF could not be examined for a signature inside."))
    elif pdf is None or not pdf.signature_fields:
        yield Hit(args={"path": ctx.document.path})
    else:
        yield Unknown(N_("The PDF has a field for a signature, but no signature was found in it."))


@rule(
    "SIG002",
    "signature-wrong-document",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The signature {signature} does not fit the document."),
    since="0.1.0",
)
def signature_wrong_document(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A signature over another document, or over an earlier version of it.

    What it checks:
        Whether the digest that was signed is the digest of the document.
    Why it matters:
        The document was changed after it was signed, or the files were mixed up. Such a
        signature proves nothing about the document.
    How to fix:
        Find the version that was signed, or sign the document again.
    Source:
        docs/requirements.md C08; RFC 5652 11.2; ETSI EN 319 102-1, HASH_FAILURE.
    """
    if not _asked(ctx):
        return
    for report in reports_of(ctx):
        for check in _open_checks(report, Verdict.FAILED):
            if check.sub_indication == _WRONG_DOCUMENT:
                yield Hit(args={"signature": report.path}, evidence=_evidence(check))


@rule(
    "SIG003",
    "signature-invalid",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The signature {signature} is not valid: {reason}"),
    since="0.1.0",
)
def signature_invalid(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A signature that is damaged, forged or made against the rules.

    What it checks:
        The structure of the signature, the certificate it names and the signature value, for
        every signer and counter-signer.
    Why it matters:
        A signature that fails these checks is worth nothing, whoever made it.
    How to fix:
        Sign the document again. All checks one by one: medcab verify --details FILE
    Source:
        docs/requirements.md C08; RFC 5652; ETSI EN 319 122-1; ETSI EN 319 102-1 5.2.
    """
    if not _asked(ctx):
        return
    for report in reports_of(ctx):
        for check in _open_checks(report, Verdict.FAILED):
            if check.sub_indication != _WRONG_DOCUMENT:
                reason = fill(check.detail, check.args) if check.args else check.detail
                args = {"signature": report.path, "reason": reason}
                yield Hit(args=args, evidence=_evidence(check))


@rule(
    "SIG004",
    "signature-not-confirmed",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The signature {signature} could not be confirmed."),
    since="0.1.0",
)
def signature_not_confirmed(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A signature of which it cannot be said that it is valid.

    What it checks:
        Whether the certificate of the signer leads to a trusted authority, was valid at the
        moment of the check and was not revoked, and whether the algorithms are still accepted.
    Why it matters:
        The signature may be right, but nothing at hand proves it: a certificate that has expired
        since, an unknown authority, a missing revocation list.
    How to fix:
        Name the certificates of the authority (medcab trust add), give revocation lists (--crl)
        or allow fetching them (--online). Where the certificate has expired, ask for a signature
        with a time-stamp or sign again.
    Source:
        docs/requirements.md C06, C08; ETSI EN 319 102-1, table 6.
    """
    if not _asked(ctx):
        return
    reports = reports_of(ctx)
    for path in _signature_paths(ctx):
        if all(report.path != path for report in reports):
            yield Unknown(N_("The signature {signature} was not checked."), {"signature": path})
    for report in reports:
        for check in _open_checks(report, Verdict.INDETERMINATE):
            yield Unknown(
                check.detail or N_("The signature could not be checked."),
                dict(check.args),
                evidence=_evidence(check) | {"signature": report.path},
            )


@rule(
    "SIG005",
    "signature-alone",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("The signature {signature} lies alone and was not looked into."),
    since="0.1.0",
)
def signature_alone(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A signature file that may hold its document itself.

    What it checks:
        Whether there is an attached signature (X.pdf.p7m) without the document beside it. What is
        inside was not judged. (A detached signature without its document: rule INP003.)
    Why it matters:
        A document inside a signature is not seen by the portal, and medcab has not checked it.
    How to fix:
        Put the document itself into the package. To see who signed: medcab verify FILE
    Source:
        docs/requirements.md C08.
    """
    if ctx.profile.signature == "off":
        return
    for signature in ctx.package.signatures:
        if signature.target is None and signature.path.lower().endswith(".p7m"):
            args = {"signature": signature.path}
            yield Unknown(
                N_("The signature {signature} was not checked."), args, path=signature.path
            )
