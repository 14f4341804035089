"""Small synthetic files for the tests, each with one property, and a way to ask one rule."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, datetime

from medcab import rules
from medcab.model import Document, Package
from medcab.profile_types import FilePolicy, Profile, Requirement
from medcab.rules import DocumentContext, Hit, PackageContext, Scope, Unknown
from medcab.sources import BytesSource
from medcab.validators.facts import FileFacts, ProbeOptions
from medcab.validators.probe import probe

A4 = "0 0 595.276 841.89"


def stream(entries: str, data: bytes, *, flate: bool = True) -> bytes:
    """A stream object."""
    if flate:
        data, entries = zlib.compress(data), entries + " /Filter /FlateDecode"
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries.encode(), len(data), data)


def raw_pdf(objects: list[bytes | str], trailer: str = "", *, version: str = "1.7") -> bytes:
    """A PDF of these object bodies (number 1 is the catalog), with a right cross-reference table."""
    out = io.BytesIO()
    out.write(b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % version.encode())
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n" % number)
        out.write(body if isinstance(body, bytes) else body.encode("latin-1"))
        out.write(b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer.encode()))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def page_pdf(
    content: bytes = b"",
    resources: str = "",
    *extra: bytes | str,
    page: str = "",
    catalog: str = "",
    box: str = A4,
    trailer: str = "",
) -> bytes:
    """One page: objects 1 catalog, 2 page tree, 3 page, 4 content, 5 and on ``extra``."""
    return raw_pdf(
        [
            f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R "
                f"/Resources << {resources} >> {page} >>"
            ),
            stream("", content),
            *extra,
        ],
        trailer,
    )


def grey_image(width: int, height: int, entries: str = "") -> bytes:
    """An image XObject of one grey."""
    return stream(
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray "
        f"/BitsPerComponent 8 {entries}",
        b"\xc8" * (width * height),
    )


def stencil(width: int, height: int) -> bytes:
    """A 1-bit image mask."""
    return stream(
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ImageMask true "
        "/BitsPerComponent 1",
        b"\xaa" * ((width + 7) // 8 * height),
    )


def scan_pdf(dpi: float = 300, **more: str) -> bytes:
    """An A4 page filled by one grey image of ``dpi``."""
    width, height = round(595.276 / 72 * dpi), round(841.89 / 72 * dpi)
    return page_pdf(
        b"q 595.276 0 0 841.89 0 0 cm /I Do Q",
        "/XObject << /I 5 0 R >>",
        grey_image(width, height),
        **more,
    )


def pages_pdf(boxes: list[str]) -> bytes:
    """Pages with a line of text, of these boxes."""
    kids = " ".join(f"{3 + 2 * at} 0 R" for at in range(len(boxes)))
    objects: list[bytes | str] = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(boxes)} >>",
    ]
    for at, box in enumerate(boxes):
        objects += [
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents {4 + 2 * at} 0 R "
                "/Resources << >> >>"
            ),
            stream("", b"BT /F 12 Tf (text) Tj ET"),
        ]
    return raw_pdf(objects)


def jpeg(
    size: tuple[int, int] = (64, 96),
    *,
    mode: str = "L",
    dpi: tuple[int, int] | None = (300, 300),
    orientation: int | None = None,
    exif_dpi: float | None = None,
    progressive: bool = False,
) -> bytes:
    """A JPEG made by Pillow."""
    from PIL import Image

    image = Image.new(mode, size, 200 if mode == "L" else (10, 20, 30, 0)[: len(mode)])
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    if exif_dpi is not None:
        exif[0x011A] = exif[0x011B] = exif_dpi
        exif[0x0128] = 2
    out = io.BytesIO()
    image.save(
        out, "JPEG", progressive=progressive, exif=exif, **({"dpi": dpi} if dpi is not None else {})
    )
    return out.getvalue()


def png(
    size: tuple[int, int] = (64, 96), mode: str = "L", dpi: tuple[int, int] | None = (300, 300)
) -> bytes:
    """A PNG made by Pillow."""
    from PIL import Image

    out = io.BytesIO()
    Image.new(mode, size).save(out, "PNG", **({"dpi": dpi} if dpi is not None else {}))
    return out.getvalue()


def png_chunk(kind: bytes, payload: bytes) -> bytes:
    """A PNG chunk with its checksum."""
    return (
        struct.pack(">I", len(payload))
        + kind
        + payload
        + struct.pack(">I", zlib.crc32(kind + payload))
    )


def facts_for(data: bytes, name: str = "a.pdf", **limits: float) -> FileFacts:
    """Probe ``data`` in this process."""
    from medcab.validators.facts import ProbeLimits

    return probe(BytesSource(data), name, ProbeOptions(limits=ProbeLimits(**limits)))


def profile(requirements: tuple[Requirement, ...] = (), **files: object) -> Profile:
    """A profile with nothing but a policy for files."""
    return Profile(
        name="test",
        titles={},
        extends=None,
        version="1",
        sources=(),
        files=FilePolicy(**{"formats": ("pdf", "jpg", "jpeg", "png"), **files}),
        documents=requirements,
        fields=(),
        rules={},
        parameters={},
        contradictions=(),
        signature="off",
        form="none",
    )


def ask(
    rule_id: str,
    data: bytes | FileFacts,
    name: str = "a.pdf",
    *,
    policy: Profile | None = None,
    document_type: str | None = None,
) -> list[Hit | Unknown]:
    """What the rule ``rule_id`` answers about a file."""
    facts = data if isinstance(data, FileFacts) else facts_for(data, name)
    rule = rules.find_rule(rule_id)
    document = Document(
        path=name,
        source=BytesSource(b""),
        name=name,
        size=facts.size,
        type=document_type,
        facts=facts,
    )
    package = Package(root=".", documents=(document,))
    used = policy or profile()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert rule.scope is Scope.DOCUMENT
    return list(rule.check(DocumentContext(package, used, used.params(rule), now, document, facts)))


def ask_package(
    rule_id: str, files: dict[str, FileFacts], policy: Profile | None = None
) -> list[Hit | Unknown]:
    """What the package rule ``rule_id`` answers."""
    rule = rules.find_rule(rule_id)
    documents = tuple(
        Document(path=n, source=BytesSource(b""), name=n, size=f.size, facts=f)
        for n, f in files.items()
    )
    used = policy or profile()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    package = Package(root=".", documents=documents)
    return list(rule.check(PackageContext(package, used, used.params(rule), now)))


def hits(answers: list[Hit | Unknown]) -> list[Hit]:
    """Only what is violated, after making sure that nothing is unknown."""
    assert all(isinstance(answer, Hit) for answer in answers), answers
    return [answer for answer in answers if isinstance(answer, Hit)]
