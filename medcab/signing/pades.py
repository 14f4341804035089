"""Signatures inside PDF files (ISO 32000-2 12.8, ETSI EN 319 142-1).

The file structure (fields, revisions, what was changed after signing) is pyHanko's; the CMS in
it is judged by the same blocks as every other signature, so that reports look the same and every
algorithm that medcab knows works here too.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from logging import NullHandler, getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from medcab.errors import InputError, OutputError, SigningError
from medcab.signing.blocks.crypto import SignedThing
from medcab.signing.blocks.journal import Journal
from medcab.signing.cms import SignedData, parse_signed_data
from medcab.signing.content import MemoryContent
from medcab.signing.results import (
    SignatureLevel,
    SignatureResult,
    SubIndication,
    VerificationReport,
)
from medcab.signing.tlv import DerError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.longterm.tsa import TsaClient
    from medcab.signing.sign import Signer
    from medcab.signing.verify import Verifier

__all__ = ["sign_pdf", "sign_pdf_file", "verify_pdf"]

_CLAUSE: Final = "ISO 32000-2 12.8.1"
_PADES: Final = "/ETSI.CAdES.detached"
_DETACHED: Final = (_PADES, "/adbe.pkcs7.detached")
_MAX_FIELDS: Final = 200
_STARTXREF: Final = re.compile(rb"startxref[\r\n\t ]+([0-9]{1,12})[\r\n\t ]+%%EOF")

# The library logs what it then raises; without a handler that would land on stderr.
getLogger("pyhanko").addHandler(NullHandler())


def _breaks() -> tuple[type[Exception], ...]:
    """What a hostile PDF makes pyHanko raise."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import SigningError as PyHankoSigningError

    return (
        PdfError, PyHankoSigningError, ValueError, KeyError, TypeError, AttributeError,
        IndexError, RecursionError, AssertionError, NotImplementedError, OSError,
    )  # fmt: skip


def verify_pdf(verifier: Verifier, data: bytes, name: str) -> VerificationReport:
    """Verify every signature of a PDF.

    Args:
        verifier: trust, policy, moment.
        data: the file.
        name: as the user knows it.
    """
    journal = Journal(verifier.policy.lenient)
    results: list[SignatureResult] = []
    broken = _breaks()
    try:
        for number, (field, signature) in enumerate(_signatures(data)):
            if number >= _MAX_FIELDS:
                journal.fail(
                    "structure", _CLAUSE, N_("The PDF has more than {n} signature fields."),
                    SubIndication.GENERIC, n=_MAX_FIELDS,
                )  # fmt: skip
                break
            results.extend(_one(verifier, journal, data, field, signature, broken))
    except broken as error:
        journal.fail(
            "structure", "ISO 32000-2 7", N_("The PDF is damaged: {why}."),
            SubIndication.GENERIC, why=_why(error),
        )  # fmt: skip
    if not results and not journal.checks:
        journal.fail(
            "signers-present", _CLAUSE, N_("There is no signature in the PDF."),
            SubIndication.GENERIC,
        )  # fmt: skip
    return VerificationReport(
        path=name,
        content=None,
        checked_at=verifier.moment,
        signatures=tuple(replace(r, index=str(i)) for i, r in enumerate(results)),
        encoding="pdf",
        container="pdf",
        problems=tuple(journal.checks),
        lenient=verifier.policy.lenient,
    )


def _why(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]


def _signatures(data: bytes) -> Iterator[tuple[str, tuple[Any, Any, Any]]]:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    reader = PdfFileReader(io.BytesIO(data), strict=False)
    for name, value, field in enumerate_sig_fields(reader, filled_status=True):
        yield str(name), (reader, value.get_object(), field)


def _one(
    verifier: Verifier,
    file_journal: Journal,
    data: bytes,
    field: str,
    found: tuple[Any, Any, Any],
    broken: tuple[type[Exception], ...],
) -> list[SignatureResult]:
    reader, dictionary, holder = found
    subfilter = str(dictionary.get("/SubFilter", ""))
    if subfilter == "/ETSI.RFC3161":
        file_journal.warn(
            "document-time-stamp", "EN 319 142-1 5.4.3",
            N_("The time-stamp in field {field} was not used: it is no signature of a person."),
            field=field,
        )  # fmt: skip
        return []
    journal = Journal(verifier.policy.lenient)
    if subfilter not in _DETACHED:
        journal.fail(
            "subfilter", _CLAUSE, N_("Signatures of the kind {kind} are not supported."),
            SubIndication.GENERIC, kind=subfilter or "?",
        )  # fmt: skip
        return [_unread(journal, field)]
    covered = _covered(journal, data, dictionary)
    if covered is None:
        return [_unread(journal, field)]
    cms, content = covered
    try:
        signed = parse_signed_data(cms)
    except DerError as error:
        journal.fail(
            "structure", "RFC 5652 3",
            N_("The file is no well-formed CMS signature: {why}."), why=str(error),
        )  # fmt: skip
        return [_unread(journal, field)]
    _check_container(journal, signed, cms)
    _check_revision(journal, data, reader, holder, field, broken)
    thing = _thing(signed, content)
    level = SignatureLevel.PADES_B if subfilter == _PADES else SignatureLevel.PDF
    made = []
    for index, signer in signed.signers:
        result = verifier.judge(signed, signer, str(index), thing, journal.checks)
        if level is SignatureLevel.PADES_B and result.timestamps:
            level = SignatureLevel.PADES_T
        told = tuple(c for c in journal.checks if not c.open)
        made.append(replace(result, level=level, field=field, checks=(*told, *result.checks)))
    return made or [_unread(journal, field)]


