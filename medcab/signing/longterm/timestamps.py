"""RFC 3161: requests, responses and the tokens inside, read from their bytes.

What stands here says what a token claims; whether that is true is told by
:mod:`medcab.signing.longterm.stamps`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from medcab.errors import SigningError
from medcab.signing.cms import SignedData, SignerInfo, algorithm_identifier, parse_signed_data
from medcab.signing.tlv import DerError, children, encode, encode_oid, integer, oid, read
from medcab.text import N_

__all__ = [
    "TST_INFO",
    "TimeStampError",
    "Token",
    "TstInfo",
    "make_request",
    "parse_response",
    "parse_token",
]

TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
_TIME: Final = re.compile(rb"([0-9]{14})(?:\.([0-9]{1,9}))?Z")
_FAILURES: Final = {
    0: "badAlg",
    2: "badRequest",
    5: "badDataFormat",
    14: "timeNotAvailable",
    15: "unacceptedPolicy",
    16: "unacceptedExtension",
    17: "addInfoNotAvailable",
    25: "systemFailure",
}


class TimeStampError(SigningError):
    """A time-stamp could not be had, or is not what it should be."""


@dataclass(frozen=True, slots=True)
class TstInfo:
    """What the authority signed (RFC 3161 2.4.2).

    Attributes:
        policy: OID of the authority's policy.
        digest_oid: digest of ``imprint``.
        imprint: digest of what was stamped.
        serial: number of the token.
        moment: genTime (aware).
        accuracy: how far the clock may be off.
        nonce: number from the request, None when absent.
        critical: there is a critical extension, which nobody here knows.
    """

    policy: str
    digest_oid: str
    imprint: bytes
    serial: int
    moment: datetime
    accuracy: timedelta = timedelta(0)
    nonce: int | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A time-stamp token: a CMS signature over a TSTInfo.

    Attributes:
        raw: DER or BER as it came.
        signed: the CMS structure.
        info: the TSTInfo.
        content: the octets of the TSTInfo.
    """

    raw: bytes
    signed: SignedData
    info: TstInfo
    content: bytes

    @property
    def signer(self) -> SignerInfo:
        """The one signer."""
        return self.signed.signers[0][1]

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the token."""
        return hashlib.sha256(self.raw).digest()


def parse_token(data: bytes) -> Token:
    """Parse a TimeStampToken.

    Raises:
        DerError: this is no token: not a CMS signature with exactly one signer over a TSTInfo.
    """
    signed = parse_signed_data(data)
    if signed.trailing:
        raise DerError("bytes after the token")
    if signed.content_type != TST_INFO:
        raise DerError(f"content type {signed.content_type} is not a time-stamp")
    view = signed.content_view
    if view is None or signed.odd_content:
        raise DerError("the token is empty")
    if signed.signer_errors or len(signed.signers) != 1:
        raise DerError("a token has exactly one signer")
    content = bytes(view)
    return Token(data, signed, _info(content), content)


def _info(data: bytes) -> TstInfo:
    tag, start, stop = read(data, 0, len(data))
    if tag != 0x30 or stop != len(data):
        raise DerError("TSTInfo expected")
    fields = list(children(data, start, stop, 12))
    if [f[0] for f in fields[:5]] != [0x02, 0x06, 0x30, 0x02, 0x18]:
        raise DerError("malformed TSTInfo")
    version, policy, imprint, serial, moment = fields[:5]
    if integer(data[version[2] : version[3]]) != 1:
        raise DerError("unknown version of TSTInfo")
    tag, _, after = read(data, imprint[2], imprint[3])
    digest_oid, parameters = algorithm_identifier(data[imprint[2] : after])
    if parameters not in (None, b"\x05\x00"):
        raise DerError("strange parameters of the imprint's digest")
    tag, begun, end = read(data, after, imprint[3])
    if tag != 0x04 or end != imprint[3]:
        raise DerError("malformed imprint")
    accuracy, nonce, critical = timedelta(0), None, False
    last = 0
    for tag, _, inner, finish in fields[5:]:
        place = {0x30: 1, 0x01: 2, 0x02: 3, 0xA0: 4, 0xA1: 5}.get(tag, 0)
        if place <= last:
            raise DerError("malformed TSTInfo")
        last = place
        if tag == 0x30:
            accuracy = _accuracy(data, inner, finish)
        elif tag == 0x02:
            nonce = integer(data[inner:finish])
        elif tag == 0xA1:
            critical = _has_critical(data, inner, finish)
    return TstInfo(
        policy=oid(data[policy[2] : policy[3]]),
        digest_oid=digest_oid,
        imprint=data[begun:end],
        serial=integer(data[serial[2] : serial[3]]),
        moment=_moment(data[moment[2] : moment[3]]),
        accuracy=accuracy,
        nonce=nonce,
        critical=critical,
    )


def _moment(text: bytes) -> datetime:
    """GenTime in the form of RFC 3161 2.4.2: UTC, seconds, an optional fraction."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise DerError("malformed genTime")
    fraction = (found[2] or b"").ljust(6, b"0")[:6]
    try:
        made = datetime.strptime(found[1].decode("ascii") + "+0000", "%Y%m%d%H%M%S%z")
    except ValueError as error:
        raise DerError("impossible genTime") from error
    return made.replace(tzinfo=UTC, microsecond=int(fraction))


