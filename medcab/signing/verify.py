"""Verification of CMS and CAdES signatures (ETSI EN 319 102-1, 5.3: basic signatures).

A :class:`Verifier` holds what is common to many files (anchors, policy, revocation data, the
moment) and remembers verdicts about certificates. Every file is judged by itself, every signer
and counter-signer of it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from medcab.errors import InputError
from medcab.signing.algorithms import (
    UnsupportedAlgorithmError,
    digest_algorithm,
    digest_by_name,
    resolve,
)
from medcab.signing.attributes import Oid, SignaturePolicy
from medcab.signing.blocks.acceptance import (
    check_claimed_time,
    check_signature_policy,
    check_strength,
)
from medcab.signing.blocks.chain import CertificateVerdict, ChainValidator
from medcab.signing.blocks.container import check_file, read_bounded
from medcab.signing.blocks.context import Surroundings, surroundings
from medcab.signing.blocks.crypto import (
    SignedThing,
    check_content,
    check_signature_value,
    scheme_of,
)
from medcab.signing.blocks.format import check_format
from medcab.signing.blocks.identification import identify
from medcab.signing.blocks.journal import Journal
from medcab.signing.blocks.records import CertificateRecord, RecordCache
from medcab.signing.cades import structural_level
from medcab.signing.cms import SignedData, SignerInfo, parse_signed_data, parse_signer_info
from medcab.signing.codec import NotASignatureError, decode
from medcab.signing.content import Content, MemoryContent, StreamContent
from medcab.signing.discovery import is_signature_name
from medcab.signing.policy import STRICT, ValidationPolicy
from medcab.signing.results import (
    Check,
    CheckOutcome,
    ProofOfExistence,
    SignatureLevel,
    SignatureResult,
    SubIndication,
    VerificationReport,
)
from medcab.signing.statements import describe
from medcab.signing.tlv import DerError, encode_oid
from medcab.sources import FileSource, Source
from medcab.text import N_

__all__ = ["Verifier"]

_ROUTINE: Final = frozenset(
    (Oid.CONTENT_TYPE, Oid.MESSAGE_DIGEST, Oid.SIGNING_TIME, Oid.ESS_V1, Oid.ESS_V2)
)

TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
# The content-time-stamp attribute, looked for in the bytes: most signatures have none.
_CONTENT_STAMP: Final = encode_oid(Oid.CONTENT_TIME_STAMP)


class Verifier:
    """Verifies signature files.

    Args:
        trust: a TrustStore with the anchors.
        policy: what is demanded.
        at: the moment of validation (aware); None: now, once for the life of the verifier.
        certificates: DER of further certificates that may be signers or issuers (``--cert``).
        crls: CRLs at hand.
        ocsps: OCSP answers at hand.
        fetch: a Fetcher for ``--online``, or None.
        policy_documents: policy OID -> document, for signatures that name a signature policy.
    """

    def __init__(
        self,
        trust: Any,
        policy: ValidationPolicy = STRICT,
        *,
        at: datetime | None = None,
        certificates: Sequence[bytes] = (),
        crls: Sequence[bytes] = (),
        ocsps: Sequence[bytes] = (),
        fetch: Any = None,
        policy_documents: Mapping[str, bytes] | None = None,
    ) -> None:
        self.trust = trust
        self.policy = policy
        self.moment = (at or datetime.now(UTC)).astimezone(UTC)
        self.records = RecordCache()
        self.given = tuple(self.records.record(der) for der in certificates)
        self.chains = ChainValidator(
            trust, policy, self.records, crls=crls, ocsps=ocsps, fetch=fetch
        )
        self.policy_documents = dict(policy_documents or {})

    def verify_file(self, path: str, content: str | None = None) -> VerificationReport:
        """Verify the signature file ``path``, detached from ``content`` unless it holds it.

        Never raises for what is in the files: what cannot be read is INDETERMINATE.
        """
        source = FileSource(content) if content is not None else None
        return self.verify(FileSource(path), source, name=path, content_name=content)

    def verify(
        self,
        signature: Source,
        content: Source | None = None,
        *,
        name: str = "",
        content_name: str | None = None,
    ) -> VerificationReport:
        """As :meth:`verify_file`, for bytes from anywhere."""
        limit = self.policy.max_file
        try:
            data = read_bounded(signature, limit + 1)
        except OSError as error:
            return self._unreadable(name, content_name, error)
        if len(data) > limit:
            check = Check(
                "file-size", CheckOutcome.UNDETERMINED, "",
                N_("The signature file is larger than {limit} MB and was not read."),
                {"limit": limit >> 20}, SubIndication.GENERIC,
            )  # fmt: skip
            return self._report(name, content_name, problems=(check,))
        stream = None if content is None else StreamContent(content, content_name or "")
        return self.verify_bytes(data, stream, name=name, content_name=content_name)

    def verify_bytes(
        self,
        data: bytes,
        content: Content | None = None,
        *,
        name: str = "",
        content_name: str | None = None,
    ) -> VerificationReport:
        """Verify a signature that is in memory."""
        if data[:5] == b"%PDF-":
            from medcab.signing.pades import verify_pdf

            return self._about(verify_pdf(self, data, name), data, content, content_name)
        journal = Journal(self.policy.lenient)
        encoding = ""
        try:
            decoded = decode(data)
            encoding = decoded.encoding
            signed = parse_signed_data(decoded.data)
        except NotASignatureError as error:
            journal.fail("structure", "RFC 5652 3", error.template, **error.arguments)
            return self._report(name, content_name, problems=journal.checks, encoding=encoding)
        except DerError as error:
            journal.fail(
                "structure", "RFC 5652 3",
                N_("The file is no well-formed CMS signature: {why}."), why=str(error),
            )  # fmt: skip
            return self._report(name, content_name, problems=journal.checks, encoding=encoding)
        if encoding == "der" and signed.ber:
            encoding = "ber"
        check_file(journal, signed, decoded.around)
        journal.checks = self.policy.weigh(journal.checks)
        if signed.content_type == TST_INFO:
            from medcab.signing.longterm.bare import judge_bare

            stamp = judge_bare(self, signed, content)
            if is_signature_name(name):
                journal.fail(
                    "signers-present", "RFC 3161 1",
                    N_("This is a time-stamp: it says when the document existed, but nobody "
                       "signed it."),
                    SubIndication.GENERIC,
                )  # fmt: skip
            return VerificationReport(
                path=name,
                content=content_name,
                checked_at=self.moment,
                signatures=(stamp,),
                encoding=encoding,
                container="detached",
                problems=tuple(journal.checks),
                lenient=self.policy.lenient,
            )
        thing = self._content(journal, signed, content, content_name)
        results = tuple(
            self.judge(signed, signer, str(index), thing, journal.checks)
            for index, signer in signed.signers
        )
        return VerificationReport(
            path=name,
            content=None if signed.content is not None else content_name,
            checked_at=self.moment,
            signatures=results,
            encoding=encoding,
            container="attached" if signed.content is not None else "detached",
            problems=tuple(journal.checks),
            lenient=self.policy.lenient,
        )

    def _about(
        self, report: VerificationReport, data: bytes, content: Content | None, name: str | None
    ) -> VerificationReport:
        """A signed PDF is about itself alone, whatever it is called and lies beside."""
        # The structure of the CMS inside is not that of the PDF, whose store counts too.
        signatures = tuple(replace(each, structure=None) for each in report.signatures)
        report = replace(report, signatures=signatures)
        if content is None:
            return report
        sha256 = digest_by_name("sha256")
        try:
            same = content.digests({sha256.oid}).values[sha256.oid] == sha256.digest(data)
        except (InputError, OSError):
            same = False
        if same:
            return report
        journal = Journal()
        journal.fail(
            "content-same", "ISO 32000-2 12.8.1",
            N_("The signature holds a document of its own that is not the file {path}."),
            SubIndication.HASH_FAILURE, path=name or "",
        )  # fmt: skip
        problems = (*report.problems, *journal.checks)
        return replace(report, content=name, problems=problems)

    def _unreadable(self, name: str, content: str | None, error: OSError) -> VerificationReport:
        check = Check(
            "file-readable", CheckOutcome.UNDETERMINED, "",
            N_("The file {path} cannot be read: {why}."),
            {"path": name, "why": error.strerror or type(error).__name__}, SubIndication.GENERIC,
        )  # fmt: skip
        return self._report(name, content, problems=(check,))

    def _report(
        self,
        name: str,
        content: str | None,
        *,
        problems: Sequence[Check],
        encoding: str = "",
    ) -> VerificationReport:
        return VerificationReport(
            path=name,
            content=content,
            checked_at=self.moment,
            encoding=encoding,
            problems=tuple(problems),
            lenient=self.policy.lenient,
        )

    def _content(
        self,
        journal: Journal,
        signed: SignedData,
        detached: Content | None,
        name: str | None,
    ) -> SignedThing:
        """Hash what was signed, once for all signers."""
        wanted = {signer.digest_oid for _, signer in signed.signers}
        wanted |= {d for _, s in signed.signers if s.signed_der is None and (d := _direct(s))}
        inside = signed.content_view
        if inside is None:
            if detached is None:
                return SignedThing(None, None, N_("The signed document was not found."))
            try:
                return SignedThing(detached.digests(wanted), detached)
            except InputError as error:
                return SignedThing(None, None, error.template, dict(error.arguments))
            except OSError as error:
                args = {"path": name or "", "why": error.strerror or type(error).__name__}
                return SignedThing(None, None, N_("The file {path} cannot be read: {why}."), args)
        attached = MemoryContent(inside)
        digests = attached.digests(wanted)
        if detached is not None:
            self._compare(journal, digests.values, detached, wanted, name)
        return SignedThing(digests, attached)

    def _compare(
        self,
        journal: Journal,
        inside: Mapping[str, bytes],
        detached: Content,
        wanted: set[str],
        name: str | None,
    ) -> None:
        rule = "RFC 5652 5.2"
        try:
            outside = detached.digests(wanted)
        except (InputError, OSError):
            journal.fail(
                "content-same", rule, N_("The file {path} cannot be read: {why}."),
                SubIndication.SIGNED_DATA_NOT_FOUND, path=name or "", why="",
            )  # fmt: skip
            return
        if outside.values == inside and inside:
            journal.ok("content-same", rule)
        else:
            journal.fail(
                "content-same", rule,
                N_("The signature holds a document of its own that is not the file {path}."),
                SubIndication.HASH_FAILURE, path=name or "",
            )  # fmt: skip

    def judge(
        self,
        signed: SignedData,
        signer: SignerInfo,
        index: str,
        thing: SignedThing,
        file_checks: Sequence[Check] = (),
        depth: int = 0,
        proofs: Any = None,
    ) -> SignatureResult:
        """Judge one signer (EN 319 102-1, 5.3) and then its counter-signers.

        What is wrong with the file as a whole is wrong with each of its signers.
        """
        counter = depth > 0
        journal = Journal(self.policy.lenient)
        journal.extend(check for check in file_checks if check.open)
        attributes = check_format(journal, None if counter else signed, signer, counter=counter)
        around = surroundings(journal, signed, signer, self.records, self.given)
        record = identify(journal, signer, attributes, around.records)
        check_signature_policy(journal, signer, self._policy_document)
        algorithm = ""
        chain: tuple[Any, ...] = ()
        revocation = None
        times: Any = None
        check_content(journal, signer, attributes, thing)
        if record is not None:
            scheme = scheme_of(journal, signer, record)
            if scheme is not None:
                algorithm = f"{record.key.name} {scheme.digest.name}"
                check_signature_value(journal, signer, record, scheme, thing)
            verdict, moment, times = self._in_time(
                signed, signer, thing, record, scheme, around, proofs
            )
            journal.extend(verdict.checks)
            chain, revocation = verdict.chain, verdict.revocation
            if scheme is not None:
                content_digest = digest_algorithm(signer.digest_oid)
                check_strength(journal, scheme, record.key, content_digest, moment, self.policy)
            if times is not None:
                journal.extend(times.checks)
            check_claimed_time(journal, attributes, record.summary, self.moment)
        claimed = attributes.signing_time
        journal.checks = self.policy.weigh(journal.checks)
        indication, sub = journal.conclude()
        structure = level = structural_level(signer, signed)
        if signer.unsigned_der is not None:
            from medcab.signing.longterm.levels import confirmed_level, has_answer

            known = (revocation is not None and revocation.source is not None) or any(
                c.id == "revocation-signer" and c.outcome is CheckOutcome.PASSED
                for c in journal.checks
            )
            level = confirmed_level(
                signer,
                signed,
                times.described if times else (),
                answered=known
                and record is not None
                and has_answer(record, around.crls, around.ocsps),
            )
        return SignatureResult(
            index=index,
            indication=indication,
            sub_indication=sub,
            level=level,
            signer=None if record is None else record.summary,
            claimed_signing_time=claimed if isinstance(claimed, datetime) else None,
            chain=chain,
            revocation=revocation,
            checks=tuple(journal.checks),
            counter_signatures=self._counter_signers(
                signed, signer, index, depth, times.proofs if times else proofs
            ),
            proofs=times.proven if times else (ProofOfExistence(self.moment, "current-time"),),
            timestamps=times.described if times else (),
            algorithm=algorithm,
            attributes=_describe(signer),
            kind="counter-signature" if counter else "signature",
            structure=None if structure is level else structure,
        )

    def _in_time(
        self,
        signed: SignedData,
        signer: SignerInfo,
        thing: SignedThing,
        record: CertificateRecord,
        scheme: Any,
        around: Surroundings,
        proofs: Any,
    ) -> tuple[CertificateVerdict, datetime, Any]:
        """Validate the certificate now, or when time-stamps prove that the signature existed."""
        stamped = signer.unsigned_der is not None or _CONTENT_STAMP in (signer.signed_der or b"")
        if stamped or proofs is not None:
            from medcab.signing.longterm.signatures import judge_in_time

            timed = judge_in_time(self, signed, signer, thing, record, scheme, around, proofs)
            if timed is not None:
                return timed
        verdict = self.chains.validate(
            record,
            around.records,
            self.moment,
            bag=around.bag,
            crls=around.crls,
            ocsps=around.ocsps,
        )
        return verdict, self.moment, None

    def _policy_document(self, policy: SignaturePolicy) -> bytes | None:
        """The document of a policy: None when not given, b"" when it is not the named one."""
        document = self.policy_documents.get(policy.oid)
        if document is None or policy.digest_oid is None:
            return document
        try:
            same = digest_algorithm(policy.digest_oid).digest(document) == policy.value
        except UnsupportedAlgorithmError:
            return None
        return document if same else b""

    def _counter_signers(
        self, signed: SignedData, signer: SignerInfo, index: str, depth: int, proofs: Any = None
    ) -> tuple[SignatureResult, ...]:
        if signer.unsigned_der is None:
            return ()
        try:
            attributes = signer.unsigned(Oid.COUNTER_SIGNATURE)
        except DerError:
            return ()
        values = [value for attribute in attributes for value in attribute.values]
        results = []
        for number, value in enumerate(values[:100]):
            place = f"{index}.{number}"
            try:
                if depth >= self.policy.max_counter_depth:
                    raise DerError("counter-signatures are nested too deeply")
                counter = parse_signer_info(value)
            except DerError as error:
                results.append(self._broken_signer(place, str(error), counter=True))
                continue
            # A counter-signature signs the signature value (RFC 5652 11.4).
            content = MemoryContent(signer.signature)
            wanted = {counter.digest_oid}
            if counter.signed_der is None and (direct := _direct(counter)):
                wanted.add(direct)
            thing = SignedThing(content.digests(wanted), content)
            results.append(
                self.judge(signed, counter, place, thing, depth=depth + 1, proofs=proofs)
            )
        if len(values) > 100:
            results.append(
                self._broken_signer(f"{index}.100", "too many counter-signatures", counter=True)
            )
        return tuple(results)

    def _broken_signer(self, index: str, why: str, *, counter: bool = False) -> SignatureResult:
        journal = Journal()
        journal.fail(
            "signer-readable", "RFC 5652 5.3", N_("This signer is damaged: {why}."), why=why
        )
        indication, sub = journal.conclude()
        return SignatureResult(
            index, indication, sub, SignatureLevel.CMS, None, None,
            checks=tuple(journal.checks), kind="counter-signature" if counter else "signature",
        )  # fmt: skip


def _direct(signer: SignerInfo) -> str | None:
    """Digest that the signature algorithm itself wants, where content is signed directly."""
    try:
        scheme = resolve(signer.signature_oid, signer.signature_parameters, signer.digest_oid)
    except UnsupportedAlgorithmError:
        return None
    return scheme.digest.oid


def _describe(signer: SignerInfo) -> dict[str, Any]:
    try:
        others = [a for a in signer.signed_attributes if a.oid not in _ROUTINE]
    except DerError:
        return {}
    return describe(others) if others else _NOTHING


_NOTHING: Final[dict[str, Any]] = {}
