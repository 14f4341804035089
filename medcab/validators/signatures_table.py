"""What a file is by its first and last bytes: our own table, no library.

``file(1)`` and the learned identifiers add nothing for the formats of document packages; what
they do not do is tell a polyglot. The verdict of the real parser comes later, in the probe.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

__all__ = ["EXTENSIONS", "HEAD", "MEDIA_TYPES", "TAIL", "Identity", "extension_formats", "identify"]

HEAD: Final = 64 << 10
TAIL: Final = 66 << 10  # a zip comment may take 65 535 bytes
_PDF_WINDOW: Final = 1024  # readers accept the header anywhere in here (ISO 32000-1, annex H)

MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "tiff": "image/tiff",
    "heic": "image/heic",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "webp": "image/webp",
    "gif": "image/gif",
    "jp2": "image/jp2",
    "jxl": "image/jxl",
    "djvu": "image/vnd.djvu",
    "psd": "image/vnd.adobe.photoshop",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "ole": "application/x-ole-storage",
    "rtf": "application/rtf",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
    "gzip": "application/gzip",
    "bzip2": "application/x-bzip2",
    "xz": "application/x-xz",
    "zstd": "application/zstd",
    "tar": "application/x-tar",
    "exe": "application/vnd.microsoft.portable-executable",
    "elf": "application/x-executable",
    "macho": "application/x-mach-binary",
    "script": "text/x-script",
    "ps": "application/postscript",
    "html": "text/html",
    "xml": "application/xml",
    "json": "application/json",
    "text": "text/plain",
    "p7s": "application/pkcs7-signature",
    "pfx": "application/x-pkcs12",
    "cer": "application/pkix-cert",
    "pem": "application/x-pem-file",
    "video": "video/mp4",
    "empty": "application/x-empty",
}

EXTENSIONS: Final = {
    "pdf": ("pdf",),
    "jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "png": ("png",),
    "tiff": ("tif", "tiff"),
    "heic": ("heic", "heif"),
    "avif": ("avif",),
    "bmp": ("bmp", "dib"),
    "webp": ("webp",),
    "gif": ("gif",),
    "jp2": ("jp2", "j2k", "jpx"),
    "jxl": ("jxl",),
    "djvu": ("djvu", "djv"),
    "psd": ("psd",),
    "docx": ("docx", "docm", "dotx"),
    "xlsx": ("xlsx", "xlsm", "xltx"),
    "pptx": ("pptx", "pptm"),
    "odt": ("odt", "ods", "odp"),
    "doc": ("doc", "dot"),
    "xls": ("xls",),
    "ppt": ("ppt",),
    "ole": ("msi", "msg", "mpp", "vsd"),
    "rtf": ("rtf", "doc"),
    "zip": ("zip", "jar", "epub", "apk"),
    "rar": ("rar",),
    "7z": ("7z",),
    "gzip": ("gz", "tgz"),
    "bzip2": ("bz2",),
    "xz": ("xz",),
    "zstd": ("zst",),
    "tar": ("tar",),
    "exe": ("exe", "dll", "scr", "com", "cpl", "sys"),
    "elf": ("elf", "so", "bin"),
    "macho": ("dylib",),
    "script": ("sh", "py", "pl", "command"),
    "ps": ("ps", "eps"),
    "html": ("html", "htm", "xhtml", "mht"),
    "xml": ("xml", "xsd", "xsl", "fdf", "xfdf", "svg"),
    "json": ("json",),
    "text": (
        "txt", "csv", "tsv", "md", "log", "yaml", "yml", "toml", "ini", "json", "bat", "cmd", "js",
        "vbs", "ps1",
    ),
    "p7s": ("p7s", "sig", "sgn", "p7m", "p7b", "p7c", "p7"),
    "pfx": ("pfx", "p12"),
    "cer": ("cer", "crt", "der", "pem"),
    "pem": ("pem", "key", "crt", "cer", "csr", "req"),
    "video": ("mp4", "mov", "m4v"),
}  # fmt: skip

_MAGIC: Final = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"\0\0\0\x0cjP  ", "jp2"),
    (b"\xff\x4f\xff\x51", "jp2"),
    (b"\0\0\0\x0cJXL ", "jxl"),
    (b"\xff\x0a", "jxl"),
    (b"AT&TFORM", "djvu"),
    (b"8BPS", "psd"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x7fELF", "elf"),
    (b"\xcf\xfa\xed\xfe", "macho"),
    (b"\xca\xfe\xba\xbe", "macho"),
    (b"#!", "script"),
    (b"%!PS", "ps"),
    (b"{\\rtf", "rtf"),
)
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1"), "heic"),
    **dict.fromkeys((b"avif", b"avis"), "avif"),
}
_SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")
_HTML = re.compile(rb"(?i)<(?:!doctype\s+html|html|head|body|script|iframe|table|div|p)[\s>]")
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]+\Z")
_TEXT = re.compile(rb"[^\x00-\x08\x0e-\x1a\x1c-\x1f]+\Z")


@dataclass(frozen=True, slots=True)
class Identity:
    """What the bytes are: ``format``, and other formats they pass for too."""

    format: str
    also: tuple[str, ...] = ()

    @property
    def media_type(self) -> str:
        """Media type of the format."""
        return MEDIA_TYPES.get(self.format, "application/octet-stream")


def extension_formats(extension: str) -> frozenset[str]:
    """Formats that a name with this extension (no dot, lower case) may hold."""
    return frozenset(form for form, known in EXTENSIONS.items() if extension in known)


def identify(head: bytes, tail: bytes = b"", size: int | None = None) -> Identity:
    """Identify a file by its first :data:`HEAD` and last :data:`TAIL` bytes.

    Args:
        head: first bytes.
        tail: last bytes (may overlap with ``head``).
        size: of the whole file; of ``head`` when not given.
    """
    if not head:
        return Identity("empty")
    total = len(head) if size is None else size
    form = _binary(head) or _text(head)
    window = head[:_PDF_WINDOW]
    also: list[str] = []
    at = window.find(b"%PDF-")
    if at == 0 or (at > 0 and form in {"text", "unknown"} and not window[:at].strip(b"\0\r\n\t ")):
        form = "pdf"
    elif at > 0:
        # Junk before the header: readers open it as a PDF. If the junk is another format, both.
        if form in {"text", "unknown"}:
            form = "pdf"
        else:
            also.append("pdf")
    if form not in {"zip", "docx", "xlsx", "pptx", "odt"} and _ends_as_zip(tail or head, total):
        also.append("zip")
    if form == "pdf" and at > 0 and _HTML.search(window[:at]):
        also.append("html")
    return Identity(form, tuple(also))


def _binary(head: bytes) -> str | None:
    for magic, form in _MAGIC:
        if head.startswith(magic):
            return form
    if head.startswith(b"PK") and head[2:4] in {b"\x03\x04", b"\x05\x06", b"\x07\x08"}:
        return _zip_kind(head)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_kind(head)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"MZ") and len(head) >= 0x40:
        return "exe"
    if head.startswith(b"BM") and len(head) >= 26 and head[6:10] == b"\0\0\0\0":
        return "bmp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video")
    if head[257:262] == b"ustar":
        return "tar"
    return _der(head)


def _zip_kind(head: bytes) -> str:
    if b"mimetypeapplication/vnd.oasis.opendocument" in head[:200]:
        return "odt"
    for folder, form in ((b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx")):
        if folder in head and (b"[Content_Types].xml" in head or b"_rels/" in head):
            return form
    return "zip"


def _ole_kind(head: bytes) -> str:
    for stream, form in (("WordDocument", "doc"), ("Workbook", "xls"), ("PowerPoint", "ppt")):
        if stream.encode("utf-16-le") in head:
            return form
    return "ole" if len(head) < HEAD else "doc"  # the directory may lie further back


def _der(head: bytes) -> str | None:
    if head[:1] != b"\x30" or len(head) < 16:
        return None
    first = head[1]
    body = 2 if first <= 0x80 else 2 + (first & 0x7F)
    if body > 6:
        return None
    inner = head[body : body + 16]
    if inner.startswith(_SIGNED_DATA):
        return "p7s"
    if inner.startswith(b"\x02\x01\x03\x30"):
        return "pfx"
    if inner[:1] == b"\x30" and b"\xa0\x03\x02\x01" in head[body : body + 12]:
        return "cer"
    return None


def _text(head: bytes) -> str:
    sample = head[:4096]
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if sample.startswith(mark):
            sample = sample[2:].decode(codec, "ignore").encode()
    lean = sample.removeprefix(b"\xef\xbb\xbf").lstrip()
    if lean.startswith(b"<?xml") or lean[:1] == b"<":
        if _HTML.search(lean):
            return "html"
        if lean.startswith(b"<?xml") or re.match(rb"<[A-Za-z_][\w:.-]*[\s>/]", lean):
            return "xml"
    if lean.startswith(b"-----BEGIN "):
        for label, form in ((b"CERTIFICATE---", "cer"), (b"PKCS7", "p7s"), (b"CMS", "p7s")):
            if lean[11:].startswith(label):
                return form
        return "pem"
    if lean.startswith(b"MI") and _BASE64.match(lean):
        try:
            return _der(base64.b64decode(b"".join(lean.split())[:256])) or "text"
        except binascii.Error:
            return "text"
    if lean[:1] in (b"{", b"[") and _TEXT.match(sample) and b'"' in lean:
        return "json"
    return "text" if lean and _TEXT.match(sample) else "unknown"


def _ends_as_zip(tail: bytes, size: int) -> bool:
    """An end-of-central-directory record that holds together: unpackers read zips from the end."""
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return False
    start = size - len(tail) + at
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    if not length or length > start or start + 22 + comment > size:
        return False
    directory = at - length
    return directory < 0 or tail[directory : directory + 4] == b"PK\x01\x02"
