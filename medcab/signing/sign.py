"""Making CAdES-B-B signatures: detached, attached, parallel, counter; one file or thousands.

Source: RFC 5652, RFC 5035, ETSI EN 319 122-1 (baseline level B-B, 6.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from medcab.errors import InputError, LimitError, MedcabError, OutputError, SigningError
from medcab.files import write_whole
from medcab.signing import joining
from medcab.signing.attributes import Oid
from medcab.signing.certificates import allows_signing, format_name
from medcab.signing.cms import SignedData, parse_signed_data
from medcab.signing.codec import decode, encode
from medcab.signing.content import Content, Digests, MemoryContent, StreamContent
from medcab.signing.policy import ValidationPolicy
from medcab.signing.results import Indication, SubIndication, VerificationReport
from medcab.signing.template import SignerTemplate, SignOptions, signed_data
from medcab.signing.tlv import DerError
from medcab.sources import FileSource
from medcab.text import N_

__all__ = ["SignOptions", "SignOutcome", "Signer", "signature_name"]

_MAX_ATTACHED: Final = 512 << 20
_SUFFIX: Final = {False: ".sig", True: ".p7m"}
# What only says that nobody asked about trust here; everything else means that we wrote nonsense.
_NOT_OURS: Final = frozenset(
    (
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
        SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
        SubIndication.CHAIN_CONSTRAINTS_FAILURE,
        SubIndication.OUT_OF_BOUNDS_NO_POE,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        SubIndication.SIGNATURE_POLICY_NOT_AVAILABLE,
        SubIndication.TRY_LATER,
    )
)


def signature_name(path: Path, *, attached: bool = False) -> Path:
    """Where the signature of ``path`` is written: ``X.pdf.sig``, ``X.pdf.p7m`` when attached."""
    return path.with_name(path.name + _SUFFIX[attached])


@dataclass(frozen=True, slots=True)
class SignOutcome:
    """What became of one file: ``output`` was written, or ``error`` says why not."""

    path: str
    output: str | None = None
    error: MedcabError | None = None


class Signer:
    """Signs with one key.

    Args:
        key: a SigningKey.
        options: how to sign.
        finish: what is done to each new signature before it is handed out, such as adding a
            time-stamp: takes the file, the number of the new signature and the content.

    Raises:
        SigningError: the certificate has expired, is not valid yet, or is not meant for
            signatures, and ``options.force`` is not set.
    """

    def __init__(
        self,
        key: Any,
        options: SignOptions | None = None,
        finish: Callable[[bytes, int, Content | None], bytes] | None = None,
    ) -> None:
        self.finish = finish
        self.key = key
        self.options = options or SignOptions()
        _check_certificate(key.certificate, self.options)
        self.template = SignerTemplate(key, self.options)
        self._certificates = self.template.certificates
        self._verifier: Any = None

    def sign_digest(self, digest: bytes) -> bytes:
        """DER of a detached signature over content with this digest (of the recipe's kind)."""
        return signed_data(
            [self.template.signer_info(digest)],
            digests=[self.template.digest_der],
            certificates=self._certificates,
        )

    def sign_bytes(self, data: bytes) -> bytes:
        """DER of a signature over ``data``, attached when the options say so."""
        digest = self.template.recipe.digest.digest(data)
        if not self.options.attached:
            return self.sign_digest(digest)
        return signed_data(
            [self.template.signer_info(digest)],
            digests=[self.template.digest_der],
            certificates=self._certificates,
            content=data,
        )

    def sign_content(self, content: Content) -> bytes:
        """As :meth:`sign_bytes`, streaming; what was made is verified before it is returned.

        Raises:
            InputError: the content cannot be read or changes meanwhile.
            LimitError: it is too large to be put inside.
        """
        oid = self.template.recipe.digest.oid
        if self.options.attached:
            data = _whole(content)
            made = self.sign_bytes(data)
            self._prove(made, None)
            return made if self.finish is None else self.finish(made, 0, None)
        digests = content.digests((oid,))
        made = self.sign_digest(digests.values[oid])
        self._prove(made, _Known(digests))
        return made if self.finish is None else self.finish(made, 0, content)

    def add_to(self, existing: bytes, content: Content | None) -> bytes:
        """Put a parallel signature into an existing signature file.

        Args:
            existing: the file, in any encoding.
            content: what was signed; not needed when it is inside.

        Returns:
            DER of the new file.

        Raises:
            SigningError: the file is damaged, or it signs something else.
        """
        signed = _parse(existing)
        oid = self.template.recipe.digest.oid
        inside = signed.content_view
        if inside is None and content is None:
            raise SigningError(
                N_("The signed document was not found."),
                hint=N_("Name it with --content."),
            )
        source: Content = MemoryContent(inside) if inside is not None else content  # type: ignore[assignment]
        wanted = {oid, *(signer.digest_oid for _, signer in signed.signers)}
        digests = source.digests(wanted)
        self._refuse_stranger(existing, digests)
        made = joining.add_signers(
            signed,
            [self.template.signer_info(digests.values[oid])],
            digests=[self.template.digest_der],
            certificates=self._certificates,
        )
        self._prove(made, None if inside is not None else _Known(digests), last=True)
        if self.finish is not None:
            return self.finish(made, len(signed.signer_spans), content)
        return made

    def counter_sign(self, existing: bytes, index: int) -> bytes:
        """Counter-sign signature number ``index`` of an existing file.

        Returns:
            DER of the new file.

        Raises:
            SigningError: the file is damaged, there is no such signature, or it is wrong itself.
        """
        signed = _parse(existing)
        target = next((signer for place, signer in signed.signers if place == index), None)
        if target is None:
            raise SigningError(
                N_("There is no signature number {index} in the file; it holds {count}."),
                index=index,
                count=len(signed.signer_spans),
            )
        before = self.own_verifier().verify_bytes(existing)
        judged = next(r for r in before.signatures if r.index == str(index))
        if any(check.id == "signature-value" and check.open for check in judged.checks):
            raise SigningError(
                N_("Signature number {index} is wrong itself and is not confirmed."), index=index
            )
        template = SignerTemplate(self.key, self.options, counter=True)
        digest = template.recipe.digest.digest(target.signature)
        changed = joining.add_unsigned(target, Oid.COUNTER_SIGNATURE, template.signer_info(digest))
        made = joining.replace_signer(signed, index, changed, certificates=self._certificates)
        report = self.own_verifier().verify_bytes(made)
        mine = next(r for r in report.signatures if r.index == str(index)).counter_signatures[-1]
        demand(mine.checks, mine.indication)
        return made

    def sign_file(self, path: Path, output: Path | None = None, *, overwrite: bool = False) -> Path:
        """Sign one file; the signature is written whole or not at all.

        Returns:
            where it was written.

        Raises:
            InputError: the file cannot be read, or changed meanwhile.
            OutputError: the signature cannot be written, or is there already.
            SigningError: the key refuses.
        """
        target = output or signature_name(path, attached=self.options.attached)
        if not overwrite and target.exists():
            raise OutputError(
                N_("{path} is there already."),
                hint=N_("Use --add to put a second signature into it, or --overwrite."),
                path=str(target),
            )
        try:
            made = self.sign_content(StreamContent(FileSource(str(path)), str(path)))
        except OSError as error:
            raise InputError(
                N_("The file {path} cannot be read: {why}."),
                path=str(path),
                why=error.strerror or type(error).__name__,
            ) from error
        write_signature(target, encode(made, self.options.encoding))
        return target

    def sign_files(
        self,
        paths: Iterable[Path],
        *,
        folder: Path | None = None,
        overwrite: bool = False,
    ) -> Iterator[SignOutcome]:
        """Sign many files; one that cannot be signed does not stop the others.

        Args:
            paths: files.
            folder: where the signatures go; None: beside each file.
            overwrite: replace signatures that are there.
        """
        for path in paths:
            output = None
            if folder is not None:
                output = folder / signature_name(path, attached=self.options.attached).name
            try:
                written = self.sign_file(path, output, overwrite=overwrite)
            except MedcabError as error:
                yield SignOutcome(str(path), error=error)
            else:
                yield SignOutcome(str(path), output=str(written))

    def _refuse_stranger(self, existing: bytes, digests: Digests) -> None:
        """A file that signs something else must not get our signature over this content."""
        report = self.own_verifier().verify_bytes(existing, _Known(digests))
        wrong = [
            check
            for result in report.signatures
            for check in result.checks
            if check.id == "message-digest-value" and check.open
        ]
        if wrong or not report.signatures:
            raise SigningError(
                N_("The signatures in the file are over another document: yours is not added."),
                hint=N_("Make a signature of your own beside it."),
            )

    def _prove(self, made: bytes, content: Content | None, *, last: bool = False) -> None:
        """Verify what was made: structure, digest and signature value, not trust."""
        report: VerificationReport = self.own_verifier().verify_bytes(made, content)
        mine = report.signatures[-1:] if last else report.signatures
        if not mine:
            raise SigningError(N_("The signature that was made does not verify: nothing written."))
        for result in mine:
            demand(result.checks, result.indication)

    def own_verifier(self) -> Any:
        """A verifier that looks at everything but trust."""
        if self._verifier is None:
            from medcab.signing.trust import TrustStore
            from medcab.signing.verify import Verifier

            policy = ValidationPolicy(lenient=True, revocation="none", sunsets=False)
            self._verifier = Verifier(TrustStore(), policy)
        return self._verifier


@dataclass(frozen=True, slots=True)
class _Known:
    """Content that was hashed a moment ago."""

    known: Digests

    def digests(self, oids: Iterable[str]) -> Digests:
        return self.known

    def whole(self) -> bytes:
        raise InputError(N_("The signed document was not found."))


def write_signature(target: Path, data: bytes) -> None:
    """Write a signature whole or not at all.

    Raises:
        OutputError: it cannot be written; what was there before is untouched.
    """
    try:
        write_whole(target, data)
    except OSError as error:
        raise OutputError(
            N_("{path} cannot be written: {why}."),
            path=str(target),
            why=error.strerror or type(error).__name__,
        ) from error


def demand(checks: Sequence[Any], indication: Indication) -> None:
    """Insist that a signature of ours is right in all that does not depend on trust.

    Raises:
        SigningError: it is not.
    """
    made = {check.id for check in checks if check.outcome == "passed"}
    if not {"signature-value", "message-digest-value"} <= made or any(
        check.open and check.sub_indication not in _NOT_OURS for check in checks
    ):
        raise SigningError(
            N_("The signature that was made does not verify: nothing written."),
            hint=N_("The key and the certificate may not belong together: {reason}."),
            reason=", ".join(c.id for c in checks if c.open) or str(indication),
        )


def _parse(existing: bytes) -> SignedData:
    try:
        signed = parse_signed_data(decode(existing).data)
    except DerError as error:
        raise SigningError(
            N_("The file is no well-formed CMS signature: {why}."), why=str(error)
        ) from error
    if signed.trailing or signed.signer_errors or not signed.signers:
        raise SigningError(
            N_("The existing signature file is damaged: nothing is added to it."),
            hint=N_("Look at it with: medcab verify"),
        )
    return signed


def _whole(content: Content) -> bytes:
    if isinstance(content, StreamContent):
        data = content.source.read(_MAX_ATTACHED + 1)
    else:
        data = content.whole()
    if len(data) > _MAX_ATTACHED:
        raise LimitError(
            N_("The document is larger than {limit} MB and is not put inside a signature."),
            hint=N_("Make a detached signature."),
            limit=_MAX_ATTACHED >> 20,
        )
    return data


def _check_certificate(certificate: Any, options: SignOptions) -> None:
    if options.force:
        return
    moment = datetime.now(UTC)
    name = format_name(certificate.subject)
    hint = N_("To sign all the same: --force. Such a signature will not be accepted.")
    if certificate.not_valid_after < moment:
        raise SigningError(
            N_("The certificate of {name} expired on {date}."),
            hint=hint, name=name, date=certificate.not_valid_after.date().isoformat(),
        )  # fmt: skip
    if certificate.not_valid_before > moment:
        raise SigningError(
            N_("The certificate of {name} is valid only from {date}. Is the clock right?"),
            hint=hint, name=name, date=certificate.not_valid_before.date().isoformat(),
        )  # fmt: skip
    if not allows_signing(certificate):
        raise SigningError(
            N_("The certificate of {name} is not meant for signatures (its key usage)."),
            hint=hint, name=name,
        )  # fmt: skip
