"""What the tests of signatures in PDF share."""

from __future__ import annotations

import io

from asn1crypto import x509
from world import NOW

from medcab.signing.keys import SoftwareKey
from medcab.signing.pades import sign_pdf
from medcab.signing.pades.reading import read_pdf
from medcab.signing.sign import Signer, SignOptions


def blank(password: str | None = None, user: str = "") -> bytes:
    """One empty page; with a password of the owner, and of the user, on demand."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if password is not None:
        writer.encrypt(user, password)
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def signer(world, holder=None, **options) -> Signer:
    holder = holder or world.signer
    chain = [x509.Certificate.load(world.issuing.der)]
    key = SoftwareKey(holder.key, x509.Certificate.load(holder.der), chain)
    options.setdefault("signing_time", world.server.clock)
    return Signer(key, SignOptions(force=True, **options))


def sign(world, data=None, *, tsa=None, holder=None, **options) -> bytes:
    made = signer(world, holder, **options)
    return sign_pdf(made, data or blank(), tsa=world.tsa(tsa) if tsa else None)


def extend(world, data, level, tsa="short", **options) -> bytes:
    return world.extend(data, level, tsa, content=None, **options)


def places(data):
    return {place.field: place for place in read_pdf(data).fields}


def update(data, change) -> bytes:
    """``data`` with an incremental update that ``change`` makes."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    change(writer)
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def signer_of_pyhanko(world):
    """The key of the signer as pyHanko holds it."""
    from asn1crypto import keys
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    plain = serialization.NoEncryption()
    der = world.signer.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain
    )
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(world.issuing.der))
    certificate = x509.Certificate.load(world.signer.der)
    return signers.SimpleSigner(certificate, keys.PrivateKeyInfo.load(der), store)


def by_pyhanko(world, data=None, *, who=None, old=False, timestamper=None, **metadata) -> bytes:
    """A PDF that pyHanko signed with the key of the signer."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    kinds = fields.SigSeedSubFilter
    about = signers.PdfSignatureMetadata(
        field_name="Author", md_algorithm="sha256",
        subfilter=kinds.ADOBE_PKCS7_DETACHED if old else kinds.PADES, **metadata,
    )  # fmt: skip
    writer = IncrementalPdfFileWriter(io.BytesIO(data or blank()))
    if writer.prev.encrypted:
        writer.encrypt("")
    who = who or signer_of_pyhanko(world)
    return bytes(signers.sign_pdf(writer, about, who, timestamper=timestamper).getvalue())


def rotate(writer) -> None:
    """Turn the first page: a change that nobody allowed."""
    from pyhanko.pdf_utils import generic

    kids = writer.prev.root["/Pages"]["/Kids"]
    kids[0].get_object()["/Rotate"] = generic.NumberObject(90)
    writer.mark_update(kids.raw_get(0).reference)


def build_ladder(world) -> dict[str, bytes]:
    """B-B to B-LTA, once with a signature-time-stamp and once extended from B-B."""
    world.server.clock = NOW
    for tsa in world.server.tsas.values():
        tsa.fault = ""  # of a test before
    for authority in world.server.authorities.values():
        authority.revoked.clear()
    made = {"B-B": sign(world), "B-T": sign(world, tsa="short")}
    made["B-LT"] = extend(world, made["B-T"], "B-LT")
    made["B-LTA"] = extend(world, made["B-LT"], "B-LTA", "long")
    made["extended B-T"] = extend(world, made["B-B"], "B-T")
    made["extended B-LT"] = extend(world, made["extended B-T"], "B-LT")
    made["extended B-LTA"] = extend(world, made["extended B-LT"], "B-LTA", "long")
    return made