def _thing(signed: SignedData, content: bytes) -> SignedThing:
    memory = MemoryContent(content)
    return SignedThing(memory.digests({s.digest_oid for _, s in signed.signers}), memory)


def _unread(journal: Journal, field: str) -> SignatureResult:
    if not any(check.open for check in journal.checks):
        journal.fail("signers-present", _CLAUSE, N_("There is no signature in the PDF."))
    indication, sub = journal.conclude()
    return SignatureResult(
        "0", indication, sub, SignatureLevel.PDF, None, None,
        checks=tuple(journal.checks), field=field,
    )  # fmt: skip


def _covered(journal: Journal, data: bytes, dictionary: Any) -> tuple[bytes, bytes] | None:
    """The CMS and the bytes it is over, when /ByteRange leaves out /Contents and nothing else."""
    try:
        numbers = [int(n) for n in dictionary.raw_get("/ByteRange")]
        begun, first, second, last = numbers
    except (KeyError, TypeError, ValueError):
        begun, first, second, last = -1, 0, 0, 0
    gap = data[first:second]
    fits = (
        begun == 0
        and 0 < first < second <= second + last <= len(data)
        and gap[:1] == b"<"
        and gap[-1:] == b">"
    )
    value = b""
    if fits:
        try:
            value = bytes.fromhex(gap[1:-1].decode("ascii"))
        except ValueError:
            fits = False
    if not fits:
        journal.fail(
            "byte-range", _CLAUSE,
            N_("The signature does not say plainly which bytes of the file it covers."),
        )  # fmt: skip
        return None
    journal.ok("byte-range", _CLAUSE)
    return value, data[:first] + data[second : second + last]


def _check_container(journal: Journal, signed: SignedData, cms: bytes) -> None:
    padding = cms[len(cms) - signed.trailing :] if signed.trailing else b""
    if padding.strip(b"\0"):
        journal.fail(
            "no-trailing-bytes", "EN 319 142-1 5.1",
            N_("{n} bytes follow the signature in its file: they are not covered by it."),
            tolerable=True, n=signed.trailing,
        )  # fmt: skip
    if signed.content is not None:
        journal.fail(
            "content-detached", "EN 319 142-1 5.1",
            N_("The signature in the PDF holds a document of its own."),
        )  # fmt: skip
    if len(signed.signers) != 1 or signed.signer_errors:
        journal.fail(
            "single-signer", "ISO 32000-2 12.8.3.3.2",
            N_("A signature in a PDF must have exactly one signer."),
        )  # fmt: skip


def _check_revision(
    journal: Journal,
    data: bytes,
    reader: Any,
    holder: Any,
    field: str,
    broken: tuple[type[Exception], ...],
) -> None:
    """What was appended after signing, and whether it is of a harmless kind."""
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    try:
        embedded = EmbeddedPdfSignature(reader, holder, field)
        embedded.coverage = embedded.evaluate_signature_coverage()
        if embedded.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
            journal.fail(
                "coverage", _CLAUSE,
                N_("The signature does not cover the whole document as it was when it was signed."),
            )  # fmt: skip
            return
        journal.ok("coverage", _CLAUSE)
        if embedded.coverage is SignatureCoverageLevel.ENTIRE_FILE:
            journal.ok("unchanged-since", "ISO 32000-2 12.8.2.2")
            return
        _check_end(journal, data)
        embedded.diff_result = embedded.evaluate_modifications(DEFAULT_DIFF_POLICY)
        allowed = isinstance(embedded.diff_result, DiffResult)
        permission = embedded.docmdp_level
        if allowed and permission is not None:
            allowed = embedded.diff_result.modification_level.value <= permission.value
    except broken as error:
        journal.fail(
            "unchanged-since", "ISO 32000-2 12.8.2.2",
            N_("It could not be told what was changed after signing: {why}."),
            SubIndication.GENERIC, why=_why(error),
        )  # fmt: skip
        return
    if allowed:
        filled = _filled(embedded.diff_result, reader)
        if not filled:
            journal.ok("unchanged-since", "ISO 32000-2 12.8.2.2")
            return
        text = N_("After signing, fields of the form were filled in or changed: {names}. The "
                  "signature does not cover what stands there now.")  # fmt: skip
        if permission is None:
            journal.fail(
                "unchanged-since", "ISO 32000-2 12.8.2.2", text, SubIndication.GENERIC, names=filled
            )
        else:
            # The signer allowed it in so many words (DocMDP).
            journal.warn("unchanged-since", "ISO 32000-2 12.8.2.2", text, names=filled)
    else:
        journal.fail(
            "unchanged-since", "ISO 32000-2 12.8.2.2",
            N_("The document was changed after it was signed."), SubIndication.HASH_FAILURE,
        )  # fmt: skip


