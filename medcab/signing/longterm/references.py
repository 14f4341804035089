"""References of CAdES-C held against the objects that are there (TS 101 733, 6.2.1 and 6.2.2).

A reference names an object (issuer and number, authority and time) and gives its hash. An object
that bears the name but not the hash contradicts the signer's or the archivist's own statement. An
object that is not there is no contradiction: in C and X they are kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from medcab.signing.algorithms import UnsupportedAlgorithmError, digest_algorithm
from medcab.signing.attributes import Oid, expect, time_of
from medcab.signing.blocks.journal import Journal
from medcab.signing.certificates import raw
from medcab.signing.cms import SignerInfo, algorithm_identifier
from medcab.signing.longterm.past import Material
from medcab.signing.results import SubIndication
from medcab.signing.revocation import parse_crl, parse_ocsp
from medcab.signing.tlv import DerError, children, integer, read
from medcab.text import N_

__all__ = ["Reference", "check_references", "forms_of", "references_of"]

_SHA1: Final = "1.3.14.3.2.26"
_MOST: Final = 2000
_BAD: Final = (ValueError, TypeError, LookupError, AttributeError, OverflowError)
# What names an object: DER of a name, number of a certificate or list, moment of a list or answer.
_Name = tuple[bytes | None, int | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference.

    Attributes:
        kind: ``certificate`` | ``crl`` | ``ocsp``.
        digest: OID of the digest of ``value``; empty where only the name is given.
        value: hash of the object.
        name: DER of what names the object besides: issuer of a certificate or list, responder.
        number: serial number of a certificate, or of a list. An authority may issue several lists
            at one moment: without its number a list is named by its hash alone.
        moment: when a list or an answer was made.
    """

    kind: str
    digest: str = ""
    value: bytes = b""
    name: bytes | None = None
    number: int | None = None
    moment: datetime | None = None


def references_of(signer: SignerInfo) -> Iterator[Reference]:
    """Every reference of a signer, in order.

    Raises:
        DerError: malformed.
    """
    for attribute in signer.unsigned(Oid.CERTIFICATE_REFERENCES):
        for value in attribute.values:
            start, stop = _whole(value)
            for tag, _, inner, end in children(value, start, stop, _MOST):
                if tag != 0x30:
                    raise DerError("OtherCertID expected")
                yield _certificate(value, inner, end)
    for attribute in signer.unsigned(Oid.REVOCATION_REFERENCES):
        for value in attribute.values:
            start, stop = _whole(value)
            for tag, _, inner, end in children(value, start, stop, _MOST):
                if tag != 0x30:
                    raise DerError("CrlOcspRef expected")
                yield from _revocation(value, inner, end)


def _whole(value: bytes) -> tuple[int, int]:
    start, stop = expect(value, 0, len(value), 0x30)
    if stop != len(value):
        raise DerError("bytes after a value")
    return start, stop


def _other_hash(data: bytes, pos: int, end: int) -> tuple[str, bytes, int]:
    """Digest, hash, and where what follows begins: OtherHash is SHA-1 alone, or both."""
    tag, start, stop = read(data, pos, end)
    if tag == 0x04:
        return _SHA1, data[start:stop], stop
    if tag != 0x30:
        raise DerError("OtherHash expected")
    _, _, after = read(data, start, stop)
    digest, _ = algorithm_identifier(data[start:after])
    inner, last = expect(data, after, stop, 0x04)
    return digest, data[inner:last], stop


def _certificate(data: bytes, pos: int, end: int) -> Reference:
    digest, value, pos = _other_hash(data, pos, end)
    issuer = number = None
    if pos < end:
        start, stop = expect(data, pos, end, 0x30)
        names, after = expect(data, start, stop, 0x30)
        first, last = expect(data, after, stop, 0x02)
        number = integer(data[first:last])
        for tag, _, inner, finish in children(data, names, after, 20):
            if tag == 0xA4:
                issuer = data[inner:finish]
    return Reference("certificate", digest, value, issuer, number)


def _revocation(data: bytes, pos: int, end: int) -> Iterator[Reference]:
    for tag, _, inner, stop in children(data, pos, end, 3):
        if tag not in (0xA0, 0xA1):
            continue  # other kinds of references, which nobody here knows
        first, last = expect(data, inner, stop, 0x30)
        first, last = expect(data, first, last, 0x30)
        for each, _, begun, done in children(data, first, last, _MOST):
            if each != 0x30:
                raise DerError("malformed reference to revocation data")
            yield (_crl if tag == 0xA0 else _ocsp)(data, begun, done)


def _crl(data: bytes, pos: int, end: int) -> Reference:
    digest, value, pos = _other_hash(data, pos, end)
    issuer = number = moment = None
    if pos < end:
        start, stop = expect(data, pos, end, 0x30)
        _, _, after = read(data, start, stop)
        issuer = data[start:after]
        _, _, last = read(data, after, stop)
        moment = time_of(data[after:last])
        if last < stop:
            first, finish = expect(data, last, stop, 0x02)
            number = integer(data[first:finish])
    return Reference("crl", digest, value, issuer, number, moment)


