"""Walking the ASN.1 tree of a signature and changing a byte in every leaf."""

from __future__ import annotations

from medcab.signing.attributes import Oid, certificate_values
from medcab.signing.cms import parse_signed_data
from medcab.signing.tlv import encode_oid, read

Span = tuple[int, int]


def leaves(data: bytes, start: int, stop: int):
    """Spans of the contents of primitive elements; octet strings that hold DER are opened."""
    while start < stop:
        tag, inner, end = read(data, start, stop)
        if tag & 0x20 or (tag == 0x04 and opens(data, inner, end)):
            yield from leaves(data, inner, end)
        elif inner < end:
            yield inner, end
        start = end


def opens(data: bytes, start: int, stop: int) -> bool:
    try:
        tag, _, end = read(data, start, stop)
        return tag == 0x30 and end == stop and bool(list(leaves(data, start, stop)))
    except ValueError:
        return False


def place(data: bytes, part: bytes, within=(0, None)) -> Span:
    found = data.index(part, within[0], within[1])
    return found, found + len(part)


def outer(data: bytes) -> list[Span]:
    """Version and digest algorithms of a SignedData at the start of ``data``."""
    signed = parse_signed_data(data)
    digests = place(data, signed.digests_der)
    return [(digests[0] - 3, digests[0]), digests]


def uncovered(data: bytes, stamps: list[str], named: set[bytes]) -> list[Span]:
    """Spans that nothing covers when ``stamps`` are the outermost time-stamps.

    Certificates in ``named`` are covered by the signing-certificate attributes.
    """
    signed = parse_signed_data(data)
    signer = signed.signers[0][1]
    spans = outer(data)
    # There, any copy of a certificate will do.
    copies = bool({Oid.CAD_ES_C_TIME_STAMP, Oid.REFERENCES_TIME_STAMP}.intersection(stamps))
    for stamp in stamps:
        attribute = signer.unsigned(stamp)[-1]
        begun, _ = place(data, attribute.raw)
        spans.append(place(data, encode_oid(stamp), (begun, None)))
        token = attribute.values[0]
        offset = place(data, token)[0]
        inner = parse_signed_data(token)
        spans += [(a + offset, b + offset) for a, b in outer(token)]
        for der in inner.certificates:
            if der not in named or (copies and data.count(der) > 1):
                spans.append(place(data, der, (offset, None)))
        for each in inner.signers[0][1].unsigned_attributes:
            spans.append(place(data, encode_oid(each.oid), (offset, None)))
    if copies or Oid.SIGNATURE_TIME_STAMP in stamps:
        spans += [place(data, der) for der in signed.certificates if der not in named]
    if copies:
        for kind in (Oid.CERTIFICATE_VALUES, Oid.REVOCATION_VALUES):
            for each in signer.unsigned(kind):  # what is inside is named by the references
                begun, _ = place(data, each.raw)
                spans.append(place(data, encode_oid(kind), (begun, None)))
                for der in certificate_values(each) if kind == Oid.CERTIFICATE_VALUES else ():
                    if data.count(der) > 1:
                        spans.append(place(data, der, (begun, None)))
    return spans


def walk(data: bytes, free: list[Span], judge):
    """Change a byte in every leaf.

    Args:
        data: a signature that passes.
        free: spans that nothing covers.
        judge: what says ``passed`` about changed bytes.

    Returns:
        number of leaves, number of covered ones, covered ones that passed, free ones that passed.
    """
    spans = list(leaves(data, 0, len(data)))
    covered = passed = 0
    wrong = []
    for start, stop in spans:
        is_free = any(a <= start and stop <= b for a, b in free)
        changed = bytearray(data)
        changed[(start + stop) // 2] ^= 1
        covered += not is_free
        if judge(bytes(changed)) == "passed":
            if is_free:
                passed += 1
            else:
                wrong.append((start, stop, data[start:stop][:20].hex()))
    return len(spans), covered, wrong, passed


def record(record_property, name: str, at, count: int, covered: int, wrong) -> None:
    """Leave a row for the table in docs/conformance.md."""
    row = {"flips": name, "judged": f"{at:%Y}", "leaves": count, "covered": covered}
    for key, value in {**row, "passed": len(wrong)}.items():
        record_property(key, value)
