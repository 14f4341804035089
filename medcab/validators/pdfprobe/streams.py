"""Content streams inflated within bounds: nothing is expanded before its size is known to fit."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from typing import Any

from medcab.validators.facts import ProbeLimits
from medcab.validators.pdfprobe.geometry import name_text

__all__ = ["LimitReached", "content_of", "decode_before", "filters_of"]

_CONTENT_FILTERS = {
    "/FlateDecode": "flate",
    "/Fl": "flate",
    "/ASCII85Decode": "a85",
    "/A85": "a85",
    "/ASCIIHexDecode": "hex",
    "/AHx": "hex",
    "/LZWDecode": "lzw",
    "/LZW": "lzw",
    "/RunLengthDecode": "rl",
    "/RL": "rl",
}
_LZW_EXPANSION = 1400  # at most 4096 bytes a 12-bit code, reached slowly
_CHECKSUM = "incorrect data check"
_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]")


class LimitReached(Exception):  # noqa: N818 - not an error: a fact about the file
    """The walk ended at limit ``name``; becomes a LimitHit."""

    def __init__(self, name: str, limit: float, seen: float) -> None:
        super().__init__(name)
        self.name, self.limit, self.seen = name, limit, seen


def filters_of(stream: Any, limits: ProbeLimits) -> list[str]:
    """Names of the filters of a stream.

    Raises:
        LimitReached: more than ``limits.filters``.
    """
    import pikepdf

    value = stream.get("/Filter")
    if value is None:
        return []
    if not isinstance(value, pikepdf.Array):
        return ["/" + name_text(value)]
    if len(value) > limits.filters:
        raise LimitReached("filters", limits.filters, len(value))
    return ["/" + name_text(item) for item in value]


def content_of(stream: Any, limits: ProbeLimits, broken: list[str] | None = None) -> bytes:
    """Decoded bytes of a content stream, never more than ``limits.stream``.

    What a broken filter gave before it broke is returned, as viewers do; ``broken`` gets what was
    wrong.

    Raises:
        LimitReached: too many filters or bytes, or a filter that content streams may not have.
    """
    data = decode_before(stream, filters_of(stream, limits), limits, broken)
    if _has_predictor(stream):
        data = stream.read_bytes()  # the size is known to fit by now
    return data


def decode_before(
    stream: Any, names: list[str], limits: ProbeLimits, broken: list[str] | None = None
) -> bytes:
    """Undo the filters ``names``, in this order, never beyond ``limits.stream`` bytes.

    Raises:
        LimitReached: too many bytes, or a filter that is not for text.
    """
    data: bytes = stream.read_raw_bytes()
    for name in names:
        kind = _CONTENT_FILTERS.get(name)
        if kind is None:
            raise LimitReached("filters", limits.filters, len(names))
        data = _decode(kind, data, limits.stream, broken)
    return data


def _decode(kind: str, data: bytes, limit: int, broken: list[str] | None) -> bytes:
    if kind == "flate":
        return _inflate(data, limit, broken)
    if kind == "a85":
        return _ascii85(data)
    if kind == "hex":
        digits = _NOT_HEX.sub(b"", data.split(b">", 1)[0])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    if kind == "rl":
        return _run_length(data, limit)
    if len(data) * _LZW_EXPANSION > limit * 8:
        raise LimitReached("stream", limit, len(data) * _LZW_EXPANSION)
    from pypdf.filters import LZWDecode

    found = bytes(LZWDecode.decode(data))
    if len(found) > limit:
        raise LimitReached("stream", limit, len(found))
    return found


def _inflate(data: bytes, limit: int, broken: list[str] | None) -> bytes:
    decoder = zlib.decompressobj()
    try:
        found = decoder.decompress(data, limit + 1)
    except zlib.error as error:
        if broken is not None and _CHECKSUM not in str(error):  # behind the data, which is whole
            broken.append("content cannot be unpacked")
        return _inflate_broken(data, limit)
    if len(found) > limit:
        raise LimitReached("stream", limit, len(found))
    return found


def _inflate_broken(data: bytes, limit: int) -> bytes:
    """What comes out before the error, block by block."""
    decoder = zlib.decompressobj()
    parts: list[bytes] = []
    total = 0
    for start in range(0, len(data), 1024):
        try:
            part = decoder.decompress(data[start : start + 1024], limit + 1 - total)
        except zlib.error:
            break
        parts.append(part)
        total += len(part)
        if total > limit:
            raise LimitReached("stream", limit, total)
    return b"".join(parts)


def _ascii85(data: bytes) -> bytes:
    body = data.split(b"~>", 1)[0]
    try:
        return base64.a85decode(body, ignorechars=b" \t\n\r\v\f\0")
    except (ValueError, binascii.Error):
        return b""


def _run_length(data: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    at = total = 0
    while at < len(data) and (length := data[at]) != 128:
        if length < 128:
            part = data[at + 1 : at + 2 + length]
            at += 2 + length
        else:
            part = data[at + 1 : at + 2] * (257 - length)
            at += 2
        parts.append(part)
        total += len(part)
        if total > limit:
            raise LimitReached("stream", limit, total)
    return b"".join(parts)


def _has_predictor(stream: Any) -> bool:
    import pikepdf

    parms = stream.get("/DecodeParms", stream.get("/DP"))
    each = list(parms) if isinstance(parms, pikepdf.Array) else [parms]
    return any(
        isinstance(item, pikepdf.Dictionary) and int(item.get("/Predictor", 1)) > 1 for item in each
    )
