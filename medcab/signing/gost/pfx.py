"""PFX (PKCS#12) files with GOST keys, whoever wrote them; and encrypted PKCS#8.

RFC 9548, OpenSSL with the gost engine, GnuTLS, AES files that hold GOST keys, and CryptoPro CSP.
Nothing is believed before the code of authentication of the file fits the password.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from medcab.errors import InputError, LimitError, PasswordError, SigningError
from medcab.signing.gost import asn1, gost94, streebog
from medcab.signing.gost.cryptopro import read_blob
from medcab.signing.gost.keys import KEY_KINDS, GostPrivateKey, load_private_key
from medcab.signing.gost.pbe import CRYPTOPRO_PBE, Decryptor, WrongPasswordError, pkcs12_kdf
from medcab.text import N_

if TYPE_CHECKING:
    from asn1crypto import x509

__all__ = ["GostPfxEntry", "is_gost_pfx", "load_encrypted_key", "load_gost_pfx"]

_MAX_SIZE: Final = 8 * 1024 * 1024
_MAX_BAGS: Final = 500
_MAX_DEPTH: Final = 4
_DATA: Final = "1.2.840.113549.1.7.1"
_ENCRYPTED: Final = "1.2.840.113549.1.7.6"
_BAG: Final = "1.2.840.113549.1.12.10.1."
_FRIENDLY_NAME: Final = "1.2.840.113549.1.9.20"
_X509: Final = "1.2.840.113549.1.9.22.1"
_SHA: Final = {
    "1.3.14.3.2.26": ("sha1", 64),
    "2.16.840.1.101.3.4.2.4": ("sha224", 64),
    "2.16.840.1.101.3.4.2.1": ("sha256", 64),
    "2.16.840.1.101.3.4.2.2": ("sha384", 128),
    "2.16.840.1.101.3.4.2.3": ("sha512", 128),
}
_STREEBOG: Final = {"1.2.643.7.1.1.2.2": 256, "1.2.643.7.1.1.2.3": 512}
_GOST94: Final = "1.2.643.2.2.9"
# DER of the beginnings of the OIDs 1.2.643.7.1 and 1.2.643.2.2, and of CryptoPro's scheme.
_MARKS: Final = (b"\x2a\x85\x03\x07\x01", b"\x2a\x85\x03\x02\x02",
                 b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x50")  # fmt: skip


class GostPfxEntry(NamedTuple):
    """A key of a PFX.

    Attributes:
        key: the private key.
        certificate: its certificate, ``None`` when the file has none.
        chain: certificates of the authorities, the nearest first.
        name: friendly name, may be empty.
    """

    key: GostPrivateKey
    certificate: x509.Certificate | None
    chain: tuple[x509.Certificate, ...]
    name: str


class _Bag(NamedTuple):
    kind: str
    value: bytes
    name: str


def is_gost_pfx(data: bytes) -> bool:
    """Tell whether a PFX shows GOST algorithms on its outside.

    An AES file with GOST keys inside shows nothing: :func:`load_gost_pfx` opens it all the same
    and returns an empty list when there are no GOST keys in it.
    """
    return data[:1] == b"\x30" and any(mark in data for mark in _MARKS)


def load_gost_pfx(data: bytes, password: str) -> list[GostPfxEntry]:
    """Open a PFX and return its GOST keys; keys of other algorithms are left out.

    Args:
        data: the file.
        password: as the user types it.

    Raises:
        PasswordError: the password does not open it.
        InputError: damaged, or not a PFX.
        LimitError: too large, or asks for too much work.
        SigningError: an algorithm that is not supported.
    """
    if len(data) > _MAX_SIZE:
        raise LimitError(
            N_("The key container has {size} bytes; at most {limit} are read."),
            size=len(data),
            limit=_MAX_SIZE,
        )
    decryptor = Decryptor(password)
    try:
        # Many programs accept bytes after the end; a signature file does not get here.
        pfx = asn1.parse(asn1.Pfx, data)
        content = _octets(pfx["auth_safe"])
        _check_mac(pfx, content, decryptor, password)
        bags = list(_bags(content, decryptor))
        return _entries(bags, decryptor)
    except WrongPasswordError:
        raise _wrong_password() from None
    except (
        ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError,
    ):  # fmt: skip
        # The cause is cut off: its text may quote what was decrypted.
        raise InputError(
            N_("The key container is damaged or is not a PFX (PKCS#12) file."),
            hint=N_("Copy the file anew or export the key once more."),
        ) from None


def load_encrypted_key(data: bytes, password: str) -> GostPrivateKey:
    """Open an encrypted PKCS#8 key (DER).

    Raises:
        PasswordError: the password does not open it.
        SigningError: the algorithm is not supported.
        LimitError: it asks for too much work.
    """
    try:
        return _private_keys(data, Decryptor(password), shrouded=True)[0]
    except (
        WrongPasswordError, ValueError, TypeError, KeyError, IndexError, AttributeError,
        RecursionError,
    ):  # fmt: skip
        # A stream cipher without a code of authentication: rubbish is a wrong password.
        raise _wrong_password() from None


def _wrong_password() -> PasswordError:
    return PasswordError(
        N_("The password does not open the key container."),
        hint=N_("Check the keyboard layout and Caps Lock, then try again."),
    )


def _octets(info: Any) -> bytes:
    from asn1crypto import core

    if info["content_type"].native != _DATA or asn1.is_absent(info["content"]):
        raise ValueError("not data")
    octets: bytes = asn1.parse(core.OctetString, asn1.inner(info["content"])).native
    return octets


def _check_mac(pfx: Any, content: bytes, decryptor: Decryptor, password: str) -> None:
    mac = pfx["mac_data"]
    if asn1.is_absent(mac):
        raise SigningError(
            N_("The key container is not protected by a password check (MAC), it is not used."),
            hint=N_("Export the key anew with a password."),
        )
    oid = mac["mac"]["algorithm"]["algorithm"].native
    expected = mac["mac"]["digest"].native
    salt, rounds = mac["salt"].native, mac["iterations"].native
    if not any(
        hmac.compare_digest(candidate, expected)
        for candidate in _macs(oid, content, salt, rounds, decryptor, password)
    ):
        raise WrongPasswordError


def _macs(
    oid: str, content: bytes, salt: bytes, rounds: int, decryptor: Decryptor, password: str
) -> Iterator[bytes]:
    """Codes of authentication that a program may have written, the likeliest first."""
    # An empty password is two zero bytes to some and nothing at all to others.
    spellings = (decryptor.bmp,) if password else (decryptor.bmp, b"")
    if oid in _STREEBOG:
        bits = _STREEBOG[oid]
        utf8 = password.encode("utf-8")
        for prf in dict.fromkeys((bits, 512)):
            decryptor.spend(rounds, slow=True)
            # RFC 9548, section 3: the last 32 of 96 bytes.
            key = streebog.pbkdf2(prf, utf8, salt, rounds, 96)[64:]
            yield streebog.hmac(bits, key, content)
        make: Any = partial(streebog.new, bits)
        for spelling in spellings:
            decryptor.spend(rounds, slow=True)
            key = pkcs12_kdf(make, 64, spelling, salt, rounds, 3, bits // 8)
            yield streebog.hmac(bits, key, content)
    elif oid == _GOST94:
        for spelling in spellings:
            decryptor.spend(rounds, slow=True)
            key = pkcs12_kdf(gost94.new, 32, spelling, salt, rounds, 3, 32)
            yield hmac.new(key, content, gost94.new).digest()
    elif oid in _SHA:
        name, block = _SHA[oid]
        make = partial(hashlib.new, name)
        for spelling in spellings:
            decryptor.spend(rounds)
            size = make().digest_size
            key = pkcs12_kdf(make, block, spelling, salt, rounds, 3, size)
            yield hmac.new(key, content, name).digest()
    else:
        raise SigningError(
            N_("The password check of the key container uses {oid}, which is not supported."),
            hint=N_("Export the key anew in the program that made the file."),
            oid=oid,
        )


def _bags(content: bytes, decryptor: Decryptor) -> Iterator[_Bag]:
    count = 0
    for info in asn1.parse(asn1.AuthenticatedSafe, content):
        if info["content_type"].native == _ENCRYPTED:
            encrypted = asn1.parse(asn1.EncryptedData, asn1.inner(info["content"]))["content_info"]
            plain = decryptor.decrypt(encrypted["algorithm"], encrypted["content"].native or b"")
        else:
            plain = _octets(info)
        for bag in _safe(plain, 0):
            count += 1
            if count > _MAX_BAGS:
                raise LimitError(
                    N_("The key container has more than {limit} entries."), limit=_MAX_BAGS
                )
            yield bag


def _safe(contents: bytes, depth: int) -> Iterator[_Bag]:
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deep")
    for bag in asn1.parse(asn1.SafeContents, contents):
        kind = bag["bag_id"].native.removeprefix(_BAG)
        value = asn1.inner(bag["bag_value"])
        if kind == "6":
            yield from _safe(value, depth + 1)
            continue
        yield _Bag(kind, value, _name(bag["attributes"]))


def _name(attributes: Any) -> str:
    """Friendly name; empty for whatever else stands there."""
    from asn1crypto import core

    for attribute in attributes if isinstance(attributes, core.SetOf) else ():
        if attribute["type"].native == _FRIENDLY_NAME and len(attribute["values"]) == 1:
            der = attribute["values"][0].dump()
            kind = {0x1E: core.BMPString, 0x0C: core.UTF8String}.get(der[0])
            if kind is not None:
                return str(asn1.parse(kind, der).native)
    return ""


def _private_keys(data: bytes, decryptor: Decryptor, *, shrouded: bool) -> list[GostPrivateKey]:
    """Candidates for one key bag (one, but for CryptoPro two); empty for other algorithms."""
    if not shrouded:
        return _plain_key(data)
    read = asn1.parse(asn1.EncryptedPrivateKeyInfo, data)
    algorithm = read["algorithm"]
    plain = decryptor.decrypt(algorithm, read["data"].native)
    if algorithm["algorithm"].native == CRYPTOPRO_PBE:
        params = asn1.parse(asn1.PbeParameters, algorithm["parameters"].dump())
        key = decryptor.cryptopro_key(params["salt"].native, params["iterations"].native)
        return read_blob(plain, key)
    return _plain_key(plain)


def _plain_key(data: bytes) -> list[GostPrivateKey]:
    info = asn1.parse(asn1.PrivateKeyInfo, data)
    if info["algorithm"]["algorithm"].native not in KEY_KINDS:
        return []
    return [load_private_key(data)]


def _certificate(value: bytes) -> x509.Certificate | None:
    from medcab.signing.certificates import load_certificate

    bag = asn1.parse(asn1.CertBag, value)
    if bag["cert_id"].native != _X509:
        return None
    return load_certificate(bag["cert_value"].native, "PFX")


def _entries(bags: list[_Bag], decryptor: Decryptor) -> list[GostPfxEntry]:
    from medcab.signing.gost.register import register
    from medcab.signing.keys import order_chain

    register()
    certificates = [
        (certificate, bag)
        for bag in bags
        if bag.kind == "3" and (certificate := _certificate(bag.value)) is not None
    ]
    everything = [certificate for certificate, _ in certificates]
    entries = []
    for bag in bags:
        if bag.kind not in ("1", "2"):
            continue
        candidates = _private_keys(bag.value, decryptor, shrouded=bag.kind == "2")
        found = next(
            (
                (key, certificate, other)
                for key in candidates
                for certificate, other in certificates
                if key.matches(certificate)
            ),
            None,
        )
        if found is not None:
            key, certificate, other = found
            chain = order_chain(certificate, everything)
            entries.append(GostPfxEntry(key, certificate, chain, bag.name or other.name))
        elif len(candidates) == 1:
            entries.append(GostPfxEntry(candidates[0], None, (), bag.name))
        elif candidates:
            raise SigningError(
                N_("No certificate in the key container belongs to its key."),
                hint=N_("Export the key anew together with its certificate."),
            )
    return entries
