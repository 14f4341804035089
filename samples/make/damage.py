"""What goes wrong with scans and files: each function spoils one thing."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from samples.make import writers
from samples.make.drawing import DPI, font, px


def blurred(page: Image.Image) -> Image.Image:
    """Out of focus: the strokes run into each other."""
    return page.filter(ImageFilter.GaussianBlur(5))


def skewed(page: Image.Image, degrees: float = 4) -> Image.Image:
    """Laid crooked on the glass."""
    return page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=page.getpixel((5, 5)))


def turned(page: Image.Image) -> Image.Image:
    """Lying on its side."""
    return page.transpose(Image.Transpose.ROTATE_90)


def faint(page: Image.Image) -> Image.Image:
    """Toner saved: pale grey letters on white."""
    pixels = np.asarray(page, dtype=np.float32)
    return Image.fromarray((238 - (255 - pixels) * 0.09 + 8).astype(np.uint8))


def blank(page: Image.Image, seed: int = 5) -> Image.Image:
    """The back of the sheet."""
    grain = np.random.default_rng(seed).normal(248, 1.2, (page.height, page.width, 1))
    return Image.fromarray(np.repeat(np.clip(grain, 0, 255), 3, axis=2).astype(np.uint8))


def enlarged(page: Image.Image, dpi: int = 100) -> Image.Image:
    """Scanned at 100 dpi and blown up to look like 300."""
    small = page.resize((page.width * dpi // DPI, page.height * dpi // DPI), Image.Resampling.BOX)
    return small.resize(page.size, Image.Resampling.BICUBIC)


def cut_left(page: Image.Image, mm: float = 40) -> Image.Image:
    """Shifted on the glass: the left part of the lines is off the picture."""
    cut = Image.new("RGB", page.size, page.getpixel((page.width - 6, 6)))
    cut.paste(page.crop((px(mm), 0, page.width, page.height)), (0, 0))
    return cut


def watermarked(page: Image.Image, words: str = "ОБРАЗЕЦ") -> Image.Image:
    """A grey word across the page, three times."""
    ink = Image.new("L", page.size, 0)
    draw = ImageDraw.Draw(ink)
    for part in (0.25, 0.5, 0.75):
        draw.text(
            (page.width / 2, page.height * part), words, 255, font("sans-bold", 62), anchor="mm"
        )
    ink = ink.rotate(30, Image.Resampling.BICUBIC)
    pixels = np.asarray(page, dtype=np.float32)
    shade = np.asarray(ink, dtype=np.float32)[:, :, None] / 255
    return Image.fromarray((pixels * (1 - shade * 0.2)).astype(np.uint8))


def grey(page: Image.Image) -> Image.Image:
    """Scanned without colour."""
    return page.convert("L")


def _open(data: bytes):
    import pikepdf

    return pikepdf.open(io.BytesIO(data))


def pdf_password(data: bytes, user: str, owner: str) -> bytes:
    """Encrypted with AES-256; the file differs from run to run."""
    import pikepdf

    out = io.BytesIO()
    with _open(data) as document:
        document.save(out, encryption=pikepdf.Encryption(user=user, owner=owner, R=6))
    return out.getvalue()


def pdf_truncated(data: bytes) -> bytes:
    """The download broke off shortly before the end: the table of objects is not whole."""
    return data[: data.rindex(b"trailer") - 25]


def pdf_javascript(data: bytes) -> bytes:
    """A script that runs when the file is opened."""
    import pikepdf

    with _open(data) as document:
        document.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('!');")
        )
        return writers.save(document)


def pdf_launch(data: bytes) -> bytes:
    """A program that is started when the file is opened."""
    import pikepdf

    with _open(data) as document:
        document.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.Launch, F=pikepdf.String("calc.exe")
        )
        return writers.save(document)


def pdf_attachment(data: bytes) -> bytes:
    """A spreadsheet rides along inside."""
    import pikepdf

    with _open(data) as document:
        stream = document.make_stream(b"a;b\n1;2\n")
        stream.Type = pikepdf.Name.EmbeddedFile
        spec = pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec,
            F=pikepdf.String("table.csv"),
            EF=pikepdf.Dictionary(F=stream),
        )
        document.Root.Names = pikepdf.Dictionary(
            EmbeddedFiles=pikepdf.Dictionary(
                Names=[pikepdf.String("table.csv"), document.make_indirect(spec)]
            )
        )
        return writers.save(document)


def pdf_text_field(data: bytes) -> bytes:
    """A field that can still be filled in."""
    import pikepdf

    with _open(data) as document:
        page = document.pages[0]
        widget = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String("fio"),
                Rect=[60, 60, 200, 80],
                F=4,
                P=page.obj,
            )
        )
        page.obj.Annots = pikepdf.Array([widget])
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[widget])
        return writers.save(document)


def pdf_xfa(data: bytes) -> bytes:
    """A form of the XFA kind."""
    import pikepdf

    xfa = b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"></xdp:xdp>'
    with _open(data) as document:
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=document.make_stream(xfa))
        return writers.save(document)


def pdf_watermark_annotation(data: bytes) -> bytes:
    """A watermark laid over the page by an editor."""
    import pikepdf

    with _open(data) as document:
        page = document.pages[0]
        mark = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Watermark,
                Rect=[60, 60, 200, 120],
                F=4,
                P=page.obj,
            )
        )
        page.obj.Annots = pikepdf.Array([mark])
        return writers.save(document)


def pdf_layer(data: bytes) -> bytes:
    """The scan lies on a layer that can be switched off."""
    import pikepdf

    with _open(data) as document:
        layer = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("Scan"))
        )
        document.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[layer], D=pikepdf.Dictionary(ON=[layer], Order=[layer])
        )
        page = document.pages[0]
        page.obj.Resources.Properties = pikepdf.Dictionary(Layer=layer)
        page.obj.Contents = document.make_stream(
            b"/OC /Layer BDC\n" + page.obj.Contents.read_bytes() + b"\nEMC"
        )
        return writers.save(document)


def pdf_padded(data: bytes, size: int) -> bytes:
    """Grown to ``size`` bytes by an object that nothing refers to."""

    with _open(data) as document:
        filler = (b"." * 100 + b"\n") * (size // 101)
        document.Root.Filler = document.make_stream(filler)
        return writers.save(document, compress_streams=False)


def pdf_syntax_error(data: bytes) -> bytes:
    """The first object is not closed."""
    return data.replace(b"endobj", b"      ", 1)


def pdf_many_pages(data: bytes, count: int) -> bytes:
    """The same scan on every page."""
    with _open(data) as document:
        for _ in range(count - 1):
            document.pages.append(document.pages[0])
        return writers.save(document)


def pdf_empty_page(data: bytes) -> bytes:
    """A second page on which nothing is drawn."""
    import pikepdf

    with _open(data) as document:
        document.add_blank_page(page_size=tuple(float(x) for x in document.pages[0].MediaBox)[2:])
        assert isinstance(document.pages[1], pikepdf.Page)
        return writers.save(document)


def pdf_typed(lines: tuple[str, ...]) -> bytes:
    """Text made on a computer, no scan."""
    import pikepdf

    document = pikepdf.new()
    font_object = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    content = f"BT /F1 14 Tf 20 TL 72 760 Td {shown} ET".encode("ascii")
    page = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=[0, 0, 595, 842],
        Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font_object)),
        Contents=pikepdf.Stream(document, content),
    )
    document.pages.append(pikepdf.Page(document.make_indirect(page)))
    return writers.save(document)


def pdf_form_bomb(data: bytes, levels: int = 10, width: int = 10) -> bytes:
    """Forms that draw forms: ten levels of ten make ten thousand million drawings of one dot."""
    import pikepdf

    with _open(data) as document:
        inner = document.make_indirect(document.make_stream(b"0 0 1 1 re f"))
        for _ in range(levels):
            inner.Type, inner.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
            inner.BBox = [0, 0, 100, 100]
            outer = document.make_indirect(document.make_stream(b"/F Do " * width))
            outer.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
            inner = outer
        page = document.pages[0].obj
        page.Contents = document.make_stream(page.Contents.read_bytes() + b" " + b"/F Do " * width)
        page.Resources.XObject.F = inner.Resources.XObject.F
        return writers.save(document)


def pdf_damaged_picture(data: bytes) -> bytes:
    """The structure is whole, the JPEG inside ends half-way."""
    with _open(data) as document:
        picture = document.pages[0].obj.Resources.XObject.Scan
        raw = picture.read_raw_bytes()
        picture.write(raw[: len(raw) // 2], filter=picture.Filter)
        return writers.save(document)


def pdf_without_pages() -> bytes:
    """A document with an empty page tree."""
    import pikepdf

    return writers.save(pikepdf.new())


def cmyk_jpeg(page: Image.Image) -> bytes:
    """In the inks of a printing house."""
    return writers.jpeg(page.convert("CMYK"))


def exif_turned_jpeg(page: Image.Image) -> bytes:
    """Upright only for programs that read the orientation of EXIF."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    page.transpose(Image.Transpose.ROTATE_90).save(
        out, "JPEG", quality=writers.QUALITY, dpi=(DPI, DPI), exif=exif
    )
    return out.getvalue()


