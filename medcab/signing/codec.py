"""Outer clothing of a signature file: DER, BER, PEM, bare base64."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from medcab.errors import SigningError
from medcab.text import N_

__all__ = ["ENCODINGS", "Decoded", "NotASignatureError", "decode", "encode"]

ENCODINGS: Final = ("der", "pem", "base64")

_PEM = re.compile(
    rb"-----BEGIN (?P<label>[A-Z0-9 #]{1,40})-----[ \t]*\r?\n(?P<body>.*?)"
    rb"-----END (?P=label)-----[ \t]*(?:\r?\n|\Z)",
    re.DOTALL,
)
_LABELS: Final = frozenset((b"CMS", b"PKCS7", b"PKCS #7 SIGNED DATA", b"PKCS7 SIGNED DATA"))


class NotASignatureError(SigningError):
    """The bytes are no CMS structure in any known clothing."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The binary structure and what it was wrapped in.

    Attributes:
        data: DER or BER bytes, possibly with bytes after the structure.
        encoding: ``der`` (or BER), ``pem``, ``base64``.
        around: bytes of text outside the PEM block that are not blank.
    """

    data: bytes
    encoding: str
    around: int = 0


def decode(data: bytes) -> Decoded:
    """Find the binary structure in ``data``.

    Raises:
        NotASignatureError: empty, not ASN.1, or damaged base64.
    """
    if data[:1] == b"\x30":
        return Decoded(data, "der")
    text = _plain(data)
    if not text.strip():
        raise NotASignatureError(N_("The signature file is empty."))
    if b"-----BEGIN " in text:
        return _pem(text)
    body = b"".join(text.split())
    if body[:1] != b"M":  # a SEQUENCE in base64 always begins so
        raise NotASignatureError(N_("This is not a CMS signature (neither DER, PEM nor base64)."))
    return Decoded(_base64(body), "base64")


def _plain(data: bytes) -> bytes:
    if data[:3] == b"\xef\xbb\xbf":
        return data[3:]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # Notepad saved it so
        try:
            return data.decode("utf-16").encode("ascii")
        except UnicodeError:
            return b""
    return data


def _pem(text: bytes) -> Decoded:
    blocks = [m for m in _PEM.finditer(text) if m["label"] in _LABELS]
    if not blocks:
        found = re.search(rb"-----BEGIN ([A-Z0-9 #]{1,40})-----", text)
        raise NotASignatureError(
            N_("The PEM file holds «{label}», not a signature."),
            label=found[1].decode("ascii") if found else "?",
        )
    if len(blocks) > 1:
        raise NotASignatureError(N_("The PEM file holds {n} signatures; give them one by one."),
                                 n=len(blocks))  # fmt: skip
    block = blocks[0]
    rest = text[: block.start()] + text[block.end() :]
    return Decoded(_base64(b"".join(block["body"].split())), "pem", len(rest.strip()))


def _base64(body: bytes) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise NotASignatureError(N_("The base64 text is damaged: {why}."), why=str(error)) from None


def encode(der: bytes, encoding: str) -> bytes:
    """Dress ``der`` as ``der``, ``pem`` (label CMS, RFC 7468 9) or ``base64``.

    Raises:
        ValueError: unknown encoding.
    """
    if encoding == "der":
        return der
    if encoding not in ENCODINGS:
        raise ValueError(f"unknown encoding: {encoding}")
    body = base64.b64encode(der)
    lines = b"".join(body[i : i + 64] + b"\n" for i in range(0, len(body), 64))
    if encoding == "pem":
        return b"-----BEGIN CMS-----\n" + lines + b"-----END CMS-----\n"
    return lines
