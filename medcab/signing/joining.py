"""Putting further signatures into a file that has some: parallel ones and counter-signatures.

What is there stays byte for byte as it was: signatures and time-stamps of others are over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from medcab.errors import SigningError
from medcab.signing.attributes import Oid
from medcab.signing.cms import SIGNED_DATA, SignedData, SignerInfo
from medcab.signing.making import attribute
from medcab.signing.tlv import DerError, children, encode, encode_oid, read
from medcab.text import N_

__all__ = ["add_signers", "add_unsigned", "replace_signer"]

# Their imprint is over all certificates as they stand, so none may be added (TS 101 733, 6.4.1).
_FROZEN: Final = (Oid.ARCHIVE_TIME_STAMP_V2, "1.2.840.113549.1.9.16.2.27")


def add_signers(
    signed: SignedData,
    signers: Sequence[bytes],
    *,
    digests: Sequence[bytes] = (),
    certificates: Sequence[bytes] = (),
) -> bytes:
    """Return the file with further SignerInfos, digest algorithms and certificates.

    Raises:
        SigningError: an archive time-stamp of the old form forbids it.
    """
    _refuse_frozen(signed)
    spans = [signed.data[a:b] for a, b in signed.signer_spans]
    return _rebuild(signed, [*spans, *signers], digests, certificates)


def replace_signer(
    signed: SignedData, index: int, signer: bytes, *, certificates: Sequence[bytes] = ()
) -> bytes:
    """Return the file with another SignerInfo at ``index``.

    Raises:
        SigningError: there is no such signer, or an archive time-stamp forbids new certificates.
    """
    spans = [signed.data[a:b] for a, b in signed.signer_spans]
    if not 0 <= index < len(spans):
        raise SigningError(
            N_("There is no signature number {index} in the file; it holds {count}."),
            index=index,
            count=len(spans),
        )
    if certificates:
        _refuse_frozen(signed)
    spans[index] = signer
    return _rebuild(signed, spans, (), certificates)


def add_unsigned(signer: SignerInfo, name: str, *values: bytes) -> bytes:
    """Return the SignerInfo with one more unsigned attribute, after those that are there."""
    held = b""
    if signer.unsigned_der is not None:
        _, start, stop = read(signer.unsigned_der, 0, len(signer.unsigned_der))
        held = signer.unsigned_der[start:stop]
    _, start, stop = read(signer.raw, 0, len(signer.raw))
    body = signer.raw[start:stop]
    if signer.unsigned_der is not None:
        body = body[: len(body) - len(signer.unsigned_der)]
    return encode(0x30, body + encode(0xA1, held + attribute(name, *values)))


def _rebuild(
    signed: SignedData,
    signers: Sequence[bytes],
    digests: Sequence[bytes],
    certificates: Sequence[bytes],
) -> bytes:
    data = signed.data
    begun, ended = signed.encapsulated_der
    algorithms = _merge(_elements(signed.digests_der), digests)
    held = signed.certificates_der
    present = [held[a:b] for _, a, _, b in children(held, 0, len(held))]
    bag = _merge(present, certificates)
    body = b"".join(
        (
            encode(0x02, bytes((signed.version,))),
            encode(0x31, b"".join(algorithms)),
            data[begun:ended],
            encode(0xA0, b"".join(bag)) if bag else b"",
            encode(0xA1, signed.crls_der) if signed.crls_der else b"",
            encode(0x31, b"".join(signers)),
        )
    )
    return encode(0x30, encode_oid(SIGNED_DATA) + encode(0xA0, encode(0x30, body)))


def _elements(der: bytes) -> list[bytes]:
    _, start, stop = read(der, 0, len(der))
    return [der[a:b] for _, a, _, b in children(der, start, stop)]


def _merge(present: list[bytes], more: Sequence[bytes]) -> list[bytes]:
    new = [each for each in dict.fromkeys(more) if each not in present]
    return present + new


def _refuse_frozen(signed: SignedData) -> None:
    for _, signer in signed.signers:
        try:
            names = {a.oid for a in signer.unsigned_attributes}
        except DerError:
            continue
        if names & set(_FROZEN):
            raise SigningError(
                N_("The file has an archive time-stamp over all its certificates: adding a "
                   "signature would break it."),
                hint=N_("Make a signature of your own beside it."),
            )  # fmt: skip
