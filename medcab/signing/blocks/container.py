"""The signature file as a whole: reading it in bounds, what is around the signatures."""

from __future__ import annotations

import os
from typing import Final

from medcab.signing.blocks.journal import Journal
from medcab.signing.cms import SignedData
from medcab.sources import FileSource, Source
from medcab.text import N_

__all__ = ["check_file", "read_bounded"]

_DATA: Final = "1.2.840.113549.1.7.1"
_TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"


def read_bounded(source: Source, limit: int) -> bytes:
    """At most ``limit`` bytes, without reserving room for so many."""
    if type(source) is not FileSource:
        return source.read(limit)
    with open(source.path, "rb", buffering=0) as stream:
        size = os.fstat(stream.fileno()).st_size
        data = stream.read(min(size + 1, limit)) or b""
        if len(data) < min(size, limit):
            with source.open() as again:
                data = again.read(limit)
        return data


def check_file(journal: Journal, signed: SignedData, around: int) -> None:
    """Checks on the file as a whole."""
    if signed.trailing:
        journal.fail(
            "no-trailing-bytes", "RFC 5652 3; X.690 8.1",
            N_("{n} bytes follow the signature in its file: they are not covered by it."),
            tolerable=True, n=signed.trailing,
        )  # fmt: skip
    else:
        journal.ok("no-trailing-bytes", "RFC 5652 3; X.690 8.1")
    if around:
        journal.warn(
            "no-text-around", "RFC 7468 2",
            N_("{n} bytes of text stand outside the PEM block: they are not covered."), n=around,
        )  # fmt: skip
    if signed.odd_content:
        journal.fail(
            "content-octet-string", "RFC 5652 5.2",
            N_("The document inside is not wrapped as CMS requires (PKCS #7 1.5)."),
        )  # fmt: skip
    for index, why in signed.signer_errors:
        journal.fail(
            "signer-readable", "RFC 5652 5.3", N_("Signer {index} is damaged: {why}."),
            index=index, why=why,
        )  # fmt: skip
    if not signed.signers and not signed.signer_errors:
        journal.fail(
            "signers-present", "RFC 5652 5.1",
            N_("There is no signature in the file (certificates only)."),
        )  # fmt: skip
        return
    journal.ok("signers-present", "RFC 5652 5.1")
    if len(signed.signers) > 1:
        journal.note(
            "one-signature", "RFC 5652 5.1",
            N_("The file holds {n} signatures; each is judged by itself."), n=len(signed.signers),
        )  # fmt: skip
    if signed.content_type not in (_DATA, _TST_INFO):
        journal.warn(
            "content-type-data", "RFC 5652 4",
            N_("What is signed is declared to be of the type {oid}, not a plain document."),
            oid=signed.content_type,
        )  # fmt: skip
