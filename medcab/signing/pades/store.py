"""The document security store: certificates and revocation data in a PDF (EN 319 142-1, 5.4.2)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from typing import Any, Final

from medcab.signing.blocks.journal import Journal
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.longterm.evidence import Evidence
from medcab.signing.longterm.poe import key_of
from medcab.signing.pades.reading import PdfFile, breaks, declare_extension, entry, why
from medcab.signing.tlv import DerError
from medcab.text import N_

__all__ = ["Store", "read_store", "write_store"]

_RULE: Final = "EN 319 142-1 5.4.2"
_MAX_ITEMS: Final = 1000
_MAX_BYTES: Final = 64 << 20
_MAX_REVISIONS: Final = 500
# The arrays of the store, and of its entries about single signatures.
_KINDS: Final = {"certificates": "/Certs", "crls": "/CRLs", "ocsps": "/OCSPs"}
_KINDS_OF_ONE: Final = {"certificates": "/Cert", "crls": "/CRL", "ocsps": "/OCSP"}


@dataclass(slots=True)
class Store:
    """What is in the store.

    Attributes:
        certificates, crls, ocsps: DER, what is malformed left out.
        places: name of a datum (see :mod:`poe`) -> where its stream stands in the file.
        references: name of a datum -> the PDF object, where the last revision has it.
        entries: names of the entries about single signatures in the last revision.
    """

    certificates: list[bytes] = _field(default_factory=list)
    crls: list[bytes] = _field(default_factory=list)
    ocsps: list[bytes] = _field(default_factory=list)
    places: dict[bytes, tuple[int, int]] = _field(default_factory=dict)
    references: dict[bytes, Any] = _field(default_factory=dict)
    entries: frozenset[str] = frozenset()

    @property
    def bag(self) -> tuple[bytes, ...]:
        """Bytes that stand for all of it."""
        return tuple(b"".join(each) for each in (self.certificates, self.crls, self.ocsps))


def read_store(journal: Journal, file: PdfFile) -> Store:
    """Read the store of a PDF; what is damaged in it is told, and counts for nothing.

    A later revision may leave out what an earlier one held (5.4.2.2 allows it). It stays material
    all the same: else an update could hide that a certificate was revoked.
    """
    store = Store()
    items: list[tuple[str, Any, bool]] = []
    try:
        last = file.reader.total_revisions - 1
        # The oldest first: what is appended must not push out what was there.
        for revision in (*range(min(last, _MAX_REVISIONS)), last):
            root = _root(file, revision, last)
            if root is None:
                continue
            try:
                items += _of_revision(store, root, revision == last)
            except breaks() as error:
                _damaged(journal, why(error))
    except breaks() as error:
        _damaged(journal, why(error))
    seen: dict[tuple[int, int, object], bytes] = {}
    size = 0
    for kind, item, current in items:
        number, generation = getattr(item, "idnum", 0), getattr(item, "generation", 0)
        if not number:
            continue
        place = (number, generation, _standing(file.reader, item, current))
        if place in seen:
            if current and seen[place]:
                store.references.setdefault(seen[place], item)
            continue
        seen[place] = b""
        if len(seen) > _MAX_ITEMS or size > _MAX_BYTES:
            _damaged(journal, "too large")
            break
        data, encoded = _stream(item, kind)
        size += len(data)
        if not _fits(kind, data):
            _damaged(journal, f"object {number}")
            continue
        name = seen[place] = key_of(data)
        if current:
            store.references.setdefault(name, item)
        if name not in store.places:
            getattr(store, kind).append(data)
            # What encrypted bytes say depends on more than the bytes: they prove nothing.
            begun = -1 if file.encrypted else file.data.find(encoded)
            store.places[name] = (begun, begun + len(encoded))
    return store


def _root(file: PdfFile, revision: int, last: int) -> Any:
    """The catalogue in a revision; None where it has none (linearized files)."""
    if revision == last:
        return file.reader.root
    try:
        return file.reader.get_historical_resolver(revision).root
    except breaks():
        return None


def _of_revision(store: Store, root: Any, current: bool) -> list[tuple[str, Any, bool]]:
    """What the store of one revision lists."""
    whole = entry(root, "/DSS")
    if whole is None:
        return []
    singles = entry(whole, "/VRI", {})
    if current:
        store.entries = frozenset(map(str, singles))
    items = list(_listed(whole, _KINDS))
    for name in list(singles)[:_MAX_ITEMS]:
        items += _listed(singles[name], _KINDS_OF_ONE)
    return [(kind, item, current) for kind, item in items]


def _standing(reader: Any, item: Any, current: bool) -> object:
    """Where an object stands in the file in its revision: numbers may be used again."""
    revision = reader.total_revisions - 1 if current else item.get_pdf_handler().revision
    return reader.xrefs.get_historical_ref(item, revision)


def _listed(dictionary: Any, kinds: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for kind, name in kinds.items():
        array = entry(dictionary, name, ())
        for number in range(min(len(array), _MAX_ITEMS + 1)):
            yield kind, array.raw_get(number)


def _stream(item: Any, kind: str) -> tuple[bytes, bytes]:
    """What a stream holds, and the same as it stands in the file."""
    from pyhanko.pdf_utils.decode_limits import DecodePurpose

    purpose = {
        "certificates": DecodePurpose.CERTIFICATE,
        "crls": DecodePurpose.CRL,
        "ocsps": DecodePurpose.OCSP_RESPONSE,
    }[kind]
    try:
        stream = item.get_object()
        return bytes(stream.read_data(purpose)), bytes(stream.encoded_data)
    except breaks():
        return b"", b""


def _fits(kind: str, data: bytes) -> bool:
    from medcab.signing.revocation import parse_crl, parse_ocsp

    if data[:1] != b"\x30":
        return False
    if kind == "crls":
        return parse_crl(data) is not None
    if kind == "ocsps":
        return parse_ocsp(data) is not None
    try:
        CertificateRecord(data)
    except DerError:
        return False
    return True


def _damaged(journal: Journal, what: str) -> None:
    journal.warn(
        "revocation-data-readable", _RULE,
        N_("Validation data in the PDF are damaged and were not used: {why}."), why=what[:200],
    )  # fmt: skip


def write_store(
    data: bytes, store: Store, additions: Iterable[tuple[bytes, Evidence]]
) -> bytes | None:
    """Append validation data to a PDF as an incremental update.

    Args:
        data: the file.
        store: what its store holds.
        additions: /Contents of a signature or document time-stamp, and the data about it.

    Returns:
        the new file; None when all of it is there already.

    Raises:
        Exception: one of :func:`reading.breaks`.
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.generic import pdf_name
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    known: dict[bytes, Any] = {
        name: generic.IndirectObject(item.idnum, item.generation, writer)
        for name, item in store.references.items()
    }
    added: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    entries: dict[str, Any] = {}
    for contents, evidence in additions:
        single = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/VRI")})
        for kind, name in _KINDS_OF_ONE.items():
            array = generic.ArrayObject()
            for each in getattr(evidence, kind):
                if key_of(each) not in known:
                    known[key_of(each)] = writer.add_object(generic.StreamObject(stream_data=each))
                    added[kind].append(known[key_of(each)])
                array.append(known[key_of(each)])
            if array:
                single[pdf_name(name)] = array
        # Clause 5.4.2.3: SHA-1 of /Contents with its padding. An entry is never changed.
        title = "/" + hashlib.sha1(contents, usedforsecurity=False).hexdigest().upper()
        if title not in store.entries and len(single) > 1:
            entries[title] = writer.add_object(single)
    if not entries and not any(added.values()):
        return None
    declare_extension(writer)
    root = writer.root
    whole = entry(root, "/DSS")
    if whole is None:
        whole = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/DSS")})
        root[pdf_name("/DSS")] = writer.add_object(whole)
        writer.update_root()
    else:
        writer.update_container(whole)
    for kind, name in _KINDS.items():
        if added[kind]:
            whole[pdf_name(name)] = generic.ArrayObject([*entry(whole, name, ()), *added[kind]])
    if entries:
        titled = {pdf_name(title): single for title, single in entries.items()}
        if "/VRI" in whole:
            whole["/VRI"].update(titled)
            writer.update_container(whole["/VRI"])
        else:
            whole[pdf_name("/VRI")] = generic.DictionaryObject(titled)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