def _accuracy(data: bytes, start: int, stop: int) -> timedelta:
    seconds = millis = micros = 0
    for tag, _, inner, end in children(data, start, stop, 3):
        value = integer(data[inner:end])
        if not 0 <= value <= 10_000_000:
            raise DerError("impossible accuracy")
        if tag == 0x02:
            seconds = value
        elif tag == 0x80:
            millis = value
        elif tag == 0x81:
            micros = value
        else:
            raise DerError("malformed accuracy")
    return timedelta(seconds=seconds, milliseconds=millis, microseconds=micros)


def _has_critical(data: bytes, start: int, stop: int) -> bool:
    for _, _, inner, end in children(data, start, stop, 50):
        for tag, _, first, last in children(data, inner, end, 3):
            if tag == 0x01 and data[first:last] != b"\x00":
                return True
    return False


def make_request(
    digest_oid: str,
    imprint: bytes,
    *,
    nonce: int | None = None,
    policy: str | None = None,
    certificates: bool = True,
) -> bytes:
    """DER of a TimeStampReq (RFC 3161 2.4.1).

    Args:
        digest_oid: digest of ``imprint``.
        imprint: digest of what is to be stamped.
        nonce: a number that the answer must repeat.
        policy: policy under which the token is wanted.
        certificates: the authority shall put its certificate in.
    """
    algorithm = encode(0x30, encode_oid(digest_oid) + b"\x05\x00")
    body = encode(0x02, b"\x01") + encode(0x30, algorithm + encode(0x04, imprint))
    if policy is not None:
        body += encode_oid(policy)
    if nonce is not None:
        body += encode(0x02, nonce.to_bytes(nonce.bit_length() // 8 + 1, "big", signed=True))
    if certificates:
        body += b"\x01\x01\xff"
    return encode(0x30, body)


def parse_response(data: bytes) -> Token:
    """Take the token out of a TimeStampResp (RFC 3161 2.4.2).

    Raises:
        TimeStampError: the authority refused, or this is no answer of an authority.
    """
    try:
        tag, start, stop = read(data, 0, len(data))
        if tag != 0x30 or stop != len(data):
            raise DerError("TimeStampResp expected")
        tag, inner, end = read(data, start, stop)
        if tag != 0x30:
            raise DerError("PKIStatusInfo expected")
        status, why = _status(data, inner, end)
        if status not in (0, 1):
            raise TimeStampError(
                N_("The time-stamping authority refused: {why}."), why=why or f"status {status}"
            )
        if end == stop:
            raise DerError("no token in the answer")
        return parse_token(data[end:stop])
    except DerError as error:
        raise TimeStampError(
            N_("This is no answer of a time-stamping authority: {why}."), why=str(error)
        ) from error


def _status(data: bytes, start: int, stop: int) -> tuple[int, str]:
    status, why = -1, []
    for tag, _, inner, end in children(data, start, stop, 3):
        if tag == 0x02:
            status = integer(data[inner:end])
        elif tag == 0x30:
            why += [
                data[a:b].decode("utf-8", "replace") for _, _, a, b in children(data, inner, end, 9)
            ]
        elif tag == 0x03 and end > inner + 1:
            bits = int.from_bytes(data[inner + 1 : end], "big")
            width = (end - inner - 1) * 8
            why += [
                name for n, name in _FAILURES.items() if n < width and bits >> width - 1 - n & 1
            ]
    text = ", ".join(why)[:300]
    return status, "".join(c if c.isprintable() else "\ufffd" for c in text)