def jpeg_without_density(page: Image.Image) -> bytes:
    """No word about the resolution (JFIF units 0)."""
    data = bytearray(writers.jpeg(page))
    at = data.index(b"JFIF\0") + 7
    data[at : at + 5] = struct.pack(">BHH", 0, 1, 1)
    return bytes(data)


def jpeg_uneven_density(page: Image.Image) -> bytes:
    """600 dots across, 300 down."""
    out = io.BytesIO()
    wide = page.resize((page.width * 2, page.height))
    wide.save(out, "JPEG", quality=30, dpi=(600, 300))
    return out.getvalue()


def jpeg_two_densities(page: Image.Image) -> bytes:
    """JFIF says 300 dpi, EXIF says 72."""
    exif = Image.Exif()
    exif[0x011A], exif[0x011B], exif[0x0128] = 72, 72, 2
    plain = writers.jpeg(page)
    body = exif.tobytes()
    if not body.startswith(b"Exif"):
        body = b"Exif\0\0" + body
    app1 = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    return plain[:20] + app1 + plain[20:]


def jpeg_truncated(data: bytes) -> bytes:
    """The second half of the picture did not arrive."""
    return data[: len(data) // 2]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_without_end(data: bytes) -> bytes:
    """The closing chunk is missing."""
    return data[:-12]


def png_16_bit(page: Image.Image) -> bytes:
    """Sixteen bits a sample, grey."""
    levels = np.asarray(page.convert("L"), dtype=np.uint16) * 257
    out = io.BytesIO()
    Image.fromarray(levels).save(out, "PNG", dpi=(DPI, DPI))
    return out.getvalue()


def png_alpha(page: Image.Image) -> bytes:
    """With an opacity channel."""
    page = page.convert("RGBA")
    page.putalpha(Image.new("L", page.size, 200))
    return writers.png(page)


def png_palette(page: Image.Image) -> bytes:
    """Sixteen colours of a palette."""
    return writers.png(page.quantize(16, dither=Image.Dither.NONE))


def png_animated(page: Image.Image) -> bytes:
    """Two pictures in one file."""
    second = page.copy()
    second.paste((250, 250, 246), (px(14), px(56), px(34), px(62)))  # the date is gone
    out = io.BytesIO()
    page.save(
        out,
        "PNG",
        save_all=True,
        append_images=[second],
        dpi=(DPI, DPI),
    )
    return out.getvalue()


HTML = (
    "<!DOCTYPE html>\n<html><head><title>Ошибка 504</title></head>"
    "<body>Время ожидания истекло</body></html>\n"
).encode()


def docx() -> bytes:
    """A text document of an office program, the smallest there is."""
    import zipfile

    out = io.BytesIO()
    types = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://'
        'schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Справка'
        "</w:t></w:r></w:p></w:body></w:document>"
    )
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in (("[Content_Types].xml", types), ("word/document.xml", body)):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def polyglot(jpeg: bytes, pdf: bytes) -> bytes:
    """A JPEG that is a PDF too: the document rides in a comment of the picture."""
    head = b"%PDF-1.7\n"
    parts = [jpeg[:2]]
    for start in range(0, len(head), 65_533):
        piece = head[start : start + 65_533]
        parts.append(b"\xff\xfe" + struct.pack(">H", len(piece) + 2) + piece)
    return b"".join(parts) + jpeg[2:] + pdf
