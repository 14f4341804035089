"""Signing inside PDF files and putting document time-stamps on them (EN 319 142-1, 5.3, 5.4.3).

pyHanko lays the file out with room for the CMS; what goes into the room is made by the same code
that makes signature files, so that every key that can sign at all signs here too.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from medcab.errors import InputError, OutputError, SigningError
from medcab.files import unreadable
from medcab.signing.pades.reading import EncryptedPdfError, breaks, declare_extension, why
from medcab.signing.template import SignerTemplate, signed_data
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.longterm.tsa import TsaClient
    from medcab.signing.sign import Signer

__all__ = ["sign_pdf", "sign_pdf_file", "stamp_pdf"]

_REST: Final = 2048  # signature value, names and numbers
_SPARE: Final = 256
_TRIES: Final = 3


def sign_pdf(
    signer: Signer, data: bytes, *, field: str | None = None, tsa: TsaClient | None = None
) -> bytes:
    """Sign a PDF inside (PAdES-B-B, with ``tsa`` PAdES-B-T) by an incremental update.

    Args:
        signer: the key and how to sign.
        data: the file.
        field: name of the signature field; None: a new one.
        tsa: where a signature-time-stamp comes from.

    Raises:
        InputError: this is no PDF that can be signed.
        SigningError: the key cannot be used, the author of the PDF forbids further signatures, or
            what was made does not verify.
        TimeStampError: no time-stamp could be had.
    """
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    from medcab.signing.longterm.extend import stamp_signature
    from medcab.signing.pades.verify import verify_pdf
    from medcab.signing.sign import demand

    options, place = signer.options, signer.options.location
    template = SignerTemplate(signer.key, options, pdf=True)
    moment = options.signing_time or datetime.now(UTC)

    def holder(room: int) -> Any:
        return SignatureObject(
            timestamp=moment,
            subfilter=SigSeedSubFilter.PADES,
            location=", ".join(p for p in (place.country, place.locality) if p) if place else None,
            bytes_reserved=room,
        )

    def fill(covered: bytes) -> bytes:
        made = signed_data(
            [template.signer_info(template.recipe.digest.digest(covered))],
            digests=[template.digest_der],
            certificates=template.certificates,
        )
        return made if tsa is None else stamp_signature(made, tsa)

    room = _REST + sum(map(len, template.certificates)) + (tsa.room if tsa else 0)
    name, made = _embed(data, field or "Signature", holder, fill, room, new=field is None)
    report = verify_pdf(signer.own_verifier(), made, "")
    mine = [result for result in report.signatures if result.field == name]
    if len(mine) != 1:
        raise SigningError(N_("The signature that was made does not verify: nothing written."))
    demand(mine[0].checks, mine[0].indication)
    return made


def stamp_pdf(data: bytes, tsa: TsaClient) -> bytes:
    """Put a document time-stamp on a PDF by an incremental update, without verifying.

    Raises:
        InputError: this is no PDF that can be time-stamped.
        TimeStampError: no time-stamp could be had.
    """
    from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp

    def holder(room: int) -> Any:
        return DocumentTimestamp(bytes_reserved=room)

    def fill(covered: bytes) -> bytes:
        return tsa.stamp(tsa.algorithm.digest(covered)).raw

    return _embed(data, "Timestamp", holder, fill, tsa.room)[1]


def _embed(
    data: bytes,
    field: str,
    holder: Callable[[int], Any],
    fill: Callable[[bytes], bytes],
    room: int,
    *,
    new: bool = True,
) -> tuple[str, bytes]:
    """Append a signature field, or take one that is empty, and fill it.

    Args:
        data: the file.
        field: its name, to which a number is added when it is ``new``.
        holder: makes the signature dictionary with room for so many hexadecimal digits.
        fill: makes the CMS structure over these bytes.
        room: how many bytes it will probably take; where it takes more, it is made again.
        new: whether it must not be there yet.

    Returns:
        the name of the field, the new file.
    """
    for _ in range(_TRIES):
        name, made, start, stop = _lay_out(data, field, new, holder(2 * room))
        filled = fill(bytes(made[:start] + made[stop:]))
        if len(filled) <= room:
            # The bracket, then the digits; what is left of the room stays zeros.
            made[start + 1 : start + 1 + 2 * len(filled)] = filled.hex().encode("ascii")
            return name, bytes(made)
        room = len(filled) + _SPARE
    raise SigningError(N_("The signature that was made does not verify: nothing written."))


def _lay_out(data: bytes, field: str, new: bool, holder: Any) -> tuple[str, bytearray, int, int]:
    """The file with an empty signature, and where its /Contents stands."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import MDPPerm, SigFieldSpec, enumerate_sig_fields
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
    from pyhanko.sign.validation import read_certification_data

    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
        if writer.prev.encrypted:
            raise EncryptedPdfError(
                N_("The PDF is encrypted: nothing is added to it."),
                hint=N_("Save it without a password and sign it then."),
            )
        author = read_certification_data(writer.prev)
        if (
            author is not None
            and author.permission is MDPPerm.NO_CHANGES
            and holder["/Type"] != "/DocTimeStamp"
        ):
            raise SigningError(
                N_("The author of the PDF forbids further signatures in it."),
                hint=N_("Make a detached signature."),
            )
        declare_extension(writer)
        taken = {str(name) for name, _, _ in enumerate_sig_fields(writer.prev)} if new else set()
        numbered = (f"{field}{number}" for number in range(1, 10_000))
        name = next(each for each in numbered if each not in taken) if new else field
        steps = PdfCMSEmbedder(new_field_spec=SigFieldSpec(name)).write_cms(name, writer)
        next(steps)
        steps.send(SigObjSetup(sig_placeholder=holder))
        prepared, output = steps.send(SigIOSetup(md_algorithm="sha256"))
        start, stop = prepared.reserved_region_start, prepared.reserved_region_end
        return name, bytearray(output.getvalue()), start, stop
    except (SigningError, EncryptedPdfError):
        raise
    except breaks() as error:
        raise InputError(N_("The PDF cannot be signed: {why}."), why=why(error)) from error


def sign_pdf_file(
    signer: Signer,
    path: Path,
    target: Path,
    *,
    overwrite: bool = False,
    tsa: TsaClient | None = None,
    finish: Callable[[bytes], bytes] | None = None,
) -> Path:
    """Sign ``path`` and write the signed PDF to ``target``, whole or not at all.

    Args:
        signer: the key and how to sign.
        path: the PDF.
        target: where the signed one goes.
        overwrite: ``target`` may be there.
        tsa: where a signature-time-stamp comes from.
        finish: what is done to the signed file before it is written, such as extending it.

    Raises:
        InputError: it cannot be read or is no PDF that can be signed.
        OutputError: ``target`` is there already or cannot be written.
        SigningError: the key cannot be used.
    """
    from medcab.signing.sign import write_signature

    if target.exists() and not overwrite:
        raise OutputError(
            N_("{path} is there already."), hint=N_("To replace it: --overwrite."), path=str(target)
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(str(path), error) from error
    made = sign_pdf(signer, data, tsa=tsa)
    write_signature(target, made if finish is None else finish(made))
    return target