def _ocsp(data: bytes, pos: int, end: int) -> Reference:
    start, stop = expect(data, pos, end, 0x30)
    _, _, after = read(data, start, stop)
    responder = data[start:after]
    moment = time_of(data[after:stop])
    if stop == end:
        return Reference("ocsp", name=responder, moment=moment)
    digest, value, _ = _other_hash(data, stop, end)
    return Reference("ocsp", digest, value, responder, None, moment)


def forms_of(answer: bytes) -> tuple[bytes, ...]:
    """An OCSP answer as it may have been hashed: as it stands, and the basic response in it."""
    basic = parse_ocsp(answer)
    inner = answer if basic is None else raw(basic)
    return (answer,) if inner == answer else (answer, inner)


class _Held:
    """What is there of one kind: by name, and by hash once for each digest that is asked for."""

    def __init__(self) -> None:
        self.forms: list[bytes] = []
        self.names: set[_Name] = set()
        self._hashes: dict[str, set[bytes]] = {}

    def add(self, forms: Iterable[bytes], name: _Name) -> None:
        """Take in an object."""
        self.forms += forms
        self.names.add(name)

    def judge(self, reference: Reference) -> str:
        """``found`` | ``missing`` | ``contradicted``, or ``unknown`` for an unknown digest."""
        name = (reference.name, reference.number, reference.moment)
        if not reference.digest:
            return "found" if name in self.names else "missing"
        hashes = self._hashes.get(reference.digest)
        if hashes is None:
            try:
                digest = digest_algorithm(reference.digest).digest
            except UnsupportedAlgorithmError:
                return "unknown"
            hashes = self._hashes[reference.digest] = {digest(form) for form in self.forms}
        if reference.value in hashes:
            return "found"
        return "contradicted" if name in self.names else "missing"


def _held(material: Material) -> dict[str, _Held]:
    made = {"certificate": _Held(), "crl": _Held(), "ocsp": _Held()}
    for record in material.records:
        made["certificate"].add((record.der,), (record.issuer_der, record.serial, None))
    for item in material.crls:
        name = _named(_name_of_crl, item)
        if name is not None:
            made["crl"].add((item,), name)
    for item in material.ocsps:
        name = _named(_name_of_ocsp, item)
        if name is not None:
            made["ocsp"].add(forms_of(item), name)
    return made


def _named(naming: Callable[[bytes], _Name | None], item: bytes) -> _Name | None:
    try:
        return naming(item)
    except _BAD:  # a stranger's structure, read lazily
        return None


def _name_of_crl(item: bytes) -> _Name | None:
    parsed = parse_crl(item)
    if parsed is None:
        return None
    number = parsed.crl_number_value
    issued = parsed["tbs_cert_list"]["this_update"].native
    return parsed.issuer.dump(), None if number is None else number.native, issued


def _name_of_ocsp(item: bytes) -> _Name | None:
    basic = parse_ocsp(item)
    if basic is None:
        return None
    body = basic["tbs_response_data"]
    return body["responder_id"].dump(), None, body["produced_at"].native


def check_references(journal: Journal, signer: SignerInfo, material: Material) -> None:
    """Hold the references against what is there.

    Args:
        journal: takes one check for certificates and one for revocation data, if there are any.
        signer: the signer.
        material: what came with the signature.
    """
    try:
        found = list(references_of(signer))
    except DerError as error:
        journal.warn(
            "references-readable", "TS 101 733 6.2",
            N_("The references to certificates and revocation data are damaged: {why}."),
            why=str(error),
        )  # fmt: skip
        return
    if not found:
        return
    held = _held(material)
    kinds = (
        ("certificate-references", ("certificate",), "TS 101 733 6.2.1", Oid.CERTIFICATE_VALUES),
        ("revocation-references", ("crl", "ocsp"), "TS 101 733 6.2.2", Oid.REVOCATION_VALUES),
    )
    for check, names, rule, values in kinds:
        chosen = [reference for reference in found if reference.kind in names]
        if not chosen:
            continue
        outcomes = {held[reference.kind].judge(reference) for reference in chosen}
        if "contradicted" in outcomes:
            journal.fail(
                check, rule,
                N_("A reference names a certificate, list or answer that is in the signature, but "
                   "its hash is that of another."),
                SubIndication.SIG_CONSTRAINTS_FAILURE,
            )  # fmt: skip
        elif "unknown" in outcomes:
            journal.warn(
                check, rule,
                N_("The references use a digest that is not known here, and were not compared."),
            )  # fmt: skip
        elif "missing" in outcomes and signer.unsigned(values):
            journal.warn(
                check, rule,
                N_("Something that the references name is not in the signature, though it is to "
                   "hold all of it."),
            )  # fmt: skip
        else:
            journal.ok(check, rule)
