"""Opening PKCS#12 files (RFC 7292): ``.pfx`` and ``.p12`` with private keys and certificates.

The structure is read here and not by ``cryptography``, which takes one key only, opens files
without MAC silently, has no limit on iterations, and knows one reading of a Cyrillic password.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import x509

from medcab.errors import InputError, LimitError, MedcabError, SigningError
from medcab.signing.certificates import (
    format_name,
    load_certificates,
    need_certificate,
    pem_blocks,
    sha256_of,
    unwrap_base64,
)
from medcab.signing.gost.pfx import is_gost_pfx, load_gost_pfx
from medcab.signing.keys import SigningKey, SoftwareKey, order_chain
from medcab.signing.pkcs12_crypto import secrets_of
from medcab.signing.pkcs12_reader import MALFORMED, Reader, Remark, damaged, load_key
from medcab.text import N_

__all__ = ["KeyEntry", "Pkcs12Contents", "Remark", "open_pkcs12"]

_MAX_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class KeyEntry:
    """A private key of the file. Its ``repr`` does not show the key.

    Attributes:
        name: friendly name, empty when there is none.
        certificate: of this key; None when the file has none that fits.
        algorithm: OID of the key.
    """

    name: str
    certificate: x509.Certificate | None
    algorithm: str
    _key: Any

    def private_key(self) -> Any:
        """The key as an object of ``cryptography`` (or of the GOST package).

        Raises:
            SigningError: the key is malformed or its kind is not supported.
        """
        if isinstance(self._key, bytes):
            return load_key(self._key, self.algorithm)
        return self._key

    def signing_key(self, certificates: Sequence[x509.Certificate]) -> SigningKey:
        """The key ready to sign, with the chain that ``certificates`` give.

        Raises:
            SigningError: no certificate fits, or the kind of key is not supported.
        """
        certificate = need_certificate(self.certificate, self.name or "PKCS#12")
        chain = order_chain(certificate, certificates)
        if self.algorithm.startswith("1.2.643."):
            from medcab.signing.gost.keys import GostSigningKey

            return GostSigningKey(self.private_key(), certificate, chain)
        return SoftwareKey(self.private_key(), certificate, chain)

    def __repr__(self) -> str:
        who = format_name(self.certificate.subject) if self.certificate else "no certificate"
        return f"<KeyEntry {self.name!r}: {who}>"


@dataclass(frozen=True, slots=True)
class Pkcs12Contents:
    """An opened file.

    Attributes:
        entries: the private keys.
        certificates: all certificates of the file.
        has_mac: the file guards its contents against changes.
        encoding: which reading of the password opened it.
        remarks: what the user should be told.
    """

    entries: tuple[KeyEntry, ...]
    certificates: tuple[x509.Certificate, ...]
    has_mac: bool
    encoding: str
    remarks: tuple[Remark, ...] = ()

    def pick(self, name: str | None = None) -> KeyEntry:
        """Choose a key.

        Args:
            name: friendly name, or the beginning (8 digits or more) of the SHA-256 fingerprint of
                its certificate; None when there is but one.

        Raises:
            SigningError: there is none, or the choice is not clear.
        """
        if not self.entries:
            raise SigningError(
                N_("The file holds no private key."),
                hint=N_("Export the certificate together with its private key."),
            )
        if name is None:
            if len(self.entries) == 1:
                return self.entries[0]
            raise SigningError(
                N_("The file holds {count} keys: {names}."),
                hint=N_("Choose one: --key-name NAME"),
                count=len(self.entries),
                names=", ".join(_label(entry) for entry in self.entries),
            )
        wanted = name.strip().casefold()
        chosen = [e for e in self.entries if e.name.strip().casefold() == wanted] or [
            e
            for e in self.entries
            if e.certificate is not None
            and len(wanted) >= 8
            and sha256_of(e.certificate).startswith(wanted)
        ]
        if len(chosen) != 1:
            raise SigningError(
                N_("No single key of the file is called {name}; its keys: {names}."),
                hint=N_("Choose one: --key-name NAME"),
                name=name,
                names=", ".join(_label(entry) for entry in self.entries),
            )
        return chosen[0]


def _label(entry: KeyEntry) -> str:
    if entry.certificate is None:
        return entry.name or "?"
    name = entry.name or format_name(entry.certificate.subject)
    return f"{name} ({sha256_of(entry.certificate)[:8]})"


def open_pkcs12(data: bytes, password: str | bytes, *, name: str = "") -> Pkcs12Contents:
    """Open a PKCS#12 file.

    Args:
        data: the file (DER or BER; base64 and PEM wrappings are taken off).
        password: as typed, or the very bytes; empty is a password too.
        name: what to call the file in errors.

    Raises:
        PasswordError: the password does not open it.
        InputError: it is damaged, or is something else (which is told).
        LimitError: it asks for too many iterations or holds too much.
        SigningError: it is protected in a way that is not supported.
    """
    name = name or "PKCS#12"
    der = _unwrap(data, name)
    if is_gost_pfx(der):
        contents = _open_gost(der, password)
        if contents.entries:
            return contents
    reader = Reader(der, name)
    try:
        reader.read(secrets_of(password))
    except MedcabError:
        raise
    except MALFORMED:
        # The cause is cut off: texts of parsers quote what they parse.
        raise damaged(name) from None
    return Pkcs12Contents(
        tuple(KeyEntry(k.name, k.certificate, k.algorithm, k.pkcs8) for k in reader.entries),
        tuple(reader.certificates.values()),
        reader.has_mac,
        reader.encoding,
        tuple(reader.remarks),
    )


def _unwrap(data: bytes, name: str) -> bytes:
    """Take off PEM and base64, and say what else the file is when it is not PKCS#12."""
    if len(data) > _MAX_BYTES:
        raise LimitError(N_("{name} is too large for a key file."), name=name, limit=_MAX_BYTES)
    if b"-----BEGIN " in data:
        blocks = {label: der for label, der, _ in pem_blocks(data)}
        if b"PKCS12" in blocks:
            return blocks[b"PKCS12"]
        if any(label.endswith(b"PRIVATE KEY") for label in blocks):
            raise InputError(
                N_("{name} is a PEM private key, not a PKCS#12 file."),
                hint=N_("Use --key and --cert, or make a .p12: medcab cert convert"),
                name=name,
            )
    der = data if data[:1] == b"\x30" else unwrap_base64(data) or data
    try:
        load_certificates(der, name)
    except InputError:
        return der
    raise InputError(
        N_("{name} is a certificate without a private key: another kind of file is needed."),
        hint=N_("Give the key container, a .pfx or .p12 file. A .cer file cannot sign."),
        name=name,
    )


def _open_gost(der: bytes, password: str | bytes) -> Pkcs12Contents:
    """Open a file that shows GOST algorithms; no entries when it has no GOST keys after all."""
    text = password.decode("utf-8", "replace") if isinstance(password, bytes) else password
    entries: list[KeyEntry] = []
    certificates: dict[str, x509.Certificate] = {}
    for found in load_gost_pfx(der, text):
        entries.append(KeyEntry(found.name, found.certificate, found.key.kind.oid, found.key))
        for certificate in (found.certificate, *found.chain):
            if certificate is not None:
                certificates[sha256_of(certificate)] = certificate
    return Pkcs12Contents(tuple(entries), tuple(certificates.values()), True, "unicode")