def _filled(changes: Any, reader: Any) -> str:
    """Names of the fields that were changed, other than by a further signature."""
    from pyhanko.sign.fields import enumerate_sig_fields

    signatures = {str(name) for name, _, _ in enumerate_sig_fields(reader)}
    names = {str(name) for name in changes.changed_form_fields} - signatures
    return ", ".join(sorted(names))[:200]


def _check_end(journal: Journal, data: bytes) -> None:
    """Nothing may follow the last revision that the reader sees: other readers might see it."""
    ends = list(_STARTXREF.finditer(data))
    start = int(ends[-1][1]) if ends else 0
    first = next((m for m in ends if m.start() >= start), None)
    rest = data[first.end() :] if first is not None else b""
    if rest.strip(b"\0\t\n\f\r "):
        journal.fail(
            "no-trailing-bytes", "ISO 32000-2 7.5.6",
            N_("{n} bytes follow the signature in its file: they are not covered by it."),
            tolerable=True, n=len(rest),
        )  # fmt: skip


def sign_pdf(
    signer: Signer, data: bytes, *, field: str | None = None, tsa: TsaClient | None = None
) -> bytes:
    """Sign a PDF inside (PAdES-B-B, with ``tsa`` PAdES-B-T) by an incremental update.

    Raises:
        InputError: this is no PDF that can be signed.
        SigningError: the key cannot be used in PDF, or what was made does not verify.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    if signer.key.algorithm not in ("rsa", "ec", "ed25519"):
        raise SigningError(
            N_("A key of the kind {kind} does not sign inside PDF files yet."),
            hint=N_("Make a detached signature."),
            kind=signer.key.algorithm,
        )
    options = signer.options
    broken = _breaks()
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
        taken = {str(name) for name, _, _ in enumerate_sig_fields(writer.prev)}
        number = next(n for n in range(1, 10_000) if f"Signature{n}" not in taken)
        place = options.location
        metadata = PdfSignatureMetadata(
            field_name=field or f"Signature{number}",
            md_algorithm=signer.template.recipe.digest.hashlib_name,
            subfilter=SigSeedSubFilter.PADES,
            location=", ".join(p for p in (place.country, place.locality) if p) if place else None,
        )
        made: bytes = (
            PdfSigner(metadata, signer=_adapter(signer), timestamper=_stamper(tsa)).sign_pdf(
                writer, in_place=False
            )
        ).getvalue()
    except broken as error:
        raise InputError(N_("The PDF cannot be signed: {why}."), why=_why(error)) from error
    report = verify_pdf(signer.own_verifier(), made, "")
    from medcab.signing.sign import demand

    if not report.signatures:
        raise SigningError(N_("The signature that was made does not verify: nothing written."))
    newest = max(report.signatures, key=_field_number)
    demand(newest.checks, newest.indication)
    return made


def _stamper(tsa: TsaClient | None) -> Any:
    if tsa is None:
        return None
    from medcab.signing.longterm.pdf import PdfTimeStamper

    return PdfTimeStamper(tsa)


def _field_number(result: SignatureResult) -> int:
    digits = "".join(c for c in result.field or "" if c in "0123456789")
    return int(digits or 0)


def _adapter(signer: Signer) -> Any:
    from asn1crypto.algos import SignedDigestAlgorithm
    from pyhanko.sign.signers import Signer as PyHankoSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()
    if signer.options.with_chain:
        store.register_multiple(list(signer.key.chain))
    key, options = signer.key, signer.options

    class Adapter(PyHankoSigner):  # type: ignore[misc]
        """Our key behind pyHanko's interface."""

        async def async_sign_raw(
            self, data: bytes, digest_algorithm: str, dry_run: bool = False
        ) -> bytes:
            """Sign, or say how long a signature is."""
            if dry_run:
                return bytes(1024)
            made: bytes = key.sign(data, digest_algorithm, **({"pss": True} if options.pss else {}))
            return made

    mechanism = SignedDigestAlgorithm.load(signer.template.recipe.signature_der)
    return Adapter(
        signing_cert=key.certificate, cert_registry=store, signature_mechanism=mechanism,
        embed_roots=False,
    )  # fmt: skip


def sign_pdf_file(
    signer: Signer,
    path: Path,
    target: Path,
    *,
    overwrite: bool = False,
    tsa: TsaClient | None = None,
) -> Path:
    """Sign ``path`` and write the signed PDF to ``target``, whole or not at all.

    Raises:
        InputError: it cannot be read or is no PDF that can be signed.
        OutputError: ``target`` is there already, is the input, or cannot be written.
        SigningError: the key cannot be used.
    """
    from medcab.signing.sign import write_signature

    if target.exists() and not overwrite:
        raise OutputError(
            N_("{path} is there already."), hint=N_("To replace it: --overwrite."), path=str(target)
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            N_("The file {path} cannot be read: {why}."),
            path=str(path),
            why=error.strerror or type(error).__name__,
        ) from error
    write_signature(target, sign_pdf(signer, data, tsa=tsa))
    return target
