"""The signatures of a PDF: where they stand and which bytes of the file they cover."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from logging import NullHandler, getLogger
from typing import Any, Final

from medcab.errors import InputError
from medcab.signing.blocks.journal import Journal
from medcab.signing.content import MemoryContent
from medcab.text import N_

__all__ = [
    "CLAUSE",
    "MAX_FIELDS",
    "PADES",
    "Embedded",
    "EncryptedPdfError",
    "PdfFile",
    "breaks",
    "declare_extension",
    "entry",
    "read_pdf",
    "why",
]

CLAUSE: Final = "ISO 32000-2 12.8.1"
PADES: Final = "/ETSI.CAdES.detached"
_STAMP: Final = "/ETSI.RFC3161"
MAX_FIELDS: Final = 200

# The library logs what it then raises; without a handler that would land on stderr.
getLogger("pyhanko").addHandler(NullHandler())


class EncryptedPdfError(InputError):
    """The signatures of an encrypted PDF cannot be reached without its password."""


def breaks() -> tuple[type[Exception], ...]:
    """What a hostile PDF makes pyHanko raise."""
    import struct
    import zlib

    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import SigningError as PyHankoSigningError

    return (
        PdfError, PyHankoSigningError, ValueError, LookupError, TypeError, AttributeError,
        ArithmeticError, RecursionError, AssertionError, NotImplementedError, OSError, EOFError,
        zlib.error, struct.error,
    )  # fmt: skip


def entry(dictionary: Any, name: str, default: Any = None) -> Any:
    """The value of a key, also where it is an object of its own (``get`` does not follow it)."""
    return dictionary[name] if name in dictionary else default  # noqa: SIM401


def why(error: Exception) -> str:
    """The reason, short."""
    return (str(error) or type(error).__name__)[:200]


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """A filled signature field.

    Attributes:
        field: its name.
        holder: the field.
        dictionary: the signature dictionary.
        subfilter: what kind of signature it says it is.
        gap: where /Contents stands in the file, brackets included; None when /ByteRange does not
            leave out /Contents and nothing else.
        end: where the covered bytes end.
        contents: the CMS structure with its padding.
    """

    field: str
    holder: Any
    dictionary: Any
    subfilter: str
    gap: tuple[int, int] | None
    end: int
    contents: bytes

    @property
    def is_stamp(self) -> bool:
        """It is a document time-stamp, not the signature of a person."""
        return self.subfilter == _STAMP

    def covers(self, start: int, stop: int) -> bool:
        """Whether all of these bytes of the file are covered."""
        if self.gap is None:
            return False
        return start >= 0 and (stop <= self.gap[0] or (start >= self.gap[1] and stop <= self.end))

    def check_range(self, journal: Journal) -> bool:
        """Say whether it is plain what is covered."""
        if self.gap is None:
            journal.fail(
                "byte-range", CLAUSE,
                N_("The signature does not say plainly which bytes of the file it covers."),
            )  # fmt: skip
            return False
        journal.ok("byte-range", CLAUSE)
        return True


@dataclass(frozen=True, slots=True)
class PdfFile:
    """A PDF that was opened.

    Attributes:
        data: the file.
        reader: pyHanko's view of it.
        fields: its filled signature fields, as the form lists them.
        cut: there are more.
        encrypted: it is, and opens without a password.
    """

    data: bytes
    reader: Any
    fields: tuple[Embedded, ...]
    cut: bool
    encrypted: bool = False

    def content(self, place: Embedded) -> MemoryContent:
        """The bytes that a signature covers."""
        start, stop = place.gap or (0, 0)
        return MemoryContent(self.data[:start] + self.data[stop : place.end])


def declare_extension(writer: Any) -> None:
    """Say in the catalogue that PAdES is used, where the version does not (ISO 32000-1 7.12)."""
    from pyhanko.sign.signers.constants import ESIC_EXTENSION_1

    writer.ensure_output_version((1, 7))
    if writer.output_version < (2, 0):
        writer.register_extension(ESIC_EXTENSION_1)


def read_pdf(data: bytes) -> PdfFile:
    """Open a PDF and find its signatures.

    Raises:
        EncryptedPdfError: it does not open without a password.
        Exception: one of :func:`breaks`.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(data), strict=False)
    encrypted = bool(reader.encrypted)
    if encrypted and not _opens(reader):
        raise EncryptedPdfError(
            N_("The PDF is encrypted: its signatures cannot be read without the password."),
            hint=N_(
                "Ask for the file without a password: taking it off a signed file breaks the "
                "signature."
            ),
        )
    found: list[Embedded] = []
    for embedded in _fields(reader, data):
        if len(found) == MAX_FIELDS:
            return PdfFile(data, reader, tuple(found), True, encrypted)
        found.append(embedded)
    return PdfFile(data, reader, tuple(found), False, encrypted)


def _opens(reader: Any) -> bool:
    """Whether a file whose author only restricted its use opens without a password."""
    from pyhanko.pdf_utils.crypt import AuthStatus

    try:
        return bool(reader.decrypt("").status is not AuthStatus.FAILED)
    except breaks():
        return False


def _fields(reader: Any, data: bytes) -> Iterator[Embedded]:
    from pyhanko.sign.fields import enumerate_sig_fields

    for name, value, holder in enumerate_sig_fields(reader, filled_status=True):
        dictionary = value.get_object()
        gap, end, contents = _covered(data, dictionary)
        subfilter = str(entry(dictionary, "/SubFilter", ""))
        yield Embedded(str(name), holder, dictionary, subfilter, gap, end, contents)


def _covered(data: bytes, dictionary: Any) -> tuple[tuple[int, int] | None, int, bytes]:
    """The gap, the end of what is covered, and the bytes in the gap.

    The CMS is taken from the gap: what stands there is what is not covered. It must be what the
    dictionary calls its /Contents, else two readers would see two signatures.
    """
    from pyhanko.sign.validation.pdf_embedded import extract_contents

    nothing: tuple[None, int, bytes] = (None, 0, b"")
    try:
        begun, first, second, last = (int(n) for n in dictionary.raw_get("/ByteRange"))
    except (KeyError, TypeError, ValueError):
        return nothing
    if begun != 0 or not 0 < first < second <= second + last <= len(data):
        return nothing
    gap = data[first:second]
    if gap[:1] != b"<" or gap[-1:] != b">":
        return nothing
    try:
        contents = bytes.fromhex(gap[1:-1].decode("ascii"))
        named = extract_contents(dictionary)
    except breaks():
        return nothing
    return ((first, second), second + last, contents) if named == contents else nothing
