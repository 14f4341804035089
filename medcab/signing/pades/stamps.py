"""Document time-stamps: what each is over, whether it holds, what it proves.

Source: EN 319 142-1, 5.4.3; EN 319 102-1, 5.6.3. A document time-stamp is over every byte of the
file up to its end but its own value. Whatever lies there byte for byte existed at its time: the
signatures and time-stamps before it, and the data of the store whose streams are among these
bytes. Which object of the file they are taken for does not matter, so that no trick with tables
of objects makes a datum older than it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from medcab.signing.algorithms import UnsupportedAlgorithmError, digest_algorithm
from medcab.signing.blocks.context import surroundings
from medcab.signing.blocks.journal import Journal
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.cms import Attribute, parse_signed_data
from medcab.signing.longterm.archive import pieces
from medcab.signing.longterm.coverage import names_of
from medcab.signing.longterm.past import Material
from medcab.signing.longterm.poe import Proofs, key_of
from medcab.signing.longterm.stamps import StampVerdict, check_imprint, check_token, judge_token
from medcab.signing.longterm.timestamps import Token, parse_token
from medcab.signing.pades.changes import check_coverage
from medcab.signing.pades.reading import Embedded, PdfFile
from medcab.signing.pades.store import Store
from medcab.signing.results import SubIndication
from medcab.signing.tlv import DerError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.verify import Verifier

__all__ = ["KIND", "DocumentStamp", "Judged", "check_padding", "judge_stamps"]

KIND: Final = "document-time-stamp"


@dataclass(slots=True)
class DocumentStamp:
    """One document time-stamp.

    Attributes:
        place: its field.
        verdict: what was found.
        record: certificate of its authority, None when it was not found.
    """

    place: Embedded
    verdict: StampVerdict
    record: CertificateRecord | None = None

    def is_over(self, place: Embedded) -> bool:
        """Whether it is over this signature."""
        return place.gap is not None and self.place.covers(*place.gap)


@dataclass(frozen=True, slots=True)
class Judged:
    """All document time-stamps of a PDF.

    Attributes:
        stamps: outermost first.
        proofs: what those that passed prove.
        material: certificates and revocation data in the file.
    """

    stamps: tuple[DocumentStamp, ...]
    proofs: Proofs
    material: Material


def judge_stamps(verifier: Verifier, file: PdfFile, store: Store) -> Judged:
    """Judge the document time-stamps of a PDF, from the outside inwards."""
    material = _material(verifier, file, store)
    proofs = Proofs(verifier.moment)
    made = []
    for place in sorted((f for f in file.fields if f.is_stamp), key=_end, reverse=True):
        stamp = _judge(verifier, file, place, material, proofs)
        made.append(stamp)
        if stamp.verdict.passed and stamp.verdict.moment is not None:
            names = _covered(place, file, store)
            proofs.add(names, stamp.verdict.moment, KIND)
    return Judged(tuple(made), proofs, material)


def _end(place: Embedded) -> int:
    return place.end


def check_padding(journal: Journal, contents: bytes, used: int) -> None:
    """What follows the CMS in /Contents must be zeros (EN 319 142-1, 5.1)."""
    if contents[used:].strip(b"\0"):
        journal.fail(
            "no-trailing-bytes", "EN 319 142-1 5.1",
            N_("{n} bytes follow the signature in its file: they are not covered by it."),
            tolerable=True, n=len(contents) - used,
        )  # fmt: skip


def _material(verifier: Verifier, file: PdfFile, store: Store) -> Material:
    """The store, and what came with each signature and time-stamp."""
    records = [verifier.records.record(der) for der in store.certificates]
    found = Material((*verifier.given, *records), store.bag, tuple(store.crls), tuple(store.ocsps))
    for place in file.fields:
        try:
            signed = parse_signed_data(place.contents)
        except DerError:
            continue
        for _, signer in signed.signers:
            around = surroundings(Journal(), signed, signer, verifier.records)
            found = found.join(Material(around.records, around.bag, around.crls, around.ocsps))
    return found


def _judge(
    verifier: Verifier, file: PdfFile, place: Embedded, material: Material, proofs: Proofs
) -> DocumentStamp:
    journal = Journal(verifier.policy.lenient)
    token: Token | None = None
    if place.check_range(journal):
        check_coverage(journal, file, place)
        try:
            used = len(place.contents) - parse_signed_data(place.contents).trailing
            check_padding(journal, place.contents, used)
            token = parse_token(place.contents[:used])
        except DerError as error:
            journal.fail(
                "token-readable", "RFC 3161 2.4.2", N_("The time-stamp is damaged: {why}."),
                why=str(error),
            )  # fmt: skip
    if token is None:
        indication, sub = journal.conclude()
        return DocumentStamp(
            place, StampVerdict(KIND, indication, sub, None, tuple(journal.checks))
        )
    checked, found = check_token(token, material.records, lenient=verifier.policy.lenient)
    journal.extend(checked.checks)
    try:
        algorithm = digest_algorithm(token.info.digest_oid)
        digests = file.content(place).digests((algorithm.oid,))
        check_imprint(journal, token, digests.values[algorithm.oid])
    except UnsupportedAlgorithmError as error:
        journal.fail(
            "message-imprint", "RFC 3161 2.4.2", error.template, SubIndication.GENERIC,
            **error.arguments,
        )  # fmt: skip
    verdict = judge_token(verifier, KIND, token, journal, found, material, proofs)
    return DocumentStamp(place, verdict, None if found is None else found[0])


def _covered(stamp: Embedded, file: PdfFile, store: Store) -> Iterator[bytes]:
    """Names of what the bytes under a document time-stamp hold."""
    for place in file.fields:
        if place.gap is not None and stamp.covers(*place.gap):
            yield from _inside(place.contents)
    for name, where in store.places.items():
        if stamp.covers(*where):
            yield name


def _inside(contents: bytes) -> Iterator[bytes]:
    try:
        signed = parse_signed_data(contents)
        values: list[tuple[Attribute, bytes]] = []
        yield key_of(contents[: len(contents) - signed.trailing])
        for _, signer in signed.signers:
            yield key_of(signer.signature_field)
            if signer.unsigned_der is not None:
                values += [(a, value) for a in signer.unsigned_attributes for value in a.values]
        yield from names_of(list(signed.certificates), pieces(signed.crls_der), values)
    except DerError:
        return
