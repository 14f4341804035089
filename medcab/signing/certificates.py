"""Reading certificates: DER, PEM, bare base64, PKCS#7 bundles; several in one file.

Sources: RFC 5280 (certificates), RFC 7468 (PEM labels), RFC 5652 5.1 (the ``certificates`` field
of SignedData, which is what a ``.p7b`` file is).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from asn1crypto import cms, core, x509

from medcab.errors import InputError, SigningError
from medcab.signing.gost.oids import register_names
from medcab.text import N_

__all__ = [
    "MAX_CERTIFICATES",
    "MAX_CERTIFICATE_BYTES",
    "allows_signing",
    "format_name",
    "is_self_issued",
    "key_identifier",
    "load_certificate",
    "load_certificates",
    "name_key",
    "need_certificate",
    "pem_blocks",
    "raw",
    "sha256_of",
    "text_of",
    "to_pem",
    "touch",
    "unwrap_base64",
]

register_names()  # asn1crypto takes certificates with GOST keys for damaged ones otherwise

MAX_CERTIFICATES: Final = 5_000
MAX_CERTIFICATE_BYTES: Final = 256 * 1024
_LABEL = re.compile(rb"[A-Z0-9 #]{1,40}\Z")
_CERTIFICATE_LABELS: Final = frozenset(
    {b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"}
)
_PKCS7_LABELS: Final = frozenset({b"PKCS7", b"CMS", b"PKCS #7 SIGNED DATA"})
_SHORT_NAMES: Final = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.42": "G",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "1.2.840.113549.1.9.1": "E",
    "1.2.643.3.131.1.1": "ИНН",
    "1.2.643.100.4": "ИНН ЮЛ",
    "1.2.643.100.3": "СНИЛС",
    "1.2.643.100.1": "ОГРН",
    "1.2.643.100.5": "ОГРНИП",
}


def raw(value: core.Asn1Value) -> bytes:
    """The very octets that were parsed.

    ``dump()`` of asn1crypto encodes anew where the length octets end in 0x80, which it takes for
    an indefinite length; for one structure in 256 a signature could then seem broken.
    """
    if isinstance(value, core.Choice):
        value = value.chosen
    header = value._header  # noqa: SLF001 - there is no public way
    if header is None or value.contents is None or header[1:2] == b"\x80":
        return bytes(value.dump())
    return bytes(header + value.contents + value._trailer)  # noqa: SLF001


def sha256_of(certificate: x509.Certificate) -> str:
    """SHA-256 of the whole certificate as it was encoded, in lower-case hex."""
    return hashlib.sha256(raw(certificate)).hexdigest()


def pem_blocks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield (label, contents as DER, whole text) of every PEM block; damaged ones are skipped."""
    unfinished: set[bytes] = set()  # labels without an end line: looked for once, not each time
    position = 0
    while (start := data.find(b"-----BEGIN ", position)) >= 0:
        position = start + 11
        close = data.find(b"-----", position, position + 45)
        label = data[position:close] if close >= 0 else b""
        if not _LABEL.match(label) or label in unfinished:
            continue
        end = data.find(b"-----END " + label + b"-----", close + 5)
        if end < 0:
            unfinished.add(label)
            continue
        position = end + len(label) + 14
        body = data[close + 5 : end]
        # Encapsulated headers of the old encrypted keys end with a blank line (RFC 1421).
        head, blank, rest = body.replace(b"\r\n", b"\n").partition(b"\n\n")
        lines = rest if blank and b":" in head else body
        try:
            decoded = base64.b64decode(b"".join(lines.split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        yield label, decoded, data[start:position]


def unwrap_base64(data: bytes) -> bytes | None:
    """Decode a file that is nothing but base64 (with or without line breaks), else None."""
    text = data.strip()
    for mark, codec in (
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
        (b"\xef\xbb\xbf", "utf-8"),
    ):
        if text.startswith(mark):
            try:
                text = data.decode(codec).lstrip("\ufeff").strip().encode("ascii")
            except (UnicodeDecodeError, UnicodeEncodeError):
                return None
    if len(text) < 40 or not re.fullmatch(rb"[A-Za-z0-9+/=\s]+", text):
        return None
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def load_certificates(data: bytes, name: str = "") -> tuple[x509.Certificate, ...]:
    """Read every certificate of a file.

    Args:
        data: the file: DER, PEM (any number), bare base64, PKCS#7 (``.p7b``).
        name: what to call the file in errors.

    Returns:
        the certificates in the order of the file, each once.

    Raises:
        InputError: there is no certificate in it, or one is broken; a PKCS#12 file and a lone
            private key are named as such, since people mix these up.
    """
    found: list[x509.Certificate] = []
    if b"-----BEGIN " in data:
        labels = set()
        for label, der, _text in pem_blocks(data):
            labels.add(label)
            if label in _CERTIFICATE_LABELS:
                found.append(_load_der(der, name, trailing=label == b"TRUSTED CERTIFICATE"))
            elif label in _PKCS7_LABELS:
                found += _from_pkcs7(der)
        if not found and any(label.endswith(b"PRIVATE KEY") for label in labels):
            raise InputError(
                N_("{name} holds a private key and no certificate."),
                hint=N_("Give the certificate too, or the .pfx file that holds both."),
                name=name,
            )
    else:
        der = data if data[:1] == b"\x30" else unwrap_base64(data) or b""
        if der[:1] == b"\x30":
            found = _from_pkcs7(der) or [_load_der(der, name)]
    if not found:
        raise InputError(
            N_("There is no certificate in {name}."),
            hint=N_("A certificate is a .cer, .crt, .pem, .der or .p7b file."),
            name=name,
        )
    if len(found) > MAX_CERTIFICATES:
        raise InputError(
            N_("{name} holds {count} certificates; more than {limit} are not read."),
            name=name,
            count=len(found),
            limit=MAX_CERTIFICATES,
        )
    return tuple({sha256_of(item): item for item in found}.values())


def load_certificate(data: bytes, name: str = "") -> x509.Certificate:
    """Read the first certificate of a file (see :func:`load_certificates`)."""
    return load_certificates(data, name)[0]


def _load_der(der: bytes, name: str, *, trailing: bool = False) -> x509.Certificate:
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise InputError(
            N_("{name}: a certificate of {size} bytes is not read."), name=name, size=len(der)
        )
    try:
        certificate = x509.Certificate.load(der, strict=not trailing)
        touch(certificate)
    except (
        ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError
    ) as error:  # fmt: skip
        if _looks_like_pfx(der):
            raise InputError(
                N_("{name} is a PKCS#12 file (.pfx, .p12): it holds a private key."),
                hint=N_("Say how to get its password: --password-from prompt"),
                name=name,
            ) from None
        raise InputError(
            N_("{name} is not a certificate, or a damaged one."),
            hint=N_("Ask the certification authority for the file again."),
            name=name,
        ) from error
    return certificate


def touch(certificate: x509.Certificate) -> None:
    """Parse what every user of a certificate looks at, so that damage shows here and not later.

    Raises:
        ValueError, TypeError, LookupError: a field is malformed or an extension stands twice.
    """
    body = certificate["tbs_certificate"]
    for field in ("serial_number", "validity", "subject", "issuer"):
        _ = body[field].native
    spki = body["subject_public_key_info"]
    _ = spki["algorithm"]["algorithm"].dotted, spki["algorithm"]["parameters"].contents
    _ = spki["public_key"].contents, certificate.public_key.dump()
    for algorithm in (body["signature"], certificate["signature_algorithm"]):
        _ = algorithm["algorithm"].dotted, algorithm["parameters"].contents
    _ = certificate["signature_value"].native
    _ = name_key(certificate.subject), name_key(certificate.issuer)
    seen: set[str] = set()
    extensions = body["extensions"]
    if not isinstance(extensions, core.Void):
        for extension in extensions:
            oid = extension["extn_id"].dotted
            if oid in seen:
                raise ValueError(f"extension {oid} stands twice")
            seen.add(oid)
            _ = extension["critical"].native
    _ = certificate.critical_extensions
    _ = certificate.key_identifier, certificate.authority_key_identifier
    for value in (certificate.key_usage_value, certificate.extended_key_usage_value):
        _ = None if value is None else value.native


def _from_pkcs7(der: bytes) -> list[x509.Certificate]:
    """Certificates of a SignedData; nothing when ``der`` is something else."""
    try:
        info = cms.ContentInfo.load(der)
        if info["content_type"].dotted != "1.2.840.113549.1.7.2":
            return []
        certificates = info["content"]["certificates"]
        if isinstance(certificates, core.Void):
            return []
        found = []
        for choice in certificates:
            if choice.name == "certificate":
                found.append(choice.chosen)
                touch(choice.chosen)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return []
    return found


def _looks_like_pfx(der: bytes) -> bool:
    # PFX ::= SEQUENCE { version INTEGER {v3(3)}, authSafe ContentInfo, ... } (RFC 7292, 4)
    return der[:1] == b"\x30" and b"\x02\x01\x03\x30" in der[:12]


def to_pem(certificate: x509.Certificate) -> bytes:
    """The certificate in PEM (RFC 7468)."""
    text = base64.encodebytes(raw(certificate)).replace(b"\n", b"")
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return b"\n".join([b"-----BEGIN CERTIFICATE-----", *lines, b"-----END CERTIFICATE-----", b""])


def format_name(name: x509.Name) -> str:
    """A distinguished name in one line, in the order of the certificate."""
    parts = []
    for rdn in name.chosen:
        for pair in rdn:
            oid = pair["type"].dotted
            parts.append(f"{_SHORT_NAMES.get(oid, oid)}={text_of(pair['value'])}")
    return ", ".join(parts)


def text_of(value: core.Asn1Value) -> str:
    """Text of an attribute value of whatever string type; what is not text comes as hex."""
    try:
        native = value.native
    except (ValueError, TypeError, AttributeError):
        native = value.contents or b""
    if isinstance(native, bytes):
        return native.hex()
    # Names go to terminals and reports: no control characters from a stranger's certificate.
    return "".join(c if c.isprintable() else "\ufffd" for c in str(native))


def name_key(name: x509.Name) -> str:
    """What two equal names have in common (RFC 5280 7.1); quick for names seen before."""
    return _name_key(raw(name))


@lru_cache(maxsize=4096)
def _name_key(encoded: bytes) -> str:
    return str(x509.Name.load(encoded).hashable)


def is_self_issued(certificate: x509.Certificate) -> bool:
    """Subject and issuer are the same name."""
    return name_key(certificate.subject) == name_key(certificate.issuer)


def key_identifier(certificate: x509.Certificate) -> bytes:
    """Subject key identifier; where the extension is absent, method 1 of RFC 5280 4.2.1.2."""
    value = certificate.key_identifier
    if value:
        return bytes(value)
    bits = certificate["tbs_certificate"]["subject_public_key_info"]["public_key"]
    return hashlib.sha1(bits.contents[1:], usedforsecurity=False).digest()


def allows_signing(certificate: x509.Certificate) -> bool:
    """Key usage, where present, has digitalSignature or nonRepudiation (RFC 5280 4.2.1.3)."""
    usage = certificate.key_usage_value
    if usage is None:
        return True
    return bool({"digital_signature", "non_repudiation"} & set(usage.native))


def need_certificate(certificate: x509.Certificate | None, name: str) -> x509.Certificate:
    """Return the certificate, or explain that the key came without one.

    Raises:
        SigningError: there is none.
    """
    if certificate is None:
        raise SigningError(
            N_("{name}: no certificate fits the private key."),
            hint=N_("Give the certificate of this key as well."),
            name=name,
        )
    return certificate
